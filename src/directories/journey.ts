/** A sign-in that is under way at a directory, as the cookie of the browser that began it holds it; nothing of it is stored. */
import type { Deps } from "../config.ts";
import type { UserId } from "../model.ts";
import { sameText, sha256 } from "../tokens/encoding.ts";
import { seal, unseal } from "../tokens/secret.ts";

export interface Journey {
  readonly directoryId: string;
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly startedAt: number;
  /** How old the sign-in at the directory may be at most; null where that does not matter. */
  readonly maxAgeSeconds: number | null;
  /** Where the person goes on: `continue` of a service, or a page of their own. */
  readonly continue?: string | undefined;
  readonly to?: string | undefined;
  /** Who links the account there to their own here; null for somebody who signs in. */
  readonly linkTo: UserId | null;
}

export const JOURNEY_SECONDS = 600;

/** What a cookie can hold, with room for its name and attributes. */
const MAX_SEALED = 3800;

/** What the cookie holds: of a `continue` that is too long for it, what it is recognised by. */
type Kept = Journey & { readonly elsewhere?: string };

/** The journey, sealed, and the `state` that it is sent with. A `continue` that is too long for the cookie travels in the `state`. */
export async function sealJourney(deps: Deps, journey: Journey): Promise<{ readonly sealed: string; readonly state: string }> {
  const { continue: long, ...rest } = journey;
  const sealed = await sealKept(deps, journey);
  if (sealed.length <= MAX_SEALED || long === undefined) return { sealed, state: journey.state };
  return { sealed: await sealKept(deps, { ...rest, elsewhere: await sha256(long) }), state: `${journey.state}.${long}` };
}

const sealKept = (deps: Deps, kept: Kept): Promise<string> => seal(deps, "directory", JSON.stringify(kept));

/**
 * The journey that the cookie holds; undefined if it is none of ours, is over, leads to another directory, or is not the one that this
 * `state` is of.
 */
export async function openJourney(
  deps: Deps,
  sealed: string,
  directoryId: string,
  returned: string,
): Promise<Journey | undefined> {
  const text = await unseal(deps, "directory", sealed);
  if (text === undefined) return undefined;
  const { elsewhere, ...journey } = JSON.parse(text) as Kept;
  if (journey.directoryId !== directoryId || deps.now() >= journey.startedAt + JOURNEY_SECONDS * 1000) return undefined;
  if (elsewhere === undefined) return sameText(returned, journey.state) ? journey : undefined;
  const [state = "", long = ""] = returned.split(/\.(.*)/s);
  if (!sameText(state, journey.state) || (await sha256(long)) !== elsewhere) return undefined;
  return { ...journey, state: returned, continue: long };
}
