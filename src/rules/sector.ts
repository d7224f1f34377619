import type { ClientMetadata } from "../model.ts";

/**
 * The sector that a client's subjects are pairwise in (OpenID Connect Core 8.1): the host of its `sector_identifier_uri`, else of
 * its redirect URIs, which registration lets be one host alone, on whatever port. Null for a client with public subjects.
 */
export function sectorOf({ subject_type, sector_identifier_uri, redirect_uris }: ClientMetadata): string | null {
  if (subject_type === "public") return null;
  const [uri = ""] = sector_identifier_uri === undefined ? redirect_uris : [sector_identifier_uri];
  return URL.canParse(uri) ? new URL(uri).hostname : "";
}
