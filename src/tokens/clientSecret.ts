import type { Deps } from "../config.ts";
import type { ClientAuthenticationMethod, ClientSecret } from "../model.ts";
import { sha256, toBase64url, toUtf8 } from "./encoding.ts";
import { type Sealer, seal, unseal } from "./secret.ts";

/** The prefix lets scanners of leaked secrets find them. */
const PREFIX = "css_";
const BYTES = 32;

/** A new secret: what its owner is told once, and what is kept of it, for as long as it lives. */
export async function mintClientSecret(
  deps: Deps,
  method: ClientAuthenticationMethod,
): Promise<{ readonly secret: string; readonly kept: ClientSecret }> {
  const secret = PREFIX + toBase64url(deps.random(BYTES));
  const sealed = method === "client_secret_jwt" ? { sealed: await sealClientSecret(deps, secret) } : {};
  return { secret, kept: { sha256: await sha256(secret), ...sealed, createdAt: deps.now(), expiresAt: null } };
}

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
