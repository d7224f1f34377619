import type { Deps } from "../config.ts";
import { OAuthError } from "../errors.ts";
import { seconds } from "../http/json.ts";
import { type Endpoint, json } from "../http/respond.ts";
import type { AccessTokenClaims, Grant } from "../model.ts";
import { ORGANIZATION_ACCESS } from "../rules/authorizationDetails.ts";
import { isVouched, reachedOrganizations } from "../rules/organizations.ts";
import { findOwner } from "../rules/scope.ts";
import { findGrant, type HeldGrant } from "../store/grants.ts";
import { loadResources } from "../store/resources.ts";
import { revoke } from "../store/revocation.ts";
import { loadPresentedToken, type PresentedToken } from "./presentedToken.ts";

/** GET /grants/{grant_id}: what is in a grant of the client's (Grant Management for OAuth 2.0, draft 03, section 6.3). */
export const queryGrant: Endpoint = async (request, deps) => {
  const presented = await loadPresentedToken(request, deps, "grant_management_query", goneWith(request));
  const { grant, organizations } = await loadGrant(request, deps, presented);
  const { client } = presented;
  const reached = reachedOrganizations(organizations, client, grant.organizations, undefined, isVouched(grant));
  return json(await describe(deps, grant, reached));
};

/** DELETE /grants/{grant_id}: as if the person had revoked it (section 6.4). */
export const revokeGrant: Endpoint = async (request, deps) => {
  const presented = await loadPresentedToken(request, deps, "grant_management_revoke", goneWith(request));
  const { grant, userId } = await loadGrant(request, deps, presented);
  await revoke(deps, { kind: "grants", userId, grantIds: [grant.grantId], by: presented.client.clientId });
  return new Response(null, { status: 204, headers: { "Cache-Control": "no-store" } });
};

/**
 * The grant that the request names: with a token that speaks for a person one of theirs, with one that the client got for itself any
 * that it holds (section 6.1).
 * @throws OAuthError not_found for what is no such grant, whether or not it is anybody's
 */
async function loadGrant(request: Request, deps: Deps, { client, state }: PresentedToken): Promise<HeldGrant> {
  const held = await findGrant(deps, grantIdOf(request), client.clientId, state?.user.userId ?? null);
  if (held === undefined) throw noSuchGrant();
  return held;
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
