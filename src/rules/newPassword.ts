import { commonPasswords } from "./commonPasswords.ts";
import { MAX_PASSWORD_LENGTH } from "./passwordHash.ts";

export const MIN_PASSWORD_LENGTH = 8;

/** Why a password cannot be taken. */
export type PasswordProblem = "too_short" | "too_long" | "common" | "about_you";

/** What everybody knows of a person, and of us. */
export interface Known {
  readonly email: string;
  readonly name: string;
  readonly operator: string;
}

/**
 * What is wrong with a password that somebody chose; undefined for a good one. Its length counts, and that nobody guesses it at once;
 * no kinds of characters are demanded and none is refused (NIST SP 800-63B section 3.1.1.2).
 */
export function passwordProblem(password: string, { email, name, operator }: Known): PasswordProblem | undefined {
  const normal = password.normalize("NFKC");
  if ([...normal].length < MIN_PASSWORD_LENGTH) return "too_short";
  if (password.length > MAX_PASSWORD_LENGTH || normal.length > MAX_PASSWORD_LENGTH) return "too_long";
  const folded = fold(normal);
  if (commonPasswords.has(folded) || new Set(folded).size === 1 || isRun(folded)) return "common";
  const known = [email, email.split("@")[0] ?? "", name, operator].map((text) => fold(text.normalize("NFKC")));
  return known.some((text) => text !== "" && (folded === text || withoutEnd(folded) === text)) ? "about_you" : undefined;
}

const fold = (text: string): string => text.toLowerCase().replace(/\s+/gu, "");

/** Digits and signs at the end make nothing harder to guess. */
const withoutEnd = (text: string): string => text.replace(/[\d\p{P}\p{S}]+$/u, "");

/** `abcdefgh`, `98765432`: each character next to the one before it. */
function isRun(text: string): boolean {
  const steps = [...text].slice(1).map((character, index) => (character.codePointAt(0) ?? 0) - (text.codePointAt(index) ?? 0));
  return steps.every((step) => step === 1) || steps.every((step) => step === -1);
}
