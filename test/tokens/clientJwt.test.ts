import fc from "fast-check";
import { exportJWK, exportSPKI, generateKeyPair } from "jose";
import { describe, expect, it } from "vitest";
import { OAuthError } from "../../src/errors.ts";
import type { AssertionAlgorithm, JsonObject, SigningAlgorithm } from "../../src/model.ts";
import { algorithms } from "../../src/tokens/accessToken.ts";
import { checkAssertion } from "../../src/tokens/assertion.ts";
import { type ClientJwt, checkClientJwt, type FindClientKeys } from "../../src/tokens/clientJwt.ts";
import { fromBase64url, toBase64url, toUtf8 } from "../../src/tokens/encoding.ts";
import { findPublicKey, jwkFits } from "../../src/tokens/jwk.ts";
import { type ClientKey, clientKey, sign } from "../clientKey.ts";

const refuse = (reason: string) => new OAuthError("invalid_client", "Client authentication failed.", { reason });
const claims = { iss: "c", sub: "c" };

/** The keys of a client, as `oauth/clientKeys.ts` finds them; `calls` counts how often somebody asked. */
function keysOf(...keys: readonly ClientKey[]) {
  const seen = { calls: 0 };
  const find: FindClientKeys = async (kid, alg) => {
    seen.calls++;
    const asymmetric = algorithms.find((known) => known === alg);
    if (asymmetric === undefined) return [];
    const fitting = keys.filter(({ jwk }) => (kid === undefined || jwk["kid"] === kid) && jwkFits(jwk, asymmetric));
    return (await Promise.all(fitting.map(({ jwk }) => findPublicKey(jwk, asymmetric)))).filter((key) => key !== undefined);
  };
  return { find, seen };
}

const check = (
  jwt: string,
  findKeys: FindClientKeys,
  allowed: readonly AssertionAlgorithm[] = algorithms,
  types: readonly (string | undefined)[] = ["jwt", undefined],
): Promise<ClientJwt> => checkClientJwt(jwt, { types, algorithms: allowed, findKeys, refuse });

const refused = (reason: string) =>
  expect.objectContaining({ code: "invalid_client", reason: expect.stringContaining(reason) });

const encode = (value: unknown): string => toBase64url(toUtf8(JSON.stringify(value)));
const partsOf = (jwt: string): [string, string, string] => jwt.split(".") as [string, string, string];

/** The JWT under another header, signed again by the same key, so that only the header can be what is wrong. */
const under = (key: ClientKey, header: JsonObject) => sign(key, claims, header);

/** An HMAC over the JWT, by whatever bytes somebody takes for a secret. */
async function hmac(secret: Uint8Array<ArrayBuffer>, kid: string, alg = "HS256"): Promise<string> {
  const input = `${encode({ alg, kid })}.${encode(claims)}`;
  const key = await crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: `SHA-${alg.slice(2)}` }, false, ["sign"]);
  return `${input}.${toBase64url(new Uint8Array(await crypto.subtle.sign("HMAC", key, toUtf8(input))))}`;
}

/** The last character of canonical base64url with unused bits set: the same bytes for a lenient decoder. */
function respelled(part: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const bits = { 2: 4, 3: 2 }[part.length % 4];
  const last = alphabet.indexOf(part.slice(-1));
  return bits === undefined ? `${part}=` : part.slice(0, -1) + alphabet[last | 1];
}

describe.each<SigningAlgorithm>(["ES256", "PS256", "EdDSA", "RS256"])("a JWT by %s", (alg) => {
  it("is read when a key of the client signed it", async () => {
    const key = await clientKey(alg);
    const { header, claims: read } = await check(await sign(key, claims), keysOf(key).find);
    expect([header["alg"], read]).toEqual([alg, claims]);
    expect((await check(await mended(key, {}), keysOf(key).find)).claims).toEqual(claims);
  });

  // CASES.md C 47 and 48
  const tampered: readonly (readonly [what: string, forge: (key: ClientKey) => Promise<string>, reason: string])[] = [
    [
      "alg none and no signature",
      async (key) => `${encode({ alg: "none", kid: key.jwk["kid"] })}.${encode(claims)}.`,
      "algorithm",
    ],
    [
      "alg None",
      async (key) =>
        `${encode({ alg: "None" })}.${partsOf(await sign(key, claims))
          .slice(1)
          .join(".")}`,
      "algorithm",
    ],
    ["alg in small letters", async () => `${encode({ alg: alg.toLowerCase() })}.${encode(claims)}.AA`, "algorithm"],
    ["no alg", async (key) => `${encode({ kid: key.jwk["kid"] })}.${encode(claims)}.AA`, "algorithm"],
    ["alg as an array", (key) => mended(key, { alg: [alg] }), "algorithm"],
    [
      "HS256 under the public key in PEM",
      async (key) => hmac(toUtf8(await exportSPKI(key.publicKey)), String(key.jwk["kid"])),
      "algorithm",
    ],
    ["HS256 under the public JWK", async (key) => hmac(toUtf8(JSON.stringify(key.jwk)), String(key.jwk["kid"])), "algorithm"],
    [
      "HS512 under the public key",
      async (key) => hmac(toUtf8(String(key.jwk["x"] ?? key.jwk["n"])), "k", "HS512"),
      "algorithm",
    ],
    [
      "another key of the same kind",
      async (key) => sign(await clientKey(alg, `stranger-${alg}`), claims, { kid: key.jwk["kid"] }),
      "signature",
    ],
    ["crit", async (key) => mended(key, { crit: ["exp"], exp: 1 }), "extension"],
    ["an empty crit", async (key) => mended(key, { crit: [] }), "extension"],
    ["b64", async (key) => mended(key, { b64: false }), "extension"],
    ["the typ of an access token", (key) => under(key, { typ: "at+jwt" }), "typ"],
    ["a typ that is no string", (key) => mended(key, { typ: ["jwt"] }), "typ"],
    ["an all-zero signature", async (key) => withSignature(await sign(key, claims), (bytes) => bytes.fill(0)), "signature"],
    ["an all-ones signature", async (key) => withSignature(await sign(key, claims), (bytes) => bytes.fill(255)), "signature"],
    [
      "one bit of the signature changed",
      async (key) => withSignature(await sign(key, claims), (bytes) => bytes.with(9, (bytes[9] ?? 0) ^ 1)),
      "signature",
    ],
    [
      "half a signature",
      async (key) => withSignature(await sign(key, claims), (bytes) => bytes.subarray(0, bytes.length / 2)),
      "signature",
    ],
    [
      "a byte behind the signature",
      async (key) => withSignature(await sign(key, claims), (bytes) => Uint8Array.from([...bytes, 0])),
      "signature",
    ],
    [
      "no signature",
      async (key) =>
        `${partsOf(await sign(key, claims))
          .slice(0, 2)
          .join(".")}.`,
      "signature",
    ],
    [
      "other claims under the signature",
      async (key) =>
        partsOf(await sign(key, claims))
          .with(1, encode({ ...claims, sub: "d" }))
          .join("."),
      "signature",
    ],
    [
      "two parts",
      async (key) =>
        partsOf(await sign(key, claims))
          .slice(0, 2)
          .join("."),
      "not a JWT",
    ],
    ["four parts", async (key) => `${await sign(key, claims)}.AA`, "not a JWT"],
    ["padding", async (key) => `${await sign(key, claims)}=`, "not a JWT"],
    ["a space behind it", async (key) => `${await sign(key, claims)} `, "not a JWT"],
    ["a second spelling of its header", async (key) => respell(await sign(key, claims, { pad: "x" }), 0), "not a JWT"],
    ["a second spelling of its signature", async (key) => respell(await sign(key, claims), 2), "not a JWT"],
    [
      "a header that is no object",
      async (key) =>
        partsOf(await sign(key, claims))
          .with(0, encode([]))
          .join("."),
      "not a JWT",
    ],
    [
      "claims that are no object",
      async (key) =>
        partsOf(await sign(key, claims))
          .with(1, encode("c"))
          .join("."),
      "not a JWT",
    ],
    [
      "a header that is no JSON",
      async (key) =>
        partsOf(await sign(key, claims))
          .with(0, toBase64url(toUtf8("{")))
          .join("."),
      "not a JWT",
    ],
    [
      "a header that is no UTF-8",
      async (key) =>
        partsOf(await sign(key, claims))
          .with(0, "_w")
          .join("."),
      "not a JWT",
    ],
    ["1 MB", async (key) => sign(key, { ...claims, pad: "x".repeat(1024 * 1024) }), "not a JWT"],
    ["16 KB and a byte", async (key) => (await sign(key, claims)).padEnd(16 * 1024 + 1, "A"), "not a JWT"],
    ["a kid of 257 characters", (key) => mended(key, { kid: "k".repeat(257) }), "kid"],
    ["a kid with a NUL", (key) => mended(key, { kid: "k\0" }), "kid"],
    ["a kid that is a number", (key) => mended(key, { kid: 1 }), "kid"],
    ["an empty kid", (key) => mended(key, { kid: "" }), "kid"],
    ["a kid that is a path", (key) => mended(key, { kid: "../../dev/null" }), "no key"],
    ["a kid that is SQL", (key) => mended(key, { kid: "'OR(1=1)--" }), "no key"],
    ["a kid that is a member of every object", (key) => mended(key, { kid: "__proto__" }), "no key"],
  ];
  it.each(tampered)("with %s is refused", async (_, forge, reason) => {
    const key = await clientKey(alg);
    const jwt = await forge(key);
    const { find, seen } = keysOf(key);
    await expect(check(jwt, find)).rejects.toMatchObject({ code: "invalid_client", reason: expect.stringMatching(reason) });
    expect(seen.calls).toBeLessThanOrEqual(1);
  });

  // CASES.md C 48: the header's own key is not read, whether it is the forger's or our client's
  it.each<[string, (stranger: ClientKey) => JsonObject]>([
    ["jwk", ({ jwk }) => ({ jwk })],
    ["jku", () => ({ jku: "https://attacker.example/jwks" })],
    ["x5u", () => ({ x5u: "https://attacker.example/certificate" })],
    ["x5c", () => ({ x5c: ["MIIB"] })],
  ])("with %s in its header is judged by the client's keys all the same", async (_, header) => {
    const [key, stranger] = [await clientKey(alg), await clientKey(alg, `stranger-${alg}`)];
    const forged = await sign(stranger, claims, { kid: key.jwk["kid"], ...header(stranger) });
    await expect(check(forged, keysOf(key).find)).rejects.toEqual(refused("the signature"));
    expect((await check(await under(key, header(stranger)), keysOf(key).find)).claims).toEqual(claims);
  });

  it("is refused where the algorithm is not allowed, before anybody looks for a key", async () => {
    const key = await clientKey(alg);
    const { find, seen } = keysOf(key);
    await expect(
      check(
        await sign(key, claims),
        find,
        algorithms.filter((other) => other !== alg),
      ),
    ).rejects.toEqual(refused("algorithm"));
    expect(seen.calls).toBe(0);
  });
});

const parameters: Readonly<Record<string, SubtleCryptoSignAlgorithm>> = {
  ES256: { name: "ECDSA", hash: "SHA-256" },
  PS256: { name: "RSA-PSS", saltLength: 32 },
  EdDSA: { name: "Ed25519" },
  RS256: { name: "RSASSA-PKCS1-v1_5" },
};

/** A JWT with a header that no library writes, rightly signed: only the header can be what is wrong with it. */
async function mended(key: ClientKey, header: JsonObject): Promise<string> {
  const input = `${encode({ alg: key.alg, kid: key.jwk["kid"], ...header })}.${encode(claims)}`;
  const signature = await crypto.subtle.sign(parameters[key.alg] ?? "", key.privateKey, toUtf8(input));
  return `${input}.${toBase64url(new Uint8Array(signature))}`;
}

function withSignature(jwt: string, change: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array): string {
  const [header, payload, signature] = partsOf(jwt);
  return `${header}.${payload}.${toBase64url(change(fromBase64url(signature) ?? new Uint8Array()))}`;
}

const respell = (jwt: string, at: number): string => {
  const parts = partsOf(jwt);
  return parts.with(at, respelled(parts[at] ?? "")).join(".");
};

describe("a key", () => {
  it.each<[string, SigningAlgorithm, () => Promise<JsonObject>]>([
    ["of P-384", "ES256", () => publicJwk("ES384")],
    ["of P-521", "ES256", () => publicJwk("ES512")],
    ["of X25519", "EdDSA", () => publicJwk("ECDH-ES", { crv: "X25519" })],
    ["of RSA", "ES256", () => publicJwk("RS256")],
    ["of P-256", "RS256", () => publicJwk("ES256")],
    ["of P-256 that calls itself Ed25519", "EdDSA", async () => ({ ...(await publicJwk("ES256")), crv: "Ed25519" })],
    ["for encryption", "ES256", async () => ({ ...(await publicJwk("ES256")), use: "enc" })],
    ["of another alg", "PS256", async () => ({ ...(await publicJwk("RS256")), alg: "RS256" })],
    ["that signs only", "ES256", async () => ({ ...(await publicJwk("ES256")), key_ops: ["sign"] })],
    ["of RSA with 1024 bits", "RS256", async () => ({ kty: "RSA", e: "AQAB", n: toBase64url(new Uint8Array(128).fill(201)) })],
    [
      "of RSA with 2047 bits",
      "RS256",
      async () => ({ kty: "RSA", e: "AQAB", n: toBase64url(new Uint8Array(256).fill(255).fill(127, 0, 1)) }),
    ],
    [
      "of RSA with leading zeros for length",
      "PS256",
      async () => ({ kty: "RSA", e: "AQAB", n: toBase64url(new Uint8Array(256).fill(201).fill(0, 0, 128)) }),
    ],
    [
      "of RSA with 16384 bits",
      "RS256",
      async () => ({ kty: "RSA", e: "AQAB", n: toBase64url(new Uint8Array(2048).fill(201)) }),
    ],
    ["of RSA whose modulus is zero", "RS256", async () => ({ kty: "RSA", e: "AQAB", n: toBase64url(new Uint8Array(256)) })],
    ["that is a secret", "ES256", async () => ({ kty: "oct", k: "AAAA" })],
    ["of no kind", "EdDSA", async () => ({ crv: "Ed25519" })],
  ])("%s is none for %s", async (_, alg, jwk) => {
    expect(jwkFits(await jwk(), alg)).toBe(false);
  });

  it("off its curve is no key", async () => {
    const jwk = await publicJwk("ES256");
    expect(await findPublicKey({ ...jwk, y: jwk["x"] }, "ES256")).toBeUndefined();
  });

  it("is used by its public half alone, whatever its owner published", async () => {
    const { privateKey } = await generateKeyPair("ES256", { extractable: true });
    const key = await findPublicKey({ ...(await exportJWK(privateKey)), key_ops: ["sign"], ext: false }, "ES256");
    expect([key?.type, key?.usages]).toEqual(["public", ["verify"]]);
  });
});

async function publicJwk(alg: string, options: { readonly crv?: string } = {}): Promise<JsonObject> {
  const { publicKey } = await generateKeyPair(alg, { extractable: true, ...options });
  return { ...(await exportJWK(publicKey)) };
}

describe("checkClientJwt", () => {
  it.each([["JWT"], ["jwt"], ["application/jwt"], ["Application/JWT"]])("takes %s for the type jwt", async (typ) => {
    const key = await clientKey("ES256");
    expect((await check(await under(key, { typ }), keysOf(key).find)).header["typ"]).toBe(typ);
  });

  it("wants a typ where none may be missing", async () => {
    const key = await clientKey("ES256");
    const types = ["client-authentication+jwt"];
    await expect(check(await sign(key, claims), keysOf(key).find, algorithms, types)).rejects.toEqual(refused("typ"));
  });

  it("tries five keys that have no name, and no sixth", async () => {
    const keys = await Promise.all([1, 2, 3, 4, 5, 6].map((index) => clientKey("EdDSA", `nameless-${index}`)));
    const find = async () => keys.map(({ publicKey }) => publicKey);
    const by = async (index: number) => sign(keys[index] ?? (await clientKey("EdDSA")), claims);
    expect((await check(await by(4), find)).claims).toEqual(claims);
    await expect(check(await by(5), find)).rejects.toEqual(refused("the signature"));
  });

  it("refuses when the keys cannot be had, and lets our own failures be what they are", async () => {
    const jwt = await sign(await clientKey("ES256"), claims);
    await expect(check(jwt, () => Promise.reject(new Error("no answer")))).rejects.toEqual(refused("cannot be had: no answer"));
    const ours = new OAuthError("temporarily_unavailable", "The server cannot reach its database.");
    await expect(check(jwt, () => Promise.reject(ours))).rejects.toBe(ours);
  });

  it("refuses any text that is none of its JWTs, and never falls over it", async () => {
    const key = await clientKey("ES256");
    const { find } = keysOf(key);
    const part = fc.oneof(fc.string(), fc.jsonValue().map(encode), fc.constant(encode({ alg: "ES256", kid: "ES256-key" })));
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 5 }), async (parts) => {
        await expect(check(parts.join("."), find)).rejects.toMatchObject({ code: "invalid_client" });
      }),
    );
  });
});

describe("checkAssertion", () => {
  const now = 1_800_000_000_500;
  const seconds = Math.floor(now / 1000);
  const good = { iss: "c", sub: "c", aud: "https://id.example", exp: seconds + 60, jti: "j" };
  const judge = (changes: JsonObject, audiences: readonly string[] = ["https://id.example"]) =>
    checkAssertion({ ...good, ...changes }, { clientId: "c", audiences, now, refuse });

  it("remembers the jti for as long as the assertion would be taken", () => {
    expect(judge({})).toMatchObject({ jti: "j", expiresAt: (seconds + 70) * 1000 });
    expect(judge({ exp: seconds + 60.25 }).expiresAt).toBe((seconds + 70) * 1000 + 250);
  });

  it("says when the assertion was made, at the earliest where that does not stand in it", () => {
    expect(judge({ iat: seconds - 5 }).issuedAt).toBe((seconds - 5 - 10) * 1000);
    expect(judge({ iat: undefined }).issuedAt).toBe((seconds + 60 - 600 - 10) * 1000);
  });

  // CASES.md C 50
  it.each([
    { exp: seconds - 9 },
    { exp: seconds + 600 },
    { iat: seconds + 8 },
    { nbf: seconds + 8 },
    { iat: seconds - 600 },
    { iat: seconds, nbf: seconds },
    { jti: "j".repeat(256) },
    { aud: "https://id.example", other: "member" },
  ])("accepts %j", (changes) => {
    expect(judge(changes).jti).toBe("jti" in changes ? changes.jti : "j");
  });

  it.each<JsonObject>([
    { iss: "d" },
    { sub: "d" },
    { iss: undefined },
    { sub: ["c"] },
    { aud: undefined },
    { aud: "https://id.example/" },
    { aud: "https://id.example/token" },
    { aud: "https://other.example" },
    { aud: ["https://id.example"] },
    { aud: ["https://id.example", "https://other.example"] },
    { aud: [] },
    { exp: undefined },
    { exp: String(seconds + 60) },
    { exp: null },
    { exp: Number.POSITIVE_INFINITY },
    { exp: seconds - 10 },
    { exp: seconds - 300 },
    { exp: seconds + 700 },
    { exp: seconds + 365 * 86_400 },
    { exp: (seconds + 60) * 1000 },
    { iat: seconds + 60 },
    { nbf: seconds + 60 },
    { iat: "now" },
    { nbf: null },
    { iat: seconds - 700 },
    { jti: undefined },
    { jti: "" },
    { jti: 7 },
    { jti: "j".repeat(257) },
  ])("refuses %j", (changes) => {
    expect(() => judge(changes)).toThrow(expect.objectContaining({ code: "invalid_client" }));
  });

  it("lets a client that is flagged as old name the token endpoint, and either in an array of one", () => {
    const both = ["https://id.example", "https://id.example/token"];
    for (const aud of [...both, [both[0]], [both[1]]]) expect(judge({ aud }, both).jti).toBe("j");
    for (const aud of [both, [], ["https://other.example"], "https://id.example/par", [[both[0]]]])
      expect(() => judge({ aud }, both)).toThrow(OAuthError);
  });
});
