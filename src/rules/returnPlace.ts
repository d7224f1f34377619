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
