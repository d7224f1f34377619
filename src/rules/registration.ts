/** What a client says of itself when it registers (RFC 7591 section 2), cut to what a client that nobody has looked at may have. */
import { OAuthError } from "../errors.ts";
import type { ClientMetadata, GrantType, Resource } from "../model.ts";
import { localizedMembers, parseClientMetadata } from "./clientMetadata.ts";
import { taggedMembers } from "./language.ts";
import { type Input, type Member, refused } from "./metadataMember.ts";
import { publicUrlProblem } from "./publicUrl.ts";
import { ADMIN_SCOPE, findOwner, grantManagementScopes, isOwnScope } from "./scope.ts";
import { isApp, type Privileges, withoutPrivileges } from "./selfRegistered.ts";

/** Grants in which no person here is asked: of a client that registers itself somebody must have vouched for them. */
export const vouchedGrantTypes: readonly GrantType[] = [
  "client_credentials",
  "urn:ietf:params:oauth:grant-type:token-exchange",
  "urn:ietf:params:oauth:grant-type:jwt-bearer",
];

/** What the registration at hand goes by, beside what the client says. */
export interface RegistrationTerms {
  /** Of the grants that must be vouched for those that are, and what a client with one of them may ask for at most. */
  readonly vouched: { readonly grantTypes: readonly GrantType[]; readonly scopes: readonly string[] };
  /** What the operator alone decides, as it stands in a registration that is replaced. */
  readonly privileges: Privileges;
  /** Whether the operator spares clients that authenticate what older ones, and OpenID's certification, do not know. */
  readonly lenient: boolean;
  /** What a software statement's issuer may speak of; null for everything. */
  readonly statedScopes: readonly string[] | null;
  readonly resources: readonly Resource[];
  readonly ownHosts: readonly string[];
}

/** How many elements an array may have; other arrays have bounds of their own. */
const bounds = {
  redirect_uris: 50,
  post_logout_redirect_uris: 50,
  contacts: 20,
  default_acr_values: 20,
  authorization_details_types: 50,
} satisfies Partial<Record<Member, number>>;

/** Of all of it, as it is kept: so much for each of so many strangers is kept in D1 and in memory. */
const MAX_LENGTH = 16 * 1024;

/** Addresses that the server itself will ask. */
const fetchedMembers = ["jwks_uri", "sector_identifier_uri", "backchannel_logout_uri", "logo_uri"] as const;

/**
 * The metadata that is registered. Cut is what only the operator decides, and of `scope` what does not exist or nobody can have
 * by registering; refused is whatever the client could not work without.
 * @throws OAuthError invalid_redirect_uri or invalid_client_metadata: the member's path, a colon, and what is wrong with it
 */
export function parseRegistration(input: Input, terms: RegistrationTerms): ClientMetadata {
  const given = withoutEmpty(input);
  checkBounds(given);
  checkGrantTypes(given["grant_types"], terms.vouched.grantTypes);
  const { grant_types, redirect_uris, token_endpoint_auth_method: method } = given;
  const metadata = parseClientMetadata({
    ...withoutPrivileges(given),
    ...(grant_types === undefined ? {} : { grant_types }),
    ...privilegesOf(terms, method),
    application_type: given["application_type"] ?? (isApp(redirect_uris) ? "native" : "web"),
    client_name: given["client_name"] ?? nameOf(redirect_uris),
  });
  if (JSON.stringify(metadata).length > MAX_LENGTH)
    throw new OAuthError("invalid_client_metadata", "The client metadata is larger than 16 KB: keep keys at a jwks_uri.");
  checkLoopback(metadata);
  checkFetched(metadata, terms.ownHosts);
  const asked = metadata.scope ?? mostOf(metadata, terms)?.join(" ");
  return asked === undefined ? metadata : { ...metadata, scope: cutScope(asked, metadata, terms) };
}

/** Of a public client PKCE is asked in any case. */
function privilegesOf({ privileges, lenient }: RegistrationTerms, method: unknown): Input {
  const { require_pkce, ...others } = privileges;
  if (method === "none") return others;
  const exempt = lenient ? false : require_pkce;
  return {
    ...others,
    ...(exempt === undefined ? {} : { require_pkce: exempt }),
    ...(lenient ? { accept_unsigned_request_object: true } : {}),
    ...(lenient && String(method).endsWith("_jwt") ? { accept_token_endpoint_audience: true } : {}),
  };
}

/** What a client says, and before it what its software statement claims; of what the statement names, in no other language either. */
export function withClaims(input: Input, claims: Input): Input {
  const memberOf = (name: string): string => name.split("#", 1)[0] ?? name;
  const claimed = new Set(Object.keys(claims).map(memberOf));
  return { ...Object.fromEntries(Object.entries(input).filter(([name]) => !claimed.has(memberOf(name)))), ...claims };
}

/** Null and the empty text mean that a member is left out (RFC 7592 section 2.2); some clients write them so. */
const withoutEmpty = (input: Input): Input =>
  Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null && value !== ""));

function checkBounds(input: Input): void {
  for (const [name, most] of Object.entries(bounds)) {
    const value = input[name];
    if (Array.isArray(value) && value.length > most) throw refused(name, `has more than ${most}`);
  }
}

function checkGrantTypes(asked: unknown, vouched: readonly GrantType[]): void {
  const types: readonly unknown[] = Array.isArray(asked) ? asked : [];
  const missing = vouchedGrantTypes.find((type) => types.includes(type) && !vouched.includes(type));
  if (missing !== undefined)
    throw refused("grant_types", `has ${missing}, which a client cannot have by registering itself without a token for it`);
}

/** A client need not have a name (RFC 7591 section 2); then it goes by where it sends people back to. */
function nameOf(redirectUris: unknown): string {
  const [uri]: readonly unknown[] = Array.isArray(redirectUris) ? redirectUris : [];
  const url = typeof uri === "string" && URL.canParse(uri) ? new URL(uri) : undefined;
  return url?.protocol === "https:" ? url.hostname : "Unnamed service";
}

/** A web client on a loopback host is somebody's experiment, or an app that says the wrong thing of itself. */
function checkLoopback({ application_type, redirect_uris }: ClientMetadata): void {
  const index = redirect_uris.findIndex((uri) => application_type === "web" && uri.startsWith("http:"));
  if (index !== -1)
    throw refused(`redirect_uris[${index}]`, "is http, which only a native client may have", "invalid_redirect_uri");
}

/** Parsing has seen to it that the addresses are public, save those of logos, which a seed file may have anywhere. */
function checkFetched(metadata: ClientMetadata, ownHosts: readonly string[]): void {
  const logos = taggedMembers(metadata, localizedMembers).filter(({ member }) => member === "logo_uri");
  const members = [...fetchedMembers, ...logos.map(({ name }) => name as Member)];
  const addresses = [
    ...members.map((name) => [name, metadata[name] as string | undefined] as const),
    ...(metadata.request_uris ?? []).map((uri, index) => [`request_uris[${index}]`, uri.split("#")[0]] as const),
  ];
  for (const [path, address] of addresses)
    for (const host of ["", ...ownHosts]) {
      const problem = address === undefined ? undefined : publicUrlProblem(address, host);
      if (problem !== undefined) throw refused(path, problem);
    }
}

/**
 * What the word that somebody gave for the client reaches at most; undefined where there is none, or one without an end. A client
 * that names no scope has all of this: no scope at all would be every one.
 */
function mostOf({ grant_types }: ClientMetadata, { vouched, statedScopes }: RegistrationTerms): readonly string[] | undefined {
  const isVouched = grant_types.some((type) => vouchedGrantTypes.includes(type));
  if (!isVouched) return statedScopes ?? undefined;
  return vouched.scopes.filter((word) => statedScopes?.includes(word) ?? true);
}

function cutScope(scope: string, metadata: ClientMetadata, terms: RegistrationTerms): string {
  const isPublic = metadata.token_endpoint_auth_method === "none";
  const most = mostOf(metadata, terms);
  const kept = scope.split(" ").filter((word) => {
    if (word === ADMIN_SCOPE || (isPublic && grantManagementScopes.some((own) => own === word))) return false;
    if (most !== undefined && !most.includes(word)) return false;
    return isOwnScope(word) || findOwner(word, terms.resources) !== undefined;
  });
  if (kept.length === 0) throw refused("scope", "has no scope that this client may have here");
  return kept.join(" ");
}
