/**
 * The nouns of the house: types, and the one name that both ends of KV share.
 * Times end in `At` and are milliseconds since the epoch; durations end in `Seconds`; claims on the wire are in seconds.
 */

export type UserId = string;
export type ClientId = string;
export type GrantId = string;
export type FamilyId = string;

export type SigningAlgorithm = "ES256" | "PS256" | "EdDSA" | "RS256";
/** How a client may sign a client assertion: with its key, or with its secret (client_secret_jwt). */
export type AssertionAlgorithm = SigningAlgorithm | "HS256" | "HS384" | "HS512";
/** Key management of what we encrypt to a client's public key (RFC 7518 section 4.1). */
export type EncryptionAlgorithm = "RSA-OAEP-256" | "RSA-OAEP" | "ECDH-ES" | "ECDH-ES+A128KW" | "ECDH-ES+A256KW";
export type ContentEncryption = "A128CBC-HS256" | "A256CBC-HS512" | "A128GCM" | "A256GCM";
export type ClientAuthenticationMethod =
  | "none"
  | "client_secret_basic"
  | "client_secret_post"
  | "client_secret_jwt"
  | "private_key_jwt"
  | "tls_client_auth"
  | "self_signed_tls_client_auth";
export type GrantType =
  | "authorization_code"
  | "refresh_token"
  | "client_credentials"
  | "urn:ietf:params:oauth:grant-type:device_code"
  | "urn:ietf:params:oauth:grant-type:token-exchange"
  | "urn:ietf:params:oauth:grant-type:jwt-bearer";
/** How the authorization response travels (OAuth 2.0 Multiple Response Types, Form Post, JARM). `jwt` is `query.jwt` for a code. */
export type ResponseMode = "query" | "form_post" | "query.jwt" | "form_post.jwt";
export type SubjectType = "public" | "pairwise";

/** A JSON object whose members are not looked at yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The key that a token is bound to: a DPoP key's thumbprint (RFC 9449 section 6) or a certificate's (RFC 8705 section 3.1). */
export type Confirmation = { readonly jkt: string } | { readonly "x5t#S256": string };

/** One element of `authorization_details` (RFC 9396 section 2). */
export type AuthorizationDetail = { readonly type: string } & JsonObject;

/** What a person reads of a client, or follows, which may be there in several languages. */
export type LocalizedMember = "client_name" | "client_uri" | "logo_uri" | "policy_uri" | "tos_uri";

/** Client metadata under its registration names (RFC 7591 section 2; OpenID Connect Dynamic Client Registration section 2). */
export interface ClientMetadata extends Translated<LocalizedMember> {
  readonly client_name: string;
  readonly client_uri?: string;
  readonly logo_uri?: string;
  readonly policy_uri?: string;
  readonly tos_uri?: string;
  readonly contacts?: readonly string[];
  /** Which software it is, the same in all its installations, and which version of it. */
  readonly software_id?: string;
  readonly software_version?: string;
  /** What an issuer that we trust said of it (RFC 7591 section 2.3), as the client sent it. */
  readonly software_statement?: string;
  readonly application_type: "web" | "native";
  readonly redirect_uris: readonly string[];
  readonly grant_types: readonly GrantType[];
  readonly response_types: readonly "code"[];
  /** Space-separated. Absent: any scope of any registered resource, and the identity scopes. */
  readonly scope?: string;
  /** Ours: of these scopes, space-separated, a person who approves cannot leave one out (docs/consent.md). */
  readonly required_scope?: string;
  /** Ours: what the client may exchange people's tokens for (RFC 8693). Absent: nothing. Only the operator can give it. */
  readonly token_exchange?: TokenExchangePolicy;
  readonly token_endpoint_auth_method: ClientAuthenticationMethod;
  /** Absent: any algorithm that fits the method and the key. */
  readonly token_endpoint_auth_signing_alg?: AssertionAlgorithm;
  /** Ours: an older client, whose assertions may name the token endpoint as their audience instead of the issuer. */
  readonly accept_token_endpoint_audience?: boolean;
  readonly jwks?: { readonly keys: readonly JsonObject[] };
  readonly jwks_uri?: string;
  /** RFC 8705 section 2.1.2: what the certificate of `tls_client_auth` must name; exactly one of the five. */
  readonly tls_client_auth_subject_dn?: string;
  readonly tls_client_auth_san_dns?: string;
  readonly tls_client_auth_san_uri?: string;
  readonly tls_client_auth_san_ip?: string;
  readonly tls_client_auth_san_email?: string;
  readonly tls_client_certificate_bound_access_tokens?: boolean;
  readonly dpop_bound_access_tokens?: boolean;
  readonly require_pushed_authorization_requests?: boolean;
  readonly require_signed_request_object?: boolean;
  readonly request_object_signing_alg?: SigningAlgorithm;
  /** Ours: an older client, whose request objects may have the algorithm none and then count for no more than parameters. */
  readonly accept_unsigned_request_object?: boolean;
  /** Where the client keeps request objects (OpenID Connect Core 6.2); exactly these may be named. */
  readonly request_uris?: readonly string[];
  /** Ours: the response modes that the client may ask for. Absent: all. */
  readonly response_modes?: readonly ResponseMode[];
  readonly authorization_signed_response_alg: SigningAlgorithm;
  readonly authorization_encrypted_response_alg?: EncryptionAlgorithm;
  readonly authorization_encrypted_response_enc?: ContentEncryption;
  readonly id_token_signed_response_alg: SigningAlgorithm;
  readonly id_token_encrypted_response_alg?: EncryptionAlgorithm;
  readonly id_token_encrypted_response_enc?: ContentEncryption;
  /** Absent: userinfo answers in plain JSON. */
  readonly userinfo_signed_response_alg?: SigningAlgorithm;
  readonly userinfo_encrypted_response_alg?: EncryptionAlgorithm;
  readonly userinfo_encrypted_response_enc?: ContentEncryption;
  readonly introspection_signed_response_alg: SigningAlgorithm;
  readonly introspection_encrypted_response_alg?: EncryptionAlgorithm;
  readonly introspection_encrypted_response_enc?: ContentEncryption;
  readonly subject_type: SubjectType;
  readonly sector_identifier_uri?: string;
  /** Types that the client may use (RFC 9396 section 10). Absent: every registered one. */
  readonly authorization_details_types?: readonly string[];
  readonly default_max_age?: number;
  readonly default_acr_values?: readonly string[];
  readonly require_auth_time?: boolean;
  readonly initiate_login_uri?: string;
  readonly post_logout_redirect_uris?: readonly string[];
  readonly backchannel_logout_uri?: string;
  readonly backchannel_logout_session_required?: boolean;
  /** Ours: false exempts a confidential client from PKCE; a public client cannot be exempted. */
  readonly require_pkce: boolean;
  /** Ours: how long the predecessor of an unused refresh token still yields it, 0 to 300 seconds. */
  readonly refresh_overlap_seconds: number;
}

/** What a client may make of a person's access token that it received, or got itself (RFC 8693). */
export interface TokenExchangePolicy {
  /** Identifiers of the resources that the new tokens may be for. */
  readonly resources: readonly string[];
  /** Whether it may act as the person, with no actor named in the token (RFC 8693 section 1.1). */
  readonly impersonation: boolean;
  /** Whether it may act for the person, named in `act`. */
  readonly delegation: boolean;
  /** Clients whose tokens it may bring. Absent: any. */
  readonly from?: readonly ClientId[];
}

/** A live client secret: 256 random bits, of which only the SHA-256 (base64url) is kept. */
export interface ClientSecret {
  readonly sha256: string;
  /** The secret itself, sealed (tokens/secret.ts): only for client_secret_jwt, whose key it is. */
  readonly sealed?: string;
  readonly createdAt: number;
  readonly expiresAt: number | null;
}

/** The file on a publisher's host. */
export interface PublisherProof {
  readonly host: string;
  /** When it was last seen to be there. */
  readonly provedAt: number;
  /** When it is to be looked at again. */
  readonly dueAt: number;
  /** How often in a row the host has said since that it is not there. */
  readonly failures: number;
}

/** Who stands behind a client, as the operator verified it, or a file on the publisher's host did; absent while nobody has. */
export interface Publisher {
  readonly name: string;
  readonly uri?: string;
  readonly verifiedAt: number | null;
  /** Of a publisher that a file proved (clients/publisher.ts). */
  readonly proof?: PublisherProof;
}

/**
 * Who put a client here: the operator (seed file), a person (developer pages), the client itself (RFC 7591), or nobody, its
 * `client_id` being the address of the document that describes it (Client ID Metadata Document).
 */
export type ClientOrigin = "operator" | "developer" | "registration" | "document";

export interface Client {
  readonly clientId: ClientId;
  readonly metadata: ClientMetadata;
  readonly secrets: readonly ClientSecret[];
  readonly publisher: Publisher | null;
  readonly origin: ClientOrigin;
  /** Whose it is on the developer pages. */
  readonly ownerId: UserId | null;
  readonly createdAt: number;
  /** SHA-256 (base64url) of its logo, if we have one. */
  readonly logo?: string;
  /** Of a client that a document describes: when that was last read, and until when it need not be read again. */
  readonly document?: { readonly loadedAt: number; readonly freshUntil: number };
  /** Of a client that describes itself: when it last took another name, or a redirect URI that it had not had. */
  readonly changedAt?: number;
}

/** What an issuer that we trust may tell us (`trusted_issuers`). */
export type TrustPurpose = "jwt_bearer" | "id_jag" | "software_statement";

/** Somebody else whose signed word we take, for the purposes that the operator named (RFC 7523, RFC 7591 section 2.3). */
export interface TrustedIssuer {
  readonly issuer: string;
  readonly purposes: readonly TrustPurpose[];
  /** Its public keys, or where they are: one of the two. */
  readonly jwks: { readonly keys: readonly JsonObject[] } | null;
  readonly jwksUri: string | null;
  /** Whose directory it is: then it speaks for the members of that organization alone. */
  readonly organization: { readonly organizationId: string; readonly name: string } | null;
  /** Whether a person whom it does not know by a subject of its own may be found by a verified address. */
  readonly matchesEmail: boolean;
  /** The one tenant of the issuer that it is trusted for; null where it has none. */
  readonly tenant: string | null;
  /** The clients that may bring its assertions; null for any. */
  readonly clients: readonly string[] | null;
  /** What it may let them do at most; null for all that they may ask for. */
  readonly scopes: readonly string[] | null;
}

/** What a device asked for (RFC 8628 section 3.1), and what the person is told about where it is. */
export interface DeviceRequest {
  readonly scopes: readonly string[];
  readonly resources: readonly string[];
  readonly authorizationDetails: readonly AuthorizationDetail[];
  /** The key that its code is bound to. */
  readonly confirmation: Confirmation | null;
  /** As `rules/device.ts` makes it of the User-Agent. */
  readonly device: string;
  readonly whereabouts: Whereabouts;
}

/** Where a request came from, as far as Cloudflare knows (`rules/place.ts`, `rules/network.ts`). */
export interface Whereabouts {
  readonly city: string | null;
  /** ISO 3166-1 alpha-2, or `T1` for the Tor network. */
  readonly country: string | null;
  readonly network: string;
}

/** What a one-time code that was sent to an address is for. */
export type EmailCodePurpose = "sign_in" | "create_account" | "verify_email" | "reset_password";

/** What an e-mail is about: its words stand in the messages of `emails` under this name. */
export type EmailKind =
  | "code"
  | "account_exists"
  | "no_account"
  | "password_changed"
  | "email_changed"
  | "factor_added"
  | "factor_removed"
  | "identity_linked"
  | "new_sign_in"
  | "account_deleted"
  | "authorization_new"
  | "authorization_widened"
  | "token_reused"
  | "access_requested"
  | "access_approved"
  | "access_denied"
  | "organization_invitation"
  | "service_reported";

/** How a directory tells who somebody is, and what follows from it (docs/directories.md). */
export interface DirectorySettings {
  /** Domains of addresses that are sent there. */
  readonly domains: readonly string[];
  /** Beside openid, profile and email. */
  readonly scopes?: readonly string[];
  /** Names of claims where they are not the standard ones. */
  readonly claims?: { readonly subject?: string; readonly email?: string; readonly name?: string };
  /** Claims and the values that they must have for somebody to come in at all: a tenant, a hosted domain. */
  readonly requires?: Readonly<Record<string, string>>;
  /** Whether somebody who is new gets an account here. */
  readonly creates_accounts: boolean;
  /** Whether somebody may be found by an address that the directory has verified and whose domain is its own. */
  readonly matches_email: boolean;
  /** Which claim, with which value, makes somebody a member or an owner of the organization; absent: whoever signs in is a member. */
  readonly joins?: { readonly claim: string; readonly member?: readonly string[]; readonly owner?: readonly string[] };
}

/** How much harm a permission can do; decides its order and mark on the consent page. */
export type Risk = "low" | "medium" | "high";

/** The same members in other languages: `title#de` beside `title` (RFC 7591 section 2.2; read by `rules/language.ts`). */
export type Translated<M extends string> = { readonly [N in `${M}#${string}`]: string };

/** One scope of a resource, with the words that a person reads. */
export interface ScopeDescription extends Translated<"title" | "description"> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** `full`: everything that the person can do there themselves; one scope of a resource at most, and always of high risk. */
  readonly access: "read" | "write" | "full";
  readonly risk: Risk;
}

/** A type of `authorization_details` (RFC 9396 section 2) that a resource defines, with the words that a person reads. */
export interface AuthorizationDetailsType extends Translated<"title" | "description"> {
  readonly type: string;
  readonly title: string;
  readonly description: string;
  readonly access: "read" | "write";
  readonly risk: Risk;
  /** JSON Schema (2020-12) that each element of the type must meet. */
  readonly schema: JsonObject;
}

/** A protected resource (RFC 8707): `identifier` is the absolute URI that tokens name as their audience. */
export interface Resource extends Translated<"name"> {
  readonly identifier: string;
  readonly name: string;
  readonly scopes: readonly ScopeDescription[];
  readonly authorizationDetailsTypes: readonly AuthorizationDetailsType[];
  readonly accessTokenSeconds: number | null;
  /** The client that this resource server authenticates as at the introspection endpoint. */
  readonly clientId: ClientId | null;
  /** Who registered it on the developer pages; null for the operator's. */
  readonly ownerId: UserId | null;
}

/** Standard claims of OpenID Connect Core 5.1 beyond those with a column of their own. */
export type ProfileClaims = Readonly<Record<string, unknown>>;

export interface User {
  readonly userId: UserId;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly name: string;
  readonly profile: ProfileClaims;
  /** What they chose on our pages: a language of ours, a time zone (IANA). Null: as their browser says. */
  readonly language: string | null;
  readonly timeZone: string | null;
  readonly updatedAt: number;
}

/** A signed-in browser. `id` is the SHA-256 (base64url) of the cookie's value, which we do not keep. */
export interface Session {
  readonly id: string;
  /** When they proved who they are; at a directory that may have been before the session began. */
  readonly authAt: number;
  readonly beganAt: number;
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
  readonly authorizationDetails: readonly AuthorizationDetail[];
  /** The issuer at whose word it was made, without the person being asked (`TrustedIssuer`); null for a consent. */
  readonly authority: string | null;
  readonly createdAt: number;
  readonly consentedAt: number;
  readonly expiresAt: number | null;
  /** Since when the person lets the service wait: it gets no tokens, and what it has does not count. Null: it goes on. */
  readonly pausedAt: number | null;
  /** The mark that the grant outlived, of a pause or of less than before: its tokens are dated later than that. */
  readonly markedAt: number | null;
  /** Whether it is good for one run alone, without a refresh token. */
  readonly once: boolean;
  /** Names of scopes, and of claims as `claim:name`, that the person was last asked for and left out. */
  readonly declined: readonly string[];
  /** The publisher that was verified when the person consented; null where none was. */
  readonly publisherName: string | null;
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
  readonly authorizationDetails: readonly AuthorizationDetail[];
  readonly claims: ClaimsRequest | null;
  /** The key that its code, and a public client's refresh token, is bound to. */
  readonly confirmation: Confirmation | null;
  /** The session that it began in, for the `sid` of ID tokens and for logout. */
  readonly sessionId: string;
  /** What the client did with the grant (Grant Management for OAuth), of which it is then told the `grant_id`; else null. */
  readonly grantManagement: GrantManagement["action"] | null;
  /** When and how the person signed in; null where we did not see them do it. */
  readonly authAt: number | null;
  readonly acr: string | null;
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

/** What the request does with a grant (Grant Management for OAuth, draft 03, section 4). */
export type GrantManagement =
  | { readonly action: "create" }
  | { readonly action: "merge" | "replace"; readonly grantId: GrantId };

/** What a person is asked to allow, by a service in their browser or by a device elsewhere. */
export type Asked = Pick<AuthorizationRequest, "scopes" | "resources" | "authorizationDetails" | "claims" | "grantManagement">;

/** A checked authorization request: the client exists, the redirect URI is its own, the rest is well-formed and allowed. */
export interface AuthorizationRequest {
  readonly clientId: ClientId;
  readonly redirectUri: string;
  readonly responseMode: ResponseMode;
  readonly state: string | null;
  readonly scopes: readonly string[];
  readonly resources: readonly string[];
  readonly authorizationDetails: readonly AuthorizationDetail[];
  readonly codeChallenge: string | null;
  /** Thumbprint of the key that must redeem the code (RFC 9449 section 10). */
  readonly dpopJkt: string | null;
  readonly nonce: string | null;
  readonly prompt: readonly Prompt[];
  readonly maxAgeSeconds: number | null;
  /** In order of preference, never binding (OpenID Connect Core 3.1.2.1). */
  readonly acrValues: readonly string[];
  /** Languages of the person, as far as the service knows, in order of preference (OpenID Connect Core 3.1.2.1). */
  readonly uiLocales?: readonly string[];
  readonly loginHint: string | null;
  /** The subject of a verified `id_token_hint`: what this client calls the person. */
  readonly subjectHint: string | null;
  readonly claims: ClaimsRequest | null;
  readonly grantManagement: GrantManagement | null;
}

/**
 * An authorization request under way in one browser, sealed into the `continue` parameter. Nothing of it is stored: each step
 * leaves its result in D1 (a session, a consent) and /authorize looks again, comparing times with `startedAt`.
 */
export interface Interaction {
  /** Becomes the family's id, so that one interaction yields one code at most. A pushed request's own id, if it was pushed. */
  readonly id: FamilyId;
  readonly request: AuthorizationRequest;
  readonly startedAt: number;
  /** SHA-256 (base64url) of the browser cookie that it began with. */
  readonly browser: string;
  readonly denied: boolean;
}

/**
 * A device's request that a person is deciding about in one browser, sealed into the `continue` parameter of /device: the code was
 * typed there. What was asked, and what became of it, stands in D1.
 */
export interface DeviceInteraction {
  /** Of the device code. */
  readonly id: FamilyId;
  readonly clientId: ClientId;
  readonly startedAt: number;
  /** As in `Interaction`. */
  readonly browser: string;
}

/** Where an authorization response goes, and how, once the redirect URI has been checked. */
export interface ResponseTarget {
  readonly client: Client;
  readonly redirectUri: string;
  readonly responseMode: ResponseMode;
  readonly state: string | null;
}

/** That a person asked an organization to let a client in. */
export interface OwnRequest {
  readonly organizationId: string;
  readonly requestedAt: number;
}

/** For how long a person approves. `once`: for one run alone, without a refresh token. */
export type Lifetime = "once" | "30_days" | "until_revoked";

/** What a person is asked to decide about, and how they stand to who asks. */
export interface ApprovalView {
  readonly request: Asked;
  readonly client: Client;
  readonly user: User;
  /** The live consent that this request would widen, if there is one. */
  readonly grant: Grant | null;
  readonly organizations: readonly OrganizationReach[];
  /** How many people have approved the client, as far as they were counted (store/grants.ts). */
  readonly approvers: number;
  /** What the person has asked of organizations for the client, which they have not answered. */
  readonly requests: readonly OwnRequest[];
  readonly resources: readonly Resource[];
  /** Of the person, the best first (rules/language.ts). */
  readonly languages: readonly string[];
}

/** What the approval page of a service in the browser needs to know; gathered by /authorize, shown by account/consent. */
export interface ConsentView extends Omit<ApprovalView, "request"> {
  readonly interaction: Interaction;
  readonly session: Session;
}

/** The person that tokens speak for, the consent behind them, and how and when they signed in. */
export interface AuthorizedPerson {
  readonly user: User;
  readonly grantId: GrantId;
  readonly familyId: FamilyId;
  readonly sessionId: string;
  readonly grantManaged: boolean;
  readonly claims: ClaimsRequest | null;
  /** Of the claims that were asked for one by one, those that the person agreed to. */
  readonly consentedClaims: readonly string[];
  /** Null where we did not see them sign in, as with a directory's assertion. */
  readonly authAt: number | null;
  readonly acr: string | null;
  readonly amr: readonly string[];
  /** The `iat` of their access tokens, in seconds (rules/pause.ts). */
  readonly datedAt: number;
  readonly nonce: string | null;
}

/** Who acts for the person, and for whom that one acts in turn (the `act` claim, RFC 8693 section 4.1). */
export interface Actor {
  readonly sub: string;
  readonly act?: Actor;
}

/** What a grant type hands to `oauth/issue.ts`, the one place that mints. */
export interface Authorization {
  readonly client: Client;
  /** Null where the client acts for itself (RFC 6749 section 4.4). */
  readonly person: AuthorizedPerson | null;
  readonly actor: Actor | null;
  /** Of the refresh token to hand out; null when none is due. */
  readonly refreshGeneration: number | null;
  readonly scopes: readonly string[];
  readonly resources: readonly string[];
  readonly authorizationDetails: readonly AuthorizationDetail[];
  readonly organizations: readonly string[];
  /** The key to bind the access token to; null for a bearer token. */
  readonly confirmation: Confirmation | null;
  /** When that which it was made from ends: no token of it lives longer. */
  readonly endsAt: number | null;
  /** Whether the answer names the resources, as one to an ID-JAG does (draft-ietf-oauth-identity-assertion-authz-grant, section 4.4.1). */
  readonly namesResources?: boolean;
  /** Of a token exchange: the subject stays what the exchanged token calls it, and the answer names the type (RFC 8693 section 2.2.1). */
  readonly exchange?: { readonly subject: string; readonly issuedTokenType: string; readonly from: readonly string[] };
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
  readonly auth_time?: number;
  readonly acr?: string;
  /** The consent behind it, and the token family. Both or neither: a token that a client got for itself has none. */
  readonly grant_id?: string;
  readonly sid?: string;
  readonly act?: Actor;
  /** Of a token exchange: resources that the tokens it was made from were for, and to which it cannot be exchanged back. */
  readonly exchanged_from?: readonly string[];
  /** Names of the organizations that this token may enter. */
  readonly organizations?: readonly string[];
  readonly authorization_details?: readonly AuthorizationDetail[];
  readonly cnf?: Confirmation;
}

/**
 * Something that counts once: the `jti` of a client assertion, of a DPoP proof, or of an assertion that is a grant. `key` tells
 * which, and nothing else.
 */
export interface Use {
  readonly kind: "client_assertion" | "dpop_proof" | "grant_assertion";
  /** SHA-256 (base64url) over who made it and its `jti`. */
  readonly key: string;
  /** From then on it would be refused as too old anyway. */
  readonly expiresAt: number;
}

/** Everything that one request uses up. `rid` is the request's own, so that a repeat by ourselves is none. */
export interface Once {
  readonly rid: string;
  readonly uses: readonly Use[];
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
