import { OAuthError } from "../errors.ts";
import type { DpopProof } from "../tokens/dpop.ts";
import type { NonceMac } from "../tokens/dpopNonce.ts";
import { toUtf8 } from "../tokens/encoding.ts";
import { within } from "./within.ts";

/** Which proofs have come, for all places where a resource server runs. */
export interface ProofStore {
  /**
   * Remembers `key` until `expiresAt`, in milliseconds since the epoch.
   * @returns whether it is new. Of calls at once with one key, one may be told so
   */
  claim(key: string, expiresAt: number): Promise<boolean>;
}

const DEADLINE_SECONDS = 1;
const RETRY_SECONDS = 5;
/** A proof is remembered for 70 seconds at most, so that this is some 700 requests a second in one isolate. */
const MAX_REMEMBERED = 50_000;

/**
 * Whether a proof comes for the first time, by our own memory and then by the store, if there is one.
 * @returns a function that throws OAuthError temporarily_unavailable where the store fails
 */
export function createProofClaim(store: ProofStore | undefined, now: () => number): (proof: DpopProof) => Promise<boolean> {
  const seen = new Map<string, number>();

  return async ({ key, expiresAt }) => {
    if (seen.has(key)) return false;
    seen.set(key, expiresAt);
    forget(seen, now());
    if (store === undefined) return true;
    try {
      return await within(DEADLINE_SECONDS, () => store.claim(key, expiresAt));
    } catch (error) {
      throw new OAuthError("temporarily_unavailable", "Whether the DPoP proof was used before cannot be told just now.", {
        reason: "the store of proofs cannot be reached",
        headers: { "Retry-After": String(RETRY_SECONDS) },
        cause: error,
      });
    }
  };
}

/** Proofs come nearly in the order in which they expire. */
function forget(seen: Map<string, number>, now: number): void {
  for (const [key, expiresAt] of seen) {
    if (expiresAt > now && seen.size <= MAX_REMEMBERED) return;
    seen.delete(key);
  }
}

/** Keyed by the secret, and for nonces alone, should it serve other ends too. */
export function createNonceMac(secret: string): NonceMac {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  let key: Promise<CryptoKey> | undefined;
  return async (data) => {
    key ??= crypto.subtle.importKey("raw", toUtf8(`countersign/verify dpop nonce\0${secret}`), algorithm, false, ["sign"]);
    return new Uint8Array(await crypto.subtle.sign("HMAC", await key, data));
  };
}
