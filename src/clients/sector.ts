import { fetchPublic, type Traveller, tellable } from "../http/outgoing.ts";
import type { ClientMetadata } from "../model.ts";

const MAX_BYTES = 64 * 1024;
const DEADLINE_SECONDS = 5;

/**
 * What is wrong with the `sector_identifier_uri` of a client, or undefined: the document there names every redirect URI of the
 * client, so that nobody joins a sector uninvited (OpenID Connect Core 8.1, Dynamic Client Registration section 5).
 */
export async function findSectorProblem(
  traveller: Traveller,
  { sector_identifier_uri: uri, redirect_uris }: ClientMetadata,
): Promise<string | undefined> {
  if (uri === undefined) return undefined;
  const answer = await fetchPublic(traveller, uri, { maxBytes: MAX_BYTES, seconds: DEADLINE_SECONDS }).catch(tellable);
  if (typeof answer === "string") return `cannot be loaded: ${answer}`;
  if (answer.status !== 200) return `cannot be loaded: it answered ${answer.status}`;
  const listed = parseArray(answer.text);
  if (listed === undefined) return "is not a JSON array of redirect URIs";
  const missing = redirect_uris.find((redirectUri) => !listed.includes(redirectUri));
  return missing === undefined ? undefined : `does not list ${missing}`;
}

function parseArray(text: string): readonly unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
