/** Client authentication by what a client signs and by its certificate; secrets are in token.test.ts. */

import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { ClientMetadata } from "../../src/model.ts";
import { sealClientSecret } from "../../src/tokens/clientSecret.ts";
import { Browser, type Fields } from "../browser.ts";
import { addClient, addOrganization, addResource, addUser, SECRET } from "../builders.ts";
import { BUILDBOARD, cfOf, SELF_SIGNED, SOMEBODY_ELSE } from "../certificates.ts";
import { ASSERTION_TYPE, assertionClaims, type ClientKey, clientKey, sign } from "../clientKey.ts";
import { obtainTokens, post, refreshRequest, type Tokens, tokensOf } from "../flow.ts";
import { basic, createServer, empty, form, ISSUER, type Server, snapshot } from "../harness.ts";

let server: Server;
let tokens: Tokens;

const algorithms = ["ES256", "PS256", "EdDSA", "RS256"];

beforeEach(async () => {
  await empty();
  server = createServer();
  const ada = await addUser("Ada");
  await addOrganization("contoso", "all", ada.userId);
  await addResource();
  await addClient("buildboard");
  tokens = await obtainTokens(server, new Browser(server), ada.email);
  server.pass(1);
});

/** Whose tokens they are from now on: a client that registered its keys. */
async function become(metadata: Partial<ClientMetadata>): Promise<void> {
  await env.DB.prepare("DELETE FROM clients WHERE client_id = 'buildboard'").run();
  await addClient("buildboard", metadata);
  server.deps.memory.clear();
}

async function becomeSigner(alg = "ES256", metadata: Partial<ClientMetadata> = {}): Promise<ClientKey> {
  const key = await clientKey(alg);
  await become({ token_endpoint_auth_method: "private_key_jwt", jwks: { keys: [key.jwk] }, ...metadata });
  return key;
}

const asserted = (client_assertion: string, added: Fields = {}): Fields => ({
  client_assertion_type: ASSERTION_TYPE,
  client_assertion,
  ...added,
});

const claims = (changes: Readonly<Record<string, unknown>> = {}) => assertionClaims("buildboard", server.deps.now(), changes);

/** Sends the token request, or another, with an assertion in place of a secret. */
const send = (assertion: string, path = "/token", fields: Fields = refreshRequest(tokens.refresh_token)) =>
  post(server, path, { ...fields, ...asserted(assertion) }, null);

async function expectRefused(response: Response, before: string, status = 401, error = "invalid_client"): Promise<void> {
  const body = await response.json<{ error: string }>();
  expect([response.status, body.error], JSON.stringify(body)).toEqual([status, error]);
  expect(await snapshot()).toBe(before);
}

const seconds = () => Math.floor(server.deps.now() / 1000);

// CASES.md C 43, 44, 49 and 50
describe("private_key_jwt", () => {
  it.each(algorithms)("authenticates a client by its %s key at every endpoint that asks", async (alg) => {
    const key = await becomeSigner(alg);
    const { access_token } = await tokensOf(await send(await sign(key, claims())));
    const answer = await send(await sign(key, claims()), "/introspect", { token: access_token });
    expect(await answer.json()).toMatchObject({ active: true, client_id: "buildboard" });
    expect((await send(await sign(key, claims()), "/revoke", { token: access_token })).status).toBe(200);
    expect(await (await send(await sign(key, claims()), "/introspect", { token: access_token })).json()).toEqual({
      active: false,
    });
  });

  it.each<[string, () => Readonly<Record<string, unknown>>]>([
    ["an audience that is the token endpoint", () => ({ aud: `${ISSUER}/token` })],
    ["an audience that is another endpoint", () => ({ aud: `${ISSUER}/par` })],
    ["an audience with a slash more", () => ({ aud: `${ISSUER}/` })],
    ["the issuer in an array", () => ({ aud: [ISSUER] })],
    ["the issuer beside another server", () => ({ aud: [ISSUER, "https://other.example"] })],
    ["another server as its audience", () => ({ aud: "https://other.example" })],
    ["no audience", () => ({ aud: undefined })],
    ["no issuer", () => ({ iss: undefined })],
    ["another issuer", () => ({ iss: "somebody" })],
    ["no subject", () => ({ sub: undefined })],
    ["another subject", () => ({ sub: "somebody" })],
    ["no expiry", () => ({ exp: undefined })],
    ["an expiry that is a text", () => ({ exp: String(seconds() + 60) })],
    ["an expiry that is past by five minutes", () => ({ exp: seconds() - 300 })],
    ["an expiry that is past by eleven seconds", () => ({ exp: seconds() - 11 })],
    ["a life of a year", () => ({ exp: seconds() + 365 * 86_400 })],
    ["a beginning in a minute", () => ({ nbf: seconds() + 60 })],
    ["an issue in a minute", () => ({ iat: seconds() + 60 })],
    ["an issue an hour ago", () => ({ iat: seconds() - 3600 })],
    ["no jti", () => ({ jti: undefined })],
    ["an empty jti", () => ({ jti: "" })],
    ["a jti that is a number", () => ({ jti: 7 })],
    ["a jti of a kilobyte", () => ({ jti: "j".repeat(1024) })],
  ])("refuses an assertion with %s", async (_, changes) => {
    const key = await becomeSigner();
    const before = await snapshot();
    await expectRefused(await send(await sign(key, claims(changes()))), before);
  });

  it.each<[string, () => Readonly<Record<string, unknown>>]>([
    ["begins in eight seconds", () => ({ nbf: seconds() + 8, iat: seconds() + 8 })],
    ["has no iat", () => ({ iat: undefined })],
    ["expired eight seconds ago", () => ({ iat: seconds() - 30, exp: seconds() - 8 })],
    ["lives for ten minutes", () => ({ exp: seconds() + 600 })],
  ])("accepts an assertion that %s", async (_, changes) => {
    const key = await becomeSigner();
    await tokensOf(await send(await sign(key, claims(changes()))));
  });

  it.each<[string, string | undefined]>([
    ["without a type", undefined],
    ["of the type JWT", "JWT"],
    ["of its own type", "client-authentication+jwt"],
  ])("accepts an assertion %s", async (_, typ) => {
    const key = await becomeSigner();
    await tokensOf(await send(await sign(key, claims(), typ === undefined ? {} : { typ })));
  });

  it.each(["at+jwt", "dpop+jwt", "logout+jwt", "oauth-authz-req+jwt", "secevent+jwt"])(
    "refuses a JWT of the type %s as an assertion",
    async (typ) => {
      const key = await becomeSigner();
      const before = await snapshot();
      await expectRefused(await send(await sign(key, claims(), { typ })), before);
    },
  );

  it("accepts the token endpoint as the audience, alone in an array too, of a client that is flagged as old", async () => {
    const key = await becomeSigner("ES256", { accept_token_endpoint_audience: true });
    for (const aud of [`${ISSUER}/token`, [`${ISSUER}/token`], ISSUER])
      await tokensOf(await send(await sign(key, claims({ aud }))));
    const before = await snapshot();
    await expectRefused(await send(await sign(key, claims({ aud: [`${ISSUER}/token`, "https://other.example"] }))), before);
  });

  it("accepts the algorithm that the client registered, and no other that its keys would fit", async () => {
    const [es256, eddsa] = [await clientKey("ES256"), await clientKey("EdDSA")];
    await becomeSigner("ES256", { jwks: { keys: [es256.jwk, eddsa.jwk] }, token_endpoint_auth_signing_alg: "EdDSA" });
    const before = await snapshot();
    await expectRefused(await send(await sign(es256, claims())), before);
    await tokensOf(await send(await sign(eddsa, claims())));
  });

  it("refuses a PS256 key that signs with RS256", async () => {
    const key = await becomeSigner("PS256");
    const pkcs8 = await crypto.subtle.exportKey("pkcs8", key.privateKey);
    const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
    const privateKey = await crypto.subtle.importKey("pkcs8", pkcs8 as ArrayBuffer, algorithm, false, ["sign"]);
    const before = await snapshot();
    await expectRefused(await send(await sign({ ...key, alg: "RS256", privateKey }, claims())), before);
  });

  it("refuses an assertion by another client's key, under this client's kid or its own", async () => {
    const key = await becomeSigner();
    const theirs = await clientKey("ES256", "theirs");
    const before = await snapshot();
    await expectRefused(await send(await sign(theirs, claims())), before);
    await expectRefused(await send(await sign(theirs, claims(), { kid: String(key.jwk["kid"]) })), before);
  });

  it.each<[string, string | null, (assertion: string) => Fields]>([
    ["Basic", basic("buildboard", SECRET), asserted],
    ["a secret in the form", null, (assertion) => asserted(assertion, { client_secret: SECRET })],
    ["the client_id of another client", null, (assertion) => asserted(assertion, { client_id: "another" })],
  ])("refuses an assertion beside %s", async (_, authorization, fields) => {
    const key = await becomeSigner();
    const before = await snapshot();
    const body = { ...refreshRequest(tokens.refresh_token), ...fields(await sign(key, claims())) };
    await expectRefused(await post(server, "/token", body, authorization), before, 400, "invalid_request");
  });

  it.each<[string, (assertion: string) => Fields]>([
    ["without its type", (client_assertion) => ({ client_assertion })],
    ["of another type", (client_assertion) => ({ client_assertion, client_assertion_type: "urn:x" })],
    ["that is missing beside its type", () => ({ client_assertion_type: ASSERTION_TYPE })],
  ])("refuses an assertion %s", async (_, fields) => {
    const key = await becomeSigner();
    const before = await snapshot();
    const body = { ...refreshRequest(tokens.refresh_token), ...fields(await sign(key, claims())) };
    await expectRefused(await post(server, "/token", body, null), before, 400, "invalid_request");
  });

  it("refuses a client that sends its id alone, or a secret, or an assertion that it did not register for", async () => {
    const key = await becomeSigner();
    const before = await snapshot();
    const body = refreshRequest(tokens.refresh_token);
    await expectRefused(await post(server, "/token", { ...body, client_id: "buildboard" }, null), before);
    await expectRefused(await post(server, "/token", body), before);
    await become({});
    const after = await snapshot();
    await expectRefused(await send(await sign(key, claims())), after);
  });
});

// CASES.md C 51
describe("an assertion", () => {
  it("counts once, at whichever endpoint", async () => {
    const key = await becomeSigner();
    const assertion = await sign(key, claims());
    await tokensOf(await send(assertion));
    const before = await snapshot();
    await expectRefused(await send(assertion), before);
    await expectRefused(await send(assertion, "/introspect", { token: "x" }), before);
    await expectRefused(await send(assertion, "/revoke", { token: tokens.refresh_token }), before);
  });

  it("sent 20 times in parallel, over two isolates, counts once", async () => {
    const key = await becomeSigner();
    const isolates = [server, createServer({ clock: { now: server.deps.now() } })];
    const assertion = await sign(key, claims());
    const body = { ...refreshRequest(tokens.refresh_token), ...asserted(assertion) };
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => post(isolates[index % 2] ?? server, "/token", body, null)),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(19);
  });

  it("is used up by a request that is refused for another reason, which may come again with a new one", async () => {
    const key = await becomeSigner();
    const assertion = await sign(key, claims());
    const wrong = { ...refreshRequest(tokens.refresh_token), scope: "workitems.write" };
    expect((await send(assertion, "/token", wrong)).status).toBe(400);
    const before = await snapshot();
    await expectRefused(await send(assertion), before);
    await tokensOf(await send(await sign(key, claims())));
  });

  it("of one client does not use up the jti of another", async () => {
    const key = await becomeSigner();
    await addClient("second", { token_endpoint_auth_method: "private_key_jwt", jwks: { keys: [key.jwk] } });
    const first = await send(await sign(key, claims({ jti: "same" })));
    expect(first.status).toBe(200);
    const second = await sign(key, assertionClaims("second", server.deps.now(), { jti: "same" }));
    expect((await send(second, "/revoke", { token: "x" })).status).toBe(200);
  });

  it("costs no trip of its own", async () => {
    const key = await becomeSigner();
    const [first, second, third] = [await sign(key, claims()), await sign(key, claims()), await sign(key, claims())];
    const { access_token } = await tokensOf(await send(first));
    for (const [path, assertion, fields] of [
      ["/token", second, refreshRequest(tokens.refresh_token)],
      ["/introspect", third, { token: access_token }],
    ] as const) {
      server.trips.reset();
      expect((await send(assertion, path, fields)).status).toBe(200);
      expect([path, server.trips.d1]).toEqual([path, 1]);
    }
  });
});

describe("jwks_uri", () => {
  const JWKS_URI = "https://buildboard.example/jwks";
  let asked: string[];
  let answer: () => Response;

  const register = async (): Promise<ClientKey> => {
    asked = [];
    server.deps.fetch satisfies typeof fetch;
    Object.assign(server.deps, {
      fetch: async (input: RequestInfo | URL) => {
        asked.push(String(input));
        return answer();
      },
    });
    const key = await clientKey("ES256");
    await become({ token_endpoint_auth_method: "private_key_jwt", jwks_uri: JWKS_URI });
    answer = () => Response.json({ keys: [key.jwk] });
    return key;
  };

  it("is asked once for many requests, and again for a kid that it did not have", async () => {
    const key = await register();
    for (let round = 0; round < 3; round++) await tokensOf(await send(await sign(key, claims())));
    expect(asked).toEqual([JWKS_URI]);
    const next = await clientKey("ES256", "next");
    answer = () => Response.json({ keys: [key.jwk, next.jwk] });
    server.pass(31);
    await tokensOf(await send(await sign(next, claims())));
    await tokensOf(await send(await sign(key, claims())));
    expect(asked).toEqual([JWKS_URI, JWKS_URI]);
  });

  it("is not asked again and again for kids that do not exist", async () => {
    const key = await register();
    await tokensOf(await send(await sign(key, claims())));
    for (let round = 0; round < 15; round++) {
      const response = await send(await sign(key, claims(), { kid: `unknown-${round}` }));
      expect(response.status).toBe(401);
    }
    expect(asked).toHaveLength(1);
  });

  it.each<[string, () => Response]>([
    ["an error", () => new Response("no", { status: 500 })],
    ["a redirect", () => new Response(null, { status: 302, headers: { location: "https://169.254.169.254/" } })],
    ["what is no JSON", () => new Response("<html>")],
    ["a set without keys", () => Response.json({ keys: [] })],
    ["a megabyte", () => new Response(" ".repeat(1_000_000))],
  ])("that answers with %s refuses the client, not with a 500, and is asked again soon", async (_, bad) => {
    const key = await register();
    const good = answer;
    answer = bad;
    const before = await snapshot();
    await expectRefused(await send(await sign(key, claims())), before);
    expect(asked).toEqual([JWKS_URI]);
    answer = good;
    server.pass(31);
    await tokensOf(await send(await sign(key, claims())));
  });

  it("that is down goes on with the keys that it had", async () => {
    const key = await register();
    await tokensOf(await send(await sign(key, claims())));
    answer = () => new Response("no", { status: 503 });
    server.pass(3600);
    await tokensOf(await send(await sign(key, claims())));
    expect(asked.length).toBeGreaterThan(1);
  });
});

describe("client_secret_jwt", () => {
  const signed = async (secret: string, changes: Readonly<Record<string, unknown>> = {}, alg = "HS256") => {
    const hash = `SHA-${alg.slice(2)}`;
    const privateKey = await crypto.subtle.importKey("raw", new TextEncoder().encode(secret), { name: "HMAC", hash }, false, [
      "sign",
    ]);
    return sign({ alg, jwk: { kid: "secret" }, privateKey, publicKey: privateKey }, claims(changes));
  };

  beforeEach(async () => {
    await become({ token_endpoint_auth_method: "client_secret_jwt" });
    const secrets = [{ sha256: "unused", sealed: await sealClientSecret(server.deps, SECRET), createdAt: 0, expiresAt: null }];
    await env.DB.prepare("UPDATE clients SET secrets = ? WHERE client_id = 'buildboard'").bind(JSON.stringify(secrets)).run();
  });

  it.each(["HS256", "HS384", "HS512"])("authenticates a client by an %s assertion under its secret", async (alg) => {
    await tokensOf(await send(await signed(SECRET, {}, alg)));
  });

  it("refuses another secret, the secret itself, and an audience that is not the issuer", async () => {
    const before = await snapshot();
    await expectRefused(await send(await signed(SECRET.replace(/.$/, "1"))), before);
    await expectRefused(await send(await signed(SECRET, { aud: `${ISSUER}/token` })), before);
    await expectRefused(await post(server, "/token", refreshRequest(tokens.refresh_token)), before);
  });

  it("is guessed at 20 times in 15 minutes from one network", async () => {
    const wrong = [];
    for (let guess = 0; guess < 21; guess++) wrong.push(await send(await signed(`guess-${guess}`)));
    expect(wrong.map(({ status }) => status)).toEqual([...Array(20).fill(401), 429]);
  });
});

describe("a certificate", () => {
  /** A request that came over mutual TLS, as the platform describes it. */
  const over = (cf: object | undefined, added: Fields = { client_id: "buildboard" }) =>
    server.fetch("/token", {
      method: "POST",
      body: form({ ...refreshRequest(tokens.refresh_token), ...added }),
      ...(cf === undefined ? {} : { cf: cf as never }),
    });

  it.each<[string, Partial<ClientMetadata>]>([
    ["subject", { tls_client_auth_subject_dn: "CN=buildboard,O=Northstar Tools,C=SE" }],
    ["subject, spaced", { tls_client_auth_subject_dn: "cn=buildboard, o=Northstar Tools, c=SE" }],
    ["DNS name", { tls_client_auth_san_dns: "client.buildboard.example" }],
    ["URI", { tls_client_auth_san_uri: "https://buildboard.example/client" }],
    ["IP address", { tls_client_auth_san_ip: "192.0.2.7" }],
    ["email address", { tls_client_auth_san_email: "client@buildboard.example" }],
  ])("that names the client by its registered %s authenticates it", async (_, metadata) => {
    await become({ token_endpoint_auth_method: "tls_client_auth", ...metadata });
    await tokensOf(await over(cfOf(BUILDBOARD)));
    const before = await snapshot();
    for (const cf of [
      undefined,
      cfOf(SOMEBODY_ELSE),
      cfOf(BUILDBOARD, { certVerified: "FAILED:unable to verify the first certificate" }),
      cfOf(BUILDBOARD, { certRevoked: "1" }),
      cfOf(BUILDBOARD, { certPresented: "0" }),
      cfOf(BUILDBOARD, { certRFC9440: "", certRFC9440TooLarge: true }),
      cfOf(BUILDBOARD, { certRFC9440: ":bm90IGEgY2VydGlmaWNhdGU=:" }),
    ])
      await expectRefused(await over(cf), before);
  });

  it("signed by itself authenticates the client that registered it, and no other does", async () => {
    const { jwk } = await clientKey("ES256");
    const keys = [{ ...jwk, x5c: [SELF_SIGNED] }];
    await become({ token_endpoint_auth_method: "self_signed_tls_client_auth", jwks: { keys } });
    await tokensOf(await over(cfOf(SELF_SIGNED)));
    const before = await snapshot();
    await expectRefused(await over(cfOf(BUILDBOARD)), before);
    await expectRefused(await over(undefined), before);
  });

  it("in a header is no certificate", async () => {
    await become({ token_endpoint_auth_method: "tls_client_auth", tls_client_auth_san_dns: "client.buildboard.example" });
    const before = await snapshot();
    const headers = { "client-cert": `:${BUILDBOARD}:`, "cf-client-cert": BUILDBOARD, "x-client-cert": BUILDBOARD };
    const body = form({ ...refreshRequest(tokens.refresh_token), client_id: "buildboard" });
    await expectRefused(await server.fetch("/token", { method: "POST", body, headers }), before);
  });

  it("does not stand in for the method that the client registered", async () => {
    const before = await snapshot();
    await expectRefused(await over(cfOf(BUILDBOARD)), before);
  });
});
