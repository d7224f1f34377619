import type { AuthorizationDetailsType, JsonObject, Resource, Risk, ScopeDescription, Translated } from "../model.ts";
import { ORGANIZATION_ACCESS, schemaProblem } from "./authorizationDetails.ts";
import { taggedMembers } from "./language.ts";
import { invalidMember, type Place, readers } from "./member.ts";
import { identityScopes, isOwnScope } from "./scope.ts";

/** Everything about a resource but whose it is. */
export type ResourceDefinition = Omit<Resource, "ownerId">;

const MAX_IDENTIFIER = 2048;
const MAX_NAME = 200;
const MAX_TITLE = 200;
const MAX_DESCRIPTION = 1000;
const MAX_SCOPES = 200;
const MAX_TYPES = 50;

const accesses = ["read", "write", "full"] as const;

const { place, list, refuseTwice } = readers(invalidMember);

/**
 * A resource as a seed file, the admin API and the developer pages write it: the one parser of all three.
 * @param path of the resource in the document that it stands in, for the descriptions of what is wrong
 * @throws OAuthError invalid_request, its description the path of the offending member, a colon, and what is wrong with it
 */
export function parseResource(input: unknown, path = ""): ResourceDefinition {
  const members = ["identifier", "name", "scopes", "authorization_details_types", "access_token_seconds", "client_id"];
  const resource = place(input, path, members, ["name"]);
  const scopes = list(resource, "scopes", parseScopeDescription);
  const types = list(resource, "authorization_details_types", parseDetailsType);
  if (scopes.length > MAX_SCOPES) throw invalidMember(resource.pathOf("scopes"), `has more than ${MAX_SCOPES}`);
  if (types.length > MAX_TYPES)
    throw invalidMember(resource.pathOf("authorization_details_types"), `has more than ${MAX_TYPES}`);
  refuseTwice(scopes.map(({ name }, at) => [resource.pathOf(`scopes[${at}].name`), name]));
  refuseTwice(types.map(({ type }, at) => [resource.pathOf(`authorization_details_types[${at}].type`), type]));
  const [, second] = scopes.flatMap(({ access }, at) => (access === "full" ? [at] : []));
  if (second !== undefined)
    throw invalidMember(resource.pathOf(`scopes[${second}].access`), "is full, as that of another scope is already");
  return {
    identifier: parseIdentifier(resource),
    ...resource.texts("name", MAX_NAME),
    scopes,
    authorizationDetailsTypes: types,
    accessTokenSeconds: resource.integer("access_token_seconds", 30, 3600),
    clientId: resource.optionalText("client_id", /^[\x21-\x7e]{1,255}$/, "is not 1 to 255 visible ASCII characters") ?? null,
  };
}

/** RFC 8707 section 2: an absolute URI without a fragment. */
function parseIdentifier(resource: Place): string {
  const identifier = resource.text("identifier", /^[\x21-\x7e]+$/, "is not an absolute URI");
  const refused = (problem: string) => invalidMember(resource.pathOf("identifier"), problem);
  if (!URL.canParse(identifier)) throw refused("is not an absolute URI");
  if (identifier.includes("#")) throw refused("has a fragment");
  if (identifier.length > MAX_IDENTIFIER) throw refused(`is longer than ${MAX_IDENTIFIER} characters`);
  return identifier;
}

function parseScopeDescription(value: unknown, path: string): ScopeDescription {
  const scope = place(value, path, ["name", "title", "description", "access", "risk"], ["title", "description"]);
  const name = scope.text("name", /^[\x21\x23-\x5b\x5d-\x7e]{1,255}$/, "is not a scope as RFC 6749 section 3.3 writes it");
  const problem = scopeNameProblem(name);
  if (problem !== undefined) throw invalidMember(`${path}.name`, problem);
  return { name, ...parseWords(scope, accesses) };
}

/** Why a resource cannot define a scope of that name, which RFC 6749 section 3.3 allows; undefined if it can. */
export function scopeNameProblem(name: string): string | undefined {
  if (identityScopes.some((identity) => identity === name)) return `is ${name}, which OpenID Connect defines`;
  if (isOwnScope(name)) return `is ${name}, which is built in`;
  // People could not tell what it covers, and it would come to cover what is thought of later.
  if (name.includes("*")) return "has a *: a scope means what its words say, and nothing by a pattern";
  return undefined;
}

/** What people read of a scope or of a type, and how much harm it can do: all that there is cannot be less than high. */
function parseWords<A extends (typeof accesses)[number]>(
  owner: Place,
  allowed: readonly A[],
): { readonly access: A; readonly risk: Risk } & Omit<ScopeDescription, "name" | "access" | "risk"> {
  const access = owner.choice("access", allowed);
  const usual: Readonly<Record<(typeof accesses)[number], Risk>> = { read: "low", write: "medium", full: "high" };
  const risk = owner.choice<Risk>("risk", ["low", "medium", "high"], usual[access]);
  if (access === "full" && risk !== "high") throw invalidMember(owner.pathOf("risk"), "is not high, as full access always is");
  return { ...owner.texts("title", MAX_TITLE), ...owner.texts("description", MAX_DESCRIPTION), access, risk };
}

/** A type of `authorization_details` (RFC 9396): like a scope, with the JSON Schema that each element must meet. */
function parseDetailsType(value: unknown, path: string): AuthorizationDetailsType {
  const members = ["type", "title", "description", "access", "risk", "schema"];
  const details = place(value, path, members, ["title", "description"]);
  const type = details.text("type", /^[\x21-\x7e]{1,255}$/, "is not 1 to 255 visible ASCII characters");
  if (type === ORGANIZATION_ACCESS) throw invalidMember(`${path}.type`, `is ${type}, which is built in`);
  const schema = details.value("schema");
  if (typeof schema !== "object" || schema === null || Array.isArray(schema))
    throw invalidMember(`${path}.schema`, "is not an object");
  const problem = schemaProblem(schema as JsonObject);
  if (problem !== undefined) throw invalidMember(`${path}.schema`, `is not a JSON Schema: ${problem}`);
  return { type, ...parseWords(details, ["read", "write"]), schema: schema as JsonObject };
}

/** The name of a resource in other languages, as it is kept. */
export const translationsOf = (resource: ResourceDefinition): Translated<"name"> =>
  Object.fromEntries(taggedMembers(resource, ["name"]).map(({ name }) => [name, resource[name as `name#${string}`] ?? ""]));

/** The resource as `parseResource` reads it. */
export const resourceJson = (resource: ResourceDefinition): JsonObject => ({
  identifier: resource.identifier,
  name: resource.name,
  ...translationsOf(resource),
  scopes: resource.scopes,
  authorization_details_types: resource.authorizationDetailsTypes,
  ...(resource.accessTokenSeconds === null ? {} : { access_token_seconds: resource.accessTokenSeconds }),
  ...(resource.clientId === null ? {} : { client_id: resource.clientId }),
});
