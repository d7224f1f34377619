import type { Deps } from "../config.ts";
import { loadSigningKey } from "../keyring.ts";
import type { Client, ContentEncryption, EncryptionAlgorithm, JsonObject, SigningAlgorithm } from "../model.ts";
import { encrypt } from "../tokens/encrypt.ts";
import { signAnswer } from "../tokens/signedAnswer.ts";
import { loadEncryptionKey } from "./clientKeys.ts";

/** How a client registered to get an answer of one kind; `signed` null where it is encrypted alone. */
export interface Protection {
  readonly signed: SigningAlgorithm | null;
  readonly encrypted: { readonly alg: EncryptionAlgorithm; readonly enc: ContentEncryption } | null;
}

/** The two registered members of one kind of answer, `enc` with the default of OpenID Connect Registration section 2. */
export const protectionOf = (
  signed: SigningAlgorithm | undefined,
  alg: EncryptionAlgorithm | undefined,
  enc: ContentEncryption | undefined,
): Protection => ({
  signed: signed ?? null,
  encrypted: alg === undefined ? null : { alg, enc: enc ?? "A128CBC-HS256" },
});

/**
 * The claims as a JWT, signed and then encrypted as the client registered it (RFC 7519 section 11.2).
 * @param typ the JWT's; a client that is only sent what is encrypted reads it in the JWE's header
 * @throws OAuthError temporarily_unavailable or invalid_client_metadata where there is no key to encrypt to
 */
export async function protect(
  deps: Deps,
  client: Client,
  claims: JsonObject,
  typ: string,
  { signed, encrypted }: Protection,
): Promise<string> {
  const content = signed === null ? JSON.stringify(claims) : await signAnswer(await loadSigningKey(deps, signed), claims, typ);
  return encrypted === null ? content : seal(deps, client, content, encrypted, signed === null ? { typ } : { cty: "JWT" });
}

/** Encrypts what is signed already, such as an ID token. */
export async function seal(
  deps: Deps,
  client: Client,
  content: string,
  { alg, enc }: NonNullable<Protection["encrypted"]>,
  header: { readonly cty?: string; readonly typ?: string } = { cty: "JWT" },
): Promise<string> {
  const { key, kid } = await loadEncryptionKey(deps, client, alg);
  return encrypt(content, { alg, enc, key, kid }, header);
}
