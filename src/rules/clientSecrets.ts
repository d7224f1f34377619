/** The secrets of a client: two at most that are live, so that one can replace the other without anything standing still. */
import type { ClientAuthenticationMethod, ClientSecret } from "../model.ts";

/** How long the old secret goes on beside a new one; null until somebody ends it. */
export const overlaps = { keep: null, "7d": 7 * 24 * 3600, "24h": 24 * 3600, "1h": 3600, now: 0 } as const;

export type Overlap = keyof typeof overlaps;

export const isLiveSecret = ({ expiresAt }: ClientSecret, at: number): boolean => expiresAt === null || at < expiresAt;

/** Those that can still be used. */
export const liveSecrets = (secrets: readonly ClientSecret[], at: number): readonly ClientSecret[] =>
  secrets.filter((secret) => isLiveSecret(secret, at));

/**
 * The secrets with a new one: the old ends when its overlap does, and what is dead already is forgotten.
 * @returns undefined where two are live, so that a third would have no end in sight
 */
export function withNewSecret(
  secrets: readonly ClientSecret[],
  added: ClientSecret,
  overlap: Overlap,
  at: number,
): readonly ClientSecret[] | undefined {
  const live = liveSecrets(secrets, at);
  if (live.length > 1) return undefined;
  const seconds = overlaps[overlap];
  const old = live.flatMap((secret) => {
    if (seconds === null) return [secret];
    if (seconds === 0) return [];
    const endsAt = at + seconds * 1000;
    return [{ ...secret, expiresAt: Math.min(secret.expiresAt ?? endsAt, endsAt) }];
  });
  return [...old, added];
}

/** The secrets without the one of that fingerprint; undefined where there is none such. */
export function withoutSecret(
  secrets: readonly ClientSecret[],
  fingerprint: string,
  at: number,
): readonly ClientSecret[] | undefined {
  const live = liveSecrets(secrets, at);
  const kept = live.filter((secret) => fingerprintOf(secret) !== fingerprint);
  return kept.length === live.length ? undefined : kept;
}

/** Which one it is, for people: the beginning of its SHA-256, from which nobody gets the secret. */
export const fingerprintOf = ({ sha256 }: ClientSecret): string => sha256.slice(0, 8);

/**
 * What is left of the secrets when the client authenticates in another way: none where it does so without a secret, since they
 * must not come to life again years later; for client_secret_jwt those that were sealed, of which no other method needs the seal.
 */
export function secretsFor(method: ClientAuthenticationMethod, secrets: readonly ClientSecret[]): readonly ClientSecret[] {
  if (!method.startsWith("client_secret_")) return [];
  if (method === "client_secret_jwt") return secrets.filter(({ sealed }) => sealed !== undefined);
  return secrets.map(({ sha256, createdAt, expiresAt }) => ({ sha256, createdAt, expiresAt }));
}
