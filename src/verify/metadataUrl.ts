const WELL_KNOWN = "/.well-known/oauth-protected-resource";

/** https, or the development machine. */
export function isSecure(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === "https:" || (protocol === "http:" && ["localhost", "127.0.0.1", "[::1]"].includes(hostname));
}

/**
 * Where the metadata of a resource is (RFC 9728 section 3.1): the well-known path goes in between its host and its own path.
 * @returns undefined for an identifier that is no URL from which a client could load anything safely
 */
export function wellKnownUrl(audience: string): string | undefined {
  if (!URL.canParse(audience) || !isSecure(audience)) return undefined;
  const { origin, pathname, search, hash } = new URL(audience);
  return hash === "" ? `${origin}${WELL_KNOWN}${pathname === "/" ? "" : pathname}${search}` : undefined;
}

/**
 * Whether the request asks for the metadata of this resource. Beside its own address that is the one without a path, where a
 * client looks that knows no more than the host.
 */
export function isMetadataRequest(requestUrl: string, audience: string): boolean {
  const own = wellKnownUrl(audience);
  if (own === undefined) return false;
  const [asked, mine] = [new URL(requestUrl), new URL(own)];
  const sameQuery = mine.search === "" || asked.search === mine.search;
  return asked.pathname === WELL_KNOWN || (asked.pathname === mine.pathname && sameQuery);
}
