import type { Deps } from "../config.ts";
import { OAuthError } from "../errors.ts";
import { findOwnKey } from "../keyring.ts";
import type { AccessTokenClaims, FamilyState, Once } from "../model.ts";
import { deadBecause } from "../rules/family.ts";
import { inspectFamily } from "../store/families.ts";
import { checkAccessToken, isRevoked, marksOf } from "../tokens/accessToken.ts";

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

/** What stands behind an access token of ours, as D1 has it now; undefined once it is revoked. One trip. */
export async function findLiveState(deps: Deps, claims: AccessTokenClaims, once?: Once): Promise<FamilyState | undefined> {
  const { state, revokedAt } = await inspectFamily(deps, claims.sid, claims.client_id, marksOf(claims), once);
  if (state === undefined || deadBecause(state, deps.now()) !== undefined || isRevoked(claims, revokedAt)) return undefined;
  return state;
}
