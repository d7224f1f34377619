/** Twenty consonants, so that no code is a word, and none of its letters passes for another or for a digit (RFC 8628 section 6.1). */
const LETTERS = "BCDFGHJKLMNPQRSTVWXZ";
const LENGTH = 8;
/** Of what somebody typed; the rest of it cannot make a code of it. */
const MAX_TYPED = 64;

/** What `makeUserCode` needs of randomness. 20^8 codes are 34 bits; of 64 bits the remainder favours none that anybody could tell. */
export const USER_CODE_BYTES = 8;

/** A user code, eight letters, from 64 random bits. */
export function makeUserCode(random: Uint8Array<ArrayBuffer>): string {
  let rest = new DataView(random.buffer, random.byteOffset).getBigUint64(0);
  return Array.from({ length: LENGTH }, () => {
    const letter = LETTERS[Number(rest % BigInt(LETTERS.length))];
    rest /= BigInt(LETTERS.length);
    return letter;
  }).join("");
}

/** The code as people read it: `WDJB-MJHT`. */
export const showUserCode = (code: string): string => `${code.slice(0, LENGTH / 2)}-${code.slice(LENGTH / 2)}`;

/**
 * The code that somebody typed, in whatever case, with spaces, hyphens of any length and full-width letters as an input method
 * leaves them; undefined for what cannot be one.
 */
export function normalizeUserCode(typed: string): string | undefined {
  if (typed.length > MAX_TYPED) return undefined;
  const letters = typed
    .normalize("NFKC")
    .replace(/[\p{Z}\p{Pd}\p{Cf}\s_.]/gu, "")
    .toUpperCase();
  return letters.length === LENGTH && [...letters].every((letter) => LETTERS.includes(letter)) ? letters : undefined;
}
