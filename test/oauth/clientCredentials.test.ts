/** The client credentials grant (RFC 6749 section 4.4): a machine that acts for itself. */
import { env } from "cloudflare:workers";
import { eq } from "drizzle-orm";
import { decodeJwt } from "jose";
import { beforeEach, describe, expect, it } from "vitest";
import type { ClientOrigin } from "../../src/model.ts";
import { open } from "../../src/store/database.ts";
import { clients, organizationClients, organizations, resources } from "../../src/store/schema.ts";
import { Browser, type Fields } from "../browser.ts";
import { API, addClient, addOrganization, addResource, addUser, changeResource, decideClient, SECRET } from "../builders.ts";
import { BUILDBOARD, cfOf } from "../certificates.ts";
import { ASSERTION_TYPE, assertionClaims, clientKey, sign } from "../clientKey.ts";
import { introspect, obtainTokens, post, tokensOf } from "../flow.ts";
import { basic, createServer, empty, form, ISSUER, type Server, snapshot } from "../harness.ts";
import { makeDpopKey, proofBy } from "../proof.ts";

const OTHER = "https://ledger.contoso.example";
const MANAGE = "grant_management_query grant_management_revoke";
const machine = { grant_types: ["client_credentials"], response_types: [], redirect_uris: [] } as const;

let server: Server;
let contoso: string;

beforeEach(async () => {
  await empty();
  server = createServer();
  const ada = await addUser("Ada");
  contoso = await addOrganization("contoso", "all", ada.userId);
  await addOrganization("fabrikam", "approved", ada.userId);
  await addResource();
  await addResource(OTHER, "ledger.");
  await addClient("nightly", { ...machine, scope: "builds.read workitems.read ledger.builds.read" });
  await addClient("contoso-devops", { grant_types: [], redirect_uris: [] });
});

const ask = (fields: Fields = {}, clientId = "nightly") =>
  post(server, "/token", { grant_type: "client_credentials", ...fields }, basic(clientId, SECRET));

const obtain = async (fields: Fields = {}, clientId = "nightly") => tokensOf(await ask(fields, clientId));

async function expectRefused(response: Response, before: string, status: number, error: string): Promise<void> {
  const body = await response.json<Record<string, string>>();
  expect([response.status, body["error"]], JSON.stringify(body)).toEqual([status, error]);
  expect(body["error_description"]).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/);
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(await snapshot()).toBe(before);
}

describe("a token for the client itself", () => {
  it("names the client as its subject, and no person, no grant, no sign-in", async () => {
    const response = await obtain({ scope: "builds.read" });
    expect(response).toEqual({
      access_token: expect.any(String),
      token_type: "Bearer",
      expires_in: 300,
      scope: "builds.read",
    });
    const claims = decodeJwt(response.access_token);
    expect(claims).toEqual({
      iss: ISSUER,
      sub: "nightly",
      client_id: "nightly",
      aud: API,
      scope: "builds.read",
      organizations: [],
      iat: expect.any(Number),
      exp: Number(claims.iat) + 300,
      jti: expect.any(String),
    });
  });

  it("comes without a refresh token, also to a client that may refresh and registered for what asks for one", async () => {
    await addClient("both", {
      grant_types: ["authorization_code", "refresh_token", "client_credentials"],
      scope: "openid profile offline_access builds.read",
    });
    const response = await obtain({}, "both");
    expect(response).not.toHaveProperty("refresh_token");
    expect(response).not.toHaveProperty("id_token");
    expect(response.scope).toBe("builds.read");
  });

  it("has everything that the client registered when it asks for nothing, and less when it asks for less", async () => {
    const all = await obtain();
    expect(all.scope).toBe("builds.read workitems.read ledger.builds.read");
    expect(decodeJwt(all.access_token).aud).toEqual([API, OTHER]);
    const here = await obtain({ resource: OTHER });
    expect([here.scope, decodeJwt(here.access_token).aud]).toEqual(["ledger.builds.read", OTHER]);
    const both = await obtain({ resource: [API, OTHER], scope: "workitems.read ledger.builds.read" });
    expect(decodeJwt(both.access_token)).toMatchObject({ aud: [API, OTHER], scope: "workitems.read ledger.builds.read" });
  });

  it("lives as long as the resource says", async () => {
    await changeResource(API, { accessTokenSeconds: 60 });
    expect((await obtain({ resource: API })).expires_in).toBe(60);
  });

  it("is not written down: no row says that it was issued", async () => {
    const before = await snapshot();
    await obtain();
    expect(await snapshot()).toBe(before);
  });

  it("has details of the types that the client registered, and no scope then that it did not ask for", async () => {
    await addClient("cloner", { ...machine, scope: "builds.read", authorization_details_types: ["repository_access"] });
    const details = [{ actions: ["read"], repositories: ["web"], type: "repository_access" }];
    const response = await obtain({ authorization_details: JSON.stringify(details) }, "cloner");
    expect(response).toMatchObject({ authorization_details: details });
    expect(response).not.toHaveProperty("scope");
    expect(decodeJwt(response.access_token)).toMatchObject({ aud: API, scope: "", authorization_details: details });
    expect(await introspect(server, response.access_token)).toMatchObject({ active: true, authorization_details: details });
  });
});

// CASES.md C 40, 54 and 55
describe("a request for one is refused, and nothing changes,", () => {
  it.each<[title: string, fields: Fields, status: number, error: string]>([
    ["with an identity scope", { scope: "openid builds.read" }, 400, "invalid_scope"],
    ["with offline_access", { scope: "offline_access" }, 400, "invalid_scope"],
    ["with a scope that the client is not registered for", { scope: "workitems.write" }, 400, "invalid_scope"],
    ["with a scope that there is not", { scope: "nothing" }, 400, "invalid_scope"],
    ["with a scope in characters that no scope has", { scope: 'builds"read' }, 400, "invalid_scope"],
    ["with a scope of a resource that it does not name", { scope: "builds.read", resource: OTHER }, 400, "invalid_scope"],
    ["with a resource that there is not", { resource: "https://nowhere.example" }, 400, "invalid_target"],
    ["with a resource beside that of its scope", { scope: "builds.read", resource: [API, OTHER] }, 400, "invalid_target"],
    ["at our own API, where it has nothing", { resource: ISSUER }, 400, "invalid_scope"],
    [
      "with details of a type that the client did not register",
      { authorization_details: '[{"type":"repository_access","repositories":["web"],"actions":[]}]' },
      400,
      "invalid_authorization_details",
    ],
    ["with details that are none", { authorization_details: "{}" }, 400, "invalid_authorization_details"],
    ["with its scope twice", { scope: ["builds.read", "builds.read"] }, 400, "invalid_request"],
    ["with its grant type twice", { grant_type: ["client_credentials", "client_credentials"] }, 400, "invalid_request"],
    ["with another grant type", { grant_type: "password" }, 400, "unsupported_grant_type"],
    ["with one that the client did not register", { grant_type: "refresh_token" }, 400, "unauthorized_client"],
  ])("%s", async (_, fields, status, error) => {
    const before = await snapshot();
    await expectRefused(await ask(fields), before, status, error);
  });

  // CASES.md C 45
  it.each<[title: string, authorization: string | null, fields: Fields, error: string]>([
    ["without a secret", null, { client_id: "nightly" }, "invalid_client"],
    ["with a wrong secret", basic("nightly", "wrong"), {}, "invalid_client"],
    ["by nobody", null, {}, "invalid_client"],
  ])("%s", async (_, authorization, fields, error) => {
    const before = await snapshot();
    const response = await post(server, "/token", { grant_type: "client_credentials", ...fields }, authorization);
    await expectRefused(response, before, 401, error);
  });

  it.each<[title: string, metadata: Parameters<typeof addClient>[1], error: string]>([
    ["of a client that is not registered for it", { scope: "builds.read" }, "unauthorized_client"],
    ["of a client without a scope, which might be any", { ...machine }, "invalid_scope"],
    ["of a client that has but scopes about people", { ...machine, scope: "openid profile email" }, "invalid_scope"],
  ])("%s", async (_, metadata, error) => {
    await addClient("odd", metadata);
    const before = await snapshot();
    await expectRefused(await ask({}, "odd"), before, 400, error);
    await expectRefused(await ask({ scope: "builds.read" }, "odd"), before, 400, error);
  });

  it("of a public client, whose id anybody can send", async () => {
    await addClient("app", { ...machine, scope: "builds.read", token_endpoint_auth_method: "none" });
    const before = await snapshot();
    const response = await post(server, "/token", { grant_type: "client_credentials", client_id: "app" }, null);
    await expectRefused(response, before, 400, "unauthorized_client");
  });

  it("for everything that a person can do, since no person is there", async () => {
    const [row] = await open(env.DB).select().from(resources).where(eq(resources.identifier, API));
    const full = { name: "full_access", title: "All", description: "All of it.", access: "full", risk: "high" } as const;
    await changeResource(API, { scopes: [...(row?.scopes ?? []), full] });
    await addClient("greedy", { ...machine, scope: "builds.read full_access" });
    const before = await snapshot();
    await expectRefused(await ask({ scope: "full_access" }, "greedy"), before, 400, "invalid_scope");
    expect((await obtain({}, "greedy")).scope).toBe("builds.read");
  });
});

describe("a client that the operator did not put here", () => {
  const origins: readonly (readonly [ClientOrigin, ownerId: string | null])[] = [
    ["document", null],
    ["developer", null],
    ["developer", "aagrace"],
    ["document", "aaada"],
  ];
  const become = (origin: ClientOrigin, ownerId: string | null) =>
    open(env.DB).update(clients).set({ origin, ownerId }).where(eq(clients.clientId, "nightly"));

  it.each(origins)("(%s of %s) has nothing at a resource that its owner did not register", async (origin, ownerId) => {
    await become(origin, ownerId);
    await changeResource(OTHER, { ownerId: "aaada" });
    await changeResource(API, { ownerId: null });
    const before = await snapshot();
    await expectRefused(await ask(), before, 400, "invalid_scope");
    await expectRefused(await ask({ scope: "ledger.builds.read" }), before, 400, "invalid_scope");
  });

  it("has what its developer's own resource defines", async () => {
    await become("developer", "aaada");
    await changeResource(OTHER, { ownerId: "aaada" });
    expect((await obtain()).scope).toBe("ledger.builds.read");
  });
});

describe("a token for the client itself is bound", () => {
  const key = makeDpopKey();
  const proof = async () =>
    proofBy(await key, { htm: "POST", htu: `${ISSUER}/token`, iat: Math.floor(server.deps.now() / 1000) });
  const send = (init: { dpop?: string; cf?: object }, clientId = "nightly") =>
    server.fetch("/token", {
      method: "POST",
      body: form({ grant_type: "client_credentials", client_id: clientId }),
      headers: {
        ...(init.cf ? {} : { authorization: basic(clientId, SECRET) }),
        ...(init.dpop === undefined ? {} : { dpop: init.dpop }),
      },
      ...(init.cf ? { cf: init.cf as never } : {}),
    });

  it("to the key of a proof, which counts once, whether or not the client must send one", async () => {
    const { jkt } = await key;
    const dpop = await proof();
    const tokens = await tokensOf(await send({ dpop }));
    expect(tokens.token_type).toBe("DPoP");
    expect(decodeJwt(tokens.access_token)["cnf"]).toEqual({ jkt });
    const before = await snapshot();
    await expectRefused(await send({ dpop }), before, 400, "invalid_dpop_proof");
    await addClient("bound", { ...machine, scope: "builds.read", dpop_bound_access_tokens: true });
    const now = await snapshot();
    await expectRefused(await send({}, "bound"), now, 400, "invalid_request");
    expect((await tokensOf(await send({ dpop: await proof() }, "bound"))).token_type).toBe("DPoP");
  });

  it("to the client's certificate", async () => {
    await addClient("certified", {
      ...machine,
      scope: "builds.read",
      token_endpoint_auth_method: "tls_client_auth",
      tls_client_auth_san_dns: "client.buildboard.example",
      tls_client_certificate_bound_access_tokens: true,
    });
    const tokens = await tokensOf(await send({ cf: cfOf(BUILDBOARD) }, "certified"));
    expect(decodeJwt(tokens.access_token)["cnf"]).toEqual({ "x5t#S256": expect.stringMatching(/^[\w-]{43}$/) });
  });
});

it("an assertion yields one token, however often it is sent at once", async () => {
  const key = await clientKey("ES256");
  await addClient("keyed", {
    ...machine,
    scope: "builds.read",
    token_endpoint_auth_method: "private_key_jwt",
    jwks: { keys: [key.jwk] },
  });
  const client_assertion = await sign(key, assertionClaims("keyed", server.deps.now()));
  const fields = { grant_type: "client_credentials", client_assertion_type: ASSERTION_TYPE, client_assertion };
  const responses = await Promise.all(Array.from({ length: 20 }, () => post(server, "/token", fields, null)));
  expect(responses.map(({ status }) => status).toSorted()).toEqual([200, ...Array.from({ length: 19 }, () => 401)]);
});

describe("the end of a client", () => {
  const disable = () =>
    open(env.DB).update(clients).set({ disabledAt: server.deps.now() }).where(eq(clients.clientId, "nightly"));
  const remove = () => open(env.DB).delete(clients).where(eq(clients.clientId, "nightly"));

  it.each([
    ["disabled", disable],
    ["removed", remove],
  ])("that is %s: no more tokens from an isolate that has just begun, nor from any other after a minute", async (_, end) => {
    const { access_token } = await obtain();
    await end();
    const cold = createServer({ clock: { now: server.deps.now() } });
    const request = { grant_type: "client_credentials" };
    expect((await post(cold, "/token", request, basic("nightly", SECRET))).status).toBe(401);
    expect(await introspect(server, access_token)).toEqual({ active: false });
    server.pass(61);
    const before = await snapshot();
    await expectRefused(await ask(), before, 401, "invalid_client");
  });

  it("ends one token of it when it is revoked by the client, and by nobody else", async () => {
    await addClient("stranger", machine);
    const [first, second] = [await obtain(), await obtain()];
    server.pass(1);
    await post(server, "/revoke", { token: first.access_token }, basic("stranger", SECRET));
    expect(await introspect(server, first.access_token)).toMatchObject({ active: true });
    await post(server, "/revoke", { token: first.access_token }, basic("nightly", SECRET));
    expect(await introspect(server, first.access_token)).toEqual({ active: false });
    expect(await introspect(server, second.access_token)).toMatchObject({ active: true });
    const { keys } = await env.KV.list();
    expect(keys.map(({ name }) => name)).toEqual([`revoked:token:${decodeJwt(first.access_token).jti}`]);
  });
});

describe("introspection of it", () => {
  it("tells the client and the servers of its audience what it is, and nobody else", async () => {
    const { access_token } = await obtain({ scope: "builds.read" });
    const claims = decodeJwt(access_token);
    expect(await introspect(server, access_token)).toEqual({ active: true, token_type: "Bearer", ...claims });
    const as = async (clientId: string) =>
      (await post(server, "/introspect", { token: access_token }, basic(clientId, SECRET))).json<object>();
    expect(await as("nightly")).toMatchObject({ active: true, sub: "nightly" });
    await addClient("stranger", machine);
    expect(await as("stranger")).toEqual({ active: false });
    server.pass(300);
    expect(await introspect(server, access_token)).toEqual({ active: false });
  });
});

describe("organizations", () => {
  const reach = async (fields: Fields = {}, clientId = "nightly") =>
    decodeJwt((await obtain(fields, clientId)).access_token)["organizations"];

  it("let a machine in that they approved, whatever their policy says of people's services", async () => {
    expect(await reach()).toEqual([]);
    await decideClient(contoso, "nightly", "approved");
    server.pass(61);
    expect(await reach()).toEqual(["contoso"]);
    await decideClient(`aafabrikam${"0".repeat(12)}`, "nightly", "approved");
    server.pass(61);
    expect(await reach()).toEqual(["contoso", "fabrikam"]);
    const details = JSON.stringify([{ type: "organization_access", organizations: ["fabrikam", "northwind"] }]);
    const limited = await obtain({ authorization_details: details });
    expect(decodeJwt(limited.access_token)).toMatchObject({
      scope: "builds.read workitems.read ledger.builds.read",
      organizations: ["fabrikam"],
      authorization_details: [{ type: "organization_access", organizations: ["fabrikam"] }],
    });
  });

  it("do not by approving a client that also acts for people", async () => {
    await addClient("both", { grant_types: ["authorization_code", "client_credentials"], scope: "builds.read" });
    await decideClient(contoso, "both", "approved");
    expect(await reach({}, "both")).toEqual([]);
  });

  it("do not by approving a client that says of itself what it is", async () => {
    await decideClient(contoso, "nightly", "approved");
    await open(env.DB).update(clients).set({ origin: "developer", ownerId: "aaada" }).where(eq(clients.clientId, "nightly"));
    await changeResource(OTHER, { ownerId: "aaada" });
    expect(await reach()).toEqual([]);
  });

  it("that change their mind are left out at once by introspection, and by new tokens after a minute", async () => {
    await decideClient(contoso, "nightly", "approved");
    const { access_token } = await obtain();
    expect(await introspect(server, access_token)).toMatchObject({ organizations: ["contoso"] });
    await open(env.DB).update(organizations).set({ policy: "none" }).where(eq(organizations.id, contoso));
    expect(await introspect(server, access_token)).toMatchObject({ active: true, organizations: [] });
    await open(env.DB).update(organizations).set({ policy: "all" });
    await open(env.DB).delete(organizationClients);
    expect(await introspect(server, access_token)).toMatchObject({ active: true, organizations: [] });
    server.pass(61);
    expect(await reach()).toEqual([]);
  });
});

describe("our own endpoints", () => {
  it("tell nothing about a person to a token that speaks for none", async () => {
    const { access_token } = await obtain();
    const response = await server.fetch("/userinfo", { headers: { authorization: `Bearer ${access_token}` } });
    expect(response.status).toBe(401);
  });

  it("let it manage every grant that the client holds, and none of another client's", async () => {
    const browser = new Browser(server);
    const scope = `openid builds.read offline_access ${MANAGE}`;
    await addClient("buildboard", {
      grant_types: ["authorization_code", "refresh_token", "client_credentials"],
      scope,
    });
    const email = "ada@contoso.example";
    const mine = await obtainTokens(server, browser, email, { scope: "openid builds.read offline_access" });
    const grantId = String(decodeJwt(mine.access_token)["grant_id"]);
    server.pass(1);
    const own = await obtain({ scope: MANAGE }, "buildboard");
    expect(decodeJwt(own.access_token)).toMatchObject({ aud: ISSUER, scope: MANAGE, sub: "buildboard" });
    const request = (method: string, id: string, token: string) =>
      server.fetch(`/grants/${id}`, { method, headers: { authorization: `Bearer ${token}` } });

    await addClient("rival", { ...machine, scope: MANAGE });
    const theirs = await obtain({}, "rival");
    const weak = await obtain({ scope: "grant_management_query" }, "buildboard");
    const api = await obtain({ scope: "builds.read" }, "buildboard");
    const before = await snapshot();
    for (const [method, id, token, status] of [
      ["GET", grantId, theirs.access_token, 404],
      ["DELETE", grantId, theirs.access_token, 404],
      ["GET", "aanothing", own.access_token, 404],
      ["DELETE", grantId, weak.access_token, 403],
      ["DELETE", grantId, api.access_token, 401],
    ] as const)
      expect((await request(method, id, token)).status).toBe(status);
    expect(await snapshot()).toBe(before);

    const answer = await (await request("GET", grantId, own.access_token)).json<{ scopes: unknown }>();
    expect(answer.scopes).toEqual([{ scope: "openid offline_access" }, { scope: "builds.read", resource: [API] }]);
    expect((await request("DELETE", grantId, own.access_token)).status).toBe(204);
    expect(await introspect(server, mine.access_token)).toEqual({ active: false });
    expect((await request("GET", grantId, own.access_token)).status).toBe(404);
    const audited = await env.DB.prepare("SELECT actor, user_id FROM audit WHERE action = 'grant.revoked'").all();
    expect(audited.results).toEqual([{ actor: "buildboard", user_id: expect.stringMatching(/^aaada/) }]);
  });
});
