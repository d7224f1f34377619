import { CompactEncrypt } from "jose";
import type { ContentEncryption, EncryptionAlgorithm } from "../model.ts";
import { toUtf8 } from "./encoding.ts";

/** What we can encrypt with, in the order that the metadata lists it: to public keys alone (RFC 7518 sections 4.1 and 5.1). */
export const encryptionAlgorithms: readonly EncryptionAlgorithm[] = [
  "RSA-OAEP-256",
  "RSA-OAEP",
  "ECDH-ES",
  "ECDH-ES+A128KW",
  "ECDH-ES+A256KW",
];
export const contentEncryptions: readonly ContentEncryption[] = ["A128CBC-HS256", "A256CBC-HS512", "A128GCM", "A256GCM"];

/** How an answer is encrypted, and to which key. */
export interface Encryption {
  readonly alg: EncryptionAlgorithm;
  readonly enc: ContentEncryption;
  readonly key: CryptoKey;
  /** Of the recipient's key, if it has a name. */
  readonly kid: string | undefined;
}

/**
 * A JWE in compact form (RFC 7516 section 7.1).
 * @param header `cty` JWT where the content is a JWT (RFC 7519 section 5.2), `typ` where it is none
 */
export const encrypt = (
  content: string,
  { alg, enc, key, kid }: Encryption,
  header: { readonly cty?: string; readonly typ?: string },
): Promise<string> =>
  new CompactEncrypt(toUtf8(content))
    .setProtectedHeader({ alg, enc, ...(kid === undefined ? {} : { kid }), ...header })
    .encrypt(key);
