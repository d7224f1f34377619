/** Identity assertion authorization grants (ID-JAG): an organization's directory lets a client in for its members. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { OAuthError } from "../../src/errors.ts";
import { PASSWORD_ACR } from "../../src/rules/acr.ts";
import { checkRequest, createResourceServer, type TokenNeeds } from "../../src/verify/index.ts";
import { Browser, type Fields, textOf } from "../browser.ts";
import { API, addClient, addOrganization, addResource, addUser, decideClient, SECRET } from "../builders.ts";
import { ASSERTION_TYPE, assertionClaims, type ClientKey, clientKey, sign } from "../clientKey.ts";
import {
  addDirectory,
  addIdentity,
  DIRECTORY,
  expectRefused,
  GRANT_TYPE,
  idJagClaims,
  payloadOf,
  signIdJag,
} from "../directory.ts";
import { introspect, openAuthorization, post, signIn, tokensOf } from "../flow.ts";
import { basic, createServer, empty, ISSUER, type Server, snapshot } from "../harness.ts";

type Claims = Readonly<Record<string, unknown>>;

const SETTINGS = "/settings/authorizations";
const credentials = basic("agent", SECRET);
const repositories = { type: "repository_access", repositories: ["site"], actions: ["read"] };

let server: Server;
let ada: { userId: string; email: string };
let contoso: string;
let directory: ClientKey;

beforeEach(async () => {
  await empty();
  server = createServer();
  ada = await addUser("Ada");
  contoso = await addOrganization("contoso", "approved", ada.userId);
  await addOrganization("fabrikam", "all", ada.userId);
  await addResource();
  await addClient("contoso-devops", { grant_types: [], redirect_uris: [] });
  await addClient("agent", { grant_types: [GRANT_TYPE], redirect_uris: [], response_types: [], client_name: "Agent" });
  directory = await addDirectory(["id_jag"], { organizationId: contoso });
  await addIdentity("ada@directory", ada.userId);
});

const idJag = (changes: Claims = {}, header: Claims = {}, key = directory) =>
  signIdJag(key, idJagClaims(server, { scope: "builds.read", resource: API, ...changes }), header);
const send = (jwt: string, fields: Fields = {}, authorization: string | null = credentials, at = server) =>
  post(at, "/token", { grant_type: GRANT_TYPE, assertion: jwt, ...fields }, authorization);

const rows = async (statement: string) => (await env.DB.prepare(statement).all()).results;
const run = (statement: string) => env.DB.prepare(statement).run();
const seconds = () => Math.floor(server.deps.now() / 1000);

describe("an ID-JAG", () => {
  it.each(["ES256", "PS256", "EdDSA", "RS256"])("signed with %s gives a token for its organization alone", async (alg) => {
    const issuer = `${DIRECTORY}/${alg}`;
    const key = await addDirectory(["id_jag"], { issuer, organizationId: contoso }, alg);
    await addIdentity("ada@directory", ada.userId, issuer);
    const response = await send(await idJag({ iss: issuer }, {}, key));
    const body = await response.json<Claims>();
    expect(response.status, JSON.stringify(body)).toBe(200);
    expect(Object.keys(body).toSorted()).toEqual(["access_token", "expires_in", "resource", "scope", "token_type"]);
    expect(body["resource"]).toBe(API);
    expect(payloadOf(String(body["access_token"]))).toEqual({
      iss: ISSUER,
      sub: ada.userId,
      aud: API,
      client_id: "agent",
      scope: "builds.read",
      iat: seconds(),
      exp: seconds() + 300,
      jti: expect.any(String),
      grant_id: expect.any(String),
      sid: expect.any(String),
      // Its policy wants an approval, which the word of its own directory is. Fabrikam would let anybody in, and is not asked.
      organizations: ["contoso"],
    });
    expect(await introspect(server, String(body["access_token"]))).toMatchObject({ active: true, organizations: ["contoso"] });
  });

  it("carries when and how the person signed in there, but no class of ours", async () => {
    const signedIn = { auth_time: seconds() - 600, acr: "urn:contoso:mfa", amr: ["mfa"] };
    const { access_token } = await tokensOf(await send(await idJag(signedIn)));
    expect(payloadOf(access_token)).toMatchObject({ auth_time: seconds() - 600, acr: "urn:contoso:mfa" });
    const ours = await tokensOf(await send(await idJag({ ...signedIn, acr: "urn:countersign:acr:password" })));
    expect(payloadOf(ours.access_token)).toMatchObject({ auth_time: seconds() - 600 });
    expect(payloadOf(ours.access_token)).not.toHaveProperty("acr");
    const without = await tokensOf(await send(await idJag()));
    expect(payloadOf(without.access_token)).not.toHaveProperty("auth_time");
  });

  // RFC 9470: what a resource server asks of a sign-in, only a token can meet that says how and when it was.
  it("meets a resource server's step-up with what it said of the sign-in, and without it never", async () => {
    const api = createResourceServer({
      issuer: ISSUER,
      audience: API,
      fetch: (input) => server.fetch(new URL(String(input)).pathname),
      now: server.deps.now,
    });
    const answer = async (claims: Claims, needs: TokenNeeds) => {
      const { access_token } = await tokensOf(await send(await idJag(claims)));
      const request = new Request(API, { headers: { authorization: `Bearer ${access_token}` } });
      return checkRequest(request, api, needs).then(
        () => "let in",
        (error: unknown) => (error instanceof OAuthError ? error.code : error),
      );
    };
    const signedIn = { auth_time: seconds() - 60, acr: "urn:contoso:mfa" };
    const refused = "insufficient_user_authentication";
    expect(await answer(signedIn, { maxAgeSeconds: 300, acrValues: ["urn:contoso:mfa"] })).toBe("let in");
    expect(await answer(signedIn, { maxAgeSeconds: 300, acrValues: [PASSWORD_ACR] })).toBe(refused);
    expect(await answer({ ...signedIn, acr: PASSWORD_ACR }, { acrValues: [PASSWORD_ACR] })).toBe(refused);
    expect(await answer({ auth_time: seconds() - 900 }, { maxAgeSeconds: 300 })).toBe(refused);
    expect(await answer({}, { maxAgeSeconds: 1_000_000_000 })).toBe(refused);
    expect(await answer({}, { scopes: ["builds.read"], person: true })).toBe("let in");
  });

  it.each<[string, () => Claims]>([
    ["an audience in an array of one", () => ({ aud: [ISSUER] })],
    ["several resources, of which one is known", () => ({ resource: ["https://other.example", API] })],
    ["no resource", () => ({ resource: undefined })],
    ["its organization as the tenant here", () => ({ aud_tenant: "contoso" })],
    ["the person's id here", () => ({ aud_sub: ada.userId })],
    ["somebody who acts, which is for others to judge", () => ({ act: { sub: "agent-7" } })],
    ["an address that is not asked for", () => ({ email: "somebody@else.example" })],
  ])("is taken with %s", async (_, changes) => {
    const { access_token } = await tokensOf(await send(await idJag(changes())));
    expect(payloadOf(access_token)).toMatchObject({ aud: API, scope: "builds.read", sub: ada.userId });
    expect(payloadOf(access_token)).not.toHaveProperty("act");
  });

  it("is taken from a client that is named by the address of its document and proves its key", async () => {
    const key = await clientKey("ES256", "of-the-agent");
    const clientId = "https://agent.example/client.json";
    await addClient(clientId, {
      grant_types: [GRANT_TYPE],
      redirect_uris: [],
      response_types: [],
      token_endpoint_auth_method: "private_key_jwt",
      jwks: { keys: [key.jwk] },
    });
    const fields = {
      client_assertion_type: ASSERTION_TYPE,
      client_assertion: await sign(key, assertionClaims(clientId, server.deps.now())),
    };
    const { access_token } = await tokensOf(await send(await idJag({ client_id: clientId }), fields, null));
    expect(payloadOf(access_token)["client_id"]).toBe(clientId);
  });

  it("gives scopes that it says and the request wants, and the client may have", async () => {
    const both = await idJag({ scope: "openid builds.read workitems.read workitems.write made.up" });
    await run(`UPDATE trusted_issuers SET scopes = '["builds.read","workitems.read"]'`);
    expect((await tokensOf(await send(both))).scope).toBe("builds.read workitems.read");
    const narrowed = await idJag({ scope: "builds.read workitems.read" });
    expect((await tokensOf(await send(narrowed, { scope: "workitems.read" }))).scope).toBe("workitems.read");
  });

  it("gives the details that it says, and those of them that the request wants", async () => {
    const other = { ...repositories, repositories: ["docs"] };
    const claims = { scope: undefined, authorization_details: [repositories, other] };
    const whole = await (await send(await idJag(claims))).json<Claims>();
    expect([whole["scope"], whole["authorization_details"]]).toEqual([undefined, [sorted(repositories), sorted(other)]]);
    const wanted = { authorization_details: JSON.stringify([other]) };
    const part = await (await send(await idJag(claims), wanted)).json<Claims>();
    expect(part["authorization_details"]).toEqual([sorted(other)]);
    expect(await introspect(server, String(part["access_token"]))).toMatchObject({
      active: true,
      authorization_details: [sorted(other)],
    });
  });
});

it("gives no details beyond the scopes that the operator named for its issuer", async () => {
  await run(`UPDATE trusted_issuers SET scopes = '["builds.read"]'`);
  const claims = { scope: "builds.read", authorization_details: [repositories] };
  const body = await (await send(await idJag(claims))).json<Claims>();
  expect([body["scope"], body["authorization_details"]]).toEqual(["builds.read", undefined]);
  expect(await rows("SELECT authorization_details FROM grants")).toEqual([{ authorization_details: "[]" }]);
  const before = await snapshot();
  const named = { authorization_details: JSON.stringify([repositories]) };
  await expectRefused(await send(await idJag(claims), named), before, "invalid_authorization_details");
  await expectRefused(await send(await idJag({ ...claims, scope: undefined })), before, "invalid_scope");
});

it("gives a token that its resource server may exchange, whatever else the client has brought meanwhile", async () => {
  const LEDGER = "https://ledger.contoso.example";
  const exchangeType = "urn:ietf:params:oauth:grant-type:token-exchange";
  await addResource(LEDGER, "ledger.");
  await run(`UPDATE resources SET client_id = 'server' WHERE identifier = '${API}'`);
  await addClient("server", {
    grant_types: [exchangeType],
    response_types: [],
    redirect_uris: [],
    token_exchange: { resources: [API, LEDGER], impersonation: true, delegation: false },
  });
  await decideClient(contoso, "server", "approved");
  await addClient("self", {
    grant_types: [GRANT_TYPE, exchangeType],
    response_types: [],
    redirect_uris: [],
    token_exchange: { resources: [API], impersonation: true, delegation: false },
  });
  const first = await tokensOf(await send(await idJag()));
  await tokensOf(await send(await idJag({ scope: "workitems.read" })));
  const exchange = (resource: string, scope: string, token = first.access_token, clientId = "server") =>
    post(
      server,
      "/token",
      {
        grant_type: exchangeType,
        subject_token: token,
        subject_token_type: "urn:ietf:params:oauth:token-type:access_token",
        resource,
        scope,
      },
      basic(clientId, SECRET),
    );
  const logged = () => rows("SELECT count(*) AS n FROM audit WHERE action = 'token.exchanged'");
  const { access_token } = await tokensOf(await exchange(API, "builds.read"));
  expect(payloadOf(access_token)).toMatchObject({ scope: "builds.read", organizations: ["contoso"] });
  expect(await logged()).toEqual([{ n: 1 }]);
  // The client itself needs no other leave than the directory's to make its own token smaller.
  const own = await tokensOf(await send(await idJag({ client_id: "self" }), {}, basic("self", SECRET)));
  const smaller = await tokensOf(await exchange(API, "builds.read", own.access_token, "self"));
  expect(payloadOf(smaller.access_token)["organizations"]).toEqual(["contoso"]);
  // What only another assertion gave is not in the token, nor is what no assertion gave.
  const before = await snapshot();
  await expectRefused(await exchange(API, "workitems.read"), before, "invalid_scope");
  await expectRefused(await exchange(LEDGER, "ledger.builds.read"), before, "invalid_scope");
});

it("limits the token to its organization, which is no detail of the grant", async () => {
  const limit = [{ type: "organization_access", organizations: ["contoso"] }];
  const body = await (await send(await idJag({ authorization_details: limit }))).json<Claims>();
  expect([body["scope"], body["authorization_details"]]).toEqual(["builds.read", limit]);
  expect(await rows("SELECT authorization_details FROM grants")).toEqual([{ authorization_details: "[]" }]);
  expect(await rows("SELECT authorization_details FROM families")).toEqual([{ authorization_details: "[]" }]);
});

it("gives details without end, of which the grant keeps the last hundred", async () => {
  const of = (site: string) => ({ ...repositories, repositories: [site] });
  const bring = async (...sites: readonly string[]) =>
    tokensOf(await send(await idJag({ scope: undefined, authorization_details: sites.map(of) })));
  const kept = async (): Promise<readonly string[]> => {
    const [grant] = await rows("SELECT authorization_details FROM grants");
    return JSON.parse(String(grant?.["authorization_details"])).flatMap((one: typeof repositories) => one.repositories);
  };
  await bring("first", "second");
  for (const round of ["a", "b", "c"]) await bring(...Array.from({ length: 33 }, (_, index) => `${round}${index}`), "first");
  expect([(await kept()).length, (await kept()).slice(-2)]).toEqual([100, ["c32", "first"]]);
  expect(await kept()).not.toContain("second");
  const { access_token } = await bring("last");
  expect(await introspect(server, access_token)).toMatchObject({ authorization_details: [sorted(of("last"))] });
  expect((await kept()).length).toBe(100);
});

const sorted = (detail: object) => Object.fromEntries(Object.entries(detail).toSorted(([a], [b]) => (a < b ? -1 : 1)));

describe("an ID-JAG is refused, and nothing changes,", () => {
  it.each<[string, () => Claims]>([
    ["another server as its audience", () => ({ aud: "https://other.example" })],
    ["the token endpoint as its audience", () => ({ aud: `${ISSUER}/token` })],
    ["two audiences", () => ({ aud: [ISSUER, "https://other.example"] })],
    ["the audience twice", () => ({ aud: [ISSUER, ISSUER] })],
    ["no audience", () => ({ aud: undefined })],
    ["this server as its issuer", () => ({ iss: ISSUER })],
    ["no client", () => ({ client_id: undefined })],
    ["another client", () => ({ client_id: "contoso-devops" })],
    ["no iat", () => ({ iat: undefined })],
    ["no exp", () => ({ exp: undefined })],
    ["no jti", () => ({ jti: undefined })],
    ["no sub", () => ({ sub: undefined })],
    ["a life of an hour", () => ({ exp: seconds() + 3600 })],
    ["a subject that nobody has", () => ({ sub: "eve@directory" })],
    ["another person's id here", () => ({ aud_sub: "aasomebody" })],
    ["a tenant", () => ({ tenant: "t1" })],
    ["another organization as the tenant here", () => ({ aud_tenant: "fabrikam" })],
    ["an auth_time that is to come", () => ({ auth_time: seconds() + 60 })],
    ["an auth_time in words", () => ({ auth_time: "yesterday" })],
    ["an acr of a kilobyte", () => ({ acr: "a".repeat(1024) })],
    ["twenty-one resources", () => ({ resource: Array.from({ length: 21 }, () => API) })],
    ["a key that nobody proved", () => ({ cnf: { jkt: "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" } })],
  ])("with %s", async (_, changes) => {
    const before = await snapshot();
    await expectRefused(await send(await idJag(changes())), before);
  });

  it.each<[string, string, Claims, Fields]>([
    ["a resource that is not its own", "invalid_target", {}, { resource: "https://other.example" }],
    ["a scope that is not in it", "invalid_scope", {}, { scope: "workitems.read" }],
    ["an ID token", "invalid_scope", { scope: "openid builds.read" }, { scope: "openid builds.read" }],
    ["nothing that anybody knows", "invalid_scope", { scope: "made.up" }, {}],
    ["a resource that nobody knows", "invalid_target", { resource: "https://other.example" }, {}],
    ["details of no known type", "invalid_authorization_details", { authorization_details: [{ type: "x" }] }, {}],
    ["details that are no array", "invalid_authorization_details", { authorization_details: "all" }, {}],
    [
      "another organization",
      "invalid_authorization_details",
      {},
      { authorization_details: JSON.stringify([{ type: "organization_access", organizations: ["fabrikam"] }]) },
    ],
  ])("for %s, and may come again", async (_, error, changes, fields) => {
    const before = await snapshot();
    await expectRefused(await send(await idJag(changes), fields), before, error);
  });

  it("as a plain assertion, and a plain one as an ID-JAG: each has its own trust", async () => {
    await run(`UPDATE trusted_issuers SET clients = '["agent"]'`);
    const before = await snapshot();
    for (const typ of [undefined, "JWT", "authorization-grant+jwt", "at+jwt", "oauth-id-jag", "id-jag+jwt"])
      await expectRefused(await send(await idJag({}, { typ })), before);
    await run(`UPDATE trusted_issuers SET purposes = '["jwt_bearer"]'`);
    server.deps.memory.clear();
    const after = await snapshot();
    await expectRefused(await send(await idJag()), after);
    await expectRefused(await send(await idJag({}, { typ: "application/OAuth-ID-JAG+JWT" })), after);
  });

  it("from a public client, and from one that the operator left out", async () => {
    await addClient("cli", {
      grant_types: [GRANT_TYPE],
      redirect_uris: [],
      response_types: [],
      token_endpoint_auth_method: "none",
    });
    const before = await snapshot();
    const jwt = await idJag({ client_id: "cli" });
    await expectRefused(await send(jwt, { client_id: "cli" }, null), before, "unauthorized_client");
    await run(`UPDATE trusted_issuers SET clients = '["other"]'`);
    server.deps.memory.clear();
    const after = await snapshot();
    await expectRefused(await send(await idJag()), after, "unauthorized_client");
  });

  it("sent 20 times in parallel, over two isolates, save once", async () => {
    const isolates = [server, createServer({ clock: { now: server.deps.now() } })];
    const jwt = await idJag();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => send(jwt, {}, credentials, isolates[index % 2] ?? server)),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...Array(19).fill(400)]);
    const before = await snapshot();
    await expectRefused(await send(jwt), before);
  });
});

describe("the organization", () => {
  it("has the last word: it refuses the client, lets no service in, or no longer has the member", async () => {
    const { access_token } = await tokensOf(await send(await idJag()));
    for (const [ends, mends] of [
      ["UPDATE organizations SET policy = 'none' WHERE name = 'contoso'", "UPDATE organizations SET policy = 'approved'"],
      [
        `INSERT INTO organization_clients VALUES ('${contoso}', 'agent', 'denied', NULL, 0)`,
        "DELETE FROM organization_clients",
      ],
      [
        `DELETE FROM memberships WHERE organization_id = '${contoso}'`,
        `INSERT INTO memberships VALUES ('${ada.userId}', '${contoso}', 'member', 0)`,
      ],
    ] as const) {
      await run(ends);
      const before = await snapshot();
      await expectRefused(await send(await idJag()), before);
      expect(await introspect(server, access_token)).toMatchObject({ active: true, organizations: [] });
      await run(mends);
      expect(await introspect(server, access_token)).toMatchObject({ organizations: ["contoso"] });
    }
  });

  it("keeps its approval of the service for consents: the directory's word counts for its own grant alone", async () => {
    await tokensOf(await send(await idJag()));
    expect(await rows("SELECT * FROM organization_clients")).toEqual([]);
    await decideClient(contoso, "agent", "approved");
    await tokensOf(await send(await idJag()));
  });

  it("is named on the settings page of the person, who may end it", async () => {
    const { access_token } = await tokensOf(await send(await idJag()));
    const browser = new Browser(server);
    await signIn(browser, await browser.open("/sign-in"), ada.email);
    const list = await browser.open(SETTINGS);
    expect(textOf(list)).toContain("Let in by Contoso . You were not asked.");
    const page = textOf(await openAuthorization(browser));
    expect(page).toContain("Let in by the directory of Contoso , login.contoso.example . You were not asked");
    expect(page).toContain("In the directory’s organization Contoso Allowed");
    expect(page).not.toContain("Fabrikam");
    await browser.submit(list, SETTINGS, { action: "revoke" });
    expect(await introspect(server, access_token)).toEqual({ active: false });
  });

  it("is the one that its issuer belongs to now", async () => {
    await tokensOf(await send(await idJag()));
    await run("UPDATE trusted_issuers SET organization_id = (SELECT id FROM organizations WHERE name = 'fabrikam')");
    const before = await snapshot();
    // What this isolate remembers is Contoso.
    await expectRefused(await send(await idJag()), before);
    server.deps.memory.clear();
    const { access_token } = await tokensOf(await send(await idJag()));
    expect(payloadOf(access_token)["organizations"]).toEqual(["fabrikam"]);
  });
});

describe("a member whom the directory calls by an address", () => {
  const byAddress = (changes: Claims = {}) => idJag({ sub: "new@directory", email: ada.email, ...changes });

  beforeEach(async () => {
    await run("DELETE FROM identities");
    await run("UPDATE trusted_issuers SET matches_email = 1");
  });

  it("is found once by it, and by the subject from then on", async () => {
    await tokensOf(await send(await byAddress({ email: "  ADA@Contoso.example " })));
    expect(await rows("SELECT issuer, subject, user_id FROM identities")).toEqual([
      { issuer: DIRECTORY, subject: "new@directory", user_id: ada.userId },
    ]);
    expect(await rows("SELECT user_id, actor, detail FROM audit WHERE action = 'identity.linked'")).toEqual([
      { user_id: ada.userId, actor: DIRECTORY, detail: `{"issuer":"${DIRECTORY}","subject":"new@directory"}` },
    ]);
    const { access_token } = await tokensOf(await send(await byAddress({ email: "other@contoso.example" })));
    expect(payloadOf(access_token)["sub"]).toBe(ada.userId);
    expect(await rows("SELECT count(*) AS n FROM audit WHERE action = 'identity.linked'")).toEqual([{ n: 1 }]);
  });

  it("is not somebody else to whom the address passed", async () => {
    await tokensOf(await send(await byAddress()));
    const before = await snapshot();
    await expectRefused(await send(await byAddress({ sub: "next@directory" })), before);
  });

  it.each<[string, string, Claims]>([
    ["whose address nobody proved to us", "UPDATE users SET email_verified = 0", {}],
    ["who is no member", "DELETE FROM memberships WHERE organization_id LIKE 'aacontoso%'", {}],
    ["who is disabled", "UPDATE users SET disabled_at = 1", {}],
    ["whose address the directory does not vouch for", "SELECT 1", { email_verified: false }],
    ["whose address is not given", "SELECT 1", { email: undefined }],
    ["whose address is none", "SELECT 1", { email: "ada" }],
    ["whose address is a list", "SELECT 1", { email: ["ada@contoso.example"] }],
    ["where the operator did not allow it", "UPDATE trusted_issuers SET matches_email = 0", {}],
  ])("is not found %s", async (_, statement, changes) => {
    await run(statement);
    const before = await snapshot();
    await expectRefused(await send(await byAddress(changes)), before);
  });

  it("is linked once by 20 assertions at a time", async () => {
    const isolates = [server, createServer({ clock: { now: server.deps.now() } })];
    const jwts = await Promise.all(Array.from({ length: 20 }, () => byAddress()));
    await Promise.all(
      jwts.map(async (jwt, index) => tokensOf(await send(jwt, {}, credentials, isolates[index % 2] ?? server))),
    );
    expect(await rows("SELECT count(*) AS n FROM identities")).toEqual([{ n: 1 }]);
    expect(await rows("SELECT action FROM audit WHERE action <> 'key.created' ORDER BY rowid")).toEqual(
      ["identity.linked", "grant.vouched", "family.started"].map((action) => ({ action })),
    );
  });
});

describe("a directory of many", () => {
  it("is trusted for the one tenant that the operator named", async () => {
    await run("UPDATE trusted_issuers SET tenant = 't1'");
    const before = await snapshot();
    await expectRefused(await send(await idJag()), before);
    await expectRefused(await send(await idJag({ tenant: "t2" })), before);
    await tokensOf(await send(await idJag({ tenant: "t1" })));
  });
});

it("the metadata names the grant and the profile", async () => {
  const metadata = await (await server.fetch("/.well-known/oauth-authorization-server")).json<Record<string, string[]>>();
  expect(metadata["grant_types_supported"]).toContain(GRANT_TYPE);
  expect(metadata["authorization_grant_profiles_supported"]).toEqual(["urn:ietf:params:oauth:grant-profile:id-jag"]);
});
