import { toBase64url } from "../tokens/encoding.ts";

/** The client's certificate as Cloudflare hands it on, in the form of RFC 9440: base64 of the DER between colons. */
export function findCertificate(request: Request): Uint8Array | undefined {
  const cf: unknown = Reflect.get(request, "cf");
  const { certPresented, certRFC9440 } = Object(Object(cf).tlsClientAuth) as Readonly<Record<string, unknown>>;
  const base64 =
    certPresented === "1" && typeof certRFC9440 === "string" ? /^:([A-Za-z0-9+/]+=*):$/.exec(certRFC9440)?.[1] : undefined;
  try {
    return base64 === undefined ? undefined : Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** What `x5t#S256` holds (RFC 8705 section 3.1). */
export const thumbprintOf = async (der: Uint8Array): Promise<string> =>
  toBase64url(new Uint8Array(await crypto.subtle.digest("SHA-256", Uint8Array.from(der))));
