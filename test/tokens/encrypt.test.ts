import { compactDecrypt, decodeProtectedHeader, generateKeyPair } from "jose";
import { describe, expect, it } from "vitest";
import { contentEncryptions, encrypt, encryptionAlgorithms } from "../../src/tokens/encrypt.ts";

const CONTENT = "Grüße, 世界: header.payload.signature";

const pairs = new Map<string, ReturnType<typeof generateKeyPair>>();

/** A pair that fits the algorithm; made once for the life of the file. */
function pairFor(alg: string, crv?: string) {
  const name = `${alg} ${crv}`;
  const made = pairs.get(name) ?? generateKeyPair(alg, { extractable: true, ...(crv === undefined ? {} : { crv }) });
  pairs.set(name, made);
  return made;
}

describe("what is encrypted", () => {
  it.each(encryptionAlgorithms.flatMap((alg) => contentEncryptions.map((enc) => [alg, enc] as const)))(
    "with %s and %s can be read with the private key, and names both, the kid and the cty",
    async (alg, enc) => {
      const { publicKey: key, privateKey } = await pairFor(alg);
      const jwe = await encrypt(CONTENT, { alg, enc, key, kid: "of-the-client" }, { cty: "JWT" });
      expect(jwe).not.toContain("signature");
      const { plaintext, protectedHeader } = await compactDecrypt(jwe, privateKey);
      expect(new TextDecoder().decode(plaintext)).toBe(CONTENT);
      const { epk, ...header } = protectedHeader;
      expect(header).toEqual({ alg, enc, kid: "of-the-client", cty: "JWT" });
      expect(epk !== undefined).toBe(alg.startsWith("ECDH-ES"));
    },
  );

  it.each(["P-256", "P-384", "P-521", "X25519"])("can be read by the owner of a key on %s", async (crv) => {
    const { publicKey: key, privateKey } = await pairFor("ECDH-ES+A256KW", crv);
    const jwe = await encrypt(CONTENT, { alg: "ECDH-ES+A256KW", enc: "A256GCM", key, kid: undefined }, {});
    expect(new TextDecoder().decode((await compactDecrypt(jwe, privateKey)).plaintext)).toBe(CONTENT);
    expect(decodeProtectedHeader(jwe)["epk"]).toMatchObject({ crv });
  });

  it("has no kid where the client's key has none", async () => {
    const { publicKey: key } = await pairFor("ECDH-ES");
    const header = decodeProtectedHeader(await encrypt(CONTENT, { alg: "ECDH-ES", enc: "A128GCM", key, kid: undefined }, {}));
    expect(Object.keys(header).toSorted()).toEqual(["alg", "enc", "epk"]);
  });

  it("is another each time, with an ephemeral key of its own", async () => {
    const { publicKey: key } = await pairFor("ECDH-ES");
    const twice = [1, 2].map(() => encrypt(CONTENT, { alg: "ECDH-ES", enc: "A128GCM", key, kid: undefined }, {}));
    const [first, second] = (await Promise.all(twice)).map(decodeProtectedHeader);
    expect(first?.["epk"]).not.toEqual(second?.["epk"]);
  });

  it.each([1, 2, 3, 4])("cannot be read once part %i of it was changed", async (part) => {
    const { publicKey: key, privateKey } = await pairFor("RSA-OAEP-256");
    const jwe = await encrypt(CONTENT, { alg: "RSA-OAEP-256", enc: "A128CBC-HS256", key, kid: undefined }, {});
    const parts = jwe.split(".");
    const [first = ""] = parts[part] ?? "";
    parts[part] = (first === "A" ? "B" : "A") + parts[part]?.slice(1);
    await expect(compactDecrypt(parts.join("."), privateKey)).rejects.toThrow();
  });
});
