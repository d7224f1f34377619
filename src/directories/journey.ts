/** A sign-in that is under way at a directory, as the cookie of the browser that began it holds it; nothing of it is stored. */
import type { Deps } from "../config.ts";
import type { UserId } from "../model.ts";
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

/**
 * The journey, sealed, and the `state` that it is sent with. A `continue` that is too long for the cookie travels in the `state`, sealed
 * and bound to the browser as it is itself.
 */
export async function sealJourney(deps: Deps, journey: Journey): Promise<{ readonly sealed: string; readonly state: string }> {
  const sealed = await seal(deps, "directory", JSON.stringify(journey));
  const { continue: long, ...rest } = journey;
  if (sealed.length <= MAX_SEALED || long === undefined) return { sealed, state: journey.state };
  const state = `${journey.state}.${long}`;
  return { sealed: await seal(deps, "directory", JSON.stringify({ ...rest, state })), state };
}

/** The journey that the cookie holds; undefined if it is none of ours, is over, or leads to another directory. */
export async function openJourney(deps: Deps, sealed: string, directoryId: string): Promise<Journey | undefined> {
  const text = await unseal(deps, "directory", sealed);
  if (text === undefined) return undefined;
  const journey = JSON.parse(text) as Partial<Journey>;
  const { startedAt = 0, state = "" } = journey;
  if (journey.directoryId !== directoryId || deps.now() >= startedAt + JOURNEY_SECONDS * 1000) return undefined;
  const [, long] = state.split(/\.(.*)/s);
  return { ...journey, ...(long === undefined ? {} : { continue: long }) } as Journey;
}
