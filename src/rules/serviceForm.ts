/** What a developer types about a service, turned into client metadata, or into all that is wrong with it at once. */
import { OAuthError } from "../errors.ts";
import type { ClientMetadata, GrantType, Resource, UserId } from "../model.ts";
import { parseClientMetadata } from "./clientMetadata.ts";
import { mend } from "./mending.ts";
import { findOwner, identityScopes } from "./scope.ts";
import { type KindDefaults, kindDefaults, kindOf } from "./serviceKind.ts";
import {
  fieldProblems,
  linesOf,
  parseKeys,
  type ServiceField,
  type ServiceFields,
  type ServiceProblem,
} from "./serviceProblems.ts";

export type ReadService =
  | { readonly kind: "metadata"; readonly metadata: ClientMetadata }
  | { readonly kind: "problems"; readonly problems: readonly ServiceProblem[] };

const MAX_TEXT = 2048;

const texts = ["client_name", "client_uri", "policy_uri", "tos_uri", "logo_uri", "jwks_uri"] as const;
const flags = ["dpop_bound_access_tokens", "require_pushed_authorization_requests", "require_signed_request_object"] as const;

/** The form of a service that nobody has described yet. */
export const emptyFields: ServiceFields = {
  kind: "web",
  client_name: "",
  client_uri: "",
  policy_uri: "",
  tos_uri: "",
  logo_uri: "",
  contacts: "",
  redirect_uris: "",
  scope: ["openid", "profile"],
  grant_types: [],
  token_endpoint_auth_method: "",
  jwks: "",
  jwks_uri: "",
  dpop_bound_access_tokens: false,
  require_pushed_authorization_requests: false,
  require_signed_request_object: false,
};

/** The form as it shows a service that is registered. */
export const fieldsOfService = (metadata: ClientMetadata): ServiceFields => ({
  kind: kindOf(metadata),
  client_name: metadata.client_name,
  client_uri: metadata.client_uri ?? "",
  policy_uri: metadata.policy_uri ?? "",
  tos_uri: metadata.tos_uri ?? "",
  logo_uri: metadata.logo_uri ?? "",
  contacts: (metadata.contacts ?? []).join("\n"),
  redirect_uris: metadata.redirect_uris.join("\n"),
  scope: (metadata.scope ?? "").split(" "),
  grant_types: metadata.grant_types,
  token_endpoint_auth_method: metadata.token_endpoint_auth_method,
  jwks: metadata.jwks === undefined ? "" : JSON.stringify(metadata.jwks, null, 2),
  jwks_uri: metadata.jwks_uri ?? "",
  dpop_bound_access_tokens: metadata.dpop_bound_access_tokens ?? false,
  require_pushed_authorization_requests: metadata.require_pushed_authorization_requests ?? false,
  require_signed_request_object: metadata.require_signed_request_object ?? false,
});

/** What a form is read against. */
export interface ServiceSetting {
  /** The metadata that is changed, whose members that the form does not have stay; undefined for a new service. */
  readonly before: ClientMetadata | undefined;
  readonly resources: readonly Resource[];
  /** Whose service it is. */
  readonly ownerId: UserId;
  /** Ours, where nothing of a developer's answers. */
  readonly ownOrigin: string;
}

export function readService(fields: ServiceFields, setting: ServiceSetting): ReadService {
  const { before, resources, ownerId, ownOrigin } = setting;
  const defaults = kindDefaults[fields.kind];
  const jwks = parseKeys(fields.jwks);
  const own: readonly ServiceProblem[] = [
    ...fieldProblems(fields, defaults, { origin: ownOrigin, registered: before?.redirect_uris ?? [] }),
    ...("problem" in jwks ? [{ field: "jwks" as const, words: jwks.problem }] : []),
    ...machineProblems(fields, defaults, resources, ownerId),
  ];
  const input = inputOf(fields, defaults, before, resources, "jwks" in jwks ? jwks.jwks : undefined);
  const parsed = parseAll(input, new Set(own.map(({ field }) => field)));
  const problems = [...own, ...parsed.problems];
  return parsed.metadata === undefined || problems.length > 0
    ? { kind: "problems", problems }
    : { kind: "metadata", metadata: parsed.metadata };
}

function inputOf(
  fields: ServiceFields,
  defaults: KindDefaults,
  before: ClientMetadata | undefined,
  resources: readonly Resource[],
  jwks: unknown,
): Record<string, unknown> {
  const grant_types = fields.grant_types.length === 0 ? defaults.grant_types : (fields.grant_types as readonly GrantType[]);
  const method = fields.token_endpoint_auth_method || defaults.token_endpoint_auth_method;
  const input: Record<string, unknown> = {
    ...before,
    application_type: defaults.application_type,
    grant_types,
    response_types: grant_types.includes("authorization_code") ? ["code"] : [],
    token_endpoint_auth_method: method,
    redirect_uris: linesOf(fields.redirect_uris).map(({ text }) => text),
    scope: fields.scope.filter((scope) => mayOffer(scope, resources)).join(" "),
    jwks,
  };
  // What fits no longer would be refused for a reason that the form cannot show.
  if (method !== before?.token_endpoint_auth_method) input["token_endpoint_auth_signing_alg"] = undefined;
  const contacts = linesOf(fields.contacts).map(({ text }) => text);
  input["contacts"] = contacts.length === 0 ? undefined : contacts;
  for (const name of texts) input[name] = fields[name].trim().slice(0, MAX_TEXT + 1) || undefined;
  for (const name of flags) input[name] = fields[name] || undefined;
  return input;
}

/** What a machine gets for itself is of its own developer's resources alone (rules/ownAccess.ts): it would never get a token. */
function machineProblems(
  fields: ServiceFields,
  defaults: KindDefaults,
  resources: readonly Resource[],
  ownerId: UserId,
): readonly ServiceProblem[] {
  const grants = fields.grant_types.length === 0 ? defaults.grant_types : fields.grant_types;
  const asked = fields.scope.filter((scope) => mayOffer(scope, resources));
  if (!grants.includes("client_credentials") || asked.length === 0) return [];
  if (asked.some((scope) => isForMachine(scope, resources, ownerId))) return [];
  const words =
    "None of these is of an API of yours and less than full access, and for itself a machine gets those alone. Register the API first, or ask the operator for access to another's.";
  return [{ field: "scope", words }];
}

function isForMachine(scope: string, resources: readonly Resource[], ownerId: UserId): boolean {
  const resource = findOwner(scope, resources);
  return resource?.ownerId === ownerId && resource.scopes.some(({ name, access }) => name === scope && access !== "full");
}

/** Identity, and what a registered resource defines. */
const mayOffer = (scope: string, resources: readonly Resource[]): boolean =>
  identityScopes.some((identity) => identity === scope) || findOwner(scope, resources) !== undefined;

/** To stand in for what had to be taken out, so that the rest can be looked at. */
const standIns: Readonly<Record<string, unknown>> = {
  client_name: "x",
  token_endpoint_auth_method: "none",
  grant_types: [],
};

/**
 * `parseClientMetadata` stops at the first thing that is wrong; without it, it tells the next one.
 * @param known fields of which a problem has been told already: theirs is not told twice
 */
function parseAll(
  input: Readonly<Record<string, unknown>>,
  known: ReadonlySet<string>,
): { readonly metadata: ClientMetadata | undefined; readonly problems: readonly ServiceProblem[] } {
  const problems: ServiceProblem[] = [];
  let rest = input;
  for (let round = 0; round < 20; round++) {
    try {
      return { metadata: parseClientMetadata(rest), problems };
    } catch (error) {
      if (!(error instanceof OAuthError)) throw error;
      const [path = "", ...problem] = error.description.split(": ");
      const member = path.split(/[.[]/)[0] ?? "";
      const field = fieldOf(member);
      const isTold = known.has(field) || problems.some((told) => told.field === field);
      // Keys that were given and could not be read are not missing.
      const isEcho = known.has("jwks") && problem.join().startsWith("needs keys");
      if (!isTold && !isEcho) problems.push({ field, words: mend(path, problem.join(": ")) });
      rest = without(rest, member);
    }
  }
  return { metadata: undefined, problems };
}

const without = (input: Readonly<Record<string, unknown>>, member: string): Readonly<Record<string, unknown>> => {
  const rest = { ...input, [member]: standIns[member] };
  // With no grant left there is nothing that redirect URIs could be for.
  return member === "grant_types" || member === "redirect_uris"
    ? { ...rest, grant_types: [], response_types: [], redirect_uris: [] }
    : rest;
};

/** Where a member's problem is shown; what the form does not have was right before the kind of the service changed. */
const fieldOf = (member: string): ServiceField =>
  member in emptyFields ? (member as ServiceField) : member === "response_types" ? "grant_types" : "kind";
