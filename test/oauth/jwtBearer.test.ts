/** The JWT bearer grant (RFC 7523): tokens for a person at the word of an issuer that we trust. */
import { env } from "cloudflare:workers";
import { exportJWK, exportSPKI, generateKeyPair } from "jose";
import { beforeEach, describe, expect, it } from "vitest";
import { deleteExpired } from "../../src/store/retention.ts";
import { toBase64url, toUtf8 } from "../../src/tokens/encoding.ts";
import { Browser, type Fields, textOf } from "../browser.ts";
import { API, addClient, addOrganization, addResource, addUser, SECRET } from "../builders.ts";
import { ASSERTION_TYPE, assertionClaims, type ClientKey, clientKey, sign } from "../clientKey.ts";
import { addDirectory, addIdentity, bearerClaims, DIRECTORY, expectRefused, GRANT_TYPE, payloadOf } from "../directory.ts";
import { approve, authorizationUrl, introspect, openAuthorization, post, responseOf, signIn, tokensOf } from "../flow.ts";
import { basic, createServer, empty, ISSUER, type Server, snapshot } from "../harness.ts";
import { makeDpopKey, proofBy } from "../proof.ts";

type Claims = Readonly<Record<string, unknown>>;

const SETTINGS = "/settings/authorizations";
const credentials = basic("sync", SECRET);

let server: Server;
let ada: { userId: string; email: string };
let directory: ClientKey;

beforeEach(async () => {
  await empty();
  server = createServer();
  ada = await addUser("Ada");
  await addOrganization("contoso", "all", ada.userId);
  await addResource();
  await addClient("contoso-devops", { grant_types: [], redirect_uris: [] });
  await addClient("sync", { grant_types: [GRANT_TYPE], redirect_uris: [], response_types: [], client_name: "Sync" });
  directory = await addDirectory(["jwt_bearer"], { clients: ["sync"], scopes: ["workitems.read", "builds.read"] });
  await addIdentity("ada@directory", ada.userId);
});

const claims = (changes: Claims = {}) => bearerClaims(server, changes);
const assertion = (changes: Claims = {}, header: Claims = {}, key = directory) => sign(key, claims(changes), header);
const send = (jwt: string, fields: Fields = {}, authorization: string | null = credentials, at = server) =>
  post(at, "/token", { grant_type: GRANT_TYPE, assertion: jwt, ...fields }, authorization);

const rows = async (statement: string) => (await env.DB.prepare(statement).all()).results;
const run = (statement: string) => env.DB.prepare(statement).run();
const seconds = () => Math.floor(server.deps.now() / 1000);
const encode = (value: unknown): string => toBase64url(toUtf8(JSON.stringify(value)));

describe("an assertion of an issuer that is trusted", () => {
  it.each(["ES256", "PS256", "EdDSA", "RS256"])(
    "signed with %s gives a token for the person, and nothing else",
    async (alg) => {
      const issuer = `${DIRECTORY}/${alg}`;
      const key = await addDirectory(["jwt_bearer"], { issuer, clients: ["sync"] }, alg);
      await addIdentity("ada@directory", ada.userId, issuer);
      const response = await send(await assertion({ iss: issuer }, {}, key), { scope: "builds.read" });
      const body = await response.json<Claims>();
      expect(response.status, JSON.stringify(body)).toBe(200);
      expect(Object.keys(body).toSorted()).toEqual(["access_token", "expires_in", "scope", "token_type"]);
      // Without auth_time and acr: nobody saw the person sign in, so that no resource server takes it for a recent sign-in.
      expect(payloadOf(String(body["access_token"]))).toEqual({
        iss: ISSUER,
        sub: ada.userId,
        aud: API,
        client_id: "sync",
        scope: "builds.read",
        iat: seconds(),
        exp: seconds() + 300,
        jti: expect.any(String),
        grant_id: expect.any(String),
        sid: expect.any(String),
        organizations: ["contoso"],
      });
    },
  );

  it("gives everything that the issuer is trusted with, when the request names no scope", async () => {
    expect((await tokensOf(await send(await assertion()))).scope).toBe("workitems.read builds.read");
  });

  it("gives less when it says less, and of what it says only what its issuer is trusted with", async () => {
    const { scope } = await tokensOf(
      await send(await assertion({ scope: "openid offline_access builds.read workitems.write made.up" })),
    );
    expect(scope).toBe("builds.read");
  });

  it.each<[string, string | undefined]>([
    ["without a type", undefined],
    ["of the type JWT", "JWT"],
    ["of its own type", "authorization-grant+jwt"],
    ["of its own type, as a media type", "application/authorization-grant+jwt"],
  ])("is taken %s", async (_, typ) => {
    await tokensOf(await send(await assertion({}, typ === undefined ? {} : { typ })));
  });

  it.each<[string, () => Claims]>([
    ["begins in eight seconds", () => ({ nbf: seconds() + 8, iat: seconds() + 8 })],
    ["has no iat", () => ({ iat: undefined })],
    ["expired eight seconds ago", () => ({ iat: seconds() - 30, exp: seconds() - 8 })],
    ["lives for ten minutes", () => ({ exp: seconds() + 600 })],
    ["names the client that brings it", () => ({ client_id: "sync" })],
  ])("is taken when it %s", async (_, changes) => {
    await tokensOf(await send(await assertion(changes())));
  });

  it("carries no sign-in of the person, and no class of it, into the token", async () => {
    const { access_token } = await tokensOf(await send(await assertion({ auth_time: seconds() - 60, acr: "urn:phr" })));
    expect(payloadOf(access_token)).not.toHaveProperty("auth_time");
    expect(payloadOf(access_token)).not.toHaveProperty("acr");
  });

  it("may be brought by a client that authenticates by a key, whose own assertion is another thing", async () => {
    const key = await clientKey("ES256", "of-the-client");
    await addClient("signer", {
      grant_types: [GRANT_TYPE],
      redirect_uris: [],
      response_types: [],
      token_endpoint_auth_method: "private_key_jwt",
      jwks: { keys: [key.jwk] },
    });
    await run(`UPDATE trusted_issuers SET clients = '["signer"]'`);
    const own = await sign(key, assertionClaims("signer", server.deps.now(), { jti: "same" }));
    const fields = { client_assertion_type: ASSERTION_TYPE, client_assertion: own };
    await tokensOf(await send(await assertion({ jti: "same" }), fields, null));
    const before = await snapshot();
    const another = await sign(key, assertionClaims("signer", server.deps.now()));
    const swapped = { client_assertion_type: ASSERTION_TYPE, client_assertion: another };
    await expectRefused(await send(own, swapped, null), before);
  });

  it("may be brought by a public client that the operator named", async () => {
    await addClient("cli", {
      grant_types: [GRANT_TYPE],
      redirect_uris: [],
      response_types: [],
      token_endpoint_auth_method: "none",
    });
    const before = await snapshot();
    await expectRefused(await send(await assertion(), { client_id: "cli" }, null), before, "unauthorized_client");
    await run(`UPDATE trusted_issuers SET clients = '["cli"]'`);
    server.deps.memory.clear();
    await tokensOf(await send(await assertion(), { client_id: "cli" }, null));
  });
});

describe("what a request asks for", () => {
  it.each<[string, string, Fields]>([
    ["a scope beyond the trust", "invalid_scope", { scope: "builds.read workitems.write" }],
    ["a scope that nobody knows", "invalid_scope", { scope: "made.up" }],
    ["an ID token", "invalid_scope", { scope: "openid builds.read" }],
    ["a refresh token", "invalid_scope", { scope: "offline_access builds.read" }],
    ["to manage grants", "invalid_scope", { scope: "grant_management_query" }],
    ["to administer", "invalid_scope", { scope: "admin" }],
    ["a scope in letters that no scope has", "invalid_scope", { scope: 'builds"read' }],
    ["a resource that nobody knows", "invalid_target", { resource: "https://other.example" }],
    ["this server as the resource", "invalid_target", { resource: ISSUER }],
    [
      "details that the assertion does not have",
      "invalid_authorization_details",
      { authorization_details: JSON.stringify([{ type: "repository_access", repositories: ["a"], actions: ["read"] }]) },
    ],
    ["details of no type", "invalid_authorization_details", { authorization_details: "[{}]" }],
  ])("is refused when it is %s, and the assertion may come again", async (_, error, fields) => {
    const jwt = await assertion();
    const before = await snapshot();
    await expectRefused(await send(jwt, fields), before, error);
    await tokensOf(await send(jwt));
  });

  it("is refused beyond what the client is registered for", async () => {
    await run(`UPDATE clients SET metadata = json_set(metadata, '$.scope', 'builds.read') WHERE client_id = 'sync'`);
    const before = await snapshot();
    await expectRefused(await send(await assertion(), { scope: "workitems.read" }), before, "invalid_scope");
    expect((await tokensOf(await send(await assertion()))).scope).toBe("builds.read");
  });

  it("must be named where neither the issuer's trust nor the client's registration limits it", async () => {
    await run("UPDATE trusted_issuers SET scopes = NULL");
    const before = await snapshot();
    await expectRefused(await send(await assertion()), before, "invalid_scope");
    expect((await tokensOf(await send(await assertion(), { scope: "workitems.write" }))).scope).toBe("workitems.write");
  });

  it("is not everything that a person can do, unless the operator said so of the issuer", async () => {
    const full = { name: "everything", title: "T", description: "D", access: "full", risk: "high" };
    await run(`UPDATE resources SET scopes = json_insert(scopes, '$[#]', json('${JSON.stringify(full)}'))`);
    await run("UPDATE trusted_issuers SET scopes = NULL");
    const before = await snapshot();
    await expectRefused(await send(await assertion(), { scope: "everything" }), before, "invalid_scope");
    await run(`UPDATE trusted_issuers SET scopes = '["everything"]'`);
    server.deps.memory.clear();
    expect((await tokensOf(await send(await assertion()))).scope).toBe("everything");
  });

  it("decides the token's audience, and leaves out what belongs to another resource", async () => {
    await addResource("https://other.example", "other.");
    await run(`UPDATE trusted_issuers SET scopes = '["builds.read","other.builds.read"]'`);
    const { access_token } = await tokensOf(await send(await assertion(), { resource: "https://other.example" }));
    expect(payloadOf(access_token)).toMatchObject({ aud: "https://other.example", scope: "other.builds.read" });
    const both = await tokensOf(await send(await assertion()));
    expect(payloadOf(both.access_token)["aud"]).toEqual([API, "https://other.example"]);
    const before = await snapshot();
    await expectRefused(
      await send(await assertion(), { resource: "https://other.example", scope: "builds.read" }),
      before,
      "invalid_scope",
    );
  });
});

// CASES.md C 47 to 50 by analogy, and 91
describe("an assertion is refused, and nothing changes,", () => {
  it.each<[string, () => Claims]>([
    ["another server as its audience", () => ({ aud: "https://other.example" })],
    ["the token endpoint as its audience", () => ({ aud: `${ISSUER}/token` })],
    ["an audience with a slash more", () => ({ aud: `${ISSUER}/` })],
    ["an audience that is a client", () => ({ aud: "sync" })],
    ["the issuer in an array", () => ({ aud: [ISSUER] })],
    ["the issuer beside another server", () => ({ aud: [ISSUER, "https://other.example"] })],
    ["no audience", () => ({ aud: undefined })],
    ["no issuer", () => ({ iss: undefined })],
    ["an issuer that is no string", () => ({ iss: [DIRECTORY] })],
    ["an issuer whom nobody trusts", () => ({ iss: "https://evil.example" })],
    ["an issuer with a slash more", () => ({ iss: `${DIRECTORY}/` })],
    ["this server as its issuer", () => ({ iss: ISSUER })],
    ["no expiry", () => ({ exp: undefined })],
    ["an expiry that is a text", () => ({ exp: String(seconds() + 60) })],
    ["an expiry that is past by eleven seconds", () => ({ exp: seconds() - 11 })],
    ["a life of an hour", () => ({ exp: seconds() + 3600 })],
    ["a beginning in a minute", () => ({ nbf: seconds() + 60 })],
    ["an issue in a minute", () => ({ iat: seconds() + 60 })],
    ["an issue an hour ago", () => ({ iat: seconds() - 3600 })],
    ["an issue that is a text", () => ({ iat: "now" })],
    ["no jti", () => ({ jti: undefined })],
    ["an empty jti", () => ({ jti: "" })],
    ["a jti of a kilobyte", () => ({ jti: "j".repeat(1024) })],
    ["no subject", () => ({ sub: undefined })],
    ["an empty subject", () => ({ sub: "" })],
    ["a subject that is a number", () => ({ sub: 7 })],
    ["a subject of a kilobyte", () => ({ sub: "s".repeat(1024) })],
    ["a subject that nobody has", () => ({ sub: "eve@directory" })],
    ["the person's address as the subject", () => ({ sub: ada.email })],
    ["the person's own id as the subject", () => ({ sub: ada.userId })],
    ["another client", () => ({ client_id: "somebody" })],
    ["a client that is no string", () => ({ client_id: ["sync"] })],
    ["a scope that is an array", () => ({ scope: ["builds.read"] })],
    ["a scope that is none", () => ({ scope: 'a"b' })],
    ["a resource that is a number", () => ({ resource: 7 })],
    ["no resource in its array", () => ({ resource: [] })],
    ["a key that the request does not prove", () => ({ cnf: { jkt: "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" } })],
    ["a tenant that its issuer is not trusted for", () => ({ tenant: "umbrella" })],
    ["somebody else's tenant here", () => ({ aud_tenant: "umbrella" })],
    ["an empty aud_sub", () => ({ aud_sub: "" })],
    ["an auth_time that is to come", () => ({ auth_time: seconds() + 60 })],
    ["an acr that is no string", () => ({ acr: 1 })],
  ])("with %s", async (_, changes) => {
    const jwt = await assertion(changes());
    const before = await snapshot();
    await expectRefused(await send(jwt), before);
  });

  it.each(["at+jwt", "dpop+jwt", "logout+jwt", "client-authentication+jwt", "secevent+jwt", "oauth-authz-req+jwt", "id_token"])(
    "of the type %s",
    async (typ) => {
      const before = await snapshot();
      await expectRefused(await send(await assertion({}, { typ })), before);
    },
  );

  it.each<[string, () => Promise<string>]>([
    ["that is no JWT", async () => "not-a-jwt"],
    ["that is an access token of this server", async () => (await tokensOf(await send(await assertion()))).access_token],
    ["that is longer than 16 KB", async () => assertion({ pad: "x".repeat(20_000) })],
    ["that is encrypted, by its looks", async () => "eyJhbGciOiJkaXIifQ.a.b.c.d"],
  ])("%s", async (_, make) => {
    const jwt = await make();
    const before = await snapshot();
    await expectRefused(await send(jwt), before);
  });

  it("and without one the request is", async () => {
    const before = await snapshot();
    await expectRefused(await send(""), before, "invalid_request");
    await expectRefused(
      await server.fetch("/token", {
        method: "POST",
        body: new URLSearchParams([
          ["grant_type", GRANT_TYPE],
          ["assertion", "a"],
          ["assertion", "b"],
        ]),
        headers: { authorization: credentials },
      }),
      before,
      "invalid_request",
    );
  });

  it("by a client that is not registered for the grant, or not named by the operator, or gives no proof of itself", async () => {
    await addClient("other", { redirect_uris: [] });
    await addClient("third", { grant_types: [GRANT_TYPE], redirect_uris: [], response_types: [] });
    const before = await snapshot();
    await expectRefused(await send(await assertion(), {}, basic("other", SECRET)), before, "unauthorized_client");
    await expectRefused(await send(await assertion(), {}, basic("third", SECRET)), before, "unauthorized_client");
    await expectRefused(await send(await assertion(), { client_id: "sync" }, null), before, "invalid_client", 401);
  });

  it("of an issuer that is trusted for something else", async () => {
    await run(`UPDATE trusted_issuers SET purposes = '["software_statement","id_jag"]'`);
    const before = await snapshot();
    await expectRefused(await send(await assertion()), before);
  });

  it("of this server itself, even if somebody wrote it down among the issuers", async () => {
    const own = await addDirectory(["jwt_bearer"], { issuer: ISSUER, clients: ["sync"], scopes: ["builds.read"] });
    await addIdentity("ada@directory", ada.userId, ISSUER);
    const before = await snapshot();
    await expectRefused(await send(await assertion({ iss: ISSUER }, {}, own)), before);
  });

  it("of an issuer that names no clients: a plain assertion does not say whom it is for", async () => {
    await run("UPDATE trusted_issuers SET clients = NULL");
    const before = await snapshot();
    await expectRefused(await send(await assertion()), before, "unauthorized_client");
  });

  it("in words that do not tell a forged one from one of a stranger, nor an unknown person from a disabled one", async () => {
    const stranger = await clientKey("ES256", "stranger");
    const before = await snapshot();
    const forged = await expectRefused(await send(await assertion({}, {}, stranger)), before);
    expect(await expectRefused(await send(await assertion({ iss: "https://evil.example" }, {}, stranger)), before)).toBe(
      forged,
    );
    const unknown = await expectRefused(await send(await assertion({ sub: "eve@directory" })), before);
    await run("UPDATE users SET disabled_at = 1");
    expect(await expectRefused(await send(await assertion()), before)).toBe(unknown);
  });
});

describe.each(["ES256", "PS256", "EdDSA", "RS256"])("an assertion that somebody tampered with, under a key for %s,", (alg) => {
  let asked: string[];
  let key: ClientKey;

  beforeEach(async () => {
    asked = [];
    server = createServer({
      fetch: async (input) => {
        asked.push(String(input));
        return Response.json({ keys: [(await clientKey(alg, "stranger")).jwk] });
      },
    });
    await run("DELETE FROM trusted_issuers");
    key = await addDirectory(["jwt_bearer"], { clients: ["sync"], scopes: ["builds.read"] }, alg);
  });

  const kid = () => String(key.jwk["kid"]);
  const hmac = async (secret: string, name = "HS256") => {
    const input = `${encode({ alg: name, kid: kid() })}.${encode(claims())}`;
    const hash = `SHA-${name.slice(2)}`;
    const raw = await crypto.subtle.importKey("raw", toUtf8(secret), { name: "HMAC", hash }, false, ["sign"]);
    return `${input}.${toBase64url(new Uint8Array(await crypto.subtle.sign("HMAC", raw, toUtf8(input))))}`;
  };
  const stranger = async (header: Claims) => assertion({}, header, await clientKey(alg, "stranger"));
  const otherAlgs: Readonly<Record<string, string>> = { ES256: "ES384", PS256: "PS512", EdDSA: "ES256", RS256: "RS512" };

  it.each<[string, () => Promise<string>]>([
    ["alg none", async () => `${encode({ alg: "none", kid: kid() })}.${encode(claims())}.`],
    ["HS256 under the public key in PEM", async () => hmac(await exportSPKI(key.publicKey))],
    ["HS256 under the public JWK", async () => hmac(JSON.stringify(key.jwk))],
    ["HS512 under the public JWK", async () => hmac(JSON.stringify(key.jwk), "HS512")],
    ["another key under the same kid", () => stranger({ kid: kid() })],
    ["another key in jwk", async () => stranger({ kid: kid(), jwk: (await clientKey(alg, "stranger")).jwk })],
    ["another key at jku", () => stranger({ kid: "stranger", jku: "https://evil.example/jwks" })],
    ["another key at x5u", () => stranger({ kid: "stranger", x5u: "https://evil.example/chain.pem" })],
    ["a kid that is a path", () => assertion({}, { kid: "../../dev/null" }, key)],
    [
      "crit",
      async () => {
        const [, payload, signature] = (await assertion({}, {}, key)).split(".");
        return `${encode({ alg, kid: kid(), crit: ["exp"], exp: 1 })}.${payload}.${signature}`;
      },
    ],
    [
      "an algorithm or a curve that its key is not for",
      async () => {
        const other = otherAlgs[alg] ?? "";
        const pair = await generateKeyPair(other, { extractable: true });
        return assertion(
          {},
          { kid: kid() },
          { ...pair, alg: other, jwk: { ...(await exportJWK(pair.publicKey)), kid: kid() } },
        );
      },
    ],
    [
      "other claims under the signature",
      async () =>
        (await assertion({}, {}, key))
          .split(".")
          .with(1, encode(claims({ sub: "x" })))
          .join("."),
    ],
    ["half a signature", async () => (await assertion({}, {}, key)).slice(0, -40)],
    ["no signature", async () => (await assertion({}, {}, key)).replace(/[^.]*$/, "")],
    ["two parts", async () => (await assertion({}, {}, key)).split(".").slice(0, 2).join(".")],
  ])("is refused with %s, and nobody is asked for a key", async (_, forge) => {
    const before = await snapshot();
    expect(await expectRefused(await send(await forge()), before)).toBe("The assertion is not valid.");
    expect(asked).toEqual([]);
    await tokensOf(await send(await assertion({}, {}, key)));
  });
});

describe("an issuer's keys at an address", () => {
  const JWKS_URI = `${DIRECTORY}/jwks`;
  let asked: string[];
  let answer: () => Response;
  let key: ClientKey;

  beforeEach(async () => {
    asked = [];
    server = createServer({
      fetch: async (input) => {
        asked.push(String(input));
        return answer();
      },
    });
    await run("DELETE FROM trusted_issuers");
    key = await addDirectory(["jwt_bearer"], { clients: ["sync"], scopes: ["builds.read"], jwksUri: JWKS_URI });
    answer = () => Response.json({ keys: [key.jwk] });
  });

  it("are asked for once, and again for a key that is new", async () => {
    for (let round = 0; round < 3; round++) await tokensOf(await send(await assertion({}, {}, key)));
    expect(asked).toEqual([JWKS_URI]);
    const next = await clientKey("ES256", "next-of-the-directory");
    answer = () => Response.json({ keys: [next.jwk] });
    server.pass(31);
    await tokensOf(await send(await assertion({}, {}, next)));
    const before = await snapshot();
    await expectRefused(await send(await assertion({}, {}, key)), before);
    expect(asked).toEqual([JWKS_URI, JWKS_URI]);
  });

  it.each<[string, () => Response]>([
    ["fail", () => new Response("no", { status: 500 })],
    ["lead elsewhere", () => new Response(null, { status: 302, headers: { location: "https://169.254.169.254/" } })],
    ["are a megabyte", () => new Response(" ".repeat(1_000_000))],
  ])("that %s make nothing valid, and do not use the assertion up", async (_, bad) => {
    const good = answer;
    answer = bad;
    const jwt = await assertion({}, {}, key);
    const before = await snapshot();
    await expectRefused(await send(jwt), before);
    answer = good;
    server.pass(31);
    await tokensOf(await send(jwt));
  });
});

// CASES.md C 51 by analogy
describe("an assertion counts once", () => {
  it("in sequence, and the second time is told so", async () => {
    const jwt = await assertion();
    await tokensOf(await send(jwt));
    const before = await snapshot();
    expect(await expectRefused(await send(jwt), before)).toBe("The assertion was used before: each needs a jti of its own.");
    server.pass(200);
    await expectRefused(await send(jwt), before);
  });

  it("sent 20 times in parallel, over two isolates", async () => {
    const isolates = [server, createServer({ clock: { now: server.deps.now() } })];
    const jwt = await assertion();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => send(jwt, {}, credentials, isolates[index % 2] ?? server)),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...Array(19).fill(400)]);
    expect(await rows("SELECT count(*) AS n FROM grants")).toEqual([{ n: 1 }]);
    expect(await rows("SELECT count(*) AS n FROM audit WHERE action IN ('grant.vouched', 'family.started')")).toEqual([
      { n: 2 },
    ]);
  });

  it("for each issuer by itself", async () => {
    const issuer = `${DIRECTORY}/second`;
    const second = await addDirectory(["jwt_bearer"], { issuer, clients: ["sync"], scopes: ["builds.read"] });
    await addIdentity("ada@directory", ada.userId, issuer);
    await tokensOf(await send(await assertion({ jti: "same" })));
    await tokensOf(await send(await assertion({ jti: "same", iss: issuer }, {}, second)));
  });

  it("also when it came to nothing for the person's sake", async () => {
    await run("UPDATE users SET disabled_at = 1");
    const jwt = await assertion();
    const before = await snapshot();
    await expectRefused(await send(jwt), before);
    await run("UPDATE users SET disabled_at = NULL");
    await expectRefused(await send(jwt), before);
  });
});

describe("what stands behind the token", () => {
  it("is one grant and one family, however often and from however many sides assertions come", async () => {
    const isolates = [server, createServer({ clock: { now: server.deps.now() } })];
    const jwts = await Promise.all(Array.from({ length: 12 }, () => assertion()));
    const answers = await Promise.all(jwts.map((jwt, index) => send(jwt, {}, credentials, isolates[index % 2] ?? server)));
    const ids = (await Promise.all(answers.map(tokensOf))).map(({ access_token }) => {
      const { grant_id, sid } = payloadOf(access_token);
      return `${grant_id} ${sid}`;
    });
    expect(new Set(ids).size).toBe(1);
    expect(await rows("SELECT user_id, client_id, separate, authority, organizations, claims FROM grants")).toEqual([
      { user_id: ada.userId, client_id: "sync", separate: 1, authority: DIRECTORY, organizations: null, claims: "[]" },
    ]);
    expect(await rows("SELECT generation FROM families")).toEqual([{ generation: 0 }]);
    expect(
      await rows("SELECT action, actor, user_id, client_id, detail FROM audit WHERE action <> 'key.created' ORDER BY rowid"),
    ).toEqual([
      {
        action: "grant.vouched",
        actor: DIRECTORY,
        user_id: ada.userId,
        client_id: "sync",
        detail: '{"scopes":["workitems.read","builds.read"]}',
      },
      { action: "family.started", actor: DIRECTORY, user_id: ada.userId, client_id: "sync", detail: null },
    ]);
  });

  it("grows when an assertion gives more, which is logged, and never shrinks under a token", async () => {
    const first = await tokensOf(await send(await assertion(), { scope: "builds.read" }));
    server.pass(60);
    await tokensOf(await send(await assertion(), { scope: "workitems.read" }));
    server.pass(60);
    await tokensOf(await send(await assertion(), { scope: "builds.read" }));
    const [grant] = await rows(
      "SELECT scopes, consented_at - created_at AS widened, last_used_at - created_at AS used FROM grants",
    );
    expect(grant).toEqual({ scopes: '["builds.read","workitems.read"]', widened: 60_000, used: 120_000 });
    expect(await rows("SELECT action FROM audit WHERE action <> 'key.created' ORDER BY rowid")).toEqual(
      ["grant.vouched", "family.started", "grant.widened"].map((action) => ({ action })),
    );
    expect(await introspect(server, first.access_token)).toMatchObject({ active: true, scope: "builds.read" });
  });

  it("is a use of the client: a registration that nobody had used no longer ends", async () => {
    const ends = () => rows("SELECT expires_at FROM clients WHERE client_id = 'sync'");
    const expires_at = server.deps.now() + 60_000;
    await run(`UPDATE clients SET expires_at = ${expires_at} WHERE client_id = 'sync'`);
    expect((await send(await assertion({ sub: "eve@directory" }))).status).toBe(400);
    expect(await ends()).toEqual([{ expires_at }]);
    await tokensOf(await send(await assertion()));
    expect(await ends()).toEqual([{ expires_at: null }]);
  });

  it("introspects, and is gone at once when the person revokes it on the settings page", async () => {
    const { access_token } = await tokensOf(await send(await assertion()));
    expect(await introspect(server, access_token)).toMatchObject({ active: true, sub: ada.userId, client_id: "sync" });
    const browser = new Browser(server);
    const front = await browser.open("/sign-in");
    await signIn(browser, front, ada.email);
    const list = await browser.open(SETTINGS);
    expect(textOf(list)).toContain("Let in by login.contoso.example . You were not asked.");
    const page = textOf(await openAuthorization(browser));
    expect(page).toContain("Let in by login.contoso.example . You were not asked");
    expect(page).toContain("Ends it now. Whoever let the service in can do so again");
    expect(page).not.toContain("Connected from");
    server.pass(5);
    const after = await browser.submit(list, SETTINGS, { action: "revoke" });
    expect(textOf(after)).toContain("Whoever let it in may do so again");
    expect(await introspect(server, access_token)).toEqual({ active: false });
  });

  it("waits while the person has paused it, whatever assertions come, and goes on when they resume it", async () => {
    const first = await tokensOf(await send(await assertion()));
    const browser = new Browser(server);
    await signIn(browser, await browser.open("/sign-in"), ada.email);
    const page = await openAuthorization(browser);
    const path = new URL(page.url).pathname;
    await browser.submit(page, path, { action: "pause" });
    expect(await introspect(server, first.access_token)).toEqual({ active: false });
    const before = await snapshot();
    await expectRefused(await send(await assertion()), before);
    await browser.submit(await browser.open(path), path, { action: "resume" });
    const second = await tokensOf(await send(await assertion()));
    expect(await introspect(server, second.access_token)).toMatchObject({ active: true });
    expect(await rows("SELECT count(*) AS n FROM grants")).toEqual([{ n: 1 }]);
  });

  it("once revoked lets in no assertion from before, and a new one in a grant of its own", async () => {
    const [held, first] = [await assertion(), await tokensOf(await send(await assertion()))];
    const undated = await assertion({ iat: undefined });
    // By a clock that is as far ahead as clocks may be.
    const ahead = await assertion({ iat: seconds() + 10 });
    server.pass(5);
    const browser = new Browser(server);
    await signIn(browser, await browser.open("/sign-in"), ada.email);
    await browser.submit(await browser.open(SETTINGS), SETTINGS, { action: "revoke" });
    const before = await snapshot();
    await expectRefused(await send(held), before);
    await expectRefused(await send(undated), before);
    await expectRefused(await send(ahead), before);
    server.pass(11);
    const again = await tokensOf(await send(await assertion()));
    expect(payloadOf(again.access_token)["grant_id"]).not.toBe(payloadOf(first.access_token)["grant_id"]);
    expect(await introspect(server, again.access_token)).toMatchObject({ active: true });
    expect(await introspect(server, first.access_token)).toEqual({ active: false });
  });

  it("is not kept back by what was revoked of another client, person or issuer, or of the person's own consents", async () => {
    const grace = await addUser("Grace");
    const revoked = (id: string, userId: string, clientId: string, authority: string | null) =>
      env.DB.prepare(
        `INSERT INTO grants (id, user_id, client_id, scopes, claims, resources, separate, authority, created_at, consented_at, revoked_at)
          VALUES (?, ?, ?, '[]', '[]', '[]', 1, ?, 0, 0, ?)`,
      ).bind(id, userId, clientId, authority, server.deps.now());
    await env.DB.batch([
      revoked("aa1", ada.userId, "sync", null),
      revoked("aa2", ada.userId, "sync", `${DIRECTORY}/second`),
      revoked("aa3", ada.userId, "other", DIRECTORY),
      revoked("aa4", grace.userId, "sync", DIRECTORY),
    ]);
    await tokensOf(await send(await assertion()));
    await revoked("aa5", ada.userId, "sync", DIRECTORY).run();
    const before = await snapshot();
    await expectRefused(await send(await assertion()), before);
  });

  it("ends with the person, with the client and with the trust", async () => {
    const { access_token } = await tokensOf(await send(await assertion()));
    for (const [ends, mends] of [
      ["UPDATE users SET disabled_at = 1", "UPDATE users SET disabled_at = NULL"],
      ["UPDATE clients SET disabled_at = 1 WHERE client_id = 'sync'", "UPDATE clients SET disabled_at = NULL"],
      ["UPDATE clients SET expires_at = 1 WHERE client_id = 'sync'", "UPDATE clients SET expires_at = NULL"],
      [`UPDATE trusted_issuers SET purposes = '["id_jag"]'`, `UPDATE trusted_issuers SET purposes = '["jwt_bearer"]'`],
      [
        "DELETE FROM identities",
        `INSERT INTO identities (issuer, subject, user_id, created_at) VALUES ('${DIRECTORY}', 'ada@directory', '${ada.userId}', 0)`,
      ],
    ] as const) {
      await run(ends);
      const before = await snapshot();
      // This isolate remembers client and trust, and D1 has the last word all the same.
      await expectRefused(await send(await assertion()), before);
      await run(mends);
    }
    await run("UPDATE users SET disabled_at = 1");
    expect(await introspect(server, access_token)).toEqual({ active: false });
  });

  it("stands beside what the person approved: neither adds to the other", async () => {
    await run(
      `UPDATE clients SET metadata = json_set(metadata, '$.grant_types', json('["authorization_code","${GRANT_TYPE}"]'),
        '$.response_types', json('["code"]'), '$.redirect_uris', json('["https://buildboard.example/callback"]'))
        WHERE client_id = 'sync'`,
    );
    const { access_token } = await tokensOf(await send(await assertion()));
    const browser = new Browser(server);
    const request = { client_id: "sync", scope: "openid workitems.write" };
    const consent = await signIn(browser, await browser.open(authorizationUrl(request)), ada.email);
    expect(consent.text).toContain('action="/consent"');
    await approve(browser, consent);
    expect(await rows("SELECT authority, scopes FROM grants ORDER BY authority")).toEqual([
      { authority: null, scopes: '["openid","workitems.write"]' },
      { authority: DIRECTORY, scopes: '["workitems.read","builds.read"]' },
    ]);
    const before = await rows("SELECT * FROM grants ORDER BY id");
    const merge = { ...request, grant_management_action: "merge", grant_id: String(payloadOf(access_token)["grant_id"]) };
    const page = await browser.open(authorizationUrl(merge));
    expect(responseOf(page).get("error")).toBe("invalid_grant_id");
    expect(await rows("SELECT * FROM grants ORDER BY id")).toEqual(before);
  });

  it("is cleaned up once its last token is dead, and made again by the next assertion under the same grant", async () => {
    const first = payloadOf((await tokensOf(await send(await assertion()))).access_token);
    server.pass(86_400);
    await deleteExpired(server.deps);
    expect(await rows("SELECT count(*) AS n FROM families")).toEqual([{ n: 1 }]);
    server.pass(86_400);
    await deleteExpired(server.deps);
    expect(await rows("SELECT count(*) AS n FROM families")).toEqual([{ n: 0 }]);
    const again = payloadOf((await tokensOf(await send(await assertion()))).access_token);
    expect(again["grant_id"]).toBe(first["grant_id"]);
    expect(again["sid"]).not.toBe(first["sid"]);
    const [family] = await rows("SELECT idle_expires_at, expires_at FROM families");
    const lastAt = server.deps.now() + server.deps.config.maxAccessTokenSeconds * 1000;
    expect(family).toEqual({ idle_expires_at: lastAt, expires_at: lastAt });
  });
});

describe("a token that is bound to a key", () => {
  const prove = async (key: Awaited<ReturnType<typeof makeDpopKey>>) =>
    proofBy(key, { htm: "POST", htu: `${ISSUER}/token`, iat: seconds() });
  const sendWith = async (jwt: string, dpop: string) => {
    const body = new URLSearchParams({ grant_type: GRANT_TYPE, assertion: jwt });
    return server.fetch("/token", { method: "POST", body, headers: { authorization: credentials, dpop } });
  };

  it("is bound to the one that the request proves, and to the one that the assertion names if it does", async () => {
    const [key, other] = [await makeDpopKey(), await makeDpopKey()];
    for (const cnf of [undefined, { jkt: key.jkt }]) {
      const { access_token, token_type } = await tokensOf(await sendWith(await assertion({ cnf }), await prove(key)));
      expect([token_type, payloadOf(access_token)["cnf"]]).toEqual(["DPoP", { jkt: key.jkt }]);
    }
    const before = await snapshot();
    for (const cnf of [{ jkt: other.jkt }, {}, null, "jkt", { jkt: key.jkt, "x5t#S256": "a" }, { kid: "1" }])
      await expectRefused(await sendWith(await assertion({ cnf }), await prove(key)), before);
  });
});
