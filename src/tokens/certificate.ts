import { createHash, X509Certificate } from "node:crypto";
import { OAuthError } from "../errors.ts";
import type { ClientMetadata } from "../model.ts";
import { parseDistinguishedName } from "./distinguishedName.ts";

/** The certificate at the client's end of the TLS connection, whose private key the client has proved to hold. */
export interface Certificate {
  /** Base64url of the SHA-256 of its DER (RFC 8705 section 3.1). */
  readonly thumbprint: string;
  /** Whether Cloudflare found a chain to an authority of the operator's, and no revocation. */
  readonly verified: boolean;
  readonly der: Uint8Array;
}

/**
 * What Cloudflare says of the client's certificate (`request.cf.tlsClientAuth`); null where the client showed none. A header never
 * counts: anybody can write one.
 * @throws OAuthError invalid_client for a certificate that is too large to be handed on, or is none
 */
export function readCertificate(tlsClientAuth: unknown): Certificate | null {
  const { certPresented, certVerified, certRevoked, certRFC9440, certRFC9440TooLarge } = Object(tlsClientAuth) as Readonly<
    Record<string, unknown>
  >;
  if (certPresented !== "1") return null;
  if (certRFC9440TooLarge === true) throw unreadable("larger than Cloudflare hands on");
  const der = typeof certRFC9440 === "string" ? fromBase64(/^:(.*):$/.exec(certRFC9440)?.[1]) : undefined;
  if (der === undefined || parseCertificate(der) === undefined) throw unreadable("not in the form of RFC 9440");
  return { thumbprint: digest(der), verified: certVerified === "SUCCESS" && certRevoked === "0", der };
}

/** The thumbprint of a certificate as an element of `x5c` has it (RFC 7517 section 4.7); undefined where it is not base64. */
export function thumbprintOf(base64: string): string | undefined {
  const der = fromBase64(base64);
  return der && digest(der);
}

/**
 * Whether the certificate is the client's (RFC 8705 section 2.1.2): it has the one subject that the client registered, in the
 * field that it registered it for.
 */
export function matchesSubject({ der }: Pick<Certificate, "der">, metadata: ClientMetadata): boolean {
  const certificate = parseCertificate(der);
  if (certificate === undefined) return false;
  const { tls_client_auth_subject_dn: dn, tls_client_auth_san_ip: ip } = metadata;
  const { tls_client_auth_san_dns: dns, tls_client_auth_san_uri: uri, tls_client_auth_san_email: email } = metadata;
  if (dn !== undefined) return sameName(certificate.subject, dn);
  const names = alternativeNames(certificate.subjectAltName);
  if (dns !== undefined) return names("DNS").some((name) => name.toLowerCase() === dns.toLowerCase());
  if (uri !== undefined) return names("URI").includes(uri);
  if (ip !== undefined) return names("IP Address").some((address) => normalIp(address) === normalIp(ip));
  return email !== undefined && names("email").some((address) => normalEmail(address) === normalEmail(email));
}

/** Node writes a subject one RDN a line, the first first; RFC 4514 section 2.1 writes the last one first. */
function sameName(subject: string | undefined, dn: string): boolean {
  const found = subject?.split("\n").map(parseDistinguishedName).toReversed().flat();
  const expected = parseDistinguishedName(dn);
  return found !== undefined && expected !== undefined && JSON.stringify(found) === JSON.stringify(expected);
}

/** The names of one kind in Node's list of them, where a name with anything odd in it stands in quotes. */
function alternativeNames(list: string | undefined): (kind: string) => readonly string[] {
  const all = [...(list ?? "").matchAll(/(?:^|, )([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^,]*)/g)];
  return (kind) =>
    all
      .filter(([, found]) => found === kind)
      .map(([, , name = ""]) => (name.startsWith('"') ? String(JSON.parse(name)) : name));
}

/** An IPv6 address has many spellings, of which the URL parser writes one. */
function normalIp(address: string): string {
  const url = `https://${address.includes(":") ? `[${address}]` : address}/`;
  return URL.canParse(url) ? new URL(url).hostname : address;
}

/** The part behind the @ is a host name (RFC 5280 section 7.5). */
const normalEmail = (address: string): string => address.replace(/@[^@]*$/, (host) => host.toLowerCase());

function parseCertificate(der: Uint8Array): X509Certificate | undefined {
  try {
    return new X509Certificate(der);
  } catch {
    return undefined;
  }
}

function fromBase64(text: string | undefined): Uint8Array | undefined {
  if (text === undefined || !/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) return undefined;
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

const digest = (der: Uint8Array): string => createHash("sha256").update(der).digest("base64url");

const unreadable = (reason: string): OAuthError =>
  new OAuthError("invalid_client", "Client authentication failed.", { reason: `the client's certificate is ${reason}` });
