import { OAuthError } from "../errors.ts";
import type { Client, GrantType, Resource } from "../model.ts";

/** Scopes that concern the person and not a resource (OpenID Connect Core 5.4 and 11), in the order that we list them. */
export const identityScopes = ["openid", "profile", "email", "address", "phone", "offline_access"] as const;

/** Scopes of our own API, for clients that manage their grants (Grant Management for OAuth 2.0, section 6). */
export const grantManagementScopes = ["grant_management_query", "grant_management_revoke"] as const;

/** The scope of our API for operators (docs/admin.md): for a client that acts for itself, and never by a person's consent. */
export const ADMIN_SCOPE = "admin";

/** Scopes that are ours, so that no resource can define them. */
export const isOwnScope = (scope: string): boolean =>
  [...identityScopes, ...grantManagementScopes, ADMIN_SCOPE].some((own) => own === scope);

/** Whether tokens with the scope are used at one of our own endpoints. */
const isForUs = (scope: string): boolean =>
  scope === "openid" || [...grantManagementScopes, ADMIN_SCOPE].some((own) => own === scope);

/** The words of a `scope` parameter, each once (RFC 6749 section 3.3: `scope-token` of printable ASCII without " and \). */
export function parseScope(text: string): readonly string[] {
  if (text.length > 4096) throw new OAuthError("invalid_scope", "The scope is longer than 4096 characters.");
  const words = text.split(" ").filter((word) => word !== "");
  if (!words.every((word) => /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(word)))
    throw new OAuthError("invalid_scope", "The scope holds characters that RFC 6749 section 3.3 does not allow.");
  return [...new Set(words)];
}

/** Grants in which a person says what the client may do. */
const byPerson: readonly GrantType[] = ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"];

/**
 * Whether the registered scope bounds what the client may ask a person for. That of a client which registered by itself, with
 * nobody's word, does not: it chose the scope, and may choose another at any time (RFC 7592 section 2.2). Those who write MCP
 * clients register with what the first challenge names, and ask for more when a tool needs it.
 */
const isBounded = ({ origin, metadata: { software_statement, grant_types } }: Client): boolean =>
  origin !== "registration" || software_statement !== undefined || !grant_types.every((type) => byPerson.includes(type));

/**
 * What a client may ask for: its registered scope, or everything when it registered none. Only a client that authenticates itself
 * may manage grants (Grant Management for OAuth 2.0, draft 03, section 5.1), and only one that the operator put here, and said so
 * of, may administer.
 */
export function mayAsk(client: Client, scope: string): boolean {
  const { metadata, origin } = client;
  const { scope: registered, token_endpoint_auth_method } = metadata;
  const isPublic = token_endpoint_auth_method === "none";
  if (isPublic && grantManagementScopes.some((own) => own === scope)) return false;
  if (scope === ADMIN_SCOPE && (isPublic || origin !== "operator" || registered === undefined)) return false;
  return registered === undefined || !isBounded(client) || registered.split(" ").includes(scope);
}

/**
 * Refuses a scope that no resource and no specification defines, and one that the client did not register.
 * @param speaker who says yes to it: a person, or the client for itself, which alone can get `admin`
 * @throws OAuthError invalid_scope
 */
export function checkScopes(
  scopes: readonly string[],
  client: Client,
  resources: readonly Resource[],
  speaker: "person" | "client" = "person",
): void {
  for (const scope of scopes) {
    if (scope === ADMIN_SCOPE && speaker === "person")
      throw new OAuthError(
        "invalid_scope",
        `The scope ${ADMIN_SCOPE} is for client_credentials alone: no person can grant it.`,
      );
    if (!isOwnScope(scope) && findOwner(scope, resources) === undefined)
      throw new OAuthError("invalid_scope", `The scope ${scope} is not known here.`);
    if (!mayAsk(client, scope)) throw new OAuthError("invalid_scope", `The client is not registered for the scope ${scope}.`);
  }
}

/** The resource that defines the scope. No two do: registration refuses that. */
export const findOwner = (scope: string, resources: readonly Resource[]): Resource | undefined =>
  resources.find((resource) => resource.scopes.some((owned) => owned.name === scope));

/**
 * The resources of an authorization: those named in `resource`, else the owners of its scopes and details.
 * @throws OAuthError invalid_target for one that is not registered (RFC 8707 section 2), or whose owner was not named
 */
export function checkResources(
  named: readonly string[],
  scopes: readonly string[],
  detailOwners: readonly string[],
  resources: readonly Resource[],
  issuer: string,
): readonly string[] {
  for (const identifier of named) {
    if (identifier !== issuer && !resources.some((resource) => resource.identifier === identifier))
      throw new OAuthError("invalid_target", "A requested resource is not known here.", { reason: `resource ${identifier}` });
  }
  const owners = scopes.flatMap((scope) => findOwner(scope, resources)?.identifier ?? []);
  const issuerToo = scopes.some(isForUs) ? [issuer] : [];
  if (named.length === 0) return [...new Set([...owners, ...detailOwners, ...issuerToo])];
  if (detailOwners.some((owner) => !named.includes(owner)))
    throw new OAuthError("invalid_target", "authorization_details has a type of a resource that the request does not name.");
  const outside = scopes.find((scope) => {
    const owner = findOwner(scope, resources);
    return owner !== undefined && !named.includes(owner.identifier);
  });
  if (outside !== undefined)
    throw new OAuthError("invalid_scope", `The scope ${outside} belongs to a resource that the request does not name.`);
  return [...new Set([...named, ...issuerToo])];
}

/** What one access token is for. */
export interface Narrowed {
  readonly scopes: readonly string[];
  readonly resources: readonly string[];
}

/**
 * The scopes and the audience of one access token: what the token request asks for within what was authorized. A scope goes
 * into a token only beside the resource that defines it, so that no resource server sees what another may do.
 * @param requested null where the request leaves it open: everything authorized
 */
export function narrow(
  authorized: Narrowed,
  requested: { readonly scopes: readonly string[] | null; readonly resources: readonly string[] | null },
  registered: readonly Resource[],
): Narrowed {
  const resources = requested.resources ?? authorized.resources;
  const wanted = requested.scopes ?? authorized.scopes;
  const scopes = authorized.scopes.filter((scope) => {
    const owner = findOwner(scope, registered);
    return wanted.includes(scope) && (owner === undefined ? isOwnScope(scope) : resources.includes(owner.identifier));
  });
  return { scopes, resources };
}

/** Whether a refresh token is due: to a client that registered for it, and that asked to come back while nobody is there. */
export const wantsRefreshToken = (scopes: readonly string[], client: Client): boolean =>
  client.metadata.grant_types.includes("refresh_token") && (scopes.includes("offline_access") || !scopes.includes("openid"));
