import { parse, serialize } from "hono/utils/cookie";
import type { Config } from "../config.ts";

/**
 * `session`: who is signed in. `browser`: which browser an authorization request began in, so that a link into the middle of
 * one person's flow does nothing in another's browser. `accounts`: other people who are signed in here too. `language`: what somebody
 * who is not signed in reads our pages in. `directory`: a sign-in that is under way at somebody's directory.
 */
export type CookieName = "session" | "browser" | "accounts" | "language" | "directory";

/** With `__Host-` a sibling domain cannot plant it (RFC 6265bis section 4.1.3.2); plain http on localhost cannot have that. */
const nameOf = (config: Config, name: CookieName): string => `${config.secure ? "__Host-" : ""}countersign-${name}`;

/** Nobody makes us look at more: the longest holds a whole sign-in, sealed, one holds several sessions, and the others an id. */
const maxLength = (name: CookieName): number => longer[name] ?? 128;
const longer: Partial<Record<CookieName, number>> = { directory: 4000, accounts: 256 };

/** The cookie's value, or undefined. Of two with one name the first counts, always. */
export function findCookie(request: Request, config: Config, name: CookieName): string | undefined {
  const full = nameOf(config, name);
  const value = parse(request.headers.get("cookie") ?? "", full)[full];
  return value === undefined || value === "" || value.length > maxLength(name) ? undefined : value;
}

/** A `Set-Cookie` value. Lax, because a service's page sends the browser here by a top-level navigation. */
export const setCookie = (config: Config, name: CookieName, value: string, maxAgeSeconds?: number): string =>
  serialize(nameOf(config, name), value, {
    path: "/",
    httpOnly: true,
    sameSite: "Lax",
    secure: config.secure,
    ...(maxAgeSeconds === undefined ? {} : { maxAge: maxAgeSeconds }),
  });

/** A `Set-Cookie` value that takes the cookie away. */
export const dropCookie = (config: Config, name: CookieName): string => setCookie(config, name, "", 0);
