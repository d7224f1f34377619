/** Keys of clients, and the JWTs that they sign. */
import { exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";
import { ISSUER } from "./harness.ts";

export interface ClientKey {
  readonly alg: string;
  /** The public half, as a client registers it. */
  readonly jwk: Readonly<Record<string, unknown>>;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
}

const made = new Map<string, Promise<ClientKey>>();

/** The key of that name; made once for the life of the test file. */
export function clientKey(alg: string, kid = `${alg}-key`): Promise<ClientKey> {
  const key = made.get(kid) ?? make(alg, kid);
  made.set(kid, key);
  return key;
}

async function make(alg: string, kid: string): Promise<ClientKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return { alg, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: "sig" } satisfies JWK, privateKey, publicKey };
}

/** A JWT by the key, with the header's `alg` and `kid` its own unless `header` says otherwise. */
export const sign = (
  key: ClientKey,
  claims: Readonly<Record<string, unknown>>,
  header: Readonly<Record<string, unknown>> = {},
) =>
  new SignJWT({ ...claims }).setProtectedHeader({ alg: key.alg, kid: String(key.jwk["kid"]), ...header }).sign(key.privateKey);

export const ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/** The claims of a good client assertion; `now` is the server's. */
export const assertionClaims = (clientId: string, now: number, changes: Readonly<Record<string, unknown>> = {}) => ({
  iss: clientId,
  sub: clientId,
  aud: ISSUER,
  jti: crypto.randomUUID(),
  iat: Math.floor(now / 1000),
  exp: Math.floor(now / 1000) + 60,
  ...changes,
});
