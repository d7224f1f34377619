import { beforeEach, describe, expect, it } from "vitest";
import { open } from "../../src/store/database.ts";
import { clients, users } from "../../src/store/schema.ts";
import { Browser } from "../browser.ts";
import { API, addClient, addOrganization, addResource, addUser, CALLBACK, SECRET } from "../builders.ts";
import { authorize, CHALLENGE, codeRequest, introspect, post, refreshRequest, tokensOf, VERIFIER } from "../flow.ts";
import { basic, createServer, empty, form, type Server, snapshot } from "../harness.ts";

let server: Server;
let browser: Browser;
let ada: { userId: string; email: string };

beforeEach(async () => {
  await empty();
  server = createServer();
  browser = new Browser(server);
  ada = await addUser("Ada");
  await addOrganization("contoso", "all", ada.userId);
  await addResource();
  await addClient("buildboard");
  await addClient("contoso-devops", { grant_types: [], redirect_uris: [] });
});

const obtainCode = async (changes: Parameters<typeof authorize>[2] = {}) =>
  (await authorize(browser, ada.email, changes)).get("code") ?? "";

/** Refused with this error, and the code is as good as before. */
async function expectUnburnt(response: Response, error: string, code: string, before: string) {
  expect(response.status).toBe(error === "invalid_client" ? 401 : 400);
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(await response.json()).toMatchObject({ error });
  expect(await snapshot()).toBe(before);
  expect((await post(server, "/token", codeRequest(code))).status).toBe(200);
}

describe("an authorization code", () => {
  it("yields an access token, a refresh token and an ID token to the client that it was made for", async () => {
    const tokens = await tokensOf(await post(server, "/token", codeRequest(await obtainCode())));
    expect(tokens).toMatchObject({
      token_type: "Bearer",
      expires_in: 300,
      scope: "openid profile offline_access workitems.read builds.read",
    });
    expect(tokens.refresh_token).toMatch(/^csr_/);
    expect(await introspect(server, tokens.access_token)).toMatchObject({
      active: true,
      iss: "https://id.example",
      sub: ada.userId,
      client_id: "buildboard",
      aud: [API, "https://id.example"],
      organizations: ["contoso"],
    });
  });

  it.each<[string, string, Record<string, string | string[]>, string?]>([
    ["the code_verifier is missing", "invalid_grant", { code_verifier: [] }],
    ["the code_verifier is the code_challenge", "invalid_grant", { code_verifier: CHALLENGE }],
    ["the code_verifier has 42 characters", "invalid_grant", { code_verifier: VERIFIER.slice(1) }],
    ["the code_verifier has 129 characters", "invalid_grant", { code_verifier: VERIFIER.repeat(3) }],
    ["the code_verifier is in another alphabet", "invalid_grant", { code_verifier: `${VERIFIER.slice(3)}+/=` }],
    ["the code_verifier is not ASCII", "invalid_grant", { code_verifier: `${VERIFIER.slice(1)}é` }],
    ["the redirect_uri is another", "invalid_grant", { redirect_uri: "https://buildboard.example/other" }],
    ["the redirect_uri has one slash more", "invalid_grant", { redirect_uri: `${CALLBACK}/` }],
    ["a resource was not authorized", "invalid_target", { resource: "https://elsewhere.example" }],
    ["the code was sent twice", "invalid_request", { code: ["one", "two"] }],
    ["the client's secret is wrong", "invalid_client", {}, basic("buildboard", `${SECRET}x`)],
  ])("is not used up when %s", async (_, error, changes, authorization) => {
    const code = await obtainCode();
    const before = await snapshot();
    const response = await post(server, "/token", codeRequest(code, changes), authorization ?? basic("buildboard", SECRET));
    await expectUnburnt(response, error, code, before);
  });

  it("is not used up when another client presents it with the right verifier", async () => {
    await addClient("other");
    const code = await obtainCode();
    const before = await snapshot();
    const response = await post(server, "/token", codeRequest(code), basic("other", SECRET));
    await expectUnburnt(response, "invalid_grant", code, before);
  });

  it("is worth nothing the second time, and takes what it gave the first time with it", async () => {
    const code = await obtainCode();
    const tokens = await tokensOf(await post(server, "/token", codeRequest(code)));
    const again = await post(server, "/token", codeRequest(code));
    expect(again.status).toBe(400);
    expect(await again.json()).toMatchObject({ error: "invalid_grant" });
    expect(await introspect(server, tokens.access_token)).toEqual({ active: false });
    expect((await post(server, "/token", refreshRequest(tokens.refresh_token))).status).toBe(400);
  });

  it("is redeemed exactly once by 50 parallel attempts, over two isolates", async () => {
    const other = createServer();
    for (let round = 0; round < 4; round++) {
      const code = await obtainCode();
      const attempts = Array.from({ length: 50 }, (_, index) => post(index % 2 ? server : other, "/token", codeRequest(code)));
      const statuses = (await Promise.all(attempts)).map(({ status }) => status);
      expect(statuses.toSorted()).toEqual([200, ...Array(49).fill(400)]);
    }
  });

  it.each([
    [59, 200],
    [61, 400],
  ])("that is %i seconds old gets %i", async (age, status) => {
    const code = await obtainCode();
    server.pass(age);
    expect((await post(server, "/token", codeRequest(code))).status).toBe(status);
  });

  it.each([
    ["truncated", (code: string) => code.slice(0, -1)],
    ["changed in one bit", (code: string) => code.replace(/.$/, (last) => (last === "A" ? "B" : "A"))],
    ["followed by a space", (code: string) => `${code} `],
    ["in other case", (code: string) => code.toUpperCase()],
    ["ten kilobytes", () => "c".repeat(10_240)],
    ["SQL", () => "csc_aa'; DROP TABLE families; --"],
    ["a refresh token", (code: string) => code.replace("csc_", "csr_")],
  ])("that is %s is refused without a trip to D1", async (_, change) => {
    const code = await obtainCode();
    await post(server, "/token", codeRequest("warm"));
    server.trips.reset();
    const response = await post(server, "/token", codeRequest(change(code)));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: "invalid_grant" });
    expect(server.trips.d1).toBe(0);
  });

  it("is dead once the person has revoked the service", async () => {
    const code = await obtainCode();
    const list = await browser.open("/settings/authorizations");
    const confirmed = await browser.submit(list, "/settings/authorizations");
    expect(confirmed.status).toBe(200);
    const response = await post(server, "/token", codeRequest(code));
    expect(await response.json()).toMatchObject({ error: "invalid_grant" });
  });

  it("is dead once the person was disabled", async () => {
    const code = await obtainCode();
    await open(server.deps.db).update(users).set({ disabledAt: 1 });
    expect(await (await post(server, "/token", codeRequest(code))).json()).toMatchObject({ error: "invalid_grant" });
  });

  it("is dead once its redirect URI is no longer registered", async () => {
    const code = await obtainCode();
    const [row] = await open(server.deps.db).select().from(clients);
    if (row === undefined) throw new Error("no client");
    const metadata = { ...row.metadata, redirect_uris: ["https://buildboard.example/other"] };
    await open(server.deps.db).update(clients).set({ metadata });
    expect(await (await post(server, "/token", codeRequest(code))).json()).toMatchObject({ error: "invalid_grant" });
  });

  it("is dead once its client is disabled, in every isolate", async () => {
    const code = await obtainCode();
    await open(server.deps.db).update(clients).set({ disabledAt: 1 });
    expect(await (await post(server, "/token", codeRequest(code))).json()).toMatchObject({ error: "invalid_grant" });
    expect((await post(createServer(), "/token", codeRequest(code))).status).toBe(401);
  });

  it("of a client that is exempted from PKCE needs no verifier, and is refused with one", async () => {
    await addClient("exempt", { require_pkce: false });
    const request = { client_id: "exempt", code_challenge: null, code_challenge_method: null };
    const code = await obtainCode(request);
    const as = basic("exempt", SECRET);
    expect(await (await post(server, "/token", codeRequest(code), as)).json()).toMatchObject({ error: "invalid_grant" });
    const plain = { grant_type: "authorization_code", code };
    expect(await (await post(server, "/token", plain, as)).json()).toMatchObject({ error: "invalid_grant" });
    expect((await post(server, "/token", { ...plain, redirect_uri: CALLBACK }, as)).status).toBe(200);
  });

  it("may be redeemed without redirect_uri where there is a verifier (OAuth 2.1)", async () => {
    const { redirect_uri: _, ...request } = codeRequest(await obtainCode());
    expect((await post(server, "/token", request)).status).toBe(200);
  });

  it("is not logged, and neither is any other secret of the flow", async () => {
    const lines: string[] = [];
    const originals = [console.info, console.error];
    console.info = console.error = (line: string) => void lines.push(line);
    try {
      const code = await obtainCode();
      await server.fetch(`/token?code=${code}`, {
        method: "POST",
        body: form(codeRequest(code)),
        headers: { authorization: "Basic x" },
      });
      await post(server, "/token", codeRequest(code, { redirect_uri: "https://evil.example" }));
      expect(lines.length).toBeGreaterThanOrEqual(2);
      expect(lines.join("\n")).not.toContain(code.slice(0, 30));
      expect(lines.join("\n")).not.toContain(VERIFIER);
    } finally {
      [console.info, console.error] = originals as [typeof console.info, typeof console.error];
    }
  });
});
