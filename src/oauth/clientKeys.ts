import type { Deps } from "../config.ts";
import { OAuthError } from "../errors.ts";
import { fetchPublic, within } from "../http/outgoing.ts";
import type { Client, EncryptionAlgorithm, JsonObject } from "../model.ts";
import { algorithms } from "../tokens/accessToken.ts";
import { thumbprintOf } from "../tokens/certificate.ts";
import type { FindClientKeys } from "../tokens/clientJwt.ts";
import { findPublicKey, jwkFits } from "../tokens/jwk.ts";

/** As long as this nobody asks a client's host again, unless a JWT names a key that we have not seen. */
const FRESH_SECONDS = 10 * 60;
/** As long as this the keys of a host that cannot be reached go on verifying. */
const STALE_SECONDS = 24 * 3600;
/** Between two attempts to load a client's keys, whatever the outcome and however many JWTs name keys that do not exist. */
const COOL_DOWN_SECONDS = 30;
const DEADLINE_SECONDS = 5;
const MAX_BYTES = 64 * 1024;

/** What this isolate knows of a `jwks_uri`; it changes in place, so that requests side by side share one attempt. */
interface Source {
  held?: { readonly keys: readonly JsonObject[]; readonly loadedAt: number };
  attempt?: { readonly startedAt: number; readonly done: Promise<void> };
  /** When the last attempt that came to an end began. */
  endedAt?: number;
  failure?: string;
}

/** The keys that may have signed a JWT of the client. It rejects with a plain Error where they cannot be had. */
export const findClientKeys =
  (deps: Deps, client: Client): FindClientKeys =>
  async (kid, alg) => {
    const algorithm = algorithms.find((known) => known === alg);
    if (algorithm === undefined) return [];
    const fitting = (keys: readonly JsonObject[]): readonly JsonObject[] => {
      const usable = keys.filter((jwk) => jwkFits(jwk, algorithm));
      const named = usable.filter((jwk) => jwk["kid"] === kid);
      if (kid === undefined) return usable;
      return named.length > 0 ? named : usable.filter((jwk) => jwk["kid"] === undefined);
    };
    const keys = fitting(await loadKeys(deps, client, (held) => fitting(held).length > 0));
    return (await Promise.all(keys.map((jwk) => findPublicKey(jwk, algorithm)))).filter((key) => key !== undefined);
  };

/**
 * The key that an answer to the client is encrypted to: one that it marked for encryption, else one that it did not mark.
 * @throws OAuthError temporarily_unavailable, invalid_client_metadata
 */
export async function loadEncryptionKey(
  deps: Deps,
  client: Client,
  alg: EncryptionAlgorithm,
): Promise<{ readonly key: CryptoKey; readonly kid: string | undefined }> {
  const fits = (jwk: JsonObject) => jwkFits(jwk, alg);
  const keys = await loadKeys(deps, client, (held) => held.some(fits)).catch((error: unknown) => {
    throw new OAuthError("temporarily_unavailable", "The keys of the client cannot be read just now.", {
      reason: describe(error),
      headers: { "Retry-After": String(COOL_DOWN_SECONDS) },
    });
  });
  const usable = keys.filter(fits);
  const jwk = usable.find(({ use }) => use === "enc") ?? usable[0];
  const key = jwk && (await findPublicKey(jwk, alg));
  if (key === undefined)
    throw new OAuthError("invalid_client_metadata", `The client has no key for ${alg}, with which its answers are encrypted.`);
  return { key, kid: typeof jwk?.["kid"] === "string" ? jwk["kid"] : undefined };
}

/**
 * Thumbprints of the certificates that the client has registered (RFC 8705 section 2.2.2): the first of each `x5c`.
 * @param shown the one that it came with: where the keys in hand do not have it, they are loaded anew
 * @throws OAuthError invalid_client
 */
export async function findCertificates(deps: Deps, client: Client, shown?: string): Promise<readonly string[]> {
  try {
    const known = await Promise.all((await loadKeys(deps, client, () => true)).map(certificateOf));
    const certificates = shown === undefined || known.includes(shown) ? known : await reload(deps, client);
    return certificates.filter((thumbprint) => thumbprint !== undefined);
  } catch (error) {
    throw new OAuthError("invalid_client", "Client authentication failed.", { reason: describe(error) });
  }
}

const reload = async (deps: Deps, client: Client): Promise<readonly (string | undefined)[]> =>
  Promise.all((await loadKeys(deps, client, () => false)).map(certificateOf));

function certificateOf({ x5c }: JsonObject): string | undefined {
  const [first] = Array.isArray(x5c) ? (x5c as readonly unknown[]) : [];
  return typeof first === "string" ? thumbprintOf(first) : undefined;
}

/**
 * The client's JWK Set: as registered, or from its `jwks_uri`. A load that fails leaves the good keys in place.
 * @param enough whether what we hold will do; if not, it is loaded anew, save within the cool-down
 */
async function loadKeys(
  deps: Deps,
  { clientId, metadata }: Client,
  enough: (keys: readonly JsonObject[]) => boolean,
): Promise<readonly JsonObject[]> {
  const { jwks, jwks_uri: uri } = metadata;
  if (uri === undefined) return jwks?.keys ?? [];
  const source = sourceOf(deps, `client keys:${clientId} ${uri}`);
  const now = deps.now();
  const { held } = source;
  if (held !== undefined && now < held.loadedAt + FRESH_SECONDS * 1000 && enough(held.keys)) return held.keys;
  const { attempt: last } = source;
  // On Workers an attempt belongs to the request that began it and may die with it unheard: hence a deadline of our own here, and
  // no cool-down after one that is past its deadline without an end.
  const seconds = source.endedAt === last?.startedAt ? COOL_DOWN_SECONDS : DEADLINE_SECONDS;
  const recent = last !== undefined && now < last.startedAt + seconds * 1000 ? last : undefined;
  const attempt = recent ?? { startedAt: now, done: load(deps, source, uri, now) };
  source.attempt = attempt;
  await within(DEADLINE_SECONDS, () => attempt.done).catch(() => undefined);
  if (source.held !== undefined && now < source.held.loadedAt + STALE_SECONDS * 1000) return source.held.keys;
  throw new Error(source.failure ?? `${uri} gave no answer`);
}

function sourceOf(deps: Deps, key: string): Source {
  const known = deps.memory.get(key);
  if (known !== undefined) return known.value as Source;
  const source: Source = {};
  deps.memory.set(key, { value: source, expiresAt: Number.POSITIVE_INFINITY });
  return source;
}

/** One attempt. It never rejects: what went wrong is in `failure`. */
async function load(deps: Deps, source: Source, uri: string, startedAt: number): Promise<void> {
  try {
    const headers = { Accept: "application/jwk-set+json, application/json" };
    const { status, text } = await fetchPublic(deps, uri, { headers, maxBytes: MAX_BYTES, seconds: DEADLINE_SECONDS });
    if (status !== 200) throw new Error(`${uri} answered ${status}`);
    source.held = { keys: parseKeys(text), loadedAt: startedAt };
  } catch (error) {
    source.failure = describe(error);
  }
  source.endedAt = startedAt;
}

/** An empty set is a mishap, which must not take the place of good keys. */
function parseKeys(text: string): readonly JsonObject[] {
  const { keys } = Object(JSON.parse(text)) as { readonly keys?: unknown };
  const objects = Array.isArray(keys) ? keys.filter((key) => typeof key === "object" && key !== null) : [];
  if (objects.length === 0) throw new Error("the JWK Set holds no key");
  return objects as readonly JsonObject[];
}

const describe = (error: unknown): string => (error instanceof Error ? error.message : String(error));
