import type { Deps } from "../../config.ts";
import { OAuthError } from "../../errors.ts";
import { sealValues } from "../../mail/sealedValues.ts";
import type { Authorization, AuthorizationDetail } from "../../model.ts";
import {
  detailsOfToken,
  limitedOrganizations,
  mayUse,
  ORGANIZATION_ACCESS,
  withoutOrganizations,
} from "../../rules/authorizationDetails.ts";
import { displayName } from "../../rules/displayName.ts";
import type { Redemption } from "../../rules/family.ts";
import { reachedOrganizations } from "../../rules/organizations.ts";
import { datedAt } from "../../rules/pause.ts";
import { mayAsk, narrow, wantsRefreshToken } from "../../rules/scope.ts";
import { loadResources } from "../../store/resources.ts";
import { revoke } from "../../store/revocation.ts";
import type { Credential } from "../../tokens/credential.ts";
import type { TokenRequest } from "../token.ts";

const texts = {
  invalid_grant: "It is not valid, was used, has expired or was revoked.",
  access_denied: "The person has paused this access. What you hold is good again once they resume it.",
  invalid_scope: "The scope goes beyond what was authorized.",
  invalid_authorization_details: "The authorization_details go beyond what was authorized.",
  invalid_target: "The resource goes beyond what was authorized.",
} as const;

/**
 * What follows from the redemption of a credential: an authorization, or its refusal; and the end of the family, of which the
 * person is told, when somebody shows what was used up. What the person took back since, or the client lost, is no longer in it.
 * @param requested what the token request narrows the tokens to; null for everything authorized
 */
export async function settle(
  deps: Deps,
  { client, confirmation, whereabouts }: TokenRequest,
  { familyId }: Credential,
  redemption: Redemption,
  requested: Parameters<typeof narrow>[1] & { readonly details: readonly AuthorizationDetail[] | null },
): Promise<Authorization> {
  if (redemption.kind === "refused")
    throw new OAuthError(redemption.error, texts[redemption.error], { reason: redemption.reason, status: 400 });
  if (redemption.kind === "reused") {
    const { family, grant } = redemption.state;
    const sealedValues = await sealValues(deps, {
      service: displayName(client.metadata.client_name, client.clientId).text,
      device: family.device,
      path: `/settings/authorizations/${grant.grantId}`,
      endedAt: deps.now(),
    });
    const tells = { kind: "token_reused", sealedValues } as const;
    await revoke(deps, { kind: "family", familyId, clientId: client.clientId, by: "system", whereabouts, tells });
    throw new OAuthError("invalid_grant", texts.invalid_grant, { reason: redemption.reason });
  }
  const { family, grant, user, organizations } = redemption.state;
  const { details } = requested;
  const scopes = family.scopes.filter((scope) => grant.scopes.includes(scope) && mayAsk(client, scope));
  const refreshes = wantsRefreshToken(scopes, client) && !grant.once;
  if (redemption.generation > 1 && !refreshes)
    throw new OAuthError("invalid_grant", texts.invalid_grant, { reason: "the client may no longer refresh" });
  const registered = await loadResources(deps);
  const narrowed = narrow({ scopes, resources: family.resources }, requested, registered);
  const limit = limitedOrganizations(details ?? []) ?? limitedOrganizations(family.authorizationDetails);
  const reached = reachedOrganizations(organizations, redemption.state.client, grant.organizations, limit);
  const authorizationDetails = detailsOfToken(
    family.authorizationDetails.filter(({ type }) => mayUse(client, type) || type === ORGANIZATION_ACCESS),
    details,
    grant.authorizationDetails,
    reached,
    narrowed.resources,
    registered,
  );
  if (narrowed.scopes.length === 0 && withoutOrganizations(authorizationDetails).length === 0)
    throw new OAuthError("invalid_scope", "Nothing of what was asked for is authorized.");
  return {
    client,
    person: {
      user,
      grantId: grant.grantId,
      familyId,
      sessionId: family.sessionId,
      grantManaged: family.grantManagement !== null,
      claims: family.claims,
      consentedClaims: grant.claims,
      authAt: family.authAt,
      acr: family.acr,
      amr: family.amr,
      datedAt: datedAt(deps.now(), grant),
      nonce: redemption.generation === 1 ? family.nonce : null,
    },
    actor: null,
    refreshGeneration: refreshes ? redemption.generation : null,
    ...narrowed,
    authorizationDetails,
    organizations: reached,
    confirmation,
    endsAt: grant.expiresAt,
  };
}
