import type { Deps } from "../config.ts";
import { fromBase64url, toBase64url, toUtf8 } from "./encoding.ts";

/** What a derived key is for. Two purposes share no key, so that nothing made for one is ever taken for the other. */
export type Purpose =
  | "credential"
  | "interaction"
  | "device"
  | "csrf"
  | "signing key"
  | "client secret"
  | "dpop nonce"
  | "pairwise subject"
  | "logout"
  | "publisher"
  | "trial"
  | "authenticator"
  | "email"
  | "directory"
  | "second factor"
  | "invitation"
  | "recovery code"
  | "passkey";

/** What sealing needs of `Deps`, so that the seed script can seal as well. */
export type Sealer = Pick<Deps, "random" | "memory"> & { readonly config: Pick<Deps["config"], "masterSecret"> };

const IV_BYTES = 12;

/** HMAC-SHA-256 of `data` under the purpose's key: 32 bytes. */
export async function mac(deps: Deps, purpose: Purpose, data: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const key = await derive(deps, purpose, { name: "HMAC", hash: "SHA-256", length: 256 }, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, data));
}

/** Encrypts and authenticates `text` (AES-256-GCM, a random IV in front), in base64url. */
export async function seal(deps: Sealer, purpose: Purpose, text: string): Promise<string> {
  const key = await derive(deps, purpose, { name: "AES-GCM", length: 256 }, ["encrypt", "decrypt"]);
  const iv = deps.random(IV_BYTES);
  const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, toUtf8(text)));
  const bytes = new Uint8Array(IV_BYTES + sealed.length);
  bytes.set(iv);
  bytes.set(sealed, IV_BYTES);
  return toBase64url(bytes);
}

/** What `seal` was given for this purpose, or undefined if it was not us, or somebody changed a bit. */
export async function unseal(deps: Sealer, purpose: Purpose, sealed: string): Promise<string | undefined> {
  const bytes = fromBase64url(sealed);
  if (bytes === undefined || bytes.length <= IV_BYTES) return undefined;
  const key = await derive(deps, purpose, { name: "AES-GCM", length: 256 }, ["encrypt", "decrypt"]);
  try {
    const iv = bytes.subarray(0, IV_BYTES);
    return new TextDecoder().decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, bytes.subarray(IV_BYTES)));
  } catch {
    return undefined;
  }
}

/** HKDF-SHA-256 of the master secret (RFC 5869), with the purpose as its info; kept for the life of the isolate. */
async function derive(
  deps: Sealer,
  purpose: Purpose,
  algorithm: { readonly name: string; readonly hash?: string; readonly length: number },
  usages: ("encrypt" | "decrypt" | "sign")[],
): Promise<CryptoKey> {
  const memoryKey = `key:${purpose}:${algorithm.name}`;
  const known = deps.memory.get(memoryKey);
  if (known !== undefined) return known.value as CryptoKey;
  const master = await crypto.subtle.importKey("raw", toUtf8(deps.config.masterSecret), "HKDF", false, ["deriveKey"]);
  const parameters = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: toUtf8(`countersign ${purpose}`) };
  const key = await crypto.subtle.deriveKey(parameters, master, algorithm, false, usages);
  deps.memory.set(memoryKey, { value: key, expiresAt: Number.POSITIVE_INFINITY });
  return key;
}
