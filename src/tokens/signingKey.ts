import { calculateJwkThumbprint, exportJWK, generateKeyPair } from "jose";
import type { Deps } from "../config.ts";
import { OAuthError } from "../errors.ts";
import type { SigningAlgorithm } from "../model.ts";
import type { SigningKey } from "./accessToken.ts";
import { importKey } from "./jwk.ts";
import { seal, unseal } from "./secret.ts";

/** A fresh key pair: the public half as it will stand in the JWKS, the private half sealed. */
export interface NewKey {
  readonly kid: string;
  readonly alg: SigningAlgorithm;
  readonly publicJwk: JsonWebKey;
  readonly sealedPrivateJwk: string;
}

/** Makes a key pair; its `kid` is the RFC 7638 thumbprint. RSA takes a tenth of a second of CPU, which is why nobody waits twice. */
export async function generateSigningKey(deps: Deps, alg: SigningAlgorithm): Promise<NewKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true, modulusLength: 2048 });
  const publicJwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(publicJwk);
  return {
    kid,
    alg,
    publicJwk: { ...publicJwk, kid, alg, use: "sig" } as JsonWebKey,
    sealedPrivateJwk: await seal(deps, "signing key", JSON.stringify(await exportJWK(privateKey))),
  };
}

/**
 * The private half, ready to sign.
 * @throws OAuthError server_error when MASTER_SECRET is not the one that it was sealed with
 */
export async function openSigningKey(deps: Deps, row: Pick<NewKey, "kid" | "alg" | "sealedPrivateJwk">): Promise<SigningKey> {
  const text = await unseal(deps, "signing key", row.sealedPrivateJwk);
  if (text === undefined)
    throw new OAuthError("server_error", "The server cannot sign.", {
      reason: `signing key ${row.kid} was sealed with another MASTER_SECRET`,
    });
  return { kid: row.kid, alg: row.alg, privateKey: await importKey(JSON.parse(text) as JsonWebKey, row.alg) };
}
