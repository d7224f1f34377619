/**
 * The nouns of the house: types, and the one name that both ends of KV share.
 * Times end in `At` and are milliseconds since the epoch; durations end in `Seconds`; claims on the wire are in seconds.
 */

export type UserId = string;
export type ClientId = string;
export type GrantId = string;
export type FamilyId = string;

export type SigningAlgorithm = "ES256" | "RS256";
export type ClientAuthenticationMethod = "none" | "client_secret_basic" | "client_secret_post";
export type GrantType = "authorization_code" | "refresh_token";

/** Client metadata under its registration names (RFC 7591 section 2; OpenID Connect Dynamic Client Registration section 2). */
export interface ClientMetadata {
  readonly client_name: string;
  readonly client_uri?: string;
  readonly logo_uri?: string;
  readonly policy_uri?: string;
  readonly tos_uri?: string;
  readonly contacts?: readonly string[];
  readonly application_type: "web" | "native";
  readonly redirect_uris: readonly string[];
  readonly grant_types: readonly GrantType[];
  readonly response_types: readonly "code"[];
  /** Space-separated. Absent: any scope of any registered resource, and the identity scopes. */
  readonly scope?: string;
  readonly token_endpoint_auth_method: ClientAuthenticationMethod;
  readonly id_token_signed_response_alg: SigningAlgorithm;
  readonly default_max_age?: number;
  readonly require_auth_time?: boolean;
  /** Ours: false exempts a confidential client from PKCE; a public client cannot be exempted. */
  readonly require_pkce: boolean;
  /** Ours: how long the predecessor of an unused refresh token still yields it, 0 to 300 seconds. */
  readonly refresh_overlap_seconds: number;
}

/** A live client secret: 256 random bits, of which only the SHA-256 (base64url) is kept. */
export interface ClientSecret {
  readonly sha256: string;
  readonly createdAt: number;
  readonly expiresAt: number | null;
}

/** Who stands behind a client, as the operator verified it; absent while nobody has. */
export interface Publisher {
  readonly name: string;
  readonly uri?: string;
  readonly verifiedAt: number | null;
}

export interface Client {
  readonly clientId: ClientId;
  readonly metadata: ClientMetadata;
  readonly secrets: readonly ClientSecret[];
  readonly publisher: Publisher | null;
  readonly createdAt: number;
}

/** How much harm a permission can do; decides its order and mark on the consent page. */
export type Risk = "low" | "medium" | "high";

/** One scope of a resource, with the words that a person reads. */
export interface ScopeDescription {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly access: "read" | "write";
  readonly risk: Risk;
}

/** A protected resource (RFC 8707): `identifier` is the absolute URI that tokens name as their audience. */
export interface Resource {
  readonly identifier: string;
  readonly name: string;
  readonly scopes: readonly ScopeDescription[];
  readonly accessTokenSeconds: number | null;
  /** The client that this resource server authenticates as at the introspection endpoint. */
  readonly clientId: ClientId | null;
}

/** Standard claims of OpenID Connect Core 5.1 beyond those with a column of their own. */
export type ProfileClaims = Readonly<Record<string, unknown>>;

export interface User {
  readonly userId: UserId;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly name: string;
  readonly profile: ProfileClaims;
  readonly updatedAt: number;
}

/** A signed-in browser. `id` is the SHA-256 (base64url) of the cookie's value, which we do not keep. */
export interface Session {
  readonly id: string;
  readonly authAt: number;
  /** When the person last said "continue as this account" (prompt=select_account). */
  readonly selectedAt: number;
  readonly acr: string;
  readonly amr: readonly string[];
  readonly expiresAt: number;
}

export type OrganizationPolicy = "all" | "verified" | "approved" | "none";

/** An organization that a person may enter, and how it stands to one client. */
export interface OrganizationReach {
  readonly organizationId: string;
  readonly name: string;
  readonly displayName: string;
  readonly role: string;
  readonly policy: OrganizationPolicy;
  readonly decision: "approved" | "denied" | "requested" | null;
}

/** A person's consent to one client. `organizations` null reaches every organization that the person may enter. */
export interface Grant {
  readonly grantId: GrantId;
  readonly scopes: readonly string[];
  readonly claims: readonly string[];
  readonly resources: readonly string[];
  readonly organizations: readonly string[] | null;
  readonly createdAt: number;
  readonly consentedAt: number;
  readonly expiresAt: number | null;
}

/** One run of a client's authorization on one device. Generation 0 is its code, generation 1 its first refresh token. */
export interface Family {
  readonly id: FamilyId;
  readonly clientId: ClientId;
  readonly device: string;
  readonly generation: number;
  readonly rotatedAt: number;
  /** Of the request that won the present generation. */
  readonly rid: string | null;
  readonly redirectUri: string;
  readonly codeChallenge: string | null;
  readonly nonce: string | null;
  readonly scopes: readonly string[];
  readonly resources: readonly string[];
  readonly claims: ClaimsRequest | null;
  readonly authAt: number;
  readonly acr: string;
  readonly amr: readonly string[];
  readonly createdAt: number;
  readonly codeExpiresAt: number;
  readonly idleExpiresAt: number;
  readonly expiresAt: number;
  readonly revokedAt: number | null;
}

/** A family as D1 has it, right after an attempt to redeem one of its generations, and all that the answer needs. */
export interface FamilyState {
  readonly family: Family;
  readonly grant: Grant & { readonly revokedAt: number | null };
  readonly user: User;
  readonly userDisabledAt: number | null;
  /** Fresh from D1, not this isolate's copy. */
  readonly client: Client;
  readonly clientDisabledAt: number | null;
  readonly organizations: readonly OrganizationReach[];
}

/** One member of the `claims` parameter (OpenID Connect Core 5.5.1). */
export interface ClaimRequest {
  readonly essential?: boolean;
  readonly value?: unknown;
  readonly values?: readonly unknown[];
}

/** The `claims` parameter (OpenID Connect Core 5.5), unknown claims left out. */
export interface ClaimsRequest {
  readonly id_token: Readonly<Record<string, ClaimRequest | null>>;
  readonly userinfo: Readonly<Record<string, ClaimRequest | null>>;
}

export type Prompt = "none" | "login" | "consent" | "select_account";

/** A checked authorization request: the client exists, the redirect URI is its own, the rest is well-formed and allowed. */
export interface AuthorizationRequest {
  readonly clientId: ClientId;
  readonly redirectUri: string;
  readonly state: string | null;
  readonly scopes: readonly string[];
  readonly resources: readonly string[];
  readonly codeChallenge: string | null;
  readonly nonce: string | null;
  readonly prompt: readonly Prompt[];
  readonly maxAgeSeconds: number | null;
  readonly loginHint: string | null;
  /** The subject of a verified `id_token_hint`. */
  readonly subjectHint: UserId | null;
  readonly claims: ClaimsRequest | null;
}

/**
 * An authorization request under way in one browser, sealed into the `continue` parameter. Nothing of it is stored: each step
 * leaves its result in D1 (a session, a consent) and /authorize looks again, comparing times with `startedAt`.
 */
export interface Interaction {
  /** Becomes the family's id, so that one interaction yields one code at most. */
  readonly id: FamilyId;
  readonly request: AuthorizationRequest;
  readonly startedAt: number;
  /** SHA-256 (base64url) of the browser cookie that it began with. */
  readonly browser: string;
  readonly denied: boolean;
}

/** Where an authorization error goes, once the redirect URI has been checked. */
export interface ErrorRedirect {
  readonly redirectUri: string;
  readonly state: string | null;
}

/** What the approval page needs to know; gathered by /authorize, shown by account/consent. */
export interface ConsentView {
  readonly interaction: Interaction;
  readonly client: Client;
  readonly user: User;
  readonly session: Session;
  /** The live consent that this request would widen, if there is one. */
  readonly grant: Grant | null;
  readonly organizations: readonly OrganizationReach[];
  readonly resources: readonly Resource[];
}

/** What a grant type hands to `oauth/issue.ts`, the one place that mints. */
export interface Authorization {
  readonly client: Client;
  readonly user: User;
  readonly grantId: GrantId;
  readonly familyId: FamilyId;
  /** Of the refresh token to hand out; null when none is due. */
  readonly refreshGeneration: number | null;
  readonly scopes: readonly string[];
  readonly resources: readonly string[];
  readonly organizations: readonly string[];
  readonly claims: ClaimsRequest | null;
  /** Of the claims that were asked for one by one, those that the person agreed to. */
  readonly consentedClaims: readonly string[];
  readonly authAt: number;
  readonly acr: string;
  readonly amr: readonly string[];
  readonly nonce: string | null;
}

/** The claims of our access tokens (RFC 9068 section 2.2), times in seconds. */
export interface AccessTokenClaims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: string | string[];
  readonly client_id: string;
  readonly scope: string;
  readonly iat: number;
  readonly exp: number;
  readonly jti: string;
  readonly auth_time: number;
  readonly acr: string;
  readonly grant_id: string;
  /** The token family. */
  readonly sid: string;
  /** Names of the organizations that this token may enter. */
  readonly organizations?: readonly string[];
}

export type MarkKind = "grant" | "family" | "user" | "client" | "token";

/** A token is revoked when any of its marks is at or after its `iat`. */
export interface Mark {
  readonly kind: MarkKind;
  readonly id: string;
  readonly revokedAt: number;
}

/** The KV key of a mark: the store writes it, resource servers read it. The value is `revokedAt` in decimal. */
export const markKey = (kind: MarkKind, id: string): string => `revoked:${kind}:${id}`;
