import { importJWK, type JWK } from "jose";
import type { AssertionAlgorithm, EncryptionAlgorithm, JsonObject, SigningAlgorithm } from "../model.ts";
import { fromBase64url } from "./encoding.ts";

/** The names under which others write an algorithm of ours: RFC 9864 calls EdDSA, as we have it, Ed25519. */
export const namesOf = (alg: AssertionAlgorithm): string[] => (alg === "EdDSA" ? ["EdDSA", "Ed25519"] : [alg]);

/** Which keys an algorithm takes; everything else about a key is its owner's wish. */
interface Kind {
  readonly kty: "RSA" | "EC" | "OKP";
  readonly curves?: readonly string[];
  readonly use: "sig" | "enc";
}

const rsaSignature: Kind = { kty: "RSA", use: "sig" };
const rsaEncryption: Kind = { kty: "RSA", use: "enc" };
const agreement: readonly Kind[] = [
  { kty: "EC", curves: ["P-256", "P-384", "P-521"], use: "enc" },
  { kty: "OKP", curves: ["X25519"], use: "enc" },
];

const kinds: Readonly<Record<SigningAlgorithm | EncryptionAlgorithm, readonly Kind[]>> = {
  ES256: [{ kty: "EC", curves: ["P-256"], use: "sig" }],
  EdDSA: [{ kty: "OKP", curves: ["Ed25519"], use: "sig" }],
  RS256: [rsaSignature],
  PS256: [rsaSignature],
  "RSA-OAEP": [rsaEncryption],
  "RSA-OAEP-256": [rsaEncryption],
  "ECDH-ES": agreement,
  "ECDH-ES+A128KW": agreement,
  "ECDH-ES+A256KW": agreement,
};

/** RFC 7518 sections 3.3, 3.5 and 4.3; no more than twice what anybody uses, since the owner chooses and we compute. */
const MODULUS_BITS = { min: 2048, max: 8192 };

/** The members of a public key (RFC 7518 section 6): what else stands in a JWK has no say in how we use it. */
const publicMembers = ["kty", "crv", "x", "y", "n", "e"];

/** A JWK, its public or its private half, ready for its algorithm; rejects one that is not of that algorithm. */
export async function importKey(jwk: JsonWebKey, alg: SigningAlgorithm | EncryptionAlgorithm): Promise<CryptoKey> {
  const key = await importJWK(jwk as JWK, alg);
  if (key instanceof Uint8Array) throw new Error("not an asymmetric key");
  return key;
}

/** The public half of somebody else's JWK, or undefined where it is broken. */
export const findPublicKey = (jwk: JsonObject, alg: SigningAlgorithm | EncryptionAlgorithm): Promise<CryptoKey | undefined> =>
  importKey(Object.fromEntries(publicMembers.map((name) => [name, jwk[name]])) as unknown as JsonWebKey, alg).catch(
    () => undefined,
  );

/** Whether somebody else's key may be used with the algorithm, by its type and by what its owner says it is for (RFC 7517 section 4). */
export function jwkFits(jwk: JsonObject, alg: SigningAlgorithm | EncryptionAlgorithm): boolean {
  const kind = kinds[alg].find(({ kty, curves }) => kty === jwk["kty"] && (curves?.includes(String(jwk["crv"])) ?? true));
  if (kind === undefined || (kind.kty === "RSA" && !isModulus(jwk["n"]))) return false;
  const { use, alg: own, key_ops: operations } = jwk;
  if (use !== undefined && use !== kind.use) return false;
  if (own !== undefined && own !== alg && !(alg === "EdDSA" && own === "Ed25519")) return false;
  return kind.use === "enc" || operations === undefined || (Array.isArray(operations) && operations.includes("verify"));
}

function isModulus(value: unknown): boolean {
  if (typeof value !== "string" || value.length > MODULUS_BITS.max / 6 + 1) return false;
  const bytes = fromBase64url(value) ?? new Uint8Array();
  const first = bytes.findIndex((byte) => byte !== 0);
  const bits = first === -1 ? 0 : (bytes.length - first) * 8 - Math.clz32(bytes[first] ?? 0) + 24;
  return bits >= MODULUS_BITS.min && bits <= MODULUS_BITS.max;
}
