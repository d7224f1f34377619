import type { Config } from "../config.ts";
import type { Lifetime, Resource } from "../model.ts";

/** The longest that an access token for some of these resources can live. */
export function longestAccessSeconds(config: Config, identifiers: readonly string[], registered: readonly Resource[]): number {
  const asked = identifiers.map(
    (identifier) =>
      registered.find((resource) => resource.identifier === identifier)?.accessTokenSeconds ?? config.accessTokenSeconds,
  );
  return Math.min(Math.max(config.accessTokenSeconds, ...asked), config.maxAccessTokenSeconds);
}

/** When a revocation has reached every service: the last token has expired, by a clock as slow as a resource server allows. */
export const latestEffectSeconds = (config: Config, identifiers: readonly string[], registered: readonly Resource[]): number =>
  longestAccessSeconds(config, identifiers, registered) + config.skewSeconds;

const THIRTY_DAYS = 30 * 24 * 3600;

/**
 * When a consent ends by itself. One for this time alone ends with the last token of its one run: that of a code which is redeemed at
 * the last moment.
 * @param codeSeconds how long there is a code for it at most
 */
export function expiryOf(
  config: Config,
  lifetime: Lifetime,
  at: number,
  { resources, registered }: { readonly resources: readonly string[]; readonly registered: readonly Resource[] },
  codeSeconds: number = config.codeSeconds,
): number | null {
  if (lifetime === "until_revoked") return null;
  if (lifetime === "30_days") return at + THIRTY_DAYS * 1000;
  return at + (codeSeconds + longestAccessSeconds(config, resources, registered)) * 1000;
}
