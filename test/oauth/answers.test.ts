/** Answers that a client registered to get signed or encrypted, and JWTs of ours that come back in the wrong place. */

import { env } from "cloudflare:workers";
import {
  compactDecrypt,
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  type JWTVerifyOptions,
  jwtVerify,
} from "jose";
import { beforeEach, describe, expect, it } from "vitest";
import type { ClientMetadata, EncryptionAlgorithm } from "../../src/model.ts";
import { Browser } from "../browser.ts";
import { addClient, addOrganization, addResource, addUser, SECRET } from "../builders.ts";
import { approve, authorizationUrl, authorize, codeRequest, post, responseOf, signIn, type Tokens, tokensOf } from "../flow.ts";
import { basic, createServer, empty, form, ISSUER, type Server, snapshot } from "../harness.ts";

const algorithms = ["ES256", "PS256", "EdDSA", "RS256"] as const;
const JWT_TYPE = "application/token-introspection+jwt";

let clock: { now: number };
let server: Server;
let browser: Browser;
let ada: { userId: string; email: string };
/** What each address of a client's answers; others answer nothing. */
let pages: Map<string, () => Response>;

beforeEach(async () => {
  await empty();
  clock = { now: Date.UTC(2026, 10, 24, 12, 0, 0, 250) };
  pages = new Map();
  server = isolate();
  browser = new Browser(server);
  ada = await addUser("Ada");
  await addOrganization("contoso", "all", ada.userId);
  await addResource();
  await addClient("contoso-devops", { grant_types: [], redirect_uris: [] });
});

function isolate(): Server {
  const made = createServer({ clock });
  const fetch = async (input: RequestInfo | URL) => pages.get(String(input))?.() ?? Promise.reject(new TypeError("network"));
  Object.assign(made.deps, { fetch });
  return made;
}

const pairs = new Map<string, ReturnType<typeof generateKeyPair>>();

/** The client's key for what is encrypted to it. */
async function encryptionKey(alg: EncryptionAlgorithm = "ECDH-ES", kid = "enc-1") {
  const pair = pairs.get(alg + kid) ?? generateKeyPair(alg, { extractable: true });
  pairs.set(alg + kid, pair);
  const { publicKey, privateKey } = await pair;
  return { privateKey, jwk: { ...(await exportJWK(publicKey)), kid, use: "enc" } };
}

async function obtain(clientId = "buildboard"): Promise<Tokens> {
  const code = (await authorize(browser, ada.email, { client_id: clientId })).get("code") ?? "";
  return tokensOf(await post(server, "/token", codeRequest(code), basic(clientId, SECRET)));
}

async function verify(jwt: string, options: JWTVerifyOptions = {}) {
  const keys = createLocalJWKSet(await (await server.fetch("/jwks")).json());
  return jwtVerify(jwt, keys, { issuer: ISSUER, currentDate: new Date(clock.now), ...options });
}

async function decrypt(jwe: string, privateKey: CryptoKey) {
  const { plaintext, protectedHeader } = await compactDecrypt(jwe, privateKey);
  return { content: new TextDecoder().decode(plaintext), header: protectedHeader };
}

const userinfo = ({ access_token }: Pick<Tokens, "access_token">) =>
  server.fetch("/userinfo", { headers: { authorization: `Bearer ${access_token}` } });

const introspect = (token: string, accept: string, clientId = "buildboard") =>
  server.fetch("/introspect", {
    method: "POST",
    body: form({ token }),
    headers: { authorization: basic(clientId, SECRET), accept },
  });

/** The JWT that is the body; workerd warns of `text()` where the type is not one of text. */
const jwtOf = async (response: Response): Promise<string> => new TextDecoder().decode(await response.arrayBuffer());

const seconds = () => Math.floor(clock.now / 1000);

/** Half the hash of the access token (OpenID Connect Core 3.1.3.6). */
async function halfHash(hash: string, token: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest(hash, new TextEncoder().encode(token)));
  return btoa(String.fromCharCode(...digest.subarray(0, digest.length / 2)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");
}

describe("the algorithm that a client registered", () => {
  it.each(algorithms)("%s signs its ID token, userinfo, introspection and authorization response", async (alg) => {
    await addClient("buildboard", {
      id_token_signed_response_alg: alg,
      userinfo_signed_response_alg: alg,
      introspection_signed_response_alg: alg,
      authorization_signed_response_alg: alg,
    });
    const tokens = await obtain();
    server.pass(1);
    const page = await browser.open(authorizationUrl({ response_mode: "jwt" }));
    const jwts = [
      tokens.id_token,
      await jwtOf(await userinfo(tokens)),
      await jwtOf(await introspect(tokens.access_token, JWT_TYPE)),
      responseOf(page).get("response") ?? "",
    ];
    for (const jwt of jwts) {
      const { protectedHeader, payload } = await verify(jwt, { audience: "buildboard", algorithms: [alg] });
      expect([protectedHeader.alg, payload.iss]).toEqual([alg, ISSUER]);
    }
    const hash = alg === "EdDSA" ? "SHA-512" : "SHA-256";
    expect(decodeJwt(tokens.id_token)["at_hash"]).toBe(await halfHash(hash, tokens.access_token));
  });
});

describe("an encrypted ID token", () => {
  it.each([
    ["RSA-OAEP-256", undefined, "A128CBC-HS256"],
    ["RSA-OAEP", "A256GCM", "A256GCM"],
    ["ECDH-ES", "A128GCM", "A128GCM"],
    ["ECDH-ES+A256KW", "A256CBC-HS512", "A256CBC-HS512"],
  ] as const)("by %s and %s is a signed one within, and names the client's key", async (alg, enc, used) => {
    const { jwk, privateKey } = await encryptionKey(alg);
    await addClient("buildboard", {
      jwks: { keys: [jwk] },
      id_token_encrypted_response_alg: alg,
      ...(enc === undefined ? {} : { id_token_encrypted_response_enc: enc }),
    });
    const { content, header } = await decrypt((await obtain()).id_token, privateKey);
    expect(header).toMatchObject({ alg, enc: used, cty: "JWT", kid: "enc-1" });
    expect((await verify(content, { audience: "buildboard" })).payload).toMatchObject({
      sub: ada.userId,
      nonce: "n-0S6_WzA2Mj",
    });
  });

  it("goes to the key that is marked for encryption, and never to one that is marked for signatures", async () => {
    const { jwk, privateKey } = await encryptionKey();
    const others = await Promise.all([encryptionKey("ECDH-ES", "sig"), encryptionKey("ECDH-ES", "plain")]);
    const [sig, plain] = others.map((other) => other.jwk);
    const keys = [{ ...sig, use: "sig" }, { ...plain, use: undefined }, jwk];
    await addClient("buildboard", { jwks: { keys }, id_token_encrypted_response_alg: "ECDH-ES" });
    const { content, header } = await decrypt((await obtain()).id_token, privateKey);
    expect(header["kid"]).toBe("enc-1");
    expect(content.split(".")).toHaveLength(3);
  });

  it.each<[string, number, string, Partial<ClientMetadata>]>([
    ["has no key", 400, "invalid_client_metadata", { jwks: { keys: [] } }],
    ["has a broken key", 400, "invalid_client_metadata", { jwks: { keys: [{ kty: "EC", crv: "P-256", x: "AA", y: "AA" }] } }],
    ["cannot be reached", 503, "temporarily_unavailable", { jwks_uri: "https://buildboard.example/jwks" }],
  ])("for a client that %s is refused before the code is used up", async (_, status, error, metadata) => {
    await addClient("buildboard", { id_token_encrypted_response_alg: "ECDH-ES", ...metadata });
    const code = (await authorize(browser, ada.email)).get("code") ?? "";
    const before = await snapshot();
    const refused = await post(server, "/token", codeRequest(code));
    expect([refused.status, await refused.json()]).toEqual([status, expect.objectContaining({ error })]);
    expect(await snapshot()).toBe(before);

    const { jwk, privateKey } = await encryptionKey();
    if (metadata.jwks_uri !== undefined) pages.set(metadata.jwks_uri, () => Response.json({ keys: [jwk] }));
    else
      await env.DB.prepare("UPDATE clients SET metadata = json_set(metadata, '$.jwks', json(?))")
        .bind(JSON.stringify({ keys: [jwk] }))
        .run();
    server.pass(31);
    server.deps.memory.delete("client:buildboard");
    const { id_token } = await tokensOf(await post(isolate(), "/token", codeRequest(code)));
    expect((await verify((await decrypt(id_token, privateKey)).content)).payload.sub).toBe(ada.userId);
  });
});

describe("a protected authorization response (JARM)", () => {
  const mode = { response_mode: "jwt" };

  it("is encrypted where the client registered that, and signed within", async () => {
    const { jwk, privateKey } = await encryptionKey();
    await addClient("buildboard", { jwks: { keys: [jwk] }, authorization_encrypted_response_alg: "ECDH-ES" });
    const { content, header } = await decrypt((await authorize(browser, ada.email, mode)).get("response") ?? "", privateKey);
    expect(header).toMatchObject({ alg: "ECDH-ES", enc: "A128CBC-HS256", cty: "JWT", kid: "enc-1" });
    const { payload } = await verify(content, { audience: "buildboard" });
    expect(payload).toMatchObject({ code: expect.any(String), state: "af0ifjsldkj", iss: ISSUER, exp: seconds() + 300 });
  });

  it("that cannot be encrypted is a page, and no code is made: it is there once the client has its key", async () => {
    await addClient("buildboard", { jwks: { keys: [] }, authorization_encrypted_response_alg: "ECDH-ES" });
    const page = await approve(browser, await signIn(browser, await browser.open(authorizationUrl(mode)), ada.email));
    expect([page.status, page.headers.get("location")]).toEqual([400, null]);
    expect((await env.DB.prepare("SELECT id FROM families").all()).results).toEqual([]);
    expect((await browser.open(authorizationUrl({ ...mode, scope: "nothing.of.ours" }))).status).toBe(400);

    const { jwk, privateKey } = await encryptionKey();
    await env.DB.prepare("UPDATE clients SET metadata = json_set(metadata, '$.jwks', json(?))")
      .bind(JSON.stringify({ keys: [jwk] }))
      .run();
    server.deps.memory.clear();
    const response =
      responseOf(await browser.open(new URL(page.url).pathname + new URL(page.url).search)).get("response") ?? "";
    expect(decodeJwt((await decrypt(response, privateKey)).content)).toHaveProperty("code");
  });
});

describe("userinfo", () => {
  const base = { id_token_signed_response_alg: "ES256" } as const;

  it("is plain JSON for a client that registered nothing else", async () => {
    await addClient("buildboard", base);
    const response = await userinfo(await obtain());
    expect(response.headers.get("content-type")).toBe("application/json");
    const body = await response.json();
    expect(body).toMatchObject({ sub: ada.userId, name: "Ada Example" });
    expect(body).not.toHaveProperty("aud");
  });

  it("is a JWT for this client where it is signed (OpenID Connect Core 5.3.2)", async () => {
    await addClient("buildboard", { ...base, userinfo_signed_response_alg: "ES256" });
    const response = await userinfo(await obtain());
    expect(response.headers.get("content-type")).toBe("application/jwt");
    expect(response.headers.get("cache-control")).toBe("no-store");
    const { payload } = await verify(await jwtOf(response));
    expect(payload).toEqual({
      iss: ISSUER,
      aud: "buildboard",
      sub: ada.userId,
      name: "Ada Example",
      updated_at: expect.any(Number),
    });
  });

  it.each([undefined, "ES256"] as const)("is a JWE where it is encrypted; signed within: %s", async (signed) => {
    const { jwk, privateKey } = await encryptionKey();
    await addClient("buildboard", {
      ...base,
      jwks: { keys: [jwk] },
      userinfo_encrypted_response_alg: "ECDH-ES",
      ...(signed === undefined ? {} : { userinfo_signed_response_alg: signed }),
    });
    const response = await userinfo(await obtain());
    expect(response.headers.get("content-type")).toBe("application/jwt");
    const { content, header } = await decrypt(await jwtOf(response), privateKey);
    const claims = signed === undefined ? JSON.parse(content) : (await verify(content, { audience: "buildboard" })).payload;
    expect(header["cty"]).toBe(signed === undefined ? undefined : "JWT");
    expect(claims).toMatchObject({ sub: ada.userId, name: "Ada Example" });
  });

  it("of a client that cannot be encrypted to says so, and tells nothing about the person", async () => {
    await addClient("buildboard", { ...base, userinfo_encrypted_response_alg: "RSA-OAEP-256" });
    const response = await userinfo(await obtain());
    const text = await response.text();
    expect([response.status, JSON.parse(text).error]).toEqual([400, "invalid_client_metadata"]);
    expect(text).not.toContain("Ada");
  });
});

describe("an introspection response (RFC 9701)", () => {
  beforeEach(async () => {
    await addClient("buildboard");
  });

  it.each([JWT_TYPE, JWT_TYPE.toUpperCase(), `application/json;q=0.5, ${JWT_TYPE}`])(
    "is a JWT to who accepts %s",
    async (accept) => {
      const { access_token } = await obtain();
      const response = await introspect(access_token, accept);
      expect(response.headers.get("content-type")).toBe(JWT_TYPE);
      expect(response.headers.get("cache-control")).toBe("no-store");
      const { payload, protectedHeader } = await verify(await jwtOf(response));
      expect(protectedHeader.typ).toBe("token-introspection+jwt");
      const { token_introspection, ...others } = payload;
      expect(others).toEqual({ iss: ISSUER, aud: "buildboard", iat: seconds() });
      expect(token_introspection).toEqual({ active: true, token_type: "Bearer", ...decodeJwt(access_token) });
    },
  );

  it.each(["application/json", "*/*", ""])("is plain JSON to who accepts %j", async (accept) => {
    const response = await introspect((await obtain()).access_token, accept);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(await response.json()).toMatchObject({ active: true });
  });

  it.each(["garbage", "revoked", "expired", "another resource's"])("about a token that is %s says that alone", async (kind) => {
    const { access_token } = await obtain();
    if (kind === "revoked") await post(server, "/revoke", { token: access_token });
    if (kind === "expired") server.pass(301);
    if (kind === "another resource's") await addClient("other");
    const caller = kind === "another resource's" ? "other" : "buildboard";
    const response = await introspect(kind === "garbage" ? "x.y.z" : access_token, JWT_TYPE, caller);
    const { payload } = await verify(await jwtOf(response), { audience: caller });
    expect(payload["token_introspection"]).toEqual({ active: false });
  });

  it("is for the resource server that asked, encrypted to it where it registered that", async () => {
    const { jwk, privateKey } = await encryptionKey();
    await env.DB.prepare("DELETE FROM clients WHERE client_id = 'contoso-devops'").run();
    await addClient("contoso-devops", {
      grant_types: [],
      redirect_uris: [],
      jwks: { keys: [jwk] },
      introspection_signed_response_alg: "PS256",
      introspection_encrypted_response_alg: "ECDH-ES",
    });
    const { access_token } = await obtain();
    const response = await introspect(access_token, JWT_TYPE, "contoso-devops");
    const { content } = await decrypt(await jwtOf(response), privateKey);
    const { payload, protectedHeader } = await verify(content, { audience: "contoso-devops" });
    expect(protectedHeader.alg).toBe("PS256");
    expect(payload["token_introspection"]).toMatchObject({ active: true, client_id: "buildboard" });
  });

  it("needs a client that proves who it is, whatever it accepts", async () => {
    const { access_token } = await obtain();
    const body = form({ token: access_token, client_id: "buildboard" });
    const response = await server.fetch("/introspect", { method: "POST", body, headers: { accept: JWT_TYPE } });
    expect([response.status, await response.json()]).toEqual([401, expect.objectContaining({ error: "invalid_client" })]);
  });
});

/** A JWT of each kind that we sign, all of them for one client and one person. */
async function everyJwt(): Promise<Readonly<Record<string, string>>> {
  let logout_token = "";
  const told = async (_: RequestInfo | URL, init: RequestInit = {}) => {
    logout_token = new URLSearchParams(String(init.body)).get("logout_token") ?? "";
    return new Response(null);
  };
  Object.assign(server.deps, { fetch: told });
  await addClient("buildboard", {
    userinfo_signed_response_alg: "RS256",
    backchannel_logout_uri: "https://buildboard.example/logout",
  });
  const tokens = await obtain();
  const userinfo_jwt = await jwtOf(await userinfo(tokens));
  const introspection_jwt = await jwtOf(await introspect(tokens.access_token, JWT_TYPE));
  server.pass(1);
  const page = await browser.open(authorizationUrl({ response_mode: "query.jwt" }));
  const authorization_response = responseOf(page).get("response") ?? "";
  await browser.submit(await browser.open("/sign-out"), "/sign-out");
  const { access_token, id_token, refresh_token } = tokens;
  return { access_token, id_token, refresh_token, userinfo_jwt, introspection_jwt, authorization_response, logout_token };
}

describe("a token in the place of another", () => {
  it("is no access token: at userinfo it is refused, and introspection calls it inactive", async () => {
    const { access_token, refresh_token, ...others } = await everyJwt();
    expect(Object.values(others).map((jwt) => jwt.split(".").length)).toEqual([3, 3, 3, 3, 3]);
    for (const [kind, token] of Object.entries({ ...others, refresh_token: refresh_token ?? "" })) {
      const { status, headers } = await userinfo({ access_token: token });
      expect([kind, status]).toEqual([kind, 401]);
      expect(headers.get("www-authenticate")).toContain("invalid_token");
      if (kind !== "refresh_token")
        expect([kind, await (await introspect(token, "application/json")).json()]).toEqual([kind, { active: false }]);
    }
    expect(access_token).toBeTruthy();
  });

  it("is no id_token_hint, and no refresh token", async () => {
    const { id_token, refresh_token, ...others } = await everyJwt();
    await obtain();
    const before = await snapshot();
    for (const [kind, token] of Object.entries(others)) {
      const page = await browser.open(authorizationUrl({ id_token_hint: token, prompt: "none" }));
      expect([kind, responseOf(page).get("error")]).toEqual([kind, "invalid_request"]);
    }
    for (const [kind, token] of Object.entries({ ...others, id_token: id_token ?? "" })) {
      const refused = await post(server, "/token", { grant_type: "refresh_token", refresh_token: token });
      expect([kind, refused.status, (await refused.json<{ error: string }>()).error]).toEqual([kind, 400, "invalid_grant"]);
    }
    expect(await snapshot()).toBe(before);
  });

  it("is told apart by its type, which no two kinds share but those that name the person to the client", async () => {
    const { refresh_token: _, ...jwts } = await everyJwt();
    const types = Object.entries(jwts).map(([kind, jwt]) => [kind, decodeProtectedHeader(jwt).typ]);
    expect(Object.fromEntries(types)).toEqual({
      access_token: "at+jwt",
      id_token: "JWT",
      userinfo_jwt: "JWT",
      introspection_jwt: "token-introspection+jwt",
      authorization_response: "JWT",
      logout_token: "logout+jwt",
    });
  });
});
