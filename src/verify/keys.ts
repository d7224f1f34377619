import { OAuthError } from "../errors.ts";
import type { SigningAlgorithm } from "../model.ts";
import { algorithms, type FindKey } from "../tokens/accessToken.ts";
import { importKey } from "../tokens/jwk.ts";
import { loadDocument } from "./document.ts";
import { within } from "./within.ts";

/** Where keys come from, and who is told when they cannot be had. */
export interface KeySource {
  readonly issuer: string;
  readonly fetch: typeof fetch;
  readonly now: () => number;
  readonly onKeysUnavailable: (error: unknown) => void;
}

/** As long as this nobody asks the issuer again, unless a token names a key that we have not seen. */
const FRESH_SECONDS = 10 * 60;
/** As long as this the keys of an issuer that cannot be reached go on verifying. */
const STALE_SECONDS = 24 * 3600;
/** Between two attempts to load keys, however many tokens name keys that do not exist. */
const COOL_DOWN_SECONDS = 30;
const DEADLINE_SECONDS = 5;

/** What the issuer published when we last could read it; times in milliseconds. */
interface KeySet {
  readonly keys: ReadonlyMap<string, CryptoKey>;
  readonly loadedAt: number;
  readonly jwksUri: string;
  readonly jwksUriLoadedAt: number;
}

/** One attempt to load the keys, which everybody who needs its outcome awaits. It never rejects. */
interface Attempt {
  readonly startedAt: number;
  readonly done: Promise<void>;
}

/**
 * The keys of one issuer, loaded when first needed. Whoever finds them old loads them anew, while others go on with what there
 * is. An attempt that fails leaves the good keys in place.
 * @returns a FindKey that throws OAuthError temporarily_unavailable where only the issuer could say whether there is such a key
 */
export function createFindKey(source: KeySource): FindKey {
  let held: KeySet | undefined;
  let last: Attempt | undefined;

  const begin = (startedAt: number): Attempt => ({
    startedAt,
    done: within(DEADLINE_SECONDS, (signal) => loadKeySet(source, held, startedAt, signal)).then(
      (loaded) => {
        held = loaded;
      },
      (error) => source.onKeysUnavailable(error),
    ),
  });

  const find = (kid: string, alg: SigningAlgorithm, now: number, seconds: number): CryptoKey | undefined =>
    held !== undefined && now < held.loadedAt + seconds * 1000 ? held.keys.get(nameOf(kid, alg)) : undefined;

  return async (kid, alg) => {
    const now = source.now();
    const fresh = find(kid, alg, now, FRESH_SECONDS);
    if (fresh !== undefined) return fresh;
    const recent = last !== undefined && now < last.startedAt + COOL_DOWN_SECONDS * 1000 ? last : undefined;
    const attempt = recent ?? begin(now);
    last = attempt;
    if (recent === undefined || find(kid, alg, now, STALE_SECONDS) === undefined) await settled(attempt);
    const key = find(kid, alg, now, STALE_SECONDS);
    if (key !== undefined || held?.loadedAt === attempt.startedAt) return key;
    throw new OAuthError("temporarily_unavailable", "The keys of the authorization server cannot be read just now.", {
      reason: `the keys of ${source.issuer} cannot be read`,
      headers: { "Retry-After": String(COOL_DOWN_SECONDS) },
    });
  };
}

/**
 * Waits for the attempt, with a deadline of our own: on Workers it belongs to the request that began it, and is never heard of
 * again if that request's client goes away.
 */
const settled = (attempt: Attempt): Promise<void> => within(DEADLINE_SECONDS, () => attempt.done).catch(() => undefined);

const nameOf = (kid: string, alg: string): string => `${alg} ${kid}`;

async function loadKeySet(
  source: KeySource,
  held: KeySet | undefined,
  startedAt: number,
  signal: AbortSignal,
): Promise<KeySet> {
  const located =
    held !== undefined && startedAt < held.jwksUriLoadedAt + FRESH_SECONDS * 1000
      ? held
      : { jwksUri: await loadJwksUri(source, signal), jwksUriLoadedAt: startedAt };
  const { keys } = await loadDocument(source.fetch, located.jwksUri, signal);
  return {
    keys: await importKeys(Array.isArray(keys) ? keys : []),
    loadedAt: startedAt,
    jwksUri: located.jwksUri,
    jwksUriLoadedAt: located.jwksUriLoadedAt,
  };
}

/** Where the keys are, by the issuer's own word: metadata that names another issuer is refused (RFC 8414 section 3.3). */
async function loadJwksUri(source: KeySource, signal: AbortSignal): Promise<string> {
  const { origin, pathname, protocol } = new URL(source.issuer);
  const path = pathname === "/" ? "" : pathname;
  const metadata = await loadDocument(source.fetch, `${origin}/.well-known/oauth-authorization-server${path}`, signal);
  if (metadata["issuer"] !== source.issuer) throw new Error(`the metadata is of the issuer ${String(metadata["issuer"])}`);
  const jwksUri = String(metadata["jwks_uri"]);
  if (!URL.canParse(jwksUri) || !["https:", protocol].includes(new URL(jwksUri).protocol))
    throw new Error("the metadata has no jwks_uri that is safe to use");
  return jwksUri;
}

/** What of a JWK Set can verify. One with nothing of that kind is a mishap, which must not take the place of good keys. */
async function importKeys(jwks: readonly unknown[]): Promise<ReadonlyMap<string, CryptoKey>> {
  const entries = await Promise.all(jwks.map(importEntry));
  const keys = new Map(entries.filter((entry) => entry !== undefined));
  if (keys.size === 0) throw new Error("the JWK Set holds no key that verifies");
  return keys;
}

async function importEntry(jwk: unknown): Promise<readonly [string, CryptoKey] | undefined> {
  const { kid, alg, use } = Object(jwk) as Readonly<Record<string, unknown>>;
  const algorithm = algorithms.find((known) => known === alg);
  if (typeof kid !== "string" || algorithm === undefined || (use !== undefined && use !== "sig")) return undefined;
  const key = await importKey(jwk as JsonWebKey, algorithm).catch(() => undefined);
  return key?.type === "public" ? [nameOf(kid, algorithm), key] : undefined;
}
