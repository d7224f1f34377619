import { OAuthError } from "../errors.ts";
import type { AuthorizationDetail, Client, Resource } from "../model.ts";
import { findDetailsType } from "./authorizationDetails.ts";
import {
  ADMIN_SCOPE,
  checkResources,
  checkScopes,
  findOwner,
  identityScopes,
  isOwnScope,
  mayAsk,
  type Narrowed,
} from "./scope.ts";

/** What a client asks for in its own name. */
interface Asked {
  readonly scopes: readonly string[];
  readonly resources: readonly string[];
  readonly details: readonly AuthorizationDetail[];
}

/**
 * What a client gets for itself (RFC 6749 section 4.4). Nobody is there who could say no, so that only what its registration names
 * is in it, and nothing that takes a person: no identity scope, and not the scope that is everything a person can do. The operator
 * names for a client what it likes; a developer, only what their own resources define; who registered itself has what was vouched
 * for when it did (rules/registration.ts). Without `scope` and `authorization_details` it is everything of this kind that the
 * client is registered for, at the resources that it names. `admin` stands in a token by itself: a resource server that the token
 * was for as well could administer with it.
 * @throws OAuthError invalid_scope, invalid_target, invalid_authorization_details
 */
export function decideOwnAccess(asked: Asked, client: Client, registered: readonly Resource[], issuer: string): Narrowed {
  const { resources: named, details } = asked;
  const owners = details.map((detail) => checkDetail(detail, client, registered)).filter((owner) => owner !== undefined);
  checkScopes(asked.scopes, client, registered, "client");
  const refused = asked.scopes.find((scope) => !mayHave(client, scope, registered));
  if (refused !== undefined)
    throw new OAuthError("invalid_scope", `The client cannot have the scope ${refused} for itself, without a person.`);
  if (asked.scopes.includes(ADMIN_SCOPE) && asked.scopes.length + owners.length > 1)
    throw new OAuthError("invalid_scope", `The scope ${ADMIN_SCOPE} is for a token of its own: ask for nothing beside it.`);
  const placeOf = (scope: string): string => findOwner(scope, registered)?.identifier ?? issuer;
  const byDefault = owners.length > 0 ? [] : (client.metadata.scope ?? "").split(" ");
  const possible = byDefault
    .filter((scope) => mayHave(client, scope, registered))
    .filter((scope) => named.length === 0 || named.includes(placeOf(scope)));
  const scopes = asked.scopes.length > 0 ? asked.scopes : withoutAdmin(possible);
  const resources = checkResources(named, scopes, owners, registered, issuer);
  if (scopes.length === 0 && owners.length === 0)
    throw new OAuthError("invalid_scope", "The client is registered for nothing of this that it could have for itself.");
  if (!resources.every((resource) => [...scopes.map(placeOf), ...owners].includes(resource)))
    throw new OAuthError("invalid_target", "A requested resource has nothing of what the client asks for.");
  return { scopes, resources };
}

/** The one scope that nobody gets along with others, unless there are no others. */
function withoutAdmin(scopes: readonly string[]): readonly string[] {
  const others = scopes.filter((scope) => scope !== ADMIN_SCOPE);
  return others.length > 0 ? others : scopes;
}

function mayHave(client: Client, scope: string, registered: readonly Resource[]): boolean {
  if (client.metadata.scope === undefined || !mayAsk(client, scope)) return false;
  if (isOwnScope(scope)) return !identityScopes.some((identity) => identity === scope);
  const owner = findOwner(scope, registered);
  const words = owner?.scopes.find(({ name }) => name === scope);
  return owner !== undefined && words?.access !== "full" && (client.origin === "registration" || isOpenTo(client, owner));
}

/** Whether those who put the client here may decide by themselves that it uses the resource. */
const isOpenTo = ({ origin, ownerId }: Client, resource: Resource): boolean =>
  origin === "operator" || (origin === "developer" && ownerId !== null && ownerId === resource.ownerId);

/** @returns the identifier of the resource that the element is for; undefined where it is for none */
function checkDetail({ type }: AuthorizationDetail, client: Client, registered: readonly Resource[]): string | undefined {
  const owner = findDetailsType(type, registered)?.owner;
  if (owner === undefined) return undefined;
  if (client.metadata.authorization_details_types?.includes(type) && isOpenTo(client, owner)) return owner.identifier;
  throw new OAuthError(
    "invalid_authorization_details",
    "authorization_details has a type that the client is not registered to have for itself.",
  );
}
