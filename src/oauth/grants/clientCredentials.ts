import { OAuthError } from "../../errors.ts";
import { limitedOrganizations, ORGANIZATION_ACCESS, parseAuthorizationDetails } from "../../rules/authorizationDetails.ts";
import { entersAlone } from "../../rules/organizations.ts";
import { decideOwnAccess } from "../../rules/ownAccess.ts";
import { parseScope } from "../../rules/scope.ts";
import { findApprovals } from "../../store/organizations.ts";
import { loadResources } from "../../store/resources.ts";
import { spend } from "../../store/seen.ts";
import type { Grant } from "../token.ts";

/**
 * The client credentials grant (RFC 6749 section 4.4): an access token that speaks for the client alone. It changes nothing that
 * anybody would look for in the log, so that it writes nothing: no trip, unless an assertion or a proof must be used up.
 */
export const clientCredentials: Grant = async ({ form, client, confirmation, once }, deps) => {
  if (client.metadata.token_endpoint_auth_method === "none")
    throw new OAuthError("unauthorized_client", "Only a client that authenticates itself can get a token for itself.");
  const registered = await loadResources(deps);
  const details = parseAuthorizationDetails(form.find("authorization_details"), client, registered);
  const asked = { scopes: parseScope(form.find("scope") ?? ""), resources: form.all("resource"), details };
  const access = decideOwnAccess(asked, client, registered, deps.config.issuer);
  const approvals = entersAlone(client) ? await findApprovals(deps, client.clientId) : [];
  const organizations = approvals.filter((name) => limitedOrganizations(details)?.includes(name) ?? true);
  await spend(deps, once);
  return {
    client,
    person: null,
    actor: null,
    refreshGeneration: null,
    ...access,
    authorizationDetails: details.map((detail) =>
      detail.type === ORGANIZATION_ACCESS ? { type: ORGANIZATION_ACCESS, organizations } : detail,
    ),
    organizations,
    confirmation,
    endsAt: null,
  };
};
