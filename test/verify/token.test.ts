import { beforeAll, describe, expect, it } from "vitest";
import { checkToken } from "../../src/verify/index.ts";
import { AUDIENCE, arrange, claims, encode, headerOf, makeKey, refusal, SECONDS, sign, type TestKey } from "./issuer.ts";

let key: TestKey;
let rsa: TestKey;
let strange: TestKey;
beforeAll(async () => {
  [key, rsa, strange] = await Promise.all([makeKey("k1"), makeKey("r1", "RS256"), makeKey("k1")]);
});

const token = (changes: Record<string, unknown> = {}, header: Record<string, unknown> = {}) =>
  sign(key, { ...headerOf(key), ...header }, claims(changes));

/** Expects exactly invalid_token, and that the public text gives nothing away. */
async function expectInvalid(text: string, options: Parameters<typeof arrange>[1] = {}) {
  const { resourceServer, network } = arrange([key, rsa], options);
  const error = await refusal(checkToken(text, resourceServer));
  expect(error).toMatchObject({ code: "invalid_token", status: 401 });
  expect(error.description).toBe("The access token is invalid, expired or revoked.");
  return network;
}

describe("a good token", () => {
  it("is accepted with its claims, signed with ES256 or RS256", async () => {
    const { resourceServer } = arrange([key, rsa]);
    expect(await checkToken(await token(), resourceServer, "builds.read")).toEqual(claims());
    expect(await checkToken(await sign(rsa, headerOf(rsa), claims()), resourceServer)).toEqual(claims());
  });

  it("may name its type in the long form (RFC 9068 section 4)", async () => {
    const { resourceServer } = arrange([key]);
    expect(await checkToken(await token({}, { typ: "application/at+jwt" }), resourceServer)).toEqual(claims());
  });
});

describe("what is no access token", () => {
  it.each([
    ["an ID token", { typ: "JWT" }],
    ["a token without type", { typ: undefined }],
    ["a logout token", { typ: "logout+jwt" }],
    ["a security event", { typ: "secevent+jwt" }],
    ["a type that is no string", { typ: ["at+jwt"] }],
  ])("is refused though its claims would do: %s", async (_, header) => {
    await expectInvalid(await token({}, header));
  });

  it.each([`csr_aa${"A".repeat(68)}`, `csc_aa${"A".repeat(68)}`, "", ".", "..", "x", "🙂", " "])(
    "is refused without a request to the issuer: %j",
    async (text) => {
      expect((await expectInvalid(text)).requests).toEqual([]);
    },
  );
});

describe("a tampered token is refused", () => {
  it.each(["none", "None", "nOnE", "HS256", "ES512", "EdDSA", "PS256", "", 5, null, undefined])("alg %j", async (alg) => {
    const text = await token({}, { alg });
    await expectInvalid(text);
    await expectInvalid(text.slice(0, text.lastIndexOf(".") + 1));
  });

  it("signed with HS256 and the public key as the secret", async () => {
    const spki = new Uint8Array((await crypto.subtle.exportKey("spki", key.publicKey)) as ArrayBuffer);
    const pem = `-----BEGIN PUBLIC KEY-----\n${btoa(String.fromCharCode(...spki))}\n-----END PUBLIC KEY-----\n`;
    const input = `${encode(JSON.stringify({ ...headerOf(key), alg: "HS256" }))}.${encode(JSON.stringify(claims()))}`;
    for (const secret of [spki, new TextEncoder().encode(pem), new TextEncoder().encode(JSON.stringify(key.jwk))]) {
      const hmac = await crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
      const signature = await crypto.subtle.sign("HMAC", hmac, new TextEncoder().encode(input));
      await expectInvalid(`${input}.${encode(new Uint8Array(signature))}`);
    }
  });

  it("signed with another key under the name of ours", async () => {
    await expectInvalid(await sign(strange, headerOf(strange), claims()));
  });

  it("naming a key of the other algorithm", async () => {
    await expectInvalid(await token({}, { kid: rsa.kid }));
    await expectInvalid(await sign(rsa, { ...headerOf(rsa), kid: key.kid }, claims()));
    await expectInvalid(await sign(rsa, { ...headerOf(rsa), alg: "ES256", kid: key.kid }, claims()));
  });

  it("signed with RSA of 1024 bits, even if the issuer publishes that key", async () => {
    const weak = await makeKey("weak", "RS256", 1024);
    const { resourceServer } = arrange([key, weak]);
    expect(await refusal(checkToken(await sign(weak, headerOf(weak), claims()), resourceServer))).toMatchObject({
      status: 401,
    });
  });

  it.each([undefined, 5, null, {}, [], "", "__proto__", "constructor"])("kid %j", async (kid) => {
    await expectInvalid(await token({}, { kid }));
  });

  it("bringing its own key, and that key's address is not visited", async () => {
    const network = await expectInvalid(
      await sign(strange, { ...headerOf(strange), jwk: strange.jwk, jku: "https://evil.example/keys" }, claims()),
    );
    expect(network.requests).toEqual(["/.well-known/oauth-authorization-server", "/jwks"]);
  });

  it.each([
    ["crit", { crit: ["exp"], exp: SECONDS + 300 }],
    ["crit of an extension unknown", { crit: ["x"], x: 1 }],
    ["crit that is empty", { crit: [] }],
    ["b64:false", { b64: false }],
    ["b64:false with crit", { b64: false, crit: ["b64"] }],
  ])("asking to be read in another way: %s", async (_, header) => {
    await expectInvalid(await token({}, header));
  });

  it.each([
    ["an ES256 signature of zeros", (text: string) => text.replace(/[^.]*$/, encode(new Uint8Array(64)))],
    ["an empty signature", (text: string) => text.replace(/[^.]*$/, "")],
    ["no signature", (text: string) => text.replace(/\.[^.]*$/, "")],
    ["a truncated signature", (text: string) => text.slice(0, -9)],
    ["a truncated payload", (text: string) => text.replace(/.{4}\.([^.]*)$/, ".$1")],
    ["another payload", (text: string) => text.replace(/\.[^.]*\./, `.${encode(JSON.stringify(claims({ sub: "aa-eve" })))}.`)],
    ["a dot behind", (text: string) => `${text}.`],
    ["a dot before", (text: string) => `.${text}`],
    ["a dot twice", (text: string) => text.replace(".", "..")],
    ["padding", (text: string) => `${text}==`],
    ["a line break", (text: string) => text.replace(".", "\n.")],
    ["a space", (text: string) => `${text} `],
    ["a NUL", (text: string) => `${text}\0`],
  ])("%s", async (_, tamper) => {
    const good = await token();
    const text = tamper(good);
    expect(text).not.toBe(good);
    await expectInvalid(text);
  });

  it("in another spelling of the same bytes (base64url that is not canonical)", async () => {
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const text = await token();
    // 64 bytes leave four bits of the last character unused.
    const last = alphabet[alphabet.indexOf(text.slice(-1)) + 1] ?? "";
    await expectInvalid(text.slice(0, -1) + last);
  });

  it("of a megabyte, before anything is decoded or fetched", async () => {
    const huge = await token({ scope: "x".repeat(2 ** 20) });
    expect((await expectInvalid(huge)).requests).toEqual([]);
    expect((await expectInvalid(".".repeat(2 ** 20))).requests).toEqual([]);
  });

  it("as a JWE that says it is compressed", async () => {
    const header = encode(JSON.stringify({ alg: "dir", enc: "A256GCM", zip: "DEF", cty: "JWT", kid: key.kid }));
    expect((await expectInvalid(`${header}..${encode("iv-iv-iv-iv-")}.${encode("x".repeat(4096))}.AAAA`)).requests).toEqual([]);
  });

  it("whose payload is no JSON object", async () => {
    for (const payload of ["", "[]", "null", '"text"', "{", "5", "\xef\xbb\xbf{}", "[".repeat(5000)])
      await expectInvalid(await sign(key, headerOf(key), payload));
  });
});

describe("a token for another", () => {
  it.each([
    "https://other.example",
    `${AUDIENCE}/`,
    `${AUDIENCE}.evil.example`,
    "https://api",
    "",
    ["https://other.example", "https://third.example"],
    [],
    [AUDIENCE.toUpperCase()],
    { [AUDIENCE]: true },
    5,
    null,
    undefined,
  ])("audience is refused: %j", async (aud) => {
    await expectInvalid(await token({ aud }));
  });

  it("audience too is accepted", async () => {
    const { resourceServer } = arrange([key]);
    await expect(checkToken(await token({ aud: ["https://other.example", AUDIENCE] }), resourceServer)).resolves.toBeDefined();
  });

  it.each([
    "https://id.example/",
    "http://id.example",
    "https://ID.example",
    "https://evil.example",
    ["https://id.example"],
    undefined,
  ])("issuer is refused: %j", async (iss) => {
    await expectInvalid(await token({ iss }));
  });
});

describe("two issuers", () => {
  it("do not speak for each other", async () => {
    const other = await makeKey("k2");
    const first = arrange([key]);
    const second = arrange([other], { issuer: "https://other.example" });
    const forged = [
      await sign(other, headerOf(other), claims()),
      await sign(other, headerOf(key), claims()),
      await sign(other, headerOf(other), claims({ iss: "https://other.example" })),
    ];
    for (const text of forged)
      expect(await refusal(checkToken(text, first.resourceServer))).toMatchObject({ code: "invalid_token" });
    expect(await refusal(checkToken(await token(), second.resourceServer))).toMatchObject({ code: "invalid_token" });
    await expect(
      checkToken(await sign(other, headerOf(other), claims({ iss: "https://other.example" })), second.resourceServer),
    ).resolves.toBeDefined();
  });
});

describe("times, with clocks that may be 60 s apart", () => {
  it.each([
    ["exp", 300, true],
    ["exp", 1, true],
    ["exp", 0, true],
    ["exp", -5, true],
    ["exp", -59, true],
    ["exp", -60, false],
    ["exp", -61, false],
    ["exp", -3600, false],
    ["exp", 0.5, true],
    ["nbf", -3600, true],
    ["nbf", 0, true],
    ["nbf", 5, true],
    ["nbf", 59, true],
    ["nbf", 61, false],
    ["nbf", 3600, false],
    ["iat", -240, true],
    ["iat", 0, true],
    ["iat", 5, true],
    ["iat", 59, true],
    ["iat", 61, false],
    ["iat", 3600, false],
  ])("%s of now %d s: %s", async (name, offset, good) => {
    const { resourceServer } = arrange([key]);
    const checked = checkToken(await token({ [name]: SECONDS + offset }), resourceServer);
    if (good) await expect(checked).resolves.toBeDefined();
    else expect(await refusal(checked)).toMatchObject({ code: "invalid_token" });
  });

  it.each([
    ["exp", -1, 0],
    ["exp", -6, 5],
    ["iat", 1, 0],
    ["iat", 6, 5],
    ["nbf", 6, 5],
  ])("%s of now %d s is refused where they may be %d s apart", async (name, offset, skewSeconds) => {
    await expectInvalid(await token({ [name]: SECONDS + offset }), { skewSeconds });
  });

  it.each([
    ["exp", `"${SECONDS + 300}"`],
    ["exp", "1e309"],
    ["exp", "-1"],
    ["exp", "-1e309"],
    ["exp", "true"],
    ["exp", "[9999999999]"],
    ["exp", "null"],
    ["exp", undefined],
    ["iat", `"${SECONDS}"`],
    ["iat", "-1e309"],
    ["iat", "null"],
    ["iat", undefined],
    ["nbf", `"${SECONDS}"`],
    ["nbf", "1e309"],
    ["nbf", "null"],
  ])("%s as %s is refused", async (name, json) => {
    const rest = JSON.stringify(claims({ [name]: undefined })).slice(1);
    await expectInvalid(await sign(key, headerOf(key), json === undefined ? `{${rest}` : `{"${name}":${json},${rest}`));
  });
});

describe("claims that are not what they should be", () => {
  it.each(["sub", "client_id", "scope", "jti", "grant_id", "sid"])(
    "are refused: %s missing, null, a number or a list",
    async (name) => {
      for (const value of [undefined, null, 1, ["x"], {}]) await expectInvalid(await token({ [name]: value }));
    },
  );

  it("are refused: organizations that are no list of names", async () => {
    for (const organizations of ["contoso", [1], {}, null]) await expectInvalid(await token({ organizations }));
  });

  it("count once: of a member that stands twice, the last", async () => {
    const { resourceServer } = arrange([key]);
    const twice = (first: string) => sign(key, headerOf(key), `{${first},${JSON.stringify(claims()).slice(1)}`);
    expect(await checkToken(await twice('"sub":"aa-eve"'), resourceServer)).toEqual(claims());
    expect(await refusal(checkToken(await twice('"scope":"admin"'), resourceServer, "admin"))).toMatchObject({ status: 403 });
  });

  it("are not taken from a prototype", async () => {
    const text = JSON.stringify(claims({ scope: undefined }));
    await expectInvalid(await sign(key, headerOf(key), `{"__proto__":{"scope":"admin"},${text.slice(1)}`));
    await expectInvalid(await sign(key, `{"__proto__":${JSON.stringify(headerOf(key))}}`, claims()));
    expect(({} as Record<string, unknown>)["scope"]).toBeUndefined();
  });

  it("are refused when they bind the token to a key of which no proof came", async () => {
    const { resourceServer } = arrange([key]);
    const error = await refusal(
      checkToken(await token({ cnf: { jkt: "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" } }), resourceServer),
    );
    expect(error).toMatchObject({ code: "invalid_token", status: 401 });
  });
});

describe("scope", () => {
  it.each([
    ["read", "readwrite", false],
    ["readwrite", "read", false],
    ["read write", "read", true],
    ["read write", "write", true],
    ["Read", "read", false],
    ["", "read", false],
    ["read  write", "write", true],
    ["read\twrite", "write", false],
  ])("%j for %j: %s", async (scope, needed, good) => {
    const { resourceServer } = arrange([key]);
    const checked = checkToken(await token({ scope }), resourceServer, needed);
    if (good) await expect(checked).resolves.toMatchObject({ scope });
    else expect(await refusal(checked)).toMatchObject({ code: "insufficient_scope", status: 403 });
  });

  it("is needed whole, and asked for whole, however the needed scopes are written", async () => {
    const { resourceServer } = arrange([key]);
    for (const needed of [["builds.read", "code.read"], ["builds.read code.read"]]) {
      const error = await refusal(checkToken(await token(), resourceServer, ...needed));
      expect(error.headers["WWW-Authenticate"]).toContain('scope="builds.read code.read"');
      expect(error.description).toBe("The access token lacks the scope code.read.");
    }
  });
});
