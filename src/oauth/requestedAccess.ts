import type { Deps } from "../config.ts";
import { OAuthError } from "../errors.ts";
import type { Parameters } from "../http/form.ts";
import type { AuthorizationDetail, Client } from "../model.ts";
import { findDetailsType, parseAuthorizationDetails } from "../rules/authorizationDetails.ts";
import { checkResources, checkScopes, parseScope } from "../rules/scope.ts";
import { loadResources } from "../store/resources.ts";

/** What a request asks a person to allow: checked against the client's registration and what the resources define. */
export interface RequestedAccess {
  readonly scopes: readonly string[];
  readonly resources: readonly string[];
  readonly authorizationDetails: readonly AuthorizationDetail[];
}

/**
 * Parses `scope`, `resource` and `authorization_details`, which mean the same wherever a person is asked: at /authorize, at /par and
 * for a device (RFC 6749 section 3.3, RFC 8707 section 2, RFC 9396 section 2).
 * @throws OAuthError invalid_scope, invalid_target, invalid_authorization_details
 */
export async function parseRequestedAccess(parameters: Parameters, client: Client, deps: Deps): Promise<RequestedAccess> {
  const registered = await loadResources(deps);
  const authorizationDetails = parseAuthorizationDetails(parameters.find("authorization_details"), client, registered);
  const owners = authorizationDetails.flatMap(({ type }) => findDetailsType(type, registered)?.owner.identifier ?? []);
  const scopes = parseScopes(parameters, client, authorizationDetails.length > 0);
  checkScopes(scopes, client, registered);
  const resources = checkResources(parameters.all("resource"), scopes, owners, registered, deps.config.issuer);
  return { scopes, resources, authorizationDetails };
}

/** The scopes asked for, or those that the client registered, or none where details say it all. offline_access means nothing to a client that cannot refresh. */
function parseScopes(parameters: Parameters, client: Client, hasDetails: boolean): readonly string[] {
  const scopes = parseScope(parameters.find("scope") ?? (hasDetails ? "" : client.metadata.scope) ?? "");
  if (scopes.length === 0 && !hasDetails) throw new OAuthError("invalid_scope", "The parameter scope is missing.");
  const refreshes = client.metadata.grant_types.includes("refresh_token");
  return refreshes ? scopes : scopes.filter((scope) => scope !== "offline_access");
}
