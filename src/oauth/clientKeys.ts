import { COOL_DOWN_SECONDS, findKeysIn, type KeySet, loadKeys } from "../clients/keySet.ts";
import type { Deps } from "../config.ts";
import { OAuthError } from "../errors.ts";
import type { Client, EncryptionAlgorithm, JsonObject } from "../model.ts";
import { thumbprintOf } from "../tokens/certificate.ts";
import type { FindClientKeys } from "../tokens/clientJwt.ts";
import { findPublicKey, jwkFits } from "../tokens/jwk.ts";

/** The client's own, which its id tells from those of others. */
const keySetOf = ({ clientId, metadata: { jwks, jwks_uri } }: Client): KeySet => ({
  owner: `client ${clientId}`,
  jwks: jwks ?? null,
  jwksUri: jwks_uri ?? null,
});

/** The keys that may have signed a JWT of the client. It rejects with a plain Error where they cannot be had. */
export const findClientKeys = (deps: Deps, client: Client): FindClientKeys => findKeysIn(deps, keySetOf(client));

/**
 * The key that an answer to the client is encrypted to: one that it marked for encryption, else one that it did not mark.
 * @throws OAuthError temporarily_unavailable, invalid_client_metadata
 */
export async function loadEncryptionKey(
  deps: Deps,
  client: Client,
  alg: EncryptionAlgorithm,
): Promise<{ readonly key: CryptoKey; readonly kid: string | undefined }> {
  const fits = (jwk: JsonObject) => jwkFits(jwk, alg);
  const keys = await loadKeys(deps, keySetOf(client), (held) => held.some(fits)).catch((error: unknown) => {
    throw new OAuthError("temporarily_unavailable", "The keys of the client cannot be read just now.", {
      reason: describe(error),
      headers: { "Retry-After": String(COOL_DOWN_SECONDS) },
    });
  });
  const usable = keys.filter(fits);
  const jwk = usable.find(({ use }) => use === "enc") ?? usable[0];
  const key = jwk && (await findPublicKey(jwk, alg));
  if (key === undefined)
    throw new OAuthError("invalid_client_metadata", `The client has no key for ${alg}, with which its answers are encrypted.`);
  return { key, kid: typeof jwk?.["kid"] === "string" ? jwk["kid"] : undefined };
}

/**
 * Thumbprints of the certificates that the client has registered (RFC 8705 section 2.2.2): the first of each `x5c`.
 * @param shown the one that it came with: where the keys in hand do not have it, they are loaded anew
 * @throws OAuthError invalid_client
 */
export async function findCertificates(deps: Deps, client: Client, shown?: string): Promise<readonly string[]> {
  try {
    const known = await Promise.all((await loadKeys(deps, keySetOf(client), () => true)).map(certificateOf));
    const certificates = shown === undefined || known.includes(shown) ? known : await reload(deps, client);
    return certificates.filter((thumbprint) => thumbprint !== undefined);
  } catch (error) {
    throw new OAuthError("invalid_client", "Client authentication failed.", { reason: describe(error) });
  }
}

const reload = async (deps: Deps, client: Client): Promise<readonly (string | undefined)[]> =>
  Promise.all((await loadKeys(deps, keySetOf(client), () => false)).map(certificateOf));

function certificateOf({ x5c }: JsonObject): string | undefined {
  const [first] = Array.isArray(x5c) ? (x5c as readonly unknown[]) : [];
  return typeof first === "string" ? thumbprintOf(first) : undefined;
}

const describe = (error: unknown): string => (error instanceof Error ? error.message : String(error));
