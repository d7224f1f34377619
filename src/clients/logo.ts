import type { Deps } from "../config.ts";
import { fetchPublic } from "../http/outgoing.ts";
import type { Client } from "../model.ts";
import { findImageSize } from "../rules/imageSize.ts";
import { findImageType } from "../rules/imageType.ts";
import { dropLogo, findLogoSource, keepLogo, type Logo } from "../store/logos.ts";
import { sha256 } from "../tokens/encoding.ts";

const MAX_BYTES = 64 * 1024;
/** In points. A larger one could bring down the page on which a person would revoke the service. */
const MAX_SIDE = 2048;
const DEADLINE_SECONDS = 10;
/** As long as this a picture from the same address is not fetched again. */
const FRESH_SECONDS = 24 * 3600;

/**
 * Fetches the logo of a client that was registered, changed or read, so that browsers get it from us: from its own host it would tell
 * the service who looks at our pages. A picture that cannot be had is no reason to fail: the client then shows its initial, or its
 * earlier picture if that came from the same address.
 * @param seconds how long the request at hand bears to wait
 */
export async function refreshLogo(
  deps: Deps,
  { clientId, metadata: { logo_uri: uri } }: Pick<Client, "clientId" | "metadata">,
  seconds: number = DEADLINE_SECONDS,
): Promise<void> {
  try {
    const source = await findLogoSource(deps, clientId);
    if (uri === undefined && source === undefined) return;
    if (uri !== undefined) {
      if (source?.uri === uri && deps.now() < source.fetchedAt + FRESH_SECONDS * 1000) return;
      const logo = await fetchLogo(deps, uri, seconds);
      if (logo !== undefined) return await keepLogo(deps, clientId, uri, logo);
      if (source === undefined || source.uri === uri) return;
    }
    await dropLogo(deps, clientId);
  } catch (error) {
    console.warn(JSON.stringify({ level: "warn", logo_of: clientId, reason: String(error) }));
  }
}

/** The picture at the address: PNG, JPEG, WebP or GIF by its bytes, and no larger than a browser unpacks easily; else undefined. */
async function fetchLogo(deps: Deps, uri: string, seconds: number): Promise<Logo | undefined> {
  const outgoing = { headers: { Accept: "image/png, image/jpeg, image/webp, image/gif" }, maxBytes: MAX_BYTES, seconds };
  const answer = await fetchPublic(deps, uri, outgoing).catch(() => undefined);
  if (answer?.status !== 200) return undefined;
  const contentType = findImageType(answer.bytes);
  const size = contentType === undefined ? undefined : findImageSize(contentType, answer.bytes);
  if (contentType === undefined || size === undefined || Math.max(size.width, size.height) > MAX_SIDE) return undefined;
  return { contentType, bytes: answer.bytes, sha256: await sha256(answer.bytes) };
}
