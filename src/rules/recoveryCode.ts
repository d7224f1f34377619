/** Crockford's base32: without I, L, O and U, which are taken for others or make words. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

export const RECOVERY_CODES = 10;
/** 50 bits each: beyond guessing, since guesses are counted. */
const LENGTH = 10;
const GROUP = 5;

/** So many random bytes make the codes. */
export const RECOVERY_BYTES = RECOVERY_CODES * LENGTH;

/** A set of codes, as a person keeps them: `7K2QF-09XGB`. */
export function recoveryCodesOf(random: Uint8Array): readonly string[] {
  const letters = [...random].map((byte) => ALPHABET[byte % ALPHABET.length]).join("");
  return Array.from({ length: RECOVERY_CODES }, (_, index) => grouped(letters.slice(index * LENGTH, (index + 1) * LENGTH)));
}

const grouped = (code: string): string => `${code.slice(0, GROUP)}-${code.slice(GROUP)}`;

/** The one spelling of a code that somebody typed from paper, or undefined if it cannot be one. */
export function normalizeRecoveryCode(typed: string): string | undefined {
  const code = typed
    .normalize("NFKC")
    .toUpperCase()
    .replace(/[\s\p{Pd}]/gu, "")
    .replace(/O/g, "0")
    .replace(/[IL]/g, "1");
  return new RegExp(`^[${ALPHABET}]{${LENGTH}}$`).test(code) ? grouped(code) : undefined;
}
