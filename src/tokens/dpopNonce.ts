import { fromBase64url, sameText, toBase64url } from "./encoding.ts";

/** HMAC-SHA-256 under a key that serves nothing else. */
export type NonceMac = (data: Uint8Array<ArrayBuffer>) => Promise<Uint8Array>;

/** Everybody gets the same nonce within a minute, and it is good for the rest of that minute and for four more. */
const WINDOW_SECONDS = 60;
const WINDOWS = 5;
const TIME_BYTES = 4;
const MAC_BYTES = 16;

/**
 * A nonce for DPoP proofs (RFC 9449 sections 8 and 9): when it was made, and a MAC. Nothing is stored: it bounds how long before
 * its use a proof can have been made, and that a proof is used once is for others to see to.
 * @param now milliseconds since the epoch
 */
export const mintDpopNonce = (mac: NonceMac, now: number): Promise<string> => nonceOf(mac, windowOf(now));

/** Whether the nonce is ours and at most five minutes old. One window ahead is of a place whose clock is. */
export async function isDpopNonce(mac: NonceMac, nonce: string, now: number): Promise<boolean> {
  const bytes = fromBase64url(nonce);
  if (bytes?.length !== TIME_BYTES + MAC_BYTES) return false;
  const window = new DataView(bytes.buffer).getUint32(0);
  const age = windowOf(now) - window;
  return age >= -1 && age < WINDOWS && sameText(await nonceOf(mac, window), nonce);
}

const windowOf = (now: number): number => Math.floor(now / 1000 / WINDOW_SECONDS);

async function nonceOf(mac: NonceMac, window: number): Promise<string> {
  const bytes = new Uint8Array(TIME_BYTES + MAC_BYTES);
  new DataView(bytes.buffer).setUint32(0, window);
  bytes.set((await mac(bytes.slice(0, TIME_BYTES))).subarray(0, MAC_BYTES), TIME_BYTES);
  return toBase64url(bytes);
}
