/** DPoP keys, and proofs by them, as good or as bad as a test wants them. */
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from "jose";

const parameters = {
  ES256: { name: "ECDSA", hash: "SHA-256" },
  PS256: { name: "RSA-PSS", saltLength: 32 },
  EdDSA: { name: "Ed25519" },
  RS256: { name: "RSASSA-PKCS1-v1_5" },
} as const;

export type ProofAlgorithm = keyof typeof parameters;

export interface DpopKey {
  readonly alg: ProofAlgorithm;
  readonly jwk: JWK;
  readonly privateJwk: JWK;
  readonly privateKey: CryptoKey;
  readonly jkt: string;
}

export async function makeDpopKey(alg: ProofAlgorithm = "ES256"): Promise<DpopKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const [jwk, privateJwk] = await Promise.all([exportJWK(publicKey), exportJWK(privateKey)]);
  return { alg, jwk, privateJwk, privateKey, jkt: await calculateJwkThumbprint(jwk) };
}

export const encode = (data: string | Uint8Array): string => {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");
};

/** What `ath` holds. */
export const athOf = async (accessToken: string): Promise<string> =>
  encode(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(accessToken))));

type Changes = Readonly<Record<string, unknown>>;

/** A proof by the key for one request; `claims` and `header` change it, undefined takes a member away. */
export async function proofBy(
  key: DpopKey,
  claims: { readonly htm: string; readonly htu: string; readonly iat: number } & Changes,
  header: Changes = {},
): Promise<string> {
  const full = { jti: crypto.randomUUID(), ...claims };
  const input = [{ typ: "dpop+jwt", alg: key.alg, jwk: key.jwk, ...header }, full]
    .map((part) => encode(JSON.stringify(part)))
    .join(".");
  const signature = await crypto.subtle.sign(parameters[key.alg], key.privateKey, new TextEncoder().encode(input));
  return `${input}.${encode(new Uint8Array(signature))}`;
}
