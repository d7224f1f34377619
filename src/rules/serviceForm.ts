/** What a developer types about a service, turned into client metadata, or into all that is wrong with it at once. */
import { OAuthError } from "../errors.ts";
import type { ClientMetadata, GrantType, Resource } from "../model.ts";
import { parseClientMetadata } from "./clientMetadata.ts";
import { mend } from "./mending.ts";
import { redirectUriProblem } from "./redirectUri.ts";
import { findOwner, identityScopes } from "./scope.ts";
import { developerGrantTypes, type KindDefaults, kindDefaults, kindOf, type ServiceKind } from "./serviceKind.ts";

/** The fields of the form, as they were typed. */
export interface ServiceFields {
  readonly kind: ServiceKind;
  readonly client_name: string;
  readonly client_uri: string;
  readonly policy_uri: string;
  readonly tos_uri: string;
  readonly logo_uri: string;
  /** One a line. */
  readonly contacts: string;
  /** One a line. */
  readonly redirect_uris: string;
  readonly scope: readonly string[];
  /** None: those that suit the kind. */
  readonly grant_types: readonly string[];
  /** Empty: the one that suits the kind. */
  readonly token_endpoint_auth_method: string;
  readonly jwks: string;
  readonly jwks_uri: string;
  readonly dpop_bound_access_tokens: boolean;
  readonly require_pushed_authorization_requests: boolean;
  readonly require_signed_request_object: boolean;
}

export type ServiceField = keyof ServiceFields;

/** What is wrong with a field; with `line` where it is one of several lines. */
export interface ServiceProblem {
  readonly field: ServiceField;
  readonly line?: { readonly number: number; readonly text: string };
  readonly words: string;
}

export type ReadService =
  | { readonly kind: "metadata"; readonly metadata: ClientMetadata }
  | { readonly kind: "problems"; readonly problems: readonly ServiceProblem[] };

export const authenticationMethods = [
  "client_secret_basic",
  "client_secret_post",
  "client_secret_jwt",
  "private_key_jwt",
  "none",
] as const;

const MAX_LINES = 50;
const MAX_CONTACTS = 5;
const MAX_NAME = 80;
const MAX_TEXT = 2048;
const MAX_KEYS = 32 * 1024;

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

/** The lines of a field, numbered as they were typed; empty ones are nothing. */
const linesOf = (text: string): readonly { readonly number: number; readonly text: string }[] =>
  text.split(/\r\n|\r|\n/).flatMap((line, index) => (line.trim() === "" ? [] : [{ number: index + 1, text: line.trim() }]));

/**
 * @param before the metadata that is changed, whose members that the form does not have stay; undefined for a new service
 */
export function readService(
  fields: ServiceFields,
  before: ClientMetadata | undefined,
  resources: readonly Resource[],
): ReadService {
  const defaults = kindDefaults[fields.kind];
  const own = [...sizeProblems(fields), ...uriProblems(fields, defaults), ...choiceProblems(fields)];
  const jwks = parseKeys(fields.jwks);
  if ("problem" in jwks) own.push({ field: "jwks", words: jwks.problem });
  const input = inputOf(fields, defaults, before, resources, "jwks" in jwks ? jwks.jwks : undefined);
  const parsed = parseAll(input, new Set(own.map(({ field }) => field)));
  const problems = [...own, ...parsed.problems];
  return parsed.metadata === undefined || problems.length > 0
    ? { kind: "problems", problems }
    : { kind: "metadata", metadata: parsed.metadata };
}

/** Each line by itself, so that a person mends all of them at once. */
function uriProblems({ redirect_uris }: ServiceFields, { application_type }: KindDefaults): readonly ServiceProblem[] {
  return linesOf(redirect_uris).flatMap((line) => {
    const problem = redirectUriProblem(line.text, application_type);
    return problem === undefined ? [] : [{ field: "redirect_uris" as const, line, words: mend("redirect_uris[0]", problem) }];
  });
}

function sizeProblems(fields: ServiceFields): ServiceProblem[] {
  const problems: ServiceProblem[] = [];
  const tooLong = (field: ServiceField, most: number, what: string) => {
    problems.push({ field, words: `This is more than ${most} ${what}.` });
  };
  if ([...fields.client_name.trim()].length > MAX_NAME) tooLong("client_name", MAX_NAME, "characters");
  if (linesOf(fields.redirect_uris).length > MAX_LINES) tooLong("redirect_uris", MAX_LINES, "addresses");
  if (linesOf(fields.contacts).length > MAX_CONTACTS) tooLong("contacts", MAX_CONTACTS, "contacts");
  for (const line of linesOf(fields.contacts))
    if (!isContact(line.text))
      problems.push({ field: "contacts", line, words: "This is neither an email address nor an https address." });
  return problems;
}

const isContact = (text: string): boolean =>
  text.length <= 254 &&
  (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text) || (/^https:\/\/[\x21-\x7e]+$/.test(text) && URL.canParse(text)));

/** What our pages do not offer, so that it can only have been made up. */
function choiceProblems({ grant_types, token_endpoint_auth_method, kind }: ServiceFields): readonly ServiceProblem[] {
  const foreign = grant_types.some((type) => !developerGrantTypes.some((known) => known === type));
  const method = token_endpoint_auth_method;
  const unknown = method !== "" && !authenticationMethods.some((known) => known === method);
  const shared = kind === "spa" && method !== "" && method !== "none";
  return [
    ...(foreign ? [{ field: "grant_types" as const, words: "One of these is for the operator of this server to allow." }] : []),
    ...(unknown
      ? [{ field: "token_endpoint_auth_method" as const, words: "This way of proving who the service is does not exist here." }]
      : []),
    ...(shared
      ? [
          {
            field: "token_endpoint_auth_method" as const,
            words:
              "A single-page app runs in the browsers of others, where no secret and no key stays one: choose “nothing”, or say that it has a server.",
          },
        ]
      : []),
  ];
}

/** A set of keys as RFC 7517 section 5 writes it; one key, or an array of them, is taken for a set. */
function parseKeys(text: string): { readonly jwks: unknown } | { readonly problem: string } {
  if (text.trim() === "") return { jwks: undefined };
  if (text.length > MAX_KEYS) return { problem: "This is larger than 32 KB." };
  if (/-----BEGIN/.test(text))
    return { problem: "This is PEM. Keys are written as JSON here (a JWK Set, RFC 7517); most libraries can export one." };
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value)) return { jwks: { keys: value } };
    return { jwks: typeof value === "object" && value !== null && "kty" in value ? { keys: [value] } : value };
  } catch {
    return { problem: 'This is not JSON. It needs a form like {"keys": [{"kty": "EC", "crv": "P-256", …}]}.' };
  }
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

/** Identity, and what a registered resource defines. */
export const mayOffer = (scope: string, resources: readonly Resource[]): boolean =>
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
