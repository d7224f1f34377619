/** `id_token_hint`: an ID token of ours that comes back, and everything else that may come in its place. */

import { env } from "cloudflare:workers";
import {
  compactDecrypt,
  decodeJwt,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  SignJWT,
} from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { work } from "../../src/cron.ts";
import { openSigningKey } from "../../src/tokens/signingKey.ts";
import { Browser } from "../browser.ts";
import { addClient, addOrganization, addResource, addUser, SECRET } from "../builders.ts";
import { authorizationUrl, authorize, codeRequest, post, responseOf, tokensOf } from "../flow.ts";
import { basic, createServer, empty, form, type Server, snapshot } from "../harness.ts";
import { encode } from "../proof.ts";

const algorithms = ["ES256", "PS256", "EdDSA", "RS256"] as const;
type Algorithm = (typeof algorithms)[number];
const DAY = 24 * 3600;

let server: Server;
let browser: Browser;
let ada: { userId: string; email: string };
/** An ID token by each algorithm, of the client of that name. */
let idTokens: Readonly<Record<string, string>>;
/** Requests that left the house. */
let left: string[];

async function settle(): Promise<void> {
  await empty();
  server = createServer();
  left = [];
  const refuse = async (input: RequestInfo | URL) => {
    left.push(String(input));
    throw new TypeError("network");
  };
  Object.assign(server.deps, { fetch: refuse });
  browser = new Browser(server);
  ada = await addUser("Ada");
  await addOrganization("contoso", "all", ada.userId);
  await addResource();
  for (const alg of algorithms) await addClient(alg, { id_token_signed_response_alg: alg });
}

async function obtain(client_id: string): Promise<string> {
  const code = (await authorize(browser, ada.email, { client_id })).get("code") ?? "";
  return (await tokensOf(await post(server, "/token", codeRequest(code), basic(client_id, SECRET)))).id_token;
}

/** What becomes of a request with the hint and no page: `code`, or the error. */
async function ask(client_id: string, hint: string): Promise<string> {
  const page = await browser.open(authorizationUrl({ client_id, id_token_hint: hint, prompt: "none" }));
  return responseOf(page).get("error") ?? "code";
}

const read = (part: string) => JSON.parse(atob(part.replaceAll("-", "+").replaceAll("_", "/")));
const change = (part: string, changes: Readonly<Record<string, unknown>>) =>
  encode(JSON.stringify({ ...read(part), ...changes }));

interface Parts {
  readonly alg: Algorithm;
  readonly header: string;
  readonly claims: string;
  readonly signature: string;
}

const publicKeys = async (): Promise<readonly JWK[]> =>
  (await (await server.fetch("/jwks")).json<{ readonly keys: readonly JWK[] }>()).keys;

/** Signed by a key of the attacker's, which the header points to in its own way. */
async function forged({ alg, claims }: Parts, pointer: (jwk: JWK) => object): Promise<string> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const header = { alg, typ: "JWT", kid: "evil", ...pointer(await exportJWK(publicKey)) };
  return new SignJWT(read(claims)).setProtectedHeader(header).sign(privateKey);
}

/** An HMAC whose secret is our public key, as anybody can read it. */
async function macBy({ header, claims }: Parts, secretOf: (jwk: JWK) => Promise<Uint8Array>): Promise<string> {
  const { kid } = read(header);
  const secret = new Uint8Array(await secretOf((await publicKeys()).find((jwk) => jwk.kid === kid) ?? {}));
  const key = await crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const input = `${change(header, { alg: "HS256" })}.${claims}`;
  return `${input}.${encode(new Uint8Array(await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(input))))}`;
}

async function pemOf(jwk: JWK): Promise<Uint8Array> {
  const key = await importJWK(jwk, String(jwk.alg), { extractable: true });
  const der = key instanceof Uint8Array ? key : new Uint8Array((await crypto.subtle.exportKey("spki", key)) as ArrayBuffer);
  const lines = btoa(String.fromCharCode(...der)).replace(/(.{64})/g, "$1\n");
  return new TextEncoder().encode(`-----BEGIN PUBLIC KEY-----\n${lines}\n-----END PUBLIC KEY-----\n`);
}

/** Another algorithm that the key, or a careless reader, would take. */
const neighbour: Readonly<Record<Algorithm, string>> = { RS256: "PS256", PS256: "RS256", ES256: "ES384", EdDSA: "ES256" };

const withHeader = ({ header, claims, signature }: Parts, changes: Readonly<Record<string, unknown>>) =>
  `${change(header, changes)}.${claims}.${signature}`;
const withClaims = ({ header, claims, signature }: Parts, changes: Readonly<Record<string, unknown>>) =>
  `${header}.${change(claims, changes)}.${signature}`;

const tamperings: readonly (readonly [name: string, tamper: (parts: Parts) => string | Promise<string>])[] = [
  ["alg none without a signature", ({ header, claims }) => `${change(header, { alg: "none" })}.${claims}.`],
  ["alg none with the signature", (parts) => withHeader(parts, { alg: "none" })],
  ["alg nOnE with the signature", (parts) => withHeader(parts, { alg: "nOnE" })],
  ["alg none and no kid", ({ claims }) => `${encode('{"alg":"none","typ":"JWT"}')}.${claims}.`],
  ["an alg that nobody knows", (parts) => withHeader(parts, { alg: "constructor" })],
  ["no alg", (parts) => withHeader(parts, { alg: undefined })],
  ["the alg of a neighbour", (parts) => withHeader(parts, { alg: neighbour[parts.alg] })],
  ["an HMAC by our public key as a JWK", (parts) => macBy(parts, async (jwk) => new TextEncoder().encode(JSON.stringify(jwk)))],
  ["an HMAC by our public key in PEM", (parts) => macBy(parts, pemOf)],
  ["an unknown kid", (parts) => withHeader(parts, { kid: "x".repeat(43) })],
  ["a kid that is a path", (parts) => withHeader(parts, { kid: "../../dev/null" })],
  ["a kid that is a number", (parts) => withHeader(parts, { kid: 0 })],
  ["no kid", (parts) => withHeader(parts, { kid: undefined })],
  [
    "the kid of another key of ours",
    async (parts) => withHeader(parts, { kid: (await publicKeys()).find(({ alg }) => alg !== parts.alg)?.kid }),
  ],
  ["a jwk of somebody else", (parts) => forged(parts, (jwk) => ({ jwk }))],
  ["a jwk of somebody else and our kid", (parts) => forged(parts, (jwk) => ({ jwk, kid: read(parts.header).kid }))],
  ["a jku", (parts) => forged(parts, () => ({ jku: "https://evil.example/keys" }))],
  ["an x5u", (parts) => forged(parts, () => ({ x5u: "https://evil.example/chain" }))],
  ["a kid that is an address", (parts) => forged(parts, () => ({ kid: "https://evil.example/key" }))],
  ["crit", (parts) => withHeader(parts, { crit: ["exp"] })],
  ["b64 false", (parts) => withHeader(parts, { b64: false, crit: ["b64"] })],
  ["another type", (parts) => withHeader(parts, { typ: "at+jwt" })],
  ["another subject", (parts) => withClaims(parts, { sub: "aagrace000000000000000" })],
  ["another audience", (parts) => withClaims(parts, { aud: "other" })],
  ["another issuer", (parts) => withClaims(parts, { iss: "https://evil.example" })],
  ["another end", (parts) => withClaims(parts, { exp: 4102444800 })],
  ["a signature of zeros", ({ header, claims, signature }) => `${header}.${claims}.${"A".repeat(signature.length)}`],
  ["a signature cut short", ({ header, claims, signature }) => `${header}.${claims}.${signature.slice(0, -4)}`],
  ["a signature with more behind it", ({ header, claims, signature }) => `${header}.${claims}.${signature}AAAA`],
  ["no signature", ({ header, claims }) => `${header}.${claims}.`],
  ["two parts", ({ header, claims }) => `${header}.${claims}`],
  ["four parts", ({ header, claims, signature }) => `${header}.${claims}.${signature}.${signature}`],
  ["the parts of a JWE", ({ header, claims, signature }) => `${header}.${claims}.${signature}.AAAA.AAAA`],
  ["a header that is no JSON", ({ claims, signature }) => `${encode("{")}.${claims}.${signature}`],
  ["a header that is an array", ({ claims, signature }) => `${encode("[]")}.${claims}.${signature}`],
  ["five kilobytes in its header", (parts) => withHeader(parts, { padding: "x".repeat(3600) })],
  ["nothing in it", () => ".."],
];

describe("an ID token that was tampered with", () => {
  beforeAll(async () => {
    await settle();
    idTokens = Object.fromEntries(
      await algorithms.reduce<Promise<[string, string][]>>(
        async (made, alg) => [...(await made), [alg, await obtain(alg)]],
        Promise.resolve([]),
      ),
    );
    server.pass(1);
  });

  it.each(algorithms)("and signed with %s is one that is taken as it was", async (alg) => {
    expect(decodeProtectedHeader(idTokens[alg] ?? "").alg).toBe(alg);
    expect(await ask(alg, idTokens[alg] ?? "")).toBe("code");
  });

  it.each(tamperings)("to have %s is refused, whatever signed it, at once, and nobody else is asked", async (_, tamper) => {
    const before = await snapshot();
    for (const alg of algorithms) {
      const [header = "", claims = "", signature = ""] = idTokens[alg]?.split(".") ?? [];
      const hint = await tamper({ alg, header, claims, signature });
      expect(hint).not.toBe(idTokens[alg]);
      const began = performance.now();
      expect([alg, await ask(alg, hint)]).toEqual([alg, "invalid_request"]);
      const page = await browser.open(`/logout?${form({ id_token_hint: hint })}`);
      expect([alg, page.status]).toEqual([alg, 400]);
      expect(performance.now() - began).toBeLessThan(2000);
    }
    expect([left, await snapshot()]).toEqual([[], before]);
  });

  it("is refused also when it is another client's", async () => {
    const before = await snapshot();
    expect(await ask("ES256", idTokens["RS256"] ?? "")).toBe("invalid_request");
    expect(await snapshot()).toBe(before);
  });
});

describe("an old ID token", () => {
  beforeEach(settle);

  // Its keys begin in what is the future for every other test.
  afterAll(async () => {
    await env.DB.exec("DELETE FROM signing_keys");
  });

  it("is a hint for three months after its key has left the JWKS, and never after", async () => {
    await env.DB.exec("DELETE FROM signing_keys");
    const idToken = await obtain("ES256");
    const { kid = "" } = decodeProtectedHeader(idToken);
    const clock = { now: server.deps.now() };
    const later = async (days: number) => {
      clock.now += days * DAY * 1000;
      server = createServer({ clock });
      await work(server.deps);
      browser = new Browser(server);
      const published = (await publicKeys()).some((jwk) => jwk.kid === kid);
      await authorize(browser, ada.email, { client_id: "ES256" });
      server.pass(1);
      return [published, await ask("ES256", idToken)];
    };
    expect(await later(89)).toEqual([true, "code"]);
    expect(await later(2)).toEqual([false, "code"]);
    expect(await later(88)).toEqual([false, "code"]);
    expect(await later(2)).toEqual([false, "invalid_request"]);
  });

  it("is all that a key is good for once it has left the JWKS: an access token that it signs is refused", async () => {
    await env.DB.exec("DELETE FROM signing_keys");
    const code = (await authorize(browser, ada.email, { client_id: "ES256" })).get("code") ?? "";
    const { access_token } = await tokensOf(await post(server, "/token", codeRequest(code), basic("ES256", SECRET)));
    await env.DB.exec("UPDATE families SET idle_expires_at = expires_at");
    const header = { ...decodeProtectedHeader(access_token), alg: "ES256" };
    const row = await env.DB.prepare("SELECT kid, alg, sealed_private_jwk AS sealedPrivateJwk FROM signing_keys WHERE kid = ?")
      .bind(header.kid)
      .first<Parameters<typeof openSigningKey>[1]>();
    if (row === null) throw new Error("no such key");
    const { privateKey } = await openSigningKey(server.deps, row);
    const use = async (days: number) => {
      const later = createServer({ clock: { now: server.deps.now() + days * DAY * 1000 } });
      const iat = Math.floor(later.deps.now() / 1000);
      const stolen = new SignJWT({ ...decodeJwt(access_token), iat, exp: iat + 300 }).setProtectedHeader(header);
      const authorization = `Bearer ${await stolen.sign(privateKey)}`;
      return (await later.fetch("/userinfo", { headers: { authorization } })).status;
    };
    expect([await use(1), await use(91)]).toEqual([200, 401]);
  });
});

describe("an encrypted ID token", () => {
  beforeEach(settle);

  it("comes back as what was within, and not as it was sent", async () => {
    const { publicKey, privateKey } = await generateKeyPair("ECDH-ES", { extractable: true });
    const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: "enc", use: "enc" }] };
    await addClient("buildboard", { jwks, id_token_encrypted_response_alg: "ECDH-ES" });
    const idToken = await obtain("buildboard");
    server.pass(1);
    const { plaintext } = await compactDecrypt(idToken, privateKey);
    expect(await ask("buildboard", new TextDecoder().decode(plaintext))).toBe("code");
    expect(await ask("buildboard", idToken)).toBe("invalid_request");
  });
});
