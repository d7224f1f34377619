import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { Browser, type Page, textOf } from "../browser.ts";
import { addOrganization, addResource, addUser } from "../builders.ts";
import { DEVELOPER, enter, makeSecret, registerService, sendForm, submitForm } from "../developer.ts";
import { approve, codeRequest, post, tokensOf } from "../flow.ts";
import { basic, createServer, empty, ISSUER, type Server, snapshot } from "../harness.ts";

const CALLBACK = `${ISSUER}${DEVELOPER}/callback`;

let server: Server;
let browser: Browser;
let ada: { userId: string; email: string };
let grace: { userId: string; email: string };
let id: string;
let path: string;

beforeEach(async () => {
  await empty();
  server = createServer();
  browser = new Browser(server);
  ada = await addUser("Ada");
  grace = await addUser("Grace");
  await addOrganization("contoso", "all", ada.userId);
  await addResource();
  await enter(browser, ada.email);
  id = await registerService(browser);
  path = `${DEVELOPER}/${id}/try`;
});

/** The request that the page offers to open. */
function requestOn(page: Page): URL {
  const url = /<a class="button" href="([^"]*\/authorize\?[^"]*)"/.exec(page.text)?.[1];
  if (url === undefined) throw new Error("no request on the page");
  return new URL(url.replaceAll("&amp;", "&"));
}

const openRequest = ({ pathname, search }: URL, from = browser) => from.open(pathname + search);
const redirectUris = async (): Promise<readonly string[]> =>
  JSON.parse(
    (await env.DB.prepare("SELECT metadata ->> '$.redirect_uris' AS uris FROM clients").first<string>("uris")) ?? "[]",
  );

describe("trying a service", () => {
  it("makes a whole request that leads to the approval page", async () => {
    const url = requestOn(await browser.open(path));
    expect(Object.fromEntries(url.searchParams)).toEqual({
      response_type: "code",
      client_id: id,
      redirect_uri: "https://ledger.example/callback",
      scope: "openid profile workitems.read",
      state: expect.stringMatching(new RegExp(`^${id}\\.[\\w-]{16}\\.[\\w-]{43}$`)),
      nonce: expect.any(String),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: "S256",
      prompt: "consent",
    });
    expect(textOf(await openRequest(url))).toContain("Ledger");
    expect(requestOn(await browser.open(path)).searchParams.get("state")).not.toBe(url.searchParams.get("state"));
  });

  it("makes it as the developer chooses, among what is registered", async () => {
    const choice = new URLSearchParams({ redirect_uri: "https://ledger.example/callback", scope: "openid" });
    const url = requestOn(await browser.open(`${path}?${choice}`));
    expect(url.searchParams.get("scope")).toBe("openid");
    expect(url.searchParams.get("prompt")).toBeNull();
    const foreign = new URLSearchParams({ redirect_uri: "https://evil.example/", again: "on" });
    const other = requestOn(await browser.open(`${path}?${foreign}`));
    expect(other.searchParams.get("redirect_uri")).toBe("https://ledger.example/callback");
    expect(other.searchParams.get("prompt")).toBe("consent");
  });

  it("registers our own page as a redirect URI where the developer wants that, and takes it out again", async () => {
    const page = await submitForm(browser, path, { callback: "add" });
    expect(await redirectUris()).toEqual(["https://ledger.example/callback", CALLBACK]);
    expect(requestOn(page).searchParams.get("redirect_uri")).toBe(CALLBACK);
    await submitForm(browser, path, { callback: "add" });
    expect(await redirectUris()).toHaveLength(2);
    await submitForm(browser, path, { callback: "remove" });
    expect(await redirectUris()).toEqual(["https://ledger.example/callback"]);
  });

  it.each(["", "maybe"])("changes nothing for a form that says %j", async (callback) => {
    const before = await snapshot();
    expect((await submitForm(browser, path, { callback })).status).toBe(400);
    expect(await snapshot()).toBe(before);
  });

  it("goes all the way round: the answer's page has what the token request needs, and has not used the code up", async () => {
    const secret = await makeSecret(browser, id);
    const page = await submitForm(browser, path, { callback: "add" });
    const answer = await approve(browser, await openRequest(requestOn(page)));
    expect(textOf(answer)).toContain("A code came back This is what Ledger would have got at its redirect URI.");
    expect(textOf(answer)).toContain("iss This server.");
    const [, code = ""] = /-d code=(\S+)/.exec(answer.text) ?? [];
    const [, code_verifier = ""] = /-d code_verifier=([\w-]+)/.exec(answer.text) ?? [];
    expect(answer.text).not.toContain(secret);
    const request = codeRequest(code, { redirect_uri: CALLBACK, code_verifier });
    expect((await tokensOf(await post(server, "/token", request, basic(id, secret)))).access_token).toBeTruthy();
  });

  it("shows an error that came back in words", async () => {
    const page = await submitForm(browser, path, { callback: "add" });
    const approval = await openRequest(requestOn(page));
    const answer = await browser.submit(approval, "/consent", { decision: "deny" });
    expect(textOf(answer)).toMatch(/An error came back .* access_denied/);
    expect(answer.text).not.toContain("curl");
  });

  it("shows an answer to nobody but the developer who began the trial", async () => {
    const page = await submitForm(browser, path, { callback: "add" });
    const state = requestOn(page).searchParams.get("state") ?? "";
    const callback = (parameters: Record<string, string>) => `${DEVELOPER}/callback?${new URLSearchParams(parameters)}`;
    const stranger = new Browser(server);
    expect((await stranger.open(callback({ code: "csc_x", state }))).url).toContain("/sign-in?");
    await enter(stranger, grace.email);
    const theirs = requestOn(await stranger.open(`${DEVELOPER}/${await registerService(stranger)}/try`)).searchParams.get(
      "state",
    );
    for (const forged of [
      state,
      "",
      "x",
      `${id}.x.y`,
      `${state}.x`,
      state.slice(0, -1),
      `${id}.${theirs?.split(".").slice(1).join(".")}`,
    ])
      for (const who of forged === state ? [stranger] : [stranger, browser]) {
        const answer = await who.open(callback({ code: "csc_x", state: forged }));
        expect([answer.status, answer.text.includes("csc_x")], forged).toEqual([404, false]);
      }
  });

  it("shows no code that a shell would take for more", async () => {
    const page = await submitForm(browser, path, { callback: "add" });
    const state = requestOn(page).searchParams.get("state") ?? "";
    const answer = await browser.open(`${DEVELOPER}/callback?${new URLSearchParams({ state, code: "x'; rm -rf ~ #" })}`);
    expect(answer.status).toBe(200);
    expect(answer.text).not.toContain("rm -rf");
  });

  it("says what such a request cannot do", async () => {
    const strict = await registerService(browser, { require_pushed_authorization_requests: "on" });
    expect(textOf(await browser.open(`${DEVELOPER}/${strict}/try`))).toContain("takes pushed requests only");
  });

  it("does not exist for a service that nobody approves in the browser", async () => {
    const device = await registerService(browser, { kind: "device", redirect_uris: "" });
    expect((await browser.open(`${DEVELOPER}/${device}/try`)).status).toBe(404);
    expect((await sendForm(browser, `${DEVELOPER}/${device}/try`, { callback: "add" })).status).toBe(404);
  });
});
