/** Loopback hosts, on which a native client listens at whatever port is free (RFC 8252 sections 7.3 and 8.3). */
const LOOPBACK = /^http:\/\/(127\.0\.0\.1|\[::1\]|localhost)(?::(\d{1,5}))?(?=\/|\?|$)/;

/** Schemes that a browser runs, reads or opens by itself, so that a redirect to them is no way back to an app. */
const UNSAFE_SCHEMES = new Set(
  "javascript data vbscript blob file filesystem about urn view-source ftp ws wss mailto tel sms intent chrome edge resource jar".split(
    " ",
  ),
);

const MAX_LENGTH = 2048;

/**
 * The redirect URI that the request may use, or undefined. Simple string comparison (RFC 9700 section 4.1.3), save that a
 * native client's loopback URI fits at any port.
 * @param registered the client's `redirect_uris`
 */
export function findRedirectUri(
  requested: string,
  registered: readonly string[],
  applicationType: "web" | "native",
): string | undefined {
  if (requested.length > MAX_LENGTH) return undefined;
  if (registered.includes(requested)) return requested;
  const portless = applicationType === "native" ? withoutPort(requested) : undefined;
  return portless !== undefined && registered.some((uri) => withoutPort(uri) === portless) ? requested : undefined;
}

/** A loopback URI with its port cut out; undefined for every other URI and for a port that there is not. */
function withoutPort(uri: string): string | undefined {
  const [head, host, port] = LOOPBACK.exec(uri) ?? [];
  if (head === undefined || (port !== undefined && !(Number(port) >= 1 && Number(port) <= 65_535))) return undefined;
  return `http://${host}${uri.slice(head.length)}`;
}

/**
 * Why a client may not register the URI, or undefined if it may. What is registered stands in the one spelling that a browser
 * gives it, so that comparing strings compares places.
 */
export function redirectUriProblem(uri: string, applicationType: "web" | "native"): string | undefined {
  if (uri.length > MAX_LENGTH) return `is longer than ${MAX_LENGTH} characters`;
  if (!/^[\x21-\x7e]+$/.test(uri) || /["'<>\\^`{|}]/.test(uri)) return "holds characters that a URI must encode";
  if (!URL.canParse(uri)) return "is not an absolute URI";
  if (uri.includes("#")) return "has a fragment";
  const url = new URL(uri);
  if (url.username !== "" || url.password !== "") return "holds user information";
  if (/%(?:2e|2f|5c|23|00|0a|0d|25)/i.test(url.pathname)) return "hides a dot, slash or control character in an encoding";
  const web = url.protocol === "https:" || url.protocol === "http:";
  if (url.href !== uri && url.href !== `${uri}/`) return `is not in its normal form, ${url.href}`;
  if (!web) return privateSchemeProblem(url, applicationType);
  if (url.hostname.endsWith(".")) return "has a host that ends in a dot";
  if (url.hostname.includes("*")) return "has a wildcard";
  if (url.protocol === "http:" && withoutPort(uri) === undefined) return "is http, which only a loopback host may be";
  return undefined;
}

/** RFC 8252 section 7.1 wants a reversed domain name; apps in wide use have plain names, so anything harmless will do. */
function privateSchemeProblem(url: URL, applicationType: "web" | "native"): string | undefined {
  if (UNSAFE_SCHEMES.has(url.protocol.slice(0, -1))) return "has a scheme that no app can own";
  return applicationType === "native" ? undefined : "has a private-use scheme, which only a native client may have";
}
