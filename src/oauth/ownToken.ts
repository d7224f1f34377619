import type { Deps } from "../config.ts";
import { OAuthError } from "../errors.ts";
import { findOwnKey } from "../keyring.ts";
import type { AccessTokenClaims, Client, FamilyState, Once } from "../model.ts";
import { deadBecause } from "../rules/family.ts";
import { inspectToken } from "../store/families.ts";
import { checkAccessToken, isForClient, isRevoked, marksOf } from "../tokens/accessToken.ts";

/** The claims of an access token that we issued and that has not expired; undefined for anything else. Revocation is not looked at. */
export async function findOwnToken(deps: Deps, token: string): Promise<AccessTokenClaims | undefined> {
  const { issuer } = deps.config;
  try {
    // Without skew: both ends are this server's clock.
    return await checkAccessToken(token, {
      issuer,
      audience: null,
      findKey: findOwnKey(deps),
      now: deps.now(),
      skewSeconds: 0,
    });
  } catch (error) {
    if (error instanceof OAuthError && error.code === "invalid_token") return undefined;
    throw error;
  }
}

/**
 * What stands behind an access token of ours, as D1 has it now; undefined once it is revoked. `state` is null for a token that a
 * client got for itself. One trip.
 */
export async function findLiveState(
  deps: Deps,
  claims: AccessTokenClaims,
  once?: Once,
): Promise<{ readonly client: Client; readonly state: FamilyState | null } | undefined> {
  const { client, state, revokedAt } = await inspectToken(deps, claims.client_id, claims.sid, marksOf(claims), once);
  if (client === undefined || isRevoked(claims, revokedAt)) return undefined;
  if (isForClient(claims)) return { client, state: null };
  if (state === undefined || deadBecause(state, deps.now()) !== undefined) return undefined;
  return { client, state };
}
