import { OAuthError } from "../errors.ts";
import { type AccessTokenClaims, markKey } from "../model.ts";
import { isRevoked, marksOf } from "../tokens/accessToken.ts";
import { within } from "./within.ts";

/** What we use of a KVNamespace: one bulk read. */
export interface RevocationStore {
  get(keys: string[], options: { type: "text"; cacheTtl: number }): Promise<Map<string, string | null>>;
}

/** Where marks come from, and what to do when they cannot be had. */
export interface MarkSource {
  readonly revocations: RevocationStore | undefined;
  readonly strict: boolean;
  readonly now: () => number;
  readonly onRevocationUnavailable: (error: unknown) => void;
}

/** The shortest that every version of KV takes. It bounds how long a location goes on reading "no such mark". */
const CACHE_SECONDS = 60;
const DEADLINE_SECONDS = 1;
const RETRY_SECONDS = 5;
const MAX_REMEMBERED = 10_000;

/**
 * Whether a token is revoked, by one bulk read of all its marks. A mark once seen is remembered: KV may answer with an older
 * value afterwards, or not at all, and that revives nothing.
 * @returns a function that throws OAuthError temporarily_unavailable where KV fails and the source is strict; where it is not,
 *   a token is then good until it expires
 */
export function createRevocationCheck(source: MarkSource): (claims: AccessTokenClaims) => Promise<boolean> {
  const seen = new Map<string, number>();

  const read = async (store: RevocationStore, keys: string[]): Promise<void> => {
    const marks = await store.get(keys, { type: "text", cacheTtl: CACHE_SECONDS });
    for (const [key, value] of marks) if (value !== null) remember(seen, key, parseMark(value, source.now()));
  };

  return async (claims) => {
    const keys = marksOf(claims).map(({ kind, id }) => markKey(kind, id));
    const revoked = () =>
      isRevoked(
        claims,
        keys.map((key) => seen.get(key)).filter((at) => at !== undefined),
      );
    const { revocations } = source;
    if (revocations === undefined || revoked()) return revoked();
    try {
      await within(DEADLINE_SECONDS, () => read(revocations, keys));
    } catch (error) {
      source.onRevocationUnavailable(error);
      if (source.strict)
        throw new OAuthError("temporarily_unavailable", "Whether the access token was revoked cannot be told just now.", {
          reason: "the revocation marks cannot be read",
          headers: { "Retry-After": String(RETRY_SECONDS) },
          cause: error,
        });
    }
    return revoked();
  };
}

/** Keeps the newest time of each mark, and the marks that were seen last. */
function remember(seen: Map<string, number>, key: string, at: number): void {
  const newest = Math.max(at, seen.get(key) ?? at);
  seen.delete(key);
  seen.set(key, newest);
  const [oldest] = seen.keys();
  if (seen.size > MAX_REMEMBERED && oldest !== undefined) seen.delete(oldest);
}

/** A mark that does not say when ends everything that was issued until now: that something was revoked, it does say. */
const parseMark = (value: string, now: number): number => (/^\d{1,16}$/.test(value) ? Number(value) : now);
