import type { Deps } from "../config.ts";
import type { OAuthError } from "../errors.ts";
import { claimError, countError } from "../store/clientErrors.ts";
import { sha256 } from "../tokens/encoding.ts";
import { within } from "./outgoing.ts";

/** The answer waits no longer than this for its note. */
const DEADLINE_SECONDS = 1;

/**
 * Writes an error down for the developer of its client, before the answer. Where that fails the answer stays what it was: the note
 * is a courtesy.
 */
export async function leaveNote(deps: Deps, request: Request, error: OAuthError): Promise<void> {
  const { forDeveloper, code } = error;
  if (forDeveloper === undefined) return;
  const endpoint = new URL(request.url).pathname;
  const key = await sha256([endpoint, code, forDeveloper.text].join("\0"));
  const note = { ...forDeveloper, key, endpoint, error: code };
  if (!claimError(deps, note)) return;
  try {
    await within(DEADLINE_SECONDS, () => countError(deps, note));
  } catch (failure) {
    console.error(JSON.stringify({ level: "error", reason: `no note for the developer: ${String(failure)}` }));
  }
}
