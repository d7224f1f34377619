import { base64url } from "jose";

const encoder = new TextEncoder();

/** Bytes as unpadded base64url (RFC 4648 section 5). */
export const toBase64url = (bytes: Uint8Array): string => base64url.encode(bytes);

/** The bytes, or undefined unless `text` is exactly what `toBase64url` writes: a token must not have two spellings. */
export function fromBase64url(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) return undefined;
  try {
    const bytes = Uint8Array.from(base64url.decode(text));
    return toBase64url(bytes) === text ? bytes : undefined;
  } catch {
    return undefined;
  }
}

export const toUtf8 = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(encoder.encode(text));

/** SHA-256 of bytes, or of a text's UTF-8, in base64url: how we keep what must be recognised and never shown. */
export async function sha256(data: string | Uint8Array<ArrayBuffer>): Promise<string> {
  const bytes = typeof data === "string" ? toUtf8(data) : data;
  return toBase64url(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}

/** Whether two texts are the same, in time that depends on their lengths alone. */
export function sameText(left: string, right: string): boolean {
  const [a, b] = [toUtf8(left), toUtf8(right)];
  let difference = a.length ^ b.length;
  for (let index = 0; index < a.length; index++) difference |= (a[index] ?? 0) ^ (b[index % (b.length || 1)] ?? 0);
  return difference === 0;
}
