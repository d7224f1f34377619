import type { ErrorCode } from "../errors.ts";
import type { Client } from "../model.ts";

/** Where a browser goes when it leaves us, as a person is told. */
export interface ReturnPlace {
  /** `device`: a program on the person's own device takes the answer, and which one, we cannot tell (RFC 8252 section 8.6). */
  readonly kind: "web" | "device";
  /** The host, with its port unless it is the usual one; or the scheme by which an app is called. */
  readonly name: string;
}

/** The place of a redirect URI that was checked. Hosts are in the ASCII form, in which no letter passes for another. */
export function returnPlace(redirectUri: string): ReturnPlace {
  const { protocol, hostname, host } = new URL(redirectUri);
  if (protocol !== "https:" && protocol !== "http:") return { kind: "device", name: protocol };
  const loopback = hostname === "localhost" || hostname === "127.0.0.1" || hostname === "[::1]";
  return { kind: loopback ? "device" : "web", name: host };
}

/** Errors that a person had a part in, or a client that asked for no page to be shown (`prompt=none`). */
const expected: readonly ErrorCode[] = [
  "access_denied",
  "login_required",
  "consent_required",
  "unmet_authentication_requirements",
  "invalid_grant_id",
];

/**
 * Whether an error takes the browser to the service without asking. Anybody can bring a service here that nobody has looked at, and
 * a link of ours that leads to its host at once, by a request that was made to fail, would lend it our name (RFC 9700 section
 * 4.11.2). An app on the device is no place to be led astray to.
 */
export const leavesByItself = (
  { origin, publisher }: Pick<Client, "origin" | "publisher">,
  redirectUri: string,
  code: ErrorCode,
): boolean => !isStranger({ origin, publisher }) || expected.includes(code) || returnPlace(redirectUri).kind === "device";

/** Whether nobody answers for the service here: it came by itself, and nobody has checked who runs it. */
export const isStranger = ({ origin, publisher }: Pick<Client, "origin" | "publisher">): boolean =>
  (origin === "document" || origin === "registration") && publisher?.verifiedAt == null;
