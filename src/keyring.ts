/** The signing keys of this issuer: rows from store/, opened by tokens/, kept per isolate. */
import type { Deps } from "./config.ts";
import { OAuthError } from "./errors.ts";
import type { SigningAlgorithm } from "./model.ts";
import { addKey, loadKeyRows, type SigningKeyRow } from "./store/keys.ts";
import { remember } from "./store/memory.ts";
import { algorithms, type FindKey, type SigningKey } from "./tokens/accessToken.ts";
import { importKey } from "./tokens/jwk.ts";
import { generateSigningKey, openSigningKey } from "./tokens/signingKey.ts";

/** A successor stands in the JWKS this long before it signs: far longer than any cache of the JWKS. */
const PUBLISHED_BEFORE_SECONDS = 7 * 24 * 3600;

/** The rows of all keys that sign or verify; makes the first key of each algorithm when there is none that can sign. */
function loadRows(deps: Deps): Promise<readonly SigningKeyRow[]> {
  return remember(deps, "signing keys", async () => {
    const rows = await loadKeyRows(deps);
    const missing = algorithms.filter((alg) => findActive(rows, alg, deps.now()) === undefined);
    if (missing.length === 0) return rows;
    await Promise.all(missing.map((alg) => createKey(deps, alg, deps.now())));
    return loadKeyRows(deps);
  });
}

const findActive = (rows: readonly SigningKeyRow[], alg: SigningAlgorithm, now: number): SigningKeyRow | undefined =>
  rows.find((row) => row.alg === alg && row.activeAt <= now && now < row.retiresAt);

async function createKey(deps: Deps, alg: SigningAlgorithm, activeAt: number): Promise<void> {
  const { keyLifetimeSeconds, maxAccessTokenSeconds, skewSeconds } = deps.config;
  const retiresAt = activeAt + keyLifetimeSeconds * 1000;
  const expiresAt = retiresAt + (maxAccessTokenSeconds + skewSeconds) * 1000;
  await addKey(deps, { ...(await generateSigningKey(deps, alg)), createdAt: deps.now(), activeAt, retiresAt, expiresAt });
}

/** The key that signs now. */
export async function loadSigningKey(deps: Deps, alg: SigningAlgorithm): Promise<SigningKey> {
  const row = findActive(await loadRows(deps), alg, deps.now());
  if (row === undefined) throw new OAuthError("server_error", "The server cannot sign.", { reason: `no ${alg} key` });
  return remember(deps, `private key:${row.kid}`, () => openSigningKey(deps, row));
}

/** Our own public keys, for tokens that come back to us alive: a key whose last token is dead verifies no other. */
export const findOwnKey = (deps: Deps): FindKey => findKey(deps, (row) => deps.now() < row.expiresAt);

/** The same and those of three months before, for ID tokens that come back as a hint, expired or not. */
export const findHintKey = (deps: Deps): FindKey => findKey(deps, () => true);

const findKey =
  (deps: Deps, counts: (row: SigningKeyRow) => boolean): FindKey =>
  async (kid, alg) => {
    const row = (await loadRows(deps)).find((candidate) => candidate.kid === kid && candidate.alg === alg);
    return row && counts(row) ? remember(deps, `public key:${kid}`, () => importKey(row.publicJwk, alg)) : undefined;
  };

/** The JWK Set (RFC 7517 section 5): keys that sign, will sign, or signed what may still be alive. */
export async function loadJwks(deps: Deps): Promise<{ readonly keys: readonly JsonWebKey[] }> {
  const now = deps.now();
  return { keys: (await loadRows(deps)).filter((row) => now < row.expiresAt).map((row) => row.publicJwk) };
}

/** Publishes each algorithm's next key a week before its present one retires. Several at once make one. */
export async function rotateKeys(deps: Deps): Promise<void> {
  const rows = await loadRows(deps);
  for (const alg of algorithms) {
    const newest = rows.find((row) => row.alg === alg);
    if (newest !== undefined && deps.now() > newest.retiresAt - PUBLISHED_BEFORE_SECONDS * 1000)
      await createKey(deps, alg, newest.retiresAt);
  }
}
