import type { Deps } from "../config.ts";
import { fetchPublic, within } from "../http/outgoing.ts";
import type { JsonObject } from "../model.ts";
import { keepState } from "../store/memory.ts";
import { algorithms } from "../tokens/accessToken.ts";
import type { FindClientKeys } from "../tokens/clientJwt.ts";
import { findPublicKey, jwkFits } from "../tokens/jwk.ts";

/** As long as this nobody asks the owner's host again, unless a JWT names a key that we have not seen. */
const FRESH_SECONDS = 10 * 60;
/** As long as this the keys of a host that cannot be reached go on verifying. */
const STALE_SECONDS = 24 * 3600;
/** Between two attempts to load somebody's keys, whatever the outcome and however many JWTs name keys that do not exist. */
export const COOL_DOWN_SECONDS = 30;
const DEADLINE_SECONDS = 5;
const MAX_BYTES = 64 * 1024;
const MAX_KEYS = 100;

/** The public keys of a client or of an issuer that we trust: written down here, or at an address of its own. */
export interface KeySet {
  /** Whose they are, so that nobody's failures are another's. */
  readonly owner: string;
  readonly jwks: { readonly keys: readonly JsonObject[] } | null;
  readonly jwksUri: string | null;
}

/** What this isolate knows of a `jwks_uri`; it changes in place, so that requests side by side share one attempt. */
interface Source {
  held?: { readonly keys: readonly JsonObject[]; readonly loadedAt: number };
  attempt?: { readonly startedAt: number; readonly done: Promise<void> };
  /** When the last attempt that came to an end began. */
  endedAt?: number;
  failure?: string;
}

/** The keys of the set that may have signed a JWT. It rejects with a plain Error where they cannot be had. */
export const findKeysIn =
  (deps: Deps, keySet: KeySet): FindClientKeys =>
  async (kid, alg) => {
    const algorithm = algorithms.find((known) => known === alg);
    if (algorithm === undefined) return [];
    const fitting = (keys: readonly JsonObject[]): readonly JsonObject[] => {
      const usable = keys.filter((jwk) => jwkFits(jwk, algorithm));
      const named = usable.filter((jwk) => jwk["kid"] === kid);
      if (kid === undefined) return usable;
      return named.length > 0 ? named : usable.filter((jwk) => jwk["kid"] === undefined);
    };
    const keys = fitting(await loadKeys(deps, keySet, (held) => fitting(held).length > 0));
    return (await Promise.all(keys.map((jwk) => findPublicKey(jwk, algorithm)))).filter((key) => key !== undefined);
  };

/**
 * The JWK Set as it was given to us, or from its address. A load that fails leaves the good keys in place.
 * @param enough whether what we hold will do; if not, it is loaded anew, save within the cool-down
 */
export async function loadKeys(
  deps: Deps,
  { owner, jwks, jwksUri }: KeySet,
  enough: (keys: readonly JsonObject[]) => boolean,
): Promise<readonly JsonObject[]> {
  if (jwksUri === null) return jwks?.keys ?? [];
  const source = keepState<Source>(deps, `keys:${owner} ${jwksUri}`, () => ({}));
  const now = deps.now();
  const { held } = source;
  if (held !== undefined && now < held.loadedAt + FRESH_SECONDS * 1000 && enough(held.keys)) return held.keys;
  const { attempt: last } = source;
  // On Workers an attempt belongs to the request that began it and may die with it unheard: hence a deadline of our own here, and
  // no cool-down after one that is past its deadline without an end.
  const seconds = source.endedAt === last?.startedAt ? COOL_DOWN_SECONDS : DEADLINE_SECONDS;
  const recent = last !== undefined && now < last.startedAt + seconds * 1000 ? last : undefined;
  const attempt = recent ?? { startedAt: now, done: load(deps, source, jwksUri, now) };
  source.attempt = attempt;
  await within(DEADLINE_SECONDS, () => attempt.done).catch(() => undefined);
  if (source.held !== undefined && now < source.held.loadedAt + STALE_SECONDS * 1000) return source.held.keys;
  throw new Error(source.failure ?? `${jwksUri} gave no answer`);
}

/** One attempt. It never rejects: what went wrong is in `failure`. */
async function load(deps: Deps, source: Source, uri: string, startedAt: number): Promise<void> {
  try {
    const headers = { Accept: "application/jwk-set+json, application/json" };
    const { status, text } = await fetchPublic(deps, uri, { headers, maxBytes: MAX_BYTES, seconds: DEADLINE_SECONDS });
    if (status !== 200) throw new Error(`${uri} answered ${status}`);
    source.held = { keys: parseKeys(text), loadedAt: startedAt };
  } catch (error) {
    source.failure = error instanceof Error ? error.message : String(error);
  }
  source.endedAt = startedAt;
}

/** An empty set is a mishap, which must not take the place of good keys. */
function parseKeys(text: string): readonly JsonObject[] {
  const { keys } = Object(JSON.parse(text)) as { readonly keys?: unknown };
  const objects = Array.isArray(keys) ? keys.filter((key) => typeof key === "object" && key !== null) : [];
  if (objects.length === 0) throw new Error("the JWK Set holds no key");
  if (objects.length > MAX_KEYS) throw new Error(`the JWK Set holds more than ${MAX_KEYS} keys`);
  return objects as readonly JsonObject[];
}
