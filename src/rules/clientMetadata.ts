import { OAuthError } from "../errors.ts";
import type { ClientMetadata, LocalizedMember, ResponseMode, Translated } from "../model.ts";
import { grantMembers, parseGrants } from "./clientGrants.ts";
import { parseSecurity, securityMembers } from "./clientSecurity.ts";
import { languageTagProblem, taggedMembers } from "./language.ts";
import {
  choice,
  choices,
  defined,
  fetched,
  flag,
  type Input,
  integer,
  isObject,
  type Member,
  page,
  refused,
  text,
  texts,
} from "./metadataMember.ts";
import { publicUrlProblem } from "./publicUrl.ts";
import { redirectUriProblem } from "./redirectUri.ts";

const MAX_NAME_LENGTH = 1000;
const MAX_SOFTWARE_LENGTH = 255;
const MAX_LANGUAGES = 20;
const MAX_REQUEST_URIS = 50;

/** Pages about the client, which people follow from the consent page. */
const pageMembers = ["client_uri", "logo_uri", "policy_uri", "tos_uri"] as const;

/** Each may be there in several languages: `client_name#ja` (RFC 7591 section 2.2). */
export const localizedMembers: readonly LocalizedMember[] = ["client_name", ...pageMembers];

const responseModes: readonly ResponseMode[] = ["query", "form_post", "query.jwt", "form_post.jwt"];

/** Every member that we understand, save those in other languages. Registration ignores the others (RFC 7591 section 2); a seed file must have none. */
export const clientMetadataMembers: readonly string[] = [
  "client_name",
  ...pageMembers,
  "contacts",
  "software_id",
  "software_version",
  "application_type",
  ...grantMembers,
  ...securityMembers,
  "require_pushed_authorization_requests",
  "request_uris",
  "response_modes",
  "subject_type",
  "sector_identifier_uri",
  "authorization_details_types",
  "default_max_age",
  "default_acr_values",
  "require_auth_time",
  "initiate_login_uri",
  "post_logout_redirect_uris",
  "backchannel_logout_uri",
  "backchannel_logout_session_required",
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
  const redirect_uris = parseRedirectUris(input, "redirect_uris", application_type) ?? [];
  const security = parseSecurity(input);
  const grants = parseGrants(input, redirect_uris, security.token_endpoint_auth_method);
  const require_pkce = flag(input, "require_pkce") ?? true;
  if (!require_pkce && security.token_endpoint_auth_method === "none")
    throw refused("require_pkce", "only a confidential client may be exempted");
  return {
    client_name: parseName(input, "client_name"),
    ...defined("client_uri", page(input, "client_uri")),
    ...defined("logo_uri", page(input, "logo_uri")),
    ...defined("policy_uri", page(input, "policy_uri")),
    ...defined("tos_uri", page(input, "tos_uri")),
    ...parseTranslations(input),
    ...defined("contacts", texts(input, "contacts")),
    ...defined("software_id", short(input, "software_id")),
    ...defined("software_version", short(input, "software_version")),
    application_type,
    redirect_uris,
    ...grants,
    ...security,
    ...defined("require_pushed_authorization_requests", flag(input, "require_pushed_authorization_requests")),
    ...defined("request_uris", parseRequestUris(input)),
    ...defined("response_modes", choices(input, "response_modes", responseModes)),
    ...parseSubject(input, redirect_uris),
    ...defined("authorization_details_types", texts(input, "authorization_details_types")),
    ...defined("default_max_age", integer(input, "default_max_age", Number.MAX_SAFE_INTEGER)),
    ...defined("default_acr_values", texts(input, "default_acr_values")),
    ...defined("require_auth_time", flag(input, "require_auth_time")),
    ...defined("initiate_login_uri", parseLoginUri(input)),
    ...defined("post_logout_redirect_uris", parseRedirectUris(input, "post_logout_redirect_uris", application_type)),
    ...defined("backchannel_logout_uri", fetched(input, "backchannel_logout_uri")),
    ...defined("backchannel_logout_session_required", flag(input, "backchannel_logout_session_required")),
    require_pkce,
    refresh_overlap_seconds: integer(input, "refresh_overlap_seconds", 300) ?? 90,
  };
}

/** Kept as it is: `rules/displayName.ts` cleans what people read, and warns them of what it had to clean. */
function parseName(input: Input, member: Member): string {
  const name = text(input, member);
  if (name === undefined) throw refused(member, "is missing");
  if (name.trim() === "") throw refused(member, "is empty");
  if (name.length > MAX_NAME_LENGTH) throw refused(member, `is longer than ${MAX_NAME_LENGTH} characters`);
  if (!name.isWellFormed()) throw refused(member, "is not well-formed Unicode");
  return name;
}

/** Texts in other languages are held to what the plain member is held to, and no language is given twice. */
function parseTranslations(input: Input): Partial<Translated<LocalizedMember>> {
  const tagged = taggedMembers(input, localizedMembers);
  for (const { name, tag } of tagged) {
    const problem = languageTagProblem(tag);
    if (problem !== undefined) throw refused(printable(name), problem);
  }
  for (const member of localizedMembers) {
    const tags = tagged.filter((one) => one.member === member).map(({ tag }) => tag.toLowerCase());
    if (tags.length > MAX_LANGUAGES) throw refused(member, `is given in more than ${MAX_LANGUAGES} languages`);
    const twice = tags.find((tag, index) => tags.indexOf(tag) !== index);
    if (twice !== undefined) throw refused(`${member}#${twice}`, "is given twice");
  }
  const entries = tagged.map(({ member, tag }) => {
    const name = `${member as LocalizedMember}#${tag}` as const;
    return [name, member === "client_name" ? parseName(input, name) : page(input, name)] as const;
  });
  return Object.fromEntries(entries);
}

/** A name from outside, in the characters and the length that an error description may have. */
const printable = (name: string): string => name.replace(/[^\w.\-#]/g, "?").slice(0, 60);

function short(input: Input, member: Member): string | undefined {
  const value = text(input, member);
  if (value !== undefined && (value.trim() === "" || value.length > MAX_SOFTWARE_LENGTH || !value.isWellFormed()))
    throw refused(member, `is not a text of 1 to ${MAX_SOFTWARE_LENGTH} characters`);
  return value;
}

/** Both kinds of URI that a browser is sent back to. Those after a logout have no error code of their own. */
function parseRedirectUris(
  input: Input,
  name: "redirect_uris" | "post_logout_redirect_uris",
  applicationType: "web" | "native",
): readonly string[] | undefined {
  const code = name === "redirect_uris" ? "invalid_redirect_uri" : "invalid_client_metadata";
  const uris = texts(input, name, code);
  for (const [index, uri] of (uris ?? []).entries()) {
    const problem = redirectUriProblem(uri, applicationType);
    if (problem !== undefined) throw refused(`${name}[${index}]`, problem, code);
  }
  return uris && [...new Set(uris)];
}

/** OpenID Connect Core 6.2: https; a fragment may hold the SHA-256 of what lies there, and does not travel. */
function parseRequestUris(input: Input): readonly string[] | undefined {
  const uris = texts(input, "request_uris");
  if (uris !== undefined && uris.length > MAX_REQUEST_URIS) throw refused("request_uris", `has more than ${MAX_REQUEST_URIS}`);
  for (const [index, uri] of (uris ?? []).entries()) {
    const [address = "", digest] = uri.split(/#(.*)/s);
    const problem =
      digest === undefined || /^[A-Za-z0-9_-]{43}$/.test(digest)
        ? publicUrlProblem(address, "")
        : "has a fragment that is not a SHA-256 in base64url";
    if (problem !== undefined) throw refused(`request_uris[${index}]`, problem);
  }
  return uris;
}

/** Third-party-initiated login (OpenID Connect Core section 4) is a page of the client's, to which we add parameters. */
function parseLoginUri(input: Input): string | undefined {
  const uri = page(input, "initiate_login_uri");
  if (uri?.includes("#")) throw refused("initiate_login_uri", "has a fragment");
  return uri;
}

/**
 * Redirect URIs on several hosts have no one sector, unless a document on one more host names them all (OpenID Connect Core 8.1);
 * nor has an app's loopback address or private scheme, which every app may have.
 */
function parseSubject(
  input: Input,
  redirectUris: readonly string[],
): Pick<ClientMetadata, "subject_type" | "sector_identifier_uri"> {
  const subject_type = choice(input, "subject_type", ["public", "pairwise"], "public");
  const sector = fetched(input, "sector_identifier_uri");
  if (subject_type === "pairwise" && sector === undefined) {
    const hosts = new Set(redirectUris.map((uri) => new URL(uri).hostname));
    if (hosts.size === 0) throw refused("sector_identifier_uri", "is missing, since there is no redirect URI to go by");
    if (hosts.size > 1) throw refused("sector_identifier_uri", "is missing, since the redirect URIs are on several hosts");
    if (!redirectUris.every((uri) => uri.startsWith("https://")))
      throw refused("sector_identifier_uri", "is missing, since a redirect URI is on no host of the client");
  }
  return { subject_type, ...defined("sector_identifier_uri", sector) };
}
