import { OAuthError } from "../errors.ts";
import type { Endpoint } from "../http/respond.ts";
import { findLogo } from "../store/logos.ts";

const PATH = "/logos/";
const YEAR = 365 * 24 * 3600;

/** Where browsers get the picture; another picture has another address, so that they may keep each. */
export const logoPath = (clientId: string, sha256: string): string =>
  `${PATH}${encodeURIComponent(clientId)}?v=${sha256.slice(0, 16)}`;

/**
 * GET /logos/{client_id}: the picture as it was fetched, and nothing that a browser could take it for instead: not a page, though its
 * bytes may be one as well.
 */
export const logo: Endpoint = async (request, deps) => {
  const { pathname, searchParams } = new URL(request.url);
  const found = await findLogo(deps, decode(pathname.slice(PATH.length)));
  if (found === undefined) throw new OAuthError("not_found", "There is no picture at this address.");
  const isThis = searchParams.get("v") === found.sha256.slice(0, 16);
  return new Response(found.bytes, {
    headers: {
      "Content-Type": found.contentType,
      "Content-Security-Policy": "default-src 'none'; sandbox",
      "X-Content-Type-Options": "nosniff",
      "Cross-Origin-Resource-Policy": "same-origin",
      "Cache-Control": isThis ? `private, max-age=${YEAR}, immutable` : "private, no-cache",
    },
  });
};

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}
