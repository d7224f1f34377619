/** argon2id as OWASP's password storage guidance has it for 19 MiB: memory in KiB, `type` 2 is argon2id. */
export const passwordHashOptions = {
  type: 2,
  memoryCost: 19_456,
  timeCost: 2,
  parallelism: 1,
  hashLength: 32,
} as const;

/** Longer ones are refused like wrong ones: the work of hashing grows with the length. */
export const MAX_PASSWORD_LENGTH = 1024;

/**
 * What is hashed: one form for all ways of typing the same characters (NIST SP 800-63B section 3.1.1.2), never cut. The library
 * writes UTF-8 but reads as many bytes as the text has UTF-16 units (@phi-ag/argon2 0.5), which would cut every password beyond
 * ASCII: NULs at the end make up the difference, and of them nothing is read. The hash is then argon2id of the UTF-8 alone.
 */
export function argon2Input(password: string): string {
  const normal = password.normalize("NFKC");
  return normal + "\0".repeat(new TextEncoder().encode(normal).length - normal.length);
}
