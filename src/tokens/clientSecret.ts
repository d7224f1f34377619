import type { Deps } from "../config.ts";
import type { ClientSecret } from "../model.ts";
import { toUtf8 } from "./encoding.ts";
import { type Sealer, seal, unseal } from "./secret.ts";

/** The secret of a client_secret_jwt client, sealed: its HMAC key is the secret itself, of which a digest would not do. */
export const sealClientSecret = (deps: Sealer, secret: string): Promise<string> => seal(deps, "client secret", secret);

/** The secrets as keys of an HMAC algorithm; those that were not sealed, or not under this master secret, are left out. */
export async function openSecretKeys(deps: Deps, secrets: readonly ClientSecret[], alg: string): Promise<readonly CryptoKey[]> {
  const texts = await Promise.all(
    secrets.map(({ sealed }) => (sealed === undefined ? undefined : unseal(deps, "client secret", sealed))),
  );
  const hash = `SHA-${alg.slice(2)}`;
  return Promise.all(
    texts
      .filter((text) => text !== undefined)
      .map((text) => crypto.subtle.importKey("raw", toUtf8(text), { name: "HMAC", hash }, false, ["verify"])),
  );
}
