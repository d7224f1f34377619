import fc from "fast-check";
import { calculateJwkThumbprint } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { OAuthError } from "../../src/errors.ts";
import { checkDpopProof, dpopAlgorithms } from "../../src/tokens/dpop.ts";
import { isDpopNonce, mintDpopNonce } from "../../src/tokens/dpopNonce.ts";
import { mac } from "../../src/tokens/secret.ts";
import { createServer } from "../harness.ts";
import { athOf, type DpopKey, encode, makeDpopKey, type ProofAlgorithm, proofBy } from "../proof.ts";

/** Not on a whole second, so that rounding shows. */
const NOW = Date.UTC(2026, 10, 24, 12, 0, 0, 250);
const SECONDS = Math.floor(NOW / 1000);
const URL_OF_TOKEN = "https://id.example/token";
const RFC_JKT = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";

const refuse = (reason: string) => new OAuthError("invalid_dpop_proof", "refused", { reason });
const check = (proof: string, changes: Partial<Parameters<typeof checkDpopProof>[1]> = {}) =>
  checkDpopProof(proof, { method: "POST", urls: [URL_OF_TOKEN], accessToken: null, now: NOW, refuse, ...changes });

const keys = new Map<string, DpopKey>();
beforeAll(async () => {
  for (const alg of ["ES256", "PS256", "EdDSA", "RS256"] as const) keys.set(alg, await makeDpopKey(alg));
});
function keyOf(alg: string): DpopKey {
  const key = keys.get(alg);
  if (key === undefined) throw new Error(`no key for ${alg}`);
  return key;
}

const good = { htm: "POST", htu: URL_OF_TOKEN, iat: SECONDS };
const make = (claims: object = {}, header: Readonly<Record<string, unknown>> = {}, alg = "ES256") =>
  proofBy(keyOf(alg), { ...good, ...claims }, header);

async function expectRefused(proof: string, changes: Parameters<typeof check>[1] = {}) {
  await expect(check(proof, changes)).rejects.toMatchObject({ code: "invalid_dpop_proof" });
}

describe("the examples of the RFCs", () => {
  const header =
    "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19";

  it("RFC 9449 section 4.1: the proof at the token endpoint, by the key of section 6", async () => {
    const proof = `${header}.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg`;
    const asked = { urls: ["https://server.example.com/token"], now: 1562262616_000 };
    expect(await check(proof, asked)).toMatchObject({ jkt: RFC_JKT, expiresAt: 1562262676_000, nonce: undefined });
  });

  it("RFC 9449 section 7.1: the proof that comes with an access token", async () => {
    const proof = `${header}.eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA`;
    const asked = { method: "GET", urls: ["https://resource.example.org/protectedresource"], now: 1562262618_000 };
    const accessToken = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";
    expect(await check(proof, { ...asked, accessToken })).toMatchObject({ jkt: RFC_JKT });
    await expectRefused(proof, { ...asked, accessToken: `${accessToken}x` });
  });

  it("RFC 7638 section 3.1: a thumbprint", async () => {
    const n =
      "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
    const jwk = { kty: "RSA", n, e: "AQAB", alg: "RS256", kid: "2011-04-29" };
    expect(await calculateJwkThumbprint(jwk)).toBe("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
  });
});

describe.each(dpopAlgorithms)("a proof signed with %s", (alg) => {
  it("holds, and names the thumbprint of its key", async () => {
    const { jkt, expiresAt } = await check(await make({}, {}, alg));
    expect([jkt, expiresAt]).toEqual([keyOf(alg).jkt, (SECONDS + 60) * 1000]);
  });

  const other = alg === "EdDSA" ? "ES256" : "EdDSA";
  const replaced = (part: number, text: string) => (proof: string) =>
    proof
      .split(".")
      .map((old, index) => (index === part ? text : old))
      .join(".");

  it.each<[string, (proof: string) => string | Promise<string>]>([
    ["alg none", () => make({}, { alg: "none" }, alg)],
    ["alg none and no signature", async () => replaced(2, "")(await make({}, { alg: "none" }, alg))],
    ["alg HS256", () => make({}, { alg: "HS256" }, alg)],
    ["alg RS256", () => make({}, { alg: "RS256" }, alg)],
    ["alg of another key", () => make({}, { alg: other }, alg)],
    ["alg in small letters", () => make({}, { alg: alg.toLowerCase() }, alg)],
    ["alg absent", () => make({}, { alg: undefined }, alg)],
    ["the key of somebody else", async () => make({}, { jwk: (await makeDpopKey(alg)).jwk }, alg)],
    ["a key of another kind", () => make({}, { jwk: keyOf(other).jwk }, alg)],
    ["the private key", () => make({}, { jwk: keyOf(alg).privateJwk }, alg)],
    ["an empty private member", () => make({}, { jwk: { ...keyOf(alg).jwk, d: "" } }, alg)],
    ["a key for encryption", () => make({}, { jwk: { ...keyOf(alg).jwk, use: "enc" } }, alg)],
    ["an empty signature", replaced(2, "")],
    ["a signature of zeros", replaced(2, encode(new Uint8Array(64)))],
    ["a truncated signature", (proof) => proof.slice(0, -8)],
    ["other claims", replaced(1, encode(JSON.stringify({ ...good, jti: "another" })))],
  ])("is refused with %s", async (_, change) => {
    await expectRefused(await change(await make({}, {}, alg)));
  });
});

describe("the header of a proof", () => {
  it.each<[string, Readonly<Record<string, unknown>>]>([
    ["no typ", { typ: undefined }],
    ["typ JWT", { typ: "JWT" }],
    ["typ at+jwt", { typ: "at+jwt" }],
    ["typ in capitals", { typ: "DPOP+JWT" }],
    ["typ in its long form", { typ: "application/dpop+jwt" }],
    ["typ in an array", { typ: ["dpop+jwt"] }],
    ["no key", { jwk: undefined }],
    ["a key that is null", { jwk: null }],
    ["a key that is a text", { jwk: "key" }],
    ["a key in an array", { jwk: [{}] }],
    ["an empty key", { jwk: {} }],
    ["a secret as its key", { jwk: { kty: "oct", k: "c2VjcmV0" } }],
    ["a secret as its key, and alg HS256", { alg: "HS256", jwk: { kty: "oct", k: "c2VjcmV0" } }],
    ["a key on another curve", { jwk: { kty: "EC", crv: "P-384", x: "AA", y: "AA" } }],
    [
      "a point that is not on the curve",
      { jwk: { kty: "EC", crv: "P-256", x: encode(new Uint8Array(32)), y: encode(new Uint8Array(32)) } },
    ],
    ["a key by address", { jwk: undefined, jku: "https://evil.example/keys" }],
    ["crit", { crit: ["exp"] }],
    ["an empty crit", { crit: [] }],
    ["b64", { b64: false }],
    ["b64 true", { b64: true }],
  ])("with %s is refused", async (_, header) => {
    await expectRefused(await make({}, header));
  });

  it("with an RSA key of 1024 bits is refused, whatever it signed", async () => {
    const parameters = { name: "RSA-PSS", modulusLength: 1024, publicExponent: Uint8Array.of(1, 0, 1), hash: "SHA-256" };
    const pair = (await crypto.subtle.generateKey(parameters, true, ["sign", "verify"])) as CryptoKeyPair;
    const { kty, n, e } = (await crypto.subtle.exportKey("jwk", pair.publicKey)) as JsonWebKey;
    const weak: DpopKey = { ...keyOf("PS256"), jwk: { kty, n, e } as DpopKey["jwk"], privateKey: pair.privateKey };
    await expectRefused(await proofBy(weak, good));
  });
});

describe("the claims of a proof", () => {
  it.each<[string, object]>([
    ["no jti", { jti: undefined }],
    ["an empty jti", { jti: "" }],
    ["a jti of 257 characters", { jti: "j".repeat(257) }],
    ["a jti that is a number", { jti: 1 }],
    ["no htm", { htm: undefined }],
    ["htm GET", { htm: "GET" }],
    ["htm in small letters", { htm: "post" }],
    ["no htu", { htu: undefined }],
    ["an htu in an array", { htu: [URL_OF_TOKEN] }],
    ["no iat", { iat: undefined }],
    ["iat as a text", { iat: String(SECONDS) }],
    ["iat 60 seconds ago", { iat: SECONDS - 60 }],
    ["iat 11 seconds ahead", { iat: SECONDS + 11 }],
    ["a nonce that is a number", { nonce: 1 }],
    ["an ath that is a number", { ath: 1 }],
  ])("with %s are refused", async (_, claims) => {
    await expectRefused(await make(claims));
  });

  it.each<[string, object]>([
    ["a jti of 1 character", { jti: "j" }],
    ["a jti of 256 characters", { jti: "j".repeat(256) }],
    ["iat 59 seconds ago", { iat: SECONDS - 59 }],
    ["iat 10 seconds ahead", { iat: SECONDS + 10 }],
    ["iat between two seconds", { iat: SECONDS + 0.5 }],
    ["claims that we do not know", { exp: 1, iss: "x", aud: "y" }],
  ])("with %s hold", async (_, claims) => {
    await expect(check(await make(claims))).resolves.toMatchObject({ jkt: keyOf("ES256").jkt });
  });

  it.each([
    ["https://id.example/token", true],
    ["HTTPS://ID.EXAMPLE/token", true],
    ["https://id.example:443/token", true],
    ["https://id.example/token?a=b", true],
    ["https://id.example/token#a", true],
    ["https://id.example/./to/../token", true],
    ["https://id.example/%74oken", true],
    ["https://id.example/Token", false],
    ["https://id.example/token/", false],
    ["https://id.example//token", false],
    ["https://id.example:8443/token", false],
    ["http://id.example/token", false],
    ["https://id.example/par", false],
    ["https://id.example", false],
    ["https://id.example.evil.example/token", false],
    ["https://evil.example/token", false],
    ["https://id.example@evil.example/token", false],
    ["https://user@id.example/token", false],
    ["https:\\\\id.example\\token", false],
    ["https:/id.example/token", false],
    ["/token", false],
    ["", false],
    [" https://id.example/token", false],
    ["https://id.example/to\tken", false],
    ["https://id.example/tok%2fen", false],
    ["javascript:alert(1)", false],
  ])("with the htu %j: %s", async (htu, holds) => {
    const proof = await make({ htu });
    if (holds) await expect(check(proof)).resolves.toMatchObject({ jkt: keyOf("ES256").jkt });
    else await expectRefused(proof);
  });

  it("fit a request to any of our addresses, its own query and escapes aside", async () => {
    const urls = ["https://mtls.example/a%c3%a9%7e?x=1#y", "https://id.example/a"];
    await expect(check(await make({ htu: "https://MTLS.example/a%C3%A9~" }), { urls })).resolves.toBeDefined();
    await expectRefused(await make({ htu: "https://MTLS.example/a%C3%A8~" }), { urls });
  });

  it("name the access token that the proof is for, and are refused without one or with another", async () => {
    const ath = await athOf("token");
    await expect(check(await make({ ath }), { accessToken: "token" })).resolves.toBeDefined();
    for (const claims of [{}, { ath: await athOf("other") }, { ath: "token" }, { ath: `${ath}=` }, { ath: "" }])
      await expectRefused(await make(claims), { accessToken: "token" });
  });

  it("tell one proof from another by key and jti", async () => {
    const [one, again, other] = [
      await make({ jti: "a" }),
      await make({ jti: "a", htu: `${URL_OF_TOKEN}?x` }),
      await make({ jti: "b" }),
    ];
    const foreign = await make({ jti: "a" }, {}, "EdDSA");
    const found = await Promise.all([one, again, other, foreign].map(async (proof) => (await check(proof)).key));
    expect(found[1]).toBe(found[0]);
    expect(new Set(found).size).toBe(3);
    expect(found[0]).toMatch(/^[\w-]{43}$/);
  });
});

it.each<[string, (proof: string) => string]>([
  ["nothing", () => ""],
  ["two proofs", (proof) => `${proof}, ${proof}`],
  ["two proofs without a space", (proof) => `${proof},${proof}`],
  ["a space behind", (proof) => `${proof} `],
  ["padding", (proof) => `${proof}=`],
  ["four parts", (proof) => `${proof}.`],
  ["no JSON", () => `${encode("x")}.${encode("y")}.${encode("z")}`],
  ["an array", () => `${encode("[]")}.${encode("[]")}.`],
  ["9 KB of nothing", () => "a".repeat(9 * 1024)],
])("what is no proof is refused: %s", async (_, change) => {
  await expectRefused(change(await make()));
});

it("a good proof of more than 8 KB is refused", async () => {
  await expect(check(await make({ more: "x".repeat(5000) }))).resolves.toBeDefined();
  await expectRefused(await make({ more: "x".repeat(7000) }));
});

it("whatever is sent is either a proof or refused as none", async () => {
  const text = fc
    .array(fc.oneof(fc.base64String(), fc.string(), fc.json().map(encode)), { maxLength: 4 })
    .map((parts) => parts.join("."));
  await fc.assert(
    fc.asyncProperty(text, (proof) => expectRefused(proof)),
    { numRuns: 300 },
  );
});

describe("a nonce", () => {
  const macOf =
    (deps = createServer().deps) =>
    (data: Uint8Array<ArrayBuffer>) =>
      mac(deps, "dpop nonce", data);

  it.each([
    [-120, false],
    [-61, false],
    [-59, true],
    [0, true],
    [239, true],
    [301, false],
    [3600, false],
  ])("is good %i seconds after it was made: %s", async (age, good) => {
    const nonce = await mintDpopNonce(macOf(), NOW);
    expect(await isDpopNonce(macOf(), nonce, NOW + age * 1000)).toBe(good);
  });

  it("made at any time is good for four minutes and no longer than five", () =>
    fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 3600_000 }), async (offset) => {
        const nonce = await mintDpopNonce(macOf(), NOW + offset);
        expect(await isDpopNonce(macOf(), nonce, NOW + offset + 240_000)).toBe(true);
        expect(await isDpopNonce(macOf(), nonce, NOW + offset + 300_000)).toBe(false);
      }),
      { numRuns: 50 },
    ));

  it("of another server, or changed in any way, is not ours", async () => {
    const nonce = await mintDpopNonce(macOf(), NOW);
    const { deps } = createServer();
    const foreign = macOf({
      ...deps,
      config: { ...deps.config, masterSecret: "another-secret-of-43-characters-or-more-000" },
      memory: new Map(),
    });
    expect(await isDpopNonce(foreign, nonce, NOW)).toBe(false);
    for (const text of [
      "",
      nonce.slice(1),
      `${nonce}A`,
      `${nonce}=`,
      nonce.toLowerCase(),
      nonce.replace(/.$/, (last) => (last === "A" ? "E" : "A")),
      "x".repeat(27),
    ])
      expect([text, await isDpopNonce(macOf(), text, NOW)]).toEqual([text, false]);
  });
});

it("takes no algorithm that is symmetric or of the older kind", () => {
  expect(dpopAlgorithms satisfies readonly ProofAlgorithm[]).toEqual(["ES256", "PS256", "EdDSA"]);
});
