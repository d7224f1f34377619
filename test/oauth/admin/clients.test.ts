import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { beforeEach, describe, expect, it } from "vitest";
import { Browser } from "../../browser.ts";
import { API, addClient, addOrganization, addResource, addUser, CALLBACK, giveClient, SECRET } from "../../builders.ts";
import {
  authorizationUrl,
  CHALLENGE,
  introspect,
  obtainTokens,
  post,
  refreshRequest,
  responseOf,
  type Tokens,
  tokensOf,
} from "../../flow.ts";
import { basic, createServer, empty, ISSUER, type Server, snapshot } from "../../harness.ts";
import { addOperator, ask, ownToken } from "./operator.ts";

let server: Server;
let browser: Browser;
let ada: { userId: string; email: string };
let token: string;

beforeEach(async () => {
  await empty();
  server = createServer();
  browser = new Browser(server);
  ada = await addUser("Ada");
  await addOrganization("contoso", "all", ada.userId);
  await addResource();
  await addClient("buildboard");
  await addClient("contoso-devops", { grant_types: [], redirect_uris: [] });
  await addOperator();
  token = await ownToken(server);
});

const logOf = async (): Promise<readonly unknown[]> => {
  const { results } = await env.DB.prepare("SELECT action, client_id FROM audit WHERE actor = 'operator' ORDER BY rowid").all();
  return results;
};

const idsOf = (body: Readonly<Record<string, unknown>>): readonly string[] =>
  (body["clients"] as readonly { client_id: string }[]).map(({ client_id }) => client_id);

describe("clients", () => {
  it("are listed page by page, and by who put them here", async () => {
    await giveClient("buildboard", ada.userId);
    const first = await ask(server, token, "GET", "/admin/clients?limit=2");
    expect([first.status, idsOf(first.body), first.body["next"]]).toEqual([
      200,
      ["buildboard", "contoso-devops"],
      "contoso-devops",
    ]);
    const second = await ask(server, token, "GET", "/admin/clients?limit=2&after=contoso-devops");
    expect([idsOf(second.body), second.body["next"]]).toEqual([["operator"], undefined]);
    expect(idsOf((await ask(server, token, "GET", "/admin/clients?origin=developer")).body)).toEqual(["buildboard"]);
    expect(idsOf((await ask(server, token, "GET", "/admin/clients?origin=document")).body)).toEqual([]);
  });

  it.each(["origin=nobody", "limit=0", "limit=201", "limit=x", "limit=-1"])("are not listed with %s", async (query) => {
    expect((await ask(server, token, "GET", `/admin/clients?${query}`)).status).toBe(400);
  });

  it("are shown with everything but their secrets, also one whose id is an address", async () => {
    const address = "https://app.example/client.json?v=1";
    await addClient(address, { token_endpoint_auth_method: "none" });
    const shown = await ask(server, token, "GET", `/admin/clients/${encodeURIComponent(address)}`);
    expect(shown.body).toMatchObject({ client_id: address, origin: "operator", publisher: null, secrets: [] });
    const { body } = await ask(server, token, "GET", "/admin/clients/buildboard");
    expect(body).toMatchObject({ metadata: { client_name: "Buildboard" }, secrets: [{ created_at: 1_767_225_600 }] });
    expect(JSON.stringify(body)).not.toContain("sha256");
    expect((await ask(server, token, "GET", "/admin/clients/nobody")).status).toBe(404);
  });
});

describe("a client that is disabled", () => {
  let tokens: Tokens;

  beforeEach(async () => {
    tokens = await obtainTokens(server, browser, ada.email);
    const answer = await ask(server, token, "POST", "/admin/clients/buildboard/disable");
    expect([answer.status, typeof answer.body["disabled_at"]]).toEqual([200, "number"]);
  });

  it("can do nothing more: no code, no refresh, and its access tokens are dead here and at the edge", async () => {
    expect((await post(server, "/token", refreshRequest(tokens.refresh_token))).status).toBe(401);
    expect(await introspect(server, tokens.access_token)).toEqual({ active: false });
    expect((await browser.open("/authorize?client_id=buildboard")).status).toBe(400);
    expect(await env.KV.get("revoked:client:buildboard")).not.toBeNull();
  });

  it("is once in the log, however often that is said, and comes back with what it had", async () => {
    await ask(server, token, "POST", "/admin/clients/buildboard/disable");
    expect((await ask(server, token, "POST", "/admin/clients/buildboard/enable")).body["disabled_at"]).toBeUndefined();
    await ask(server, token, "POST", "/admin/clients/buildboard/enable");
    expect(await logOf()).toEqual([
      { action: "client.disabled", client_id: "buildboard" },
      { action: "client.enabled", client_id: "buildboard" },
    ]);
    server.pass(61);
    expect((await post(server, "/token", refreshRequest(tokens.refresh_token))).status).toBe(200);
  });
});

describe("the publisher of a client", () => {
  const path = "/admin/clients/buildboard/verify-publisher";
  const northstar = { name: "Northstar Tools", uri: "https://northstar.example" };

  it("is verified at an operator's word, and taken back at it", async () => {
    const verified = await ask(server, token, "POST", path, northstar);
    expect([verified.status, verified.body["publisher"]]).toEqual([200, { ...northstar, verified: true }]);
    expect((await ask(server, token, "GET", "/admin/clients/buildboard")).body).toEqual(verified.body);
    server.pass(60);
    const before = await snapshot();
    expect((await ask(server, token, "POST", path, northstar)).body).toEqual(verified.body);
    expect(await snapshot()).toBe(before);
    const taken = await ask(server, token, "POST", path, { ...northstar, verified: false });
    expect(taken.body["publisher"]).toEqual({ ...northstar, verified: false });
    expect(await logOf()).toHaveLength(2);
  });

  it.each<[unknown, string]>([
    [undefined, "The request body must be application/json."],
    [{}, "name: is missing"],
    [{ name: "" }, "name: is empty"],
    [{ name: "A\u202eB" }, "name: holds characters that nobody sees, or that turn the text around"],
    [{ name: "A", uri: "http://a.example" }, "uri: is not an https URI"],
    [{ name: "A", verified: "yes" }, "verified: is not true or false"],
    [{ name: "A", logo: "x" }, "logo: is not a member that we know; there are name, uri, verified"],
  ])("is not verified by %j", async (body, description) => {
    const before = await snapshot();
    const answer = await ask(server, token, "POST", path, body);
    expect([answer.status, answer.body]).toMatchObject([400, { error: "invalid_request", error_description: description }]);
    expect(await snapshot()).toBe(before);
  });
});

describe("a client that is deleted", () => {
  it("goes with what it holds, disabled or not", async () => {
    const tokens = await obtainTokens(server, browser, ada.email);
    await ask(server, token, "POST", "/admin/clients/buildboard/disable");
    expect((await ask(server, token, "DELETE", "/admin/clients/buildboard")).status).toBe(204);
    expect((await ask(server, token, "GET", "/admin/clients/buildboard")).status).toBe(404);
    server.pass(1);
    expect((await ask(server, token, "DELETE", "/admin/clients/buildboard")).status).toBe(404);
    expect((await post(server, "/token", refreshRequest(tokens.refresh_token))).status).toBe(401);
  });
});

describe("an operator's client", () => {
  it.each([
    ["POST", "/admin/clients/operator/disable", 409],
    ["DELETE", "/admin/clients/operator", 409],
    ["POST", "/admin/clients/nobody/disable", 404],
    ["POST", "/admin/clients/nobody/enable", 404],
    ["POST", "/admin/clients/buildboard/promote", 404],
    ["POST", "/admin/clients/buildboard/constructor", 404],
    ["POST", "/admin/clients/%ff/disable", 404],
    ["GET", "/admin/clients/buildboard/disable", 405],
    ["PUT", "/admin/clients/buildboard", 405],
    ["POST", "/admin/clients", 405],
  ])("that sends %s %s is answered %i, and nothing has changed", async (method, path, status) => {
    const before = await snapshot();
    expect((await ask(server, token, method, path)).status).toBe(status);
    expect(await snapshot()).toBe(before);
  });

  it("is the only one that any of this is open to", async () => {
    const person = (await obtainTokens(server, browser, ada.email, { scope: "openid" })).access_token;
    const before = await snapshot();
    for (const [method, path] of [
      ["GET", "/admin/clients"],
      ["GET", "/admin/clients/buildboard"],
      ["DELETE", "/admin/clients/buildboard"],
      ["POST", "/admin/clients/buildboard/disable"],
      ["GET", "/admin/trusted-issuers"],
      ["GET", "/admin/trusted-issuers/x"],
      ["PUT", "/admin/trusted-issuers/x"],
      ["DELETE", "/admin/trusted-issuers/x"],
      ["GET", "/admin/directories"],
      ["GET", "/admin/directories/x"],
      ["PUT", "/admin/directories/x"],
      ["DELETE", "/admin/directories/x"],
      ["GET", "/admin/initial-access-tokens"],
      ["POST", "/admin/initial-access-tokens"],
      ["DELETE", "/admin/initial-access-tokens/x"],
    ] as const) {
      expect([method, path, (await ask(server, null, method, path)).status]).toEqual([method, path, 401]);
      expect([method, path, (await ask(server, person, method, path)).status]).toEqual([method, path, 403]);
    }
    expect(await snapshot()).toBe(before);
  });
});

describe("a client cannot come to administer", () => {
  it.each(["developer", "registration", "document"])("that was put here by %s", async (origin) => {
    await addOperator("robot", "admin builds.read");
    await env.DB.prepare("UPDATE clients SET origin = ? WHERE client_id = 'robot'").bind(origin).run();
    const response = await post(server, "/token", { grant_type: "client_credentials", scope: "admin" }, basic("robot", SECRET));
    expect(await response.json()).toMatchObject({ error: "invalid_scope" });
  });

  it("by a registration that names no scope, nor as a public client", async () => {
    await addClient("open", { grant_types: ["client_credentials"], response_types: [], redirect_uris: [] });
    const response = await post(server, "/token", { grant_type: "client_credentials", scope: "admin" }, basic("open", SECRET));
    expect(await response.json()).toMatchObject({ error: "invalid_scope" });
    await addClient("public", { grant_types: ["client_credentials"], scope: "admin", token_endpoint_auth_method: "none" });
    const bare = await post(server, "/token", { grant_type: "client_credentials", client_id: "public", scope: "admin" }, null);
    expect(bare.status).toBe(400);
  });

  it("by a token that it was sent for something else: one that administers is for us alone", async () => {
    const details = { authorization_details_types: ["repository_access"] };
    await addClient("robot", { grant_types: ["client_credentials"], scope: "builds.read admin", ...details });
    const send = (fields: Readonly<Record<string, string>>) =>
      post(server, "/token", { grant_type: "client_credentials", ...fields }, basic("robot", SECRET));
    const claimsOf = async (fields = {}) => decodeJwt((await tokensOf(await send(fields))).access_token);
    expect(await claimsOf()).toMatchObject({ aud: API, scope: "builds.read" });
    for (const fields of [{ scope: "admin" }, { resource: ISSUER }, { scope: "admin", resource: ISSUER }])
      expect(await claimsOf(fields)).toMatchObject({ aud: ISSUER, scope: "admin" });
    const repositories = JSON.stringify([{ type: "repository_access", repositories: ["web"], actions: ["read"] }]);
    for (const [fields, error] of [
      [{ scope: "admin builds.read" }, "invalid_scope"],
      [{ scope: "admin", authorization_details: repositories }, "invalid_scope"],
      [{ scope: "admin", resource: API }, "invalid_target"],
    ] as const) {
      const response = await send(fields);
      expect([response.status, await response.json()]).toMatchObject([400, { error }]);
    }
  });

  it("by asking a person, whom nobody asks", async () => {
    const deviceCode = "urn:ietf:params:oauth:grant-type:device_code";
    await addClient("console", { grant_types: ["authorization_code", deviceCode], scope: "openid admin" });
    const before = await snapshot();
    const page = await browser.open(authorizationUrl({ client_id: "console", scope: "openid admin" }));
    expect(responseOf(page).get("error")).toBe("invalid_scope");
    const pushed = { response_type: "code", redirect_uri: CALLBACK, code_challenge: CHALLENGE, code_challenge_method: "S256" };
    for (const [path, fields] of [
      ["/par", { ...pushed, scope: "admin" }],
      ["/device_authorization", { scope: "admin" }],
    ] as const) {
      const response = await post(server, path, fields, basic("console", SECRET));
      expect([path, response.status, await response.json()]).toMatchObject([path, 400, { error: "invalid_scope" }]);
    }
    expect(await snapshot()).toBe(before);
  });

  it("by a person's consent, even if one came to hold it", async () => {
    await env.DB.prepare(
      `UPDATE clients SET metadata = json_set(metadata, '$.scope', 'openid offline_access admin') WHERE client_id = 'buildboard'`,
    ).run();
    const tokens = await obtainTokens(server, browser, ada.email, { scope: "openid offline_access" });
    for (const table of ["grants", "families"])
      await env.DB.prepare(`UPDATE ${table} SET scopes = '["openid","offline_access","admin"]'`).run();
    const { access_token } = await tokensOf(await post(server, "/token", refreshRequest(tokens.refresh_token)));
    expect(decodeJwt(access_token)).toMatchObject({ aud: ISSUER, scope: "openid offline_access admin" });
    const before = await snapshot();
    const answer = await ask(server, access_token, "GET", "/admin/clients");
    expect([answer.status, answer.body["error"]]).toEqual([403, "insufficient_scope"]);
    expect((await ask(server, access_token, "POST", "/admin/clients/contoso-devops/disable")).status).toBe(403);
    expect(await snapshot()).toBe(before);
  });

  it("by exchanging a person's token", async () => {
    const { access_token } = await obtainTokens(server, browser, ada.email, { scope: "openid builds.read" });
    const request = {
      grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
      subject_token: access_token,
      subject_token_type: "urn:ietf:params:oauth:token-type:access_token",
      scope: "admin",
    };
    const response = await post(server, "/token", request, basic("operator", SECRET));
    expect(response.status).toBe(400);
  });
});
