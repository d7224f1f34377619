/** The members of client metadata that say which grants a client uses, and how far they go. */
import { OAuthError } from "../errors.ts";
import type { ClientMetadata, GrantType, TokenExchangePolicy } from "../model.ts";
import { choices, defined, type Input, isObject, type Member, refused, text, textsAt } from "./metadataMember.ts";
import { parseScope } from "./scope.ts";

const DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code";
const TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";

const grantTypes: readonly GrantType[] = [
  "authorization_code",
  "refresh_token",
  "client_credentials",
  DEVICE_CODE,
  TOKEN_EXCHANGE,
  "urn:ietf:params:oauth:grant-type:jwt-bearer",
];

/** Those in which the client's word is all that there is, so that it must be able to prove that it is its own. */
const confidential: readonly GrantType[] = ["client_credentials", TOKEN_EXCHANGE];

export const grantMembers = [
  "redirect_uris",
  "grant_types",
  "response_types",
  "scope",
  "required_scope",
  "token_exchange",
] satisfies readonly Member[];

type Grants = Pick<ClientMetadata, "grant_types" | "response_types" | "scope" | "required_scope" | "token_exchange">;

/**
 * A client with no grant at all is a resource server, which only introspects.
 * @param redirectUris of which there are some exactly where the client has a use for them
 * @throws OAuthError invalid_client_metadata or invalid_redirect_uri
 */
export function parseGrants(
  input: Input,
  redirectUris: readonly string[],
  method: ClientMetadata["token_endpoint_auth_method"],
): Grants {
  const grant_types = choices(input, "grant_types", grantTypes) ?? ["authorization_code"];
  const withCode = grant_types.includes("authorization_code");
  const response_types = choices(input, "response_types", ["code"]) ?? (withCode ? ["code"] : []);
  if (grant_types.includes("refresh_token") && !withCode && !grant_types.includes(DEVICE_CODE))
    throw refused(
      "grant_types",
      `has refresh_token without authorization_code or ${DEVICE_CODE}, whose refresh tokens it uses`,
    );
  // The table of RFC 7591 section 2.1.
  if (withCode !== response_types.length > 0)
    throw refused(
      "response_types",
      `must ${withCode ? "" : "not "}have code, because grant_types has ${withCode ? "" : "no "}authorization_code`,
    );
  const lonely = grant_types.find((type) => method === "none" && confidential.includes(type));
  if (lonely !== undefined) throw refused("grant_types", `has ${lonely}, which only a confidential client may use`);
  if (withCode && redirectUris.length === 0)
    throw refused("redirect_uris", "must have at least one URI", "invalid_redirect_uri");
  if (!withCode && redirectUris.length > 0)
    throw refused("redirect_uris", "is given, but grant_types has no authorization_code", "invalid_redirect_uri");
  const scope = parseScopeMember(input, "scope");
  const required_scope = parseScopeMember(input, "required_scope");
  // A machine that may ask for whatever there is would get it, since nobody is there to say no.
  if (grant_types.includes("client_credentials") && !scope)
    throw refused("scope", "is missing, and client_credentials needs it");
  const token_exchange = parsePolicy(input["token_exchange"]);
  if (token_exchange !== undefined && !grant_types.includes(TOKEN_EXCHANGE))
    throw refused("token_exchange", `is given, but grant_types has no ${TOKEN_EXCHANGE}`);
  return {
    grant_types,
    response_types,
    ...defined("scope", scope),
    ...defined("required_scope", required_scope),
    ...defined("token_exchange", token_exchange),
  };
}

function parseScopeMember(input: Input, member: "scope" | "required_scope"): string | undefined {
  const scope = text(input, member);
  try {
    return scope === undefined ? undefined : parseScope(scope).join(" ");
  } catch (error) {
    if (error instanceof OAuthError) throw refused(member, "is not a list of scopes as RFC 6749 section 3.3 writes it");
    throw error;
  }
}

function parsePolicy(policy: unknown): TokenExchangePolicy | undefined {
  if (policy === undefined) return undefined;
  if (!isObject(policy)) throw refused("token_exchange", "is not an object");
  const members = ["resources", "impersonation", "delegation", "from"];
  const unknown = Object.keys(policy).find((name) => !members.includes(name));
  if (unknown !== undefined) throw refused("token_exchange", `has a member beyond ${members.join(", ")}`);
  const { impersonation = false, delegation = false } = policy;
  const resources = textsAt("token_exchange.resources", policy["resources"]) ?? [];
  if (resources.length === 0) throw refused("token_exchange.resources", "must have at least one resource");
  if (typeof impersonation !== "boolean") throw refused("token_exchange.impersonation", "is not true or false");
  if (typeof delegation !== "boolean") throw refused("token_exchange.delegation", "is not true or false");
  if (!impersonation && !delegation) throw refused("token_exchange", "allows neither impersonation nor delegation");
  const from = textsAt("token_exchange.from", policy["from"]);
  return { resources, impersonation, delegation, ...(from === undefined ? {} : { from }) };
}
