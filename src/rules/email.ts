const MAX_LENGTH = 254;

/**
 * The one spelling under which an address is kept and looked up, or undefined if it cannot be one. Compatibility characters
 * and case are folded, and what cannot be seen is refused, so that no two accounts look the same.
 */
export function normalizeEmail(text: string): string | undefined {
  if (text.length > MAX_LENGTH * 2) return undefined;
  const email = text.normalize("NFKC").trim().toLowerCase();
  if (email.length > MAX_LENGTH || /[\s\p{C}\p{Default_Ignorable_Code_Point}]/u.test(email)) return undefined;
  return /^[^@]+@[^@.]+(?:\.[^@.]+)*$/.test(email) ? email : undefined;
}
