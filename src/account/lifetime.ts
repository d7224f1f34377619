import type { Config } from "../config.ts";
import type { Resource } from "../model.ts";

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
