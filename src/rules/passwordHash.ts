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

/** The form that is hashed: one for all ways of typing the same characters (NIST SP 800-63B section 3.1.1.2), never cut. */
export const normalizePassword = (password: string): string => password.normalize("NFKC");
