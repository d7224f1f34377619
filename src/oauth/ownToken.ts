import type { Deps } from "../config.ts";
import { OAuthError } from "../errors.ts";
import { findOwnKey } from "../keyring.ts";
import type { AccessTokenClaims, Client, FamilyState, Once } from "../model.ts";
import { deadBecause } from "../rules/family.ts";
import { enteredOrganizations, entersAlone } from "../rules/organizations.ts";
import { DATED_AHEAD_SECONDS, isPaused } from "../rules/pause.ts";
import { inspectToken, type TokenKeys, type TokenState } from "../store/tokenState.ts";
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
      aheadSeconds: DATED_AHEAD_SECONDS,
    });
  } catch (error) {
    if (error instanceof OAuthError && error.code === "invalid_token") return undefined;
    throw error;
  }
}

/** What stands behind an access token that is good. */
export interface LiveState {
  readonly client: Client;
  /** Null for a token that a client got for itself. */
  readonly state: FamilyState | null;
  /** Names of the organizations that let it in now. */
  readonly organizations: readonly string[];
}

/** What stands behind an access token of ours, as D1 has it now; undefined once it is revoked. One trip. */
export const findLiveState = async (deps: Deps, claims: AccessTokenClaims, once?: Once): Promise<LiveState | undefined> =>
  liveState(claims, await inspectToken(deps, keysOf(claims), once), deps.now());

/** What the store knows the token by. */
export const keysOf = (claims: AccessTokenClaims): TokenKeys => ({
  clientId: claims.client_id,
  familyId: claims.sid,
  targets: marksOf(claims),
});

/** What D1 said of a token, read: undefined where any part of it says that the token is dead. */
export function liveState(claims: AccessTokenClaims, found: TokenState, at: number): LiveState | undefined {
  const { client, state, exchanger, approvals, revokedAt } = found;
  if (client === undefined || isRevoked(claims, revokedAt)) return undefined;
  if (isForClient(claims)) return { client, state: null, organizations: entersAlone(client) ? approvals : [] };
  if (state === undefined || state.grant.grantId !== claims.grant_id || deadBecause(state, at) !== undefined) return undefined;
  if (isPaused(state.grant)) return undefined;
  const exchangedBy = client.clientId === state.client.clientId ? null : { client, organizations: exchanger };
  return { client, state, organizations: enteredOrganizations(state, exchangedBy) };
}
