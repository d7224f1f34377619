import { type ErrorCode, OAuthError } from "../errors.ts";
import type { ClientMetadata, GrantType } from "../model.ts";
import { redirectUriProblem } from "./redirectUri.ts";
import { parseScope } from "./scope.ts";

type Member = keyof ClientMetadata;
type Input = Readonly<Record<string, unknown>>;

const MAX_NAME_LENGTH = 1000;
const MAX_URI_LENGTH = 2048;

/** Pages about the client, which people follow from the consent page. */
const pageMembers = ["client_uri", "logo_uri", "policy_uri", "tos_uri"] as const;

/** Every member that we understand. Registration ignores the others (RFC 7591 section 2); a seed file must have none. */
export const clientMetadataMembers: readonly string[] = [
  "client_name",
  ...pageMembers,
  "contacts",
  "application_type",
  "redirect_uris",
  "grant_types",
  "response_types",
  "scope",
  "token_endpoint_auth_method",
  "id_token_signed_response_alg",
  "default_max_age",
  "require_auth_time",
  "require_pkce",
  "refresh_overlap_seconds",
] satisfies readonly Member[];

/**
 * Client metadata with the defaults of RFC 7591 section 2 and OpenID Connect Dynamic Client Registration section 2.
 * @throws OAuthError invalid_redirect_uri or invalid_client_metadata (RFC 7591 section 3.2.2); the description is the path of
 * the offending member, a colon, and what is wrong with it, as in `redirect_uris[0]: has a fragment`
 */
export function parseClientMetadata(input: unknown): ClientMetadata {
  if (!isObject(input)) throw new OAuthError("invalid_client_metadata", "The client metadata is not a JSON object.");
  const application_type = choice(input, "application_type", ["web", "native"], "web");
  const token_endpoint_auth_method = choice(
    input,
    "token_endpoint_auth_method",
    ["client_secret_basic", "client_secret_post", "none"],
    "client_secret_basic",
  );
  const grant_types = choices(input, "grant_types", ["authorization_code", "refresh_token"], ["authorization_code"]);
  const withCode = grant_types.includes("authorization_code");
  const response_types = choices(input, "response_types", ["code"], withCode ? ["code"] : []);
  checkConsistency(grant_types, response_types.length > 0);
  const require_pkce = flag(input, "require_pkce") ?? true;
  if (!require_pkce && token_endpoint_auth_method === "none")
    throw refused("require_pkce", "only a confidential client may be exempted");
  return {
    client_name: parseName(input),
    ...defined("client_uri", parsePage(input, "client_uri")),
    ...defined("logo_uri", parsePage(input, "logo_uri")),
    ...defined("policy_uri", parsePage(input, "policy_uri")),
    ...defined("tos_uri", parsePage(input, "tos_uri")),
    ...defined("contacts", texts(input, "contacts")),
    application_type,
    redirect_uris: parseRedirectUris(input, application_type, withCode),
    grant_types,
    response_types,
    ...defined("scope", parseScopeMember(input)),
    token_endpoint_auth_method,
    id_token_signed_response_alg: choice(input, "id_token_signed_response_alg", ["RS256", "ES256"], "RS256"),
    ...defined("default_max_age", integer(input, "default_max_age", Number.MAX_SAFE_INTEGER)),
    ...defined("require_auth_time", flag(input, "require_auth_time")),
    require_pkce,
    refresh_overlap_seconds: integer(input, "refresh_overlap_seconds", 300) ?? 90,
  };
}

/** The table of RFC 7591 section 2.1. A client with no grant at all is a resource server, which only introspects. */
function checkConsistency(grantTypes: readonly GrantType[], withCodeResponse: boolean): void {
  const withCode = grantTypes.includes("authorization_code");
  if (grantTypes.includes("refresh_token") && !withCode)
    throw refused("grant_types", "has refresh_token without authorization_code, from which refresh tokens come");
  if (withCode !== withCodeResponse)
    throw refused(
      "response_types",
      `must ${withCode ? "" : "not "}have code, because grant_types has ${withCode ? "" : "no "}authorization_code`,
    );
}

/** Kept as it is: `rules/displayName.ts` cleans what people read, and warns them of what it had to clean. */
function parseName(input: Input): string {
  const name = text(input, "client_name");
  if (name === undefined) throw refused("client_name", "is missing");
  if (name.trim() === "") throw refused("client_name", "is empty");
  if (name.length > MAX_NAME_LENGTH) throw refused("client_name", `is longer than ${MAX_NAME_LENGTH} characters`);
  if (!name.isWellFormed()) throw refused("client_name", "is not well-formed Unicode");
  return name;
}

function parsePage(input: Input, name: (typeof pageMembers)[number]): string | undefined {
  const uri = text(input, name);
  if (uri === undefined) return undefined;
  if (uri.length > MAX_URI_LENGTH) throw refused(name, `is longer than ${MAX_URI_LENGTH} characters`);
  if (!/^[\x21-\x7e]+$/.test(uri) || !URL.canParse(uri)) throw refused(name, "is not an absolute URI");
  const { protocol, hostname, username, password } = new URL(uri);
  const loopback = /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(hostname);
  if (protocol !== "https:" && !(protocol === "http:" && loopback)) throw refused(name, "is not https");
  if (username !== "" || password !== "") throw refused(name, "holds user information");
  return uri;
}

function parseRedirectUris(input: Input, applicationType: "web" | "native", needed: boolean): readonly string[] {
  const uris = texts(input, "redirect_uris", "invalid_redirect_uri") ?? [];
  if (needed && uris.length === 0) throw refused("redirect_uris", "must have at least one URI", "invalid_redirect_uri");
  for (const [index, uri] of uris.entries()) {
    const problem = redirectUriProblem(uri, applicationType);
    if (problem !== undefined) throw refused(`redirect_uris[${index}]`, problem, "invalid_redirect_uri");
  }
  return [...new Set(uris)];
}

function parseScopeMember(input: Input): string | undefined {
  const scope = text(input, "scope");
  try {
    return scope === undefined ? undefined : parseScope(scope).join(" ");
  } catch (error) {
    if (error instanceof OAuthError) throw refused("scope", "is not a list of scopes as RFC 6749 section 3.3 writes it");
    throw error;
  }
}

function text(input: Input, name: Member): string | undefined {
  const value = input[name];
  if (value !== undefined && typeof value !== "string") throw refused(name, "is not a string");
  return value;
}

function texts(input: Input, name: Member, code?: ErrorCode): readonly string[] | undefined {
  const value = input[name];
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) throw refused(name, "is not an array", code);
  return value.map((item: unknown, index) => {
    if (typeof item !== "string") throw refused(`${name}[${index}]`, "is not a string", code);
    return item;
  });
}

function flag(input: Input, name: Member): boolean | undefined {
  const value = input[name];
  if (value !== undefined && typeof value !== "boolean") throw refused(name, "is not true or false");
  return value;
}

function integer(input: Input, name: Member, max: number): number | undefined {
  const value = input[name];
  if (value === undefined) return undefined;
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > max)
    throw refused(name, `is not a whole number ${max === Number.MAX_SAFE_INTEGER ? "of seconds" : `from 0 to ${max}`}`);
  return value;
}

function choice<T extends string>(input: Input, name: Member, allowed: readonly T[], fallback: T): T {
  const value = text(input, name);
  return value === undefined ? fallback : pick(name, value, allowed);
}

function choices<T extends string>(input: Input, name: Member, allowed: readonly T[], fallback: readonly T[]): readonly T[] {
  const values = texts(input, name);
  if (values === undefined) return fallback;
  return [...new Set(values.map((value, index) => pick(`${name}[${index}]`, value, allowed)))];
}

function pick<T extends string>(path: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) throw refused(path, `is not ${allowed.length === 1 ? "" : "one of "}${allowed.join(", ")}`);
  return found;
}

const defined = <K extends Member>(name: K, value: ClientMetadata[K] | undefined): Partial<Pick<ClientMetadata, K>> =>
  value === undefined ? {} : ({ [name]: value } as unknown as Pick<ClientMetadata, K>);

const refused = (path: string, problem: string, code: ErrorCode = "invalid_client_metadata"): OAuthError =>
  new OAuthError(code, `${path}: ${problem}`);

const isObject = (value: unknown): value is Input => typeof value === "object" && value !== null && !Array.isArray(value);
