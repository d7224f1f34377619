import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { Browser, fieldsOf, forgeries, type Page, textOf } from "../browser.ts";
import { addClient, addOrganization, addResource, addUser, SECRET } from "../builders.ts";
import { authorizationUrl, authorize, codeRequest, obtainTokens, post, signIn, tokensOf } from "../flow.ts";
import { basic, createServer, empty, form, ISSUER, type Server, snapshot } from "../harness.ts";

const AWAY = "https://buildboard.example/goodbye";
const SETTINGS = "/settings/authorizations";

let server: Server;
let browser: Browser;
let ada: { userId: string; email: string };
let idToken: string;

beforeEach(async () => {
  await empty();
  server = createServer();
  browser = new Browser(server);
  ada = await addUser("Ada");
  await addOrganization("contoso", "all", ada.userId);
  await addResource();
  await addClient("buildboard", { post_logout_redirect_uris: [AWAY, `${AWAY}?from=id`] });
  await addClient("other", { client_name: "Other", post_logout_redirect_uris: ["https://other.example/out"] });
  await signIn(browser, await browser.open("/sign-in"), ada.email);
  idToken = (await obtainTokens(server, browser, ada.email)).id_token;
});

type Fields = Readonly<Record<string, string>>;
const ask = (fields: Fields): Promise<Page> => browser.open(`/logout?${form(fields)}`);
const confirm = (page: Page): Promise<Page> => browser.submit(page, "/sign-out");
const isIn = async (someone = browser): Promise<boolean> => (await someone.open(SETTINGS)).url === `${ISSUER}${SETTINGS}`;
const hinted = (more: Fields = {}): Fields => ({ id_token_hint: idToken, post_logout_redirect_uri: AWAY, ...more });

describe("a service that asks to sign out", () => {
  it("gets a page that names it, the person and where the browser goes, and that ends nothing", async () => {
    const before = await snapshot();
    const page = await ask(hinted({ state: "xyz" }));
    expect(textOf(page)).toContain("Buildboard asks to end the session of Ada Example in this browser.");
    expect(textOf(page)).toContain("After that you go on to buildboard.example .");
    expect(page.headers.get("content-security-policy")).toContain("form-action 'self' https://buildboard.example https:;");
    expect(await snapshot()).toBe(before);
    expect(await isIn()).toBe(true);
  });

  it.each<[string, Fields, string]>([
    ["with state", { state: "a&b=c #ü" }, `${AWAY}?${form({ state: "a&b=c #ü" })}`],
    ["without state", {}, AWAY],
    ["at a URI with a query", { post_logout_redirect_uri: `${AWAY}?from=id`, state: "s" }, `${AWAY}?from=id&state=s`],
    ["with a client_id that agrees", { client_id: "buildboard", ui_locales: "de", logout_hint: "x" }, AWAY],
  ])("gets the browser back %s once the person has agreed", async (_, more, expected) => {
    const page = await confirm(await ask(hinted(more)));
    expect([page.status, page.url]).toEqual([303, expected]);
    expect(await isIn()).toBe(false);
    expect(await env.DB.prepare("SELECT count(*) AS n FROM sessions").first("n")).toBe(0);
  });

  it("may name itself by client_id alone", async () => {
    const page = await confirm(await ask({ client_id: "buildboard", post_logout_redirect_uri: AWAY }));
    expect([page.status, page.url]).toEqual([303, AWAY]);
  });

  it("may show an ID token that expired long ago", async () => {
    server.pass(24 * 3600);
    expect((await confirm(await ask(hinted()))).url).toBe(AWAY);
  });

  it("gets the browser back at once when nobody is signed in", async () => {
    const stranger = new Browser(server);
    const page = await stranger.open(`/logout?${form(hinted({ state: "s" }))}`);
    expect([page.status, page.url]).toEqual([303, `${AWAY}?state=s`]);
  });

  it("may ask by POST, which goes on as GET so that the browser's cookie comes along", async () => {
    const response = await server.fetch("/logout", { method: "POST", body: form(hinted({ state: "a\r\nb" })) });
    const location = new URL(response.headers.get("location") ?? "");
    expect([response.status, location.origin, location.pathname]).toEqual([303, ISSUER, "/logout"]);
    expect(Object.fromEntries(location.searchParams)).toEqual(hinted({ state: "a\r\nb" }));
    expect(textOf(await browser.open(location.pathname + location.search))).toContain("Buildboard asks");
  });

  it("is told apart when it means another account than the one signed in", async () => {
    const grace = await addUser("Grace");
    const other = new Browser(server);
    await signIn(other, await other.open("/sign-in"), grace.email);
    const page = await other.open(`/logout?${form(hinted())}`);
    expect(textOf(page)).toContain("Buildboard asks to sign out another account than the one in this browser.");
    expect(textOf(page)).toContain("Signed in here is Grace Example ( grace@contoso.example ).");
    expect(page.text).toContain("Sign out anyway");
    expect(await isIn(other)).toBe(true);
    expect((await other.submit(page, "/sign-out")).url).toBe(AWAY);
    expect([await isIn(other), await isIn()]).toEqual([false, true]);
  });

  it("of pairwise subjects is understood by the name that it has for the person", async () => {
    await addClient("pairwise", { subject_type: "pairwise", post_logout_redirect_uris: [AWAY] });
    const code = (await authorize(browser, ada.email, { client_id: "pairwise" })).get("code") ?? "";
    const tokens = await tokensOf(await post(server, "/token", codeRequest(code), basic("pairwise", SECRET)));
    expect(textOf(await ask({ id_token_hint: tokens.id_token }))).toContain("asks to end the session of Ada Example");
  });
});

describe("a request to sign out that nobody vouches for", () => {
  it.each<[string, Fields]>([
    ["nothing at all", {}],
    ["an address but no client", { post_logout_redirect_uri: "https://evil.example/", state: "s" }],
    ["a registered address but no client", { post_logout_redirect_uri: AWAY }],
  ])("with %s ends at our own page", async (_, fields) => {
    const asked = await ask(fields);
    expect(textOf(asked)).toContain("A page asks to end the session of Ada Example");
    expect(asked.text).not.toContain("evil.example");
    const page = await confirm(asked);
    expect([page.status, page.url]).toEqual([200, `${ISSUER}/sign-out`]);
    expect(textOf(page)).toContain("You are signed out");
    expect((await ask(fields)).url).toBe(`${ISSUER}/sign-out`);
  });

  const uris = [
    "https://evil.example/",
    `${AWAY}/`,
    `${AWAY}?x=1`,
    `${AWAY}#x`,
    AWAY.slice(0, -1),
    AWAY.toUpperCase(),
    `${AWAY}.evil.example`,
    "https://buildboard.example@evil.example/goodbye",
    "https://other.example/out",
    "https://buildboard.example/callback",
    "javascript:alert(1)",
    "//evil.example",
  ];
  it.each(uris)("never leads to %s, signed in or not", async (uri) => {
    const before = await snapshot();
    for (const someone of [browser, new Browser(server)])
      for (const client of [{ id_token_hint: idToken }, { client_id: "buildboard" }]) {
        const page = await someone.open(`/logout?${form({ ...client, post_logout_redirect_uri: uri })}`);
        expect([page.status, page.headers.get("location")]).toEqual([400, null]);
      }
    expect(await snapshot()).toBe(before);
    expect(await isIn()).toBe(true);
  });

  it.each<[string, () => Fields]>([
    ["another client's ID token", () => hinted({ client_id: "other" })],
    ["an unknown client", () => ({ client_id: "nobody", post_logout_redirect_uri: AWAY })],
    ["a hint that is no JWT", () => hinted({ id_token_hint: "x" })],
    ["a hint whose signature is changed", () => hinted({ id_token_hint: `${idToken.slice(0, -8)}AAAAAAAA` })],
    ["a hint without a signature", () => hinted({ id_token_hint: unsigned(idToken) })],
    ["a state that is too long", () => hinted({ state: "x".repeat(4097) })],
  ])("with %s is a page of ours", async (_, fields) => {
    const before = await snapshot();
    const page = await ask(fields());
    expect([page.status, page.headers.get("location")]).toEqual([400, null]);
    expect(await snapshot()).toBe(before);
    expect(await isIn()).toBe(true);
  });

  it("with an access token for a hint is refused", async () => {
    const { access_token } = await obtainTokens(server, browser, ada.email);
    expect((await ask(hinted({ id_token_hint: access_token }))).status).toBe(400);
  });

  it("by POST with more than a URL can hold is refused", async () => {
    const response = await server.fetch("/logout", { method: "POST", body: form({ state: "x".repeat(11_000) }) });
    expect([response.status, response.headers.get("location")]).toEqual([400, null]);
  });
});

describe("the form of a service's request", () => {
  it.each(forgeries)("with %s is a 403, and the session goes on", async (_, forgery) => {
    const page = await ask(hinted());
    const before = await snapshot();
    expect((await browser.forge(page, "/sign-out", forgery)).status).toBe(403);
    expect(await snapshot()).toBe(before);
    expect(await isIn()).toBe(true);
  });

  it("ends at our page when its sealed place is changed or comes from elsewhere", async () => {
    const page = await ask(hinted());
    const sealed = String(fieldsOf(page, "/sign-out")["logout"]);
    const interaction = new URL((await new Browser(server).open(authorizationUrl())).url).searchParams.get("continue") ?? "";
    expect(interaction).not.toBe("");
    for (const logout of [`${sealed.slice(0, -2)}AA`, interaction, AWAY, "https://evil.example"]) {
      const again = await browser.submit(page, "/sign-out", { logout });
      expect([again.status, again.url]).toEqual([200, `${ISSUER}/sign-out`]);
      await signIn(browser, await browser.open("/sign-in"), ada.email);
      Object.assign(page, await ask(hinted()));
    }
  });

  it("ends at our page when it lay open for too long, or the service has unregistered the place", async () => {
    const old = await ask(hinted());
    server.pass(31 * 60);
    expect((await confirm(old)).url).toBe(`${ISSUER}/sign-out`);
    await signIn(browser, await browser.open("/sign-in"), ada.email);
    const page = await ask(hinted());
    await env.DB.prepare("UPDATE clients SET metadata = json_remove(metadata, '$.post_logout_redirect_uris')").run();
    server.pass(61);
    expect((await confirm(page)).url).toBe(`${ISSUER}/sign-out`);
    expect(await isIn()).toBe(false);
  });

  it("sent twice leads back to the service twice and is logged once", async () => {
    const page = await ask(hinted());
    expect((await confirm(page)).url).toBe(AWAY);
    const before = await snapshot();
    expect((await confirm(page)).url).toBe(AWAY);
    expect(await snapshot()).toBe(before);
  });
});

const unsigned = (token: string): string => {
  const none = btoa(JSON.stringify({ alg: "none", typ: "JWT" })).replace(/=+$/, "");
  return `${none}.${token.split(".")[1]}.`;
};
