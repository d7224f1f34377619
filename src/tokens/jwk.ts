import { importJWK, type JWK } from "jose";
import type { SigningAlgorithm } from "../model.ts";

/** A JWK, its public or its private half, ready for its algorithm; rejects one that is not of that algorithm. */
export async function importKey(jwk: JsonWebKey, alg: SigningAlgorithm): Promise<CryptoKey> {
  const key = await importJWK(jwk as JWK, alg);
  if (key instanceof Uint8Array) throw new Error("not an asymmetric key");
  return key;
}
