import type { Deps } from "../config.ts";
import { OAuthError } from "../errors.ts";
import { type Endpoint, json } from "../http/respond.ts";
import type { AccessTokenClaims, ClientId, Grant, UserId } from "../model.ts";
import { ORGANIZATION_ACCESS } from "../rules/authorizationDetails.ts";
import { reachedOrganizations } from "../rules/organizations.ts";
import { findOwner } from "../rules/scope.ts";
import { findGrant } from "../store/grants.ts";
import { loadResources } from "../store/resources.ts";
import { revoke } from "../store/revocation.ts";
import { loadPresentedToken, personOf } from "./presentedToken.ts";

/** GET /grants/{grant_id}: what is in a grant of the client's (Grant Management for OAuth 2.0, draft 03, section 6.3). */
export const queryGrant: Endpoint = async (request, deps) => {
  const presented = await loadPresentedToken(request, deps, "grant_management_query", goneWith(request));
  const { claims } = presented;
  const state = personOf(presented);
  const grant = await loadGrant(request, deps, claims.client_id, state.user.userId);
  const reached = reachedOrganizations(state.organizations, state.client, grant.organizations);
  return json(await describe(deps, grant, reached));
};

/** DELETE /grants/{grant_id}: as if the person had revoked it (section 6.4). */
export const revokeGrant: Endpoint = async (request, deps) => {
  const presented = await loadPresentedToken(request, deps, "grant_management_revoke", goneWith(request));
  const { claims } = presented;
  const { userId } = personOf(presented).user;
  const { grantId } = await loadGrant(request, deps, claims.client_id, userId);
  await revoke(deps, { kind: "grants", userId, grantIds: [grantId], by: claims.client_id });
  return new Response(null, { status: 204, headers: { "Cache-Control": "no-store" } });
};

/** @throws OAuthError not_found for what is not this client's grant by this person, whether or not it is anybody's */
async function loadGrant(request: Request, deps: Deps, clientId: ClientId, userId: UserId): Promise<Grant> {
  const grant = await findGrant(deps, grantIdOf(request), clientId, userId);
  if (grant === undefined) throw noSuchGrant();
  return grant;
}

/**
 * Whoever asks about a grant with a token of that very grant, after it was revoked, is told that the grant is gone and not only
 * that the token is (section 6.6).
 */
const goneWith =
  (request: Request) =>
  ({ grant_id }: AccessTokenClaims): OAuthError =>
    grant_id === grantIdOf(request)
      ? noSuchGrant()
      : new OAuthError("invalid_token", "The access token is invalid, expired or revoked.", { reason: "revoked" });

const grantIdOf = (request: Request): string => new URL(request.url).pathname.split("/").at(-1) ?? "";

const noSuchGrant = () => new OAuthError("not_found", "There is no such grant of this client.");

/** @param reached names of the organizations that a token of the grant enters: of others the client learns nothing here either */
async function describe(deps: Deps, grant: Grant, reached: readonly string[]): Promise<object> {
  const registered = await loadResources(deps);
  const byResource = Map.groupBy(grant.scopes, (scope) => findOwner(scope, registered)?.identifier ?? null);
  const limit = grant.organizations === null ? [] : [{ type: ORGANIZATION_ACCESS, organizations: reached }];
  return {
    scopes: [...byResource].map(([resource, scopes]) => ({
      scope: scopes.join(" "),
      ...(resource === null ? {} : { resource: [resource] }),
    })),
    claims: grant.claims,
    authorization_details: [...grant.authorizationDetails, ...limit],
    created_at: seconds(grant.createdAt),
    last_updated_at: seconds(grant.consentedAt),
  };
}

const seconds = (milliseconds: number): number => Math.floor(milliseconds / 1000);
