/** The D1 schema, from which drizzle-kit writes migrations/. Times (`*_at`) are milliseconds since the epoch. */
import { sql } from "drizzle-orm";
import { blob, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type {
  AuthorizationDetail,
  AuthorizationDetailsType,
  AuthorizationRequest,
  ClaimsRequest,
  ClientMetadata,
  ClientOrigin,
  ClientSecret,
  Confirmation,
  DeviceRequest,
  DirectorySettings,
  EmailCodePurpose,
  EmailKind,
  GrantManagement,
  GrantType,
  JsonObject,
  MarkKind,
  OrganizationPolicy,
  ProfileClaims,
  Publisher,
  ScopeDescription,
  SigningAlgorithm,
  Translated,
  TrustPurpose,
  Whereabouts,
} from "../model.ts";

export const users = sqliteTable("users", {
  id: text().primaryKey(),
  /** As `rules/email.ts` normalises it; nobody else shares it. */
  email: text().notNull().unique(),
  emailVerified: integer("email_verified", { mode: "boolean" }).notNull(),
  name: text().notNull(),
  profile: text({ mode: "json" }).$type<ProfileClaims>().notNull(),
  /** argon2id in its encoded form, or null when the person has no password. */
  passwordHash: text("password_hash"),
  /** What the person chose on our pages: a language of ours, a time zone (IANA). */
  language: text(),
  timeZone: text("time_zone"),
  /** Which e-mails about services they want besides those that concern their safety (`rules/notices.ts`). */
  notices: text().$type<"all" | "safety">().notNull().default("all"),
  disabledAt: integer("disabled_at"),
  createdAt: integer("created_at").notNull(),
  updatedAt: integer("updated_at").notNull(),
});

/** Public keys of authenticators (Web Authentication Level 3): a person may have several. */
export const passkeys = sqliteTable(
  "passkeys",
  {
    /** The credential id (base64url). */
    id: text().primaryKey(),
    userId: text("user_id")
      .notNull()
      .references(() => users.id),
    /** COSE_Key. */
    publicKey: blob("public_key", { mode: "buffer" }).notNull(),
    counter: integer().notNull(),
    transports: text({ mode: "json" }).$type<readonly string[]>().notNull(),
    /** What the person calls it. */
    name: text().notNull(),
    aaguid: text().notNull(),
    /** Whether it is kept on several devices of theirs (`BS`). */
    backedUp: integer("backed_up", { mode: "boolean" }).notNull(),
    createdAt: integer("created_at").notNull(),
    lastUsedAt: integer("last_used_at"),
  },
  (table) => [index("passkeys_by_user").on(table.userId)],
);

/** Apps that show one-time codes (TOTP, RFC 6238). */
export const authenticators = sqliteTable(
  "authenticators",
  {
    id: text().primaryKey(),
    userId: text("user_id")
      .notNull()
      .references(() => users.id),
    /** The shared secret, sealed (tokens/secret.ts). */
    sealedSecret: text("sealed_secret").notNull(),
    name: text().notNull(),
    /** The last time step whose code was taken: none counts twice (RFC 6238 section 5.2). */
    lastStep: integer("last_step").notNull(),
    createdAt: integer("created_at").notNull(),
    lastUsedAt: integer("last_used_at"),
  },
  (table) => [index("authenticators_by_user").on(table.userId)],
);

/** Codes on paper, for when everything else is lost; each counts once. */
export const recoveryCodes = sqliteTable(
  "recovery_codes",
  {
    userId: text("user_id")
      .notNull()
      .references(() => users.id),
    /** HMAC-SHA-256 (base64url) of the person's id and the code, under a key of ours: a code alone is short enough to be guessed. */
    codeSha256: text("code_sha256").notNull(),
    createdAt: integer("created_at").notNull(),
    usedAt: integer("used_at"),
  },
  (table) => [primaryKey({ columns: [table.userId, table.codeSha256] })],
);

/** One-time codes that were sent to an address. */
export const emailCodes = sqliteTable(
  "email_codes",
  {
    id: text().primaryKey(),
    purpose: text().$type<EmailCodePurpose>().notNull(),
    email: text().notNull(),
    /** Whose it is; null while there is no such person yet, or never was. */
    userId: text("user_id"),
    /** SHA-256 (base64url) of the id and the code. */
    codeSha256: text("code_sha256").notNull(),
    /** SHA-256 (base64url) of the browser cookie in which it was asked for: elsewhere the code is worth nothing. */
    browser: text().notNull(),
    /** Wrong codes typed so far. */
    attempts: integer().notNull(),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
    usedAt: integer("used_at"),
  },
  (table) => [index("email_codes_by_expiry").on(table.expiresAt), index("email_codes_by_email").on(table.email)],
);

/** E-mails to send: the outbox. What was delivered is deleted, save where a mailbox page shows it (development). */
export const emails = sqliteTable(
  "emails",
  {
    id: text().primaryKey(),
    to: text().notNull(),
    kind: text().$type<EmailKind>().notNull(),
    language: text().notNull(),
    timeZone: text("time_zone").notNull(),
    /** What its words are filled with, sealed (tokens/secret.ts): codes may be among them. */
    sealedValues: text("sealed_values").notNull(),
    createdAt: integer("created_at").notNull(),
    attempts: integer().notNull(),
    nextAt: integer("next_at").notNull(),
    sentAt: integer("sent_at"),
    failedAt: integer("failed_at"),
  },
  (table) => [
    index("emails_due").on(table.nextAt).where(sql`sent_at IS NULL AND failed_at IS NULL`),
    index("emails_by_time").on(table.createdAt),
  ],
);

export const sessions = sqliteTable(
  "sessions",
  {
    /** SHA-256 (base64url) of the cookie's value. */
    id: text().primaryKey(),
    userId: text("user_id")
      .notNull()
      .references(() => users.id),
    /** What `sid` and logout go by: the id of the session that this one goes on from, when the same person signs in anew. */
    lineage: text().notNull().default(""),
    authAt: integer("auth_at").notNull(),
    selectedAt: integer("selected_at").notNull(),
    acr: text().notNull(),
    amr: text({ mode: "json" }).$type<readonly string[]>().notNull(),
    device: text().notNull(),
    /** Where the sign-in came from. */
    whereabouts: text({ mode: "json" }).$type<Whereabouts>(),
    /** The directory at which the person signed in; null for a sign-in here. */
    directoryId: text("directory_id"),
    /** When it was last seen, to the hour. */
    seenAt: integer("seen_at"),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
  },
  (table) => [
    index("sessions_by_user").on(table.userId),
    index("sessions_by_lineage").on(table.lineage),
    index("sessions_by_expiry").on(table.expiresAt),
  ],
);

export const organizations = sqliteTable("organizations", {
  id: text().primaryKey(),
  /** What tokens and URLs call it. */
  name: text().notNull().unique(),
  displayName: text("display_name").notNull(),
  policy: text().$type<OrganizationPolicy>().notNull(),
  createdAt: integer("created_at").notNull(),
});

export const memberships = sqliteTable(
  "memberships",
  {
    userId: text("user_id")
      .notNull()
      .references(() => users.id),
    organizationId: text("organization_id")
      .notNull()
      .references(() => organizations.id),
    role: text().$type<"owner" | "member">().notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.organizationId] }),
    index("memberships_by_organization").on(table.organizationId),
  ],
);

/** Addresses of a domain belong to an organization, which has proved that it is theirs. */
export const organizationDomains = sqliteTable(
  "organization_domains",
  {
    /** Lower case, in its ASCII form. */
    domain: text().primaryKey(),
    organizationId: text("organization_id")
      .notNull()
      .references(() => organizations.id),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [index("organization_domains_by_organization").on(table.organizationId)],
);

/** OpenID providers of employers, at which people sign in with their work accounts. */
export const directories = sqliteTable("directories", {
  /** Part of URLs: letters, digits and hyphens. */
  id: text().primaryKey(),
  displayName: text("display_name").notNull(),
  issuer: text().notNull(),
  clientId: text("client_id").notNull(),
  /** The client secret, sealed (tokens/secret.ts); null for private_key_jwt with our own key. */
  sealedSecret: text("sealed_secret"),
  settings: text({ mode: "json" }).$type<DirectorySettings>().notNull(),
  /** The organization that its people belong to; null for a directory of the operator's own. */
  organizationId: text("organization_id").references(() => organizations.id),
  createdAt: integer("created_at").notNull(),
  updatedAt: integer("updated_at").notNull(),
});

/** Members who ask their organization to let a service in. */
export const accessRequests = sqliteTable(
  "access_requests",
  {
    organizationId: text("organization_id")
      .notNull()
      .references(() => organizations.id),
    clientId: text("client_id").notNull(),
    userId: text("user_id")
      .notNull()
      .references(() => users.id),
    /** Why, in the person's words. */
    reason: text().notNull(),
    scopes: text({ mode: "json" }).$type<readonly string[]>().notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.clientId, table.userId] }),
    index("access_requests_by_client").on(table.clientId),
    index("access_requests_by_user").on(table.userId),
  ],
);

/** What people report of services, for the operator. */
export const reports = sqliteTable(
  "reports",
  {
    id: text().primaryKey(),
    clientId: text("client_id").notNull(),
    userId: text("user_id").notNull(),
    reason: text().notNull(),
    text: text().notNull(),
    createdAt: integer("created_at").notNull(),
    handledAt: integer("handled_at"),
  },
  (table) => [index("reports_by_time").on(table.createdAt)],
);

/** What an organization has said of a client; without a row it has said nothing. */
export const organizationClients = sqliteTable(
  "organization_clients",
  {
    organizationId: text("organization_id")
      .notNull()
      .references(() => organizations.id),
    clientId: text("client_id").notNull(),
    status: text().$type<"approved" | "denied" | "requested">().notNull(),
    decidedBy: text("decided_by"),
    decidedAt: integer("decided_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.organizationId, table.clientId] })],
);

export const clients = sqliteTable(
  "clients",
  {
    clientId: text("client_id").primaryKey(),
    metadata: text({ mode: "json" }).$type<ClientMetadata>().notNull(),
    secrets: text({ mode: "json" }).$type<readonly ClientSecret[]>().notNull(),
    publisher: text({ mode: "json" }).$type<Publisher>(),
    origin: text().$type<ClientOrigin>().notNull().default("operator"),
    /** Whose it is on the developer pages. */
    ownerId: text("owner_id"),
    /** SHA-256 (base64url) of the registration access token (RFC 7592). */
    registrationTokenSha256: text("registration_token_sha256"),
    /** When a registration that nobody has used ends; null once it was used, and for all others. */
    expiresAt: integer("expires_at"),
    /** Of a client that a document describes: when it was last read, and until when it need not be read again. */
    documentLoadedAt: integer("document_loaded_at"),
    documentFreshUntil: integer("document_fresh_until"),
    /** Of a client that describes itself: when it last took another name, or a redirect URI that it had not had. */
    changedAt: integer("changed_at"),
    disabledAt: integer("disabled_at"),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [
    index("clients_by_owner").on(table.ownerId),
    index("clients_by_expiry").on(table.expiresAt),
    index("clients_by_proof").on(table.clientId).where(sql`json_extract(publisher, '$.proof.dueAt') IS NOT NULL`),
  ],
);

export const resources = sqliteTable("resources", {
  identifier: text().primaryKey(),
  name: text().notNull(),
  /** The name in other languages. */
  translations: text({ mode: "json" }).$type<Translated<"name">>().notNull().default({}),
  scopes: text({ mode: "json" }).$type<readonly ScopeDescription[]>().notNull(),
  authorizationDetailsTypes: text("authorization_details_types", { mode: "json" })
    .$type<readonly AuthorizationDetailsType[]>()
    .notNull()
    .default([]),
  accessTokenSeconds: integer("access_token_seconds"),
  clientId: text("client_id"),
  /** Whose it is on the developer pages; null for the operator's. */
  ownerId: text("owner_id"),
  createdAt: integer("created_at").notNull(),
  updatedAt: integer("updated_at").notNull(),
});

/** The picture of a client, fetched once and served by us. */
export const clientLogos = sqliteTable("client_logos", {
  clientId: text("client_id").primaryKey(),
  /** The `logo_uri` that it came from. */
  uri: text().notNull(),
  contentType: text("content_type").notNull(),
  bytes: blob({ mode: "buffer" }).notNull(),
  /** Of the bytes, in base64url: what its address changes with. */
  sha256: text().notNull(),
  fetchedAt: integer("fetched_at").notNull(),
});

/** What went wrong for a client, in words for its developer: one row for each kind of error, with how often and when. */
export const clientErrors = sqliteTable(
  "client_errors",
  {
    clientId: text("client_id").notNull(),
    /** SHA-256 (base64url) over endpoint, error and text. */
    key: text().notNull(),
    endpoint: text().notNull(),
    error: text().notNull(),
    text: text().notNull(),
    count: integer().notNull(),
    firstAt: integer("first_at").notNull(),
    lastAt: integer("last_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.clientId, table.key] }), index("client_errors_by_time").on(table.lastAt)],
);

/** Tokens that let a client register where registration is not open to all (RFC 7591 section 3). */
export const initialAccessTokens = sqliteTable(
  "initial_access_tokens",
  {
    /** SHA-256 (base64url) of the token. */
    id: text().primaryKey(),
    label: text().notNull(),
    createdBy: text("created_by").notNull(),
    /** What is vouched for beyond what a stranger gets: grants in which no person is asked, and what for at most. */
    grantTypes: text("grant_types", { mode: "json" }).$type<readonly GrantType[]>().notNull().default([]),
    scopes: text({ mode: "json" }).$type<readonly string[]>().notNull().default([]),
    /** How many registrations it is still good for; null for any number. */
    usesLeft: integer("uses_left"),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at"),
  },
  (table) => [index("initial_access_tokens_by_expiry").on(table.expiresAt)],
);

/** Issuers whose assertions we take at the token endpoint (RFC 7523; identity assertion authorization grants). */
export const trustedIssuers = sqliteTable("trusted_issuers", {
  issuer: text().primaryKey(),
  /** `jwt_bearer` says what a person authorized, `id_jag` what an organization's directory decided, `software_statement` what a client is. */
  purposes: text({ mode: "json" }).$type<readonly TrustPurpose[]>().notNull(),
  jwks: text({ mode: "json" }).$type<{ readonly keys: readonly JsonObject[] }>(),
  jwksUri: text("jwks_uri"),
  /** The organization whose directory it is; its assertions speak for members of that organization alone. */
  organizationId: text("organization_id").references(() => organizations.id),
  /** Whether members of that organization are also found by their verified address. */
  matchesEmail: integer("matches_email", { mode: "boolean" }).notNull().default(false),
  /** Of an issuer for many: the one `tenant` that its assertions must name (OpenID Connect Enterprise Extensions); null for none. */
  tenant: text(),
  /** Which clients may bring its assertions, and what for at most; null for any. */
  clients: text({ mode: "json" }).$type<readonly string[]>(),
  scopes: text({ mode: "json" }).$type<readonly string[]>(),
  createdAt: integer("created_at").notNull(),
  updatedAt: integer("updated_at").notNull(),
});

/** Accounts at other issuers that belong to a person here. */
export const identities = sqliteTable(
  "identities",
  {
    issuer: text().notNull(),
    subject: text().notNull(),
    userId: text("user_id")
      .notNull()
      .references(() => users.id),
    /** What the directory calls the person: an address, mostly. */
    label: text(),
    createdAt: integer("created_at").notNull(),
    lastUsedAt: integer("last_used_at"),
  },
  (table) => [primaryKey({ columns: [table.issuer, table.subject] }), index("identities_by_user").on(table.userId)],
);

/** Device authorizations under way (RFC 8628). Once approved, its id is that of the family, whose code the device code is. */
export const deviceCodes = sqliteTable(
  "device_codes",
  {
    id: text().primaryKey(),
    /** As `rules/userCode.ts` normalises it. */
    userCode: text("user_code").notNull().unique(),
    clientId: text("client_id").notNull(),
    request: text({ mode: "json" }).$type<DeviceRequest>().notNull(),
    intervalSeconds: integer("interval_seconds").notNull(),
    polledAt: integer("polled_at"),
    status: text().$type<"pending" | "approved" | "denied">().notNull(),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
  },
  (table) => [index("device_codes_by_expiry").on(table.expiresAt)],
);

/** One person's consent to one client. A revoked grant is final; consenting again makes a new one. */
export const grants = sqliteTable(
  "grants",
  {
    id: text().primaryKey(),
    userId: text("user_id")
      .notNull()
      .references(() => users.id),
    clientId: text("client_id").notNull(),
    scopes: text({ mode: "json" }).$type<readonly string[]>().notNull(),
    claims: text({ mode: "json" }).$type<readonly string[]>().notNull(),
    resources: text({ mode: "json" }).$type<readonly string[]>().notNull(),
    organizations: text({ mode: "json" }).$type<readonly string[]>(),
    authorizationDetails: text("authorization_details", { mode: "json" })
      .$type<readonly AuthorizationDetail[]>()
      .notNull()
      .default([]),
    /** Made by `grant_management_action=create`: it stands beside the one that requests without an action go by. */
    separate: integer({ mode: "boolean" }).notNull().default(false),
    /** The issuer at whose word it was made, where no person was asked (`trusted_issuers`); null for a consent. */
    authority: text(),
    pausedAt: integer("paused_at"),
    /** Of the last mark that the grant outlived, of a pause or of less than before: its tokens are dated later than that. */
    markedAt: integer("marked_at"),
    /** Good for one run alone, without a refresh token. */
    once: integer({ mode: "boolean" }).notNull().default(false),
    /** Names of scopes, and of claims as `claim:name`, that the person was last asked for and left out. */
    declined: text({ mode: "json" }).$type<readonly string[]>().notNull().default([]),
    /** The publisher that was verified when the person consented. */
    publisherName: text("publisher_name"),
    createdAt: integer("created_at").notNull(),
    consentedAt: integer("consented_at").notNull(),
    lastUsedAt: integer("last_used_at"),
    /** Where from the service last used it. */
    lastUsedFrom: text("last_used_from", { mode: "json" }).$type<Whereabouts>(),
    expiresAt: integer("expires_at"),
    revokedAt: integer("revoked_at"),
    revokedBy: text("revoked_by"),
  },
  (table) => [
    uniqueIndex("grants_live").on(table.userId, table.clientId).where(sql`revoked_at IS NULL AND separate = 0`),
    index("grants_by_user").on(table.userId),
    index("grants_by_client").on(table.clientId),
    index("grants_to_count").on(table.clientId).where(sql`revoked_at IS NULL AND separate = 0 AND authority IS NULL`),
    index("grants_by_authority").on(table.userId, table.clientId, table.authority).where(sql`authority IS NOT NULL`),
    index("grants_by_revocation").on(table.revokedAt),
  ],
);

/** One run of a client's authorization on one device: its code is generation 0, its first refresh token generation 1. */
export const families = sqliteTable(
  "families",
  {
    id: text().primaryKey(),
    grantId: text("grant_id")
      .notNull()
      .references(() => grants.id),
    clientId: text("client_id").notNull(),
    device: text().notNull(),
    generation: integer().notNull(),
    rotatedAt: integer("rotated_at").notNull(),
    /** Of the request that won the present generation: a repeat by ourselves, after a lost answer of D1, finds its own work. */
    rid: text(),
    redirectUri: text("redirect_uri").notNull(),
    codeChallenge: text("code_challenge"),
    nonce: text(),
    scopes: text({ mode: "json" }).$type<readonly string[]>().notNull(),
    resources: text({ mode: "json" }).$type<readonly string[]>().notNull(),
    authorizationDetails: text("authorization_details", { mode: "json" })
      .$type<readonly AuthorizationDetail[]>()
      .notNull()
      .default([]),
    claims: text({ mode: "json" }).$type<ClaimsRequest>(),
    confirmation: text({ mode: "json" }).$type<Confirmation>(),
    sessionId: text("session_id").notNull().default(""),
    grantManagement: text("grant_management").$type<GrantManagement["action"]>(),
    /** 0, and an empty `acr`, where nobody signed in here. */
    authAt: integer("auth_at").notNull(),
    acr: text().notNull(),
    amr: text({ mode: "json" }).$type<readonly string[]>().notNull(),
    createdAt: integer("created_at").notNull(),
    codeExpiresAt: integer("code_expires_at").notNull(),
    idleExpiresAt: integer("idle_expires_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
    revokedAt: integer("revoked_at"),
    revokedBy: text("revoked_by"),
  },
  (table) => [
    index("families_by_grant").on(table.grantId),
    index("families_by_idle_expiry").on(table.idleExpiresAt),
    index("families_by_revocation").on(table.revokedAt),
  ],
);

/** Authorization requests that clients pushed (RFC 9126); the id stands in the `request_uri`. */
export const pushedRequests = sqliteTable(
  "pushed_requests",
  {
    id: text().primaryKey(),
    clientId: text("client_id").notNull(),
    request: text({ mode: "json" }).$type<AuthorizationRequest>().notNull(),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
  },
  (table) => [index("pushed_requests_by_expiry").on(table.expiresAt)],
);

/** What counts once (client assertions, DPoP proofs), for as long as it would otherwise be taken. */
export const seen = sqliteTable(
  "seen",
  {
    key: text().primaryKey(),
    /** Of the request that used it. A second one violates NOT NULL, which takes its whole batch back (store/database.ts). */
    rid: text().notNull(),
    expiresAt: integer("expires_at").notNull(),
  },
  (table) => [index("seen_by_expiry").on(table.expiresAt)],
);

/** Clients that got a code in a session and want to hear of its end (OpenID Connect Back-Channel Logout). */
export const sessionClients = sqliteTable(
  "session_clients",
  {
    /** The session's lineage. */
    sessionId: text("session_id").notNull(),
    clientId: text("client_id").notNull(),
    /** The session's. */
    expiresAt: integer("expires_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.sessionId, table.clientId] }),
    index("session_clients_by_expiry").on(table.expiresAt),
  ],
);

/** Back-channel logouts to tell clients of: the outbox. What was delivered is deleted; what was given up has `failed_at`. */
export const logouts = sqliteTable(
  "logouts",
  {
    /** The `jti` of every logout token about it. */
    id: text().primaryKey(),
    clientId: text("client_id").notNull(),
    userId: text("user_id").notNull(),
    sessionId: text("session_id").notNull(),
    createdAt: integer("created_at").notNull(),
    attempts: integer().notNull(),
    nextAt: integer("next_at").notNull(),
    failedAt: integer("failed_at"),
  },
  (table) => [
    uniqueIndex("logouts_once").on(table.sessionId, table.clientId),
    index("logouts_due").on(table.nextAt).where(sql`failed_at IS NULL`),
    index("logouts_by_failure").on(table.failedAt),
  ],
);

/** Marks, and the outbox to KV at once: what has no `delivered_at` is still to be put there. */
export const revocations = sqliteTable(
  "revocations",
  {
    kind: text().$type<MarkKind>().notNull(),
    id: text().notNull(),
    revokedAt: integer("revoked_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
    deliveredAt: integer("delivered_at"),
  },
  (table) => [
    primaryKey({ columns: [table.kind, table.id] }),
    index("revocations_outbox").on(table.revokedAt).where(sql`delivered_at IS NULL`),
    index("revocations_by_expiry").on(table.expiresAt),
  ],
);

export const signingKeys = sqliteTable("signing_keys", {
  kid: text().primaryKey(),
  alg: text().$type<SigningAlgorithm>().notNull(),
  publicJwk: text("public_jwk", { mode: "json" }).$type<JsonWebKey>().notNull(),
  /** The private JWK, sealed with a key derived from the master secret (tokens/secret.ts). */
  sealedPrivateJwk: text("sealed_private_jwk").notNull(),
  createdAt: integer("created_at").notNull(),
  /** Signs from here on, which is later than any cache of the JWKS without it can last. */
  activeAt: integer("active_at").notNull(),
  /** Signs no more from here on. */
  retiresAt: integer("retires_at").notNull(),
  /** Its last token is dead from here on. */
  expiresAt: integer("expires_at").notNull(),
});

/** What happened, once per change of state, in words that the log of a person or an organization can show. */
export const audit = sqliteTable(
  "audit",
  {
    id: text().primaryKey(),
    at: integer().notNull(),
    action: text().notNull(),
    actor: text().notNull(),
    userId: text("user_id"),
    clientId: text("client_id"),
    grantId: text("grant_id"),
    familyId: text("family_id"),
    /** Whose log it belongs to as well. */
    organizationId: text("organization_id"),
    /** Where the request came from. */
    whereabouts: text({ mode: "json" }).$type<Whereabouts>(),
    detail: text({ mode: "json" }).$type<Readonly<Record<string, unknown>>>(),
  },
  (table) => [
    index("audit_by_user").on(table.userId, table.at),
    index("audit_by_organization").on(table.organizationId, table.at).where(sql`organization_id IS NOT NULL`),
    index("audit_by_grant").on(table.grantId, table.at).where(sql`grant_id IS NOT NULL`),
    index("audit_by_time").on(table.at),
  ],
);

/** Counters of failed guesses; one row per subject and window. */
export const attempts = sqliteTable(
  "attempts",
  {
    key: text().primaryKey(),
    count: integer().notNull(),
    expiresAt: integer("expires_at").notNull(),
  },
  (table) => [index("attempts_by_expiry").on(table.expiresAt)],
);
