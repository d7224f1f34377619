import type { ClientId, ResponseTarget } from "./model.ts";

/**
 * Every code we answer with and its HTTP status. The first group is RFC 6749 sections 4.1.2.1 and 5.2, RFC 6750, RFC 7591,
 * RFC 8628, RFC 8707, RFC 9101, RFC 9396, RFC 9449, RFC 9470, OpenID Connect Core 3.1.2.6 and what extends it; the second is ours, for pages and
 * for a platform that fails.
 */
const statusOf = {
  invalid_request: 400,
  invalid_client: 401,
  invalid_grant: 400,
  unauthorized_client: 400,
  unsupported_grant_type: 400,
  unsupported_response_type: 400,
  invalid_scope: 400,
  invalid_target: 400,
  access_denied: 403,
  invalid_token: 401,
  insufficient_scope: 403,
  login_required: 400,
  consent_required: 400,
  invalid_request_object: 400,
  invalid_request_uri: 400,
  invalid_authorization_details: 400,
  invalid_grant_id: 400,
  invalid_dpop_proof: 400,
  use_dpop_nonce: 400,
  unmet_authentication_requirements: 400,
  registration_not_supported: 400,
  invalid_redirect_uri: 400,
  invalid_client_metadata: 400,
  invalid_software_statement: 400,
  unapproved_software_statement: 400,
  authorization_pending: 400,
  expired_token: 400,
  insufficient_user_authentication: 401,
  server_error: 500,
  temporarily_unavailable: 503,

  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  precondition_failed: 412,
  payload_too_large: 413,
  slow_down: 429,
} as const;

export type ErrorCode = keyof typeof statusOf;

/** What the developer of a client is told of an error, beyond what the answer says (rules/developerNote.ts). */
export interface DeveloperNote {
  readonly clientId: ClientId;
  readonly text: string;
}

/**
 * What a page says of an error: a message and what its placeholders stand for. `messages/translate.ts` declares which there are;
 * this file knows no messages, since the package for resource servers has it too.
 */
// biome-ignore lint/suspicious/noEmptyInterface: filled where the messages are
export interface Sayings {}
type Saying = Sayings extends { readonly saying: infer S } ? S : never;

/** What may accompany an error; `reason` is for the log alone and never leaves the server. */
export interface ErrorOptions {
  readonly reason?: string | undefined;
  /** Only with a redirect URI that was checked against the client's registration (RFC 9700, section 4.11). */
  readonly redirect?: ResponseTarget | undefined;
  /** For the pages of the client's developer; the answer does not hold it. */
  readonly forDeveloper?: DeveloperNote | undefined;
  /** What a page says of it, in the language of whoever reads that; without it a page shows the description, which is in English. */
  readonly say?: Saying | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** Where the endpoint answers with another than the usual one: a resource refuses a proof with 401 (RFC 9449 section 7.1). */
  readonly status?: number;
  readonly cause?: unknown;
}

/** The one error that we throw. `description` is public text, in the characters that RFC 6749 section 5.2 allows. */
export class OAuthError extends Error {
  override readonly name = "OAuthError";
  readonly code: ErrorCode;
  readonly description: string;
  readonly status: number;
  readonly reason: string | undefined;
  readonly redirect: ResponseTarget | undefined;
  readonly forDeveloper: DeveloperNote | undefined;
  readonly say: Saying | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ErrorCode, description: string, options: ErrorOptions = {}) {
    super(options.reason ?? description, { cause: options.cause });
    this.code = code;
    this.description = description;
    this.status = options.status ?? statusOf[code];
    this.reason = options.reason;
    this.redirect = options.redirect;
    this.forDeveloper = options.forDeveloper;
    this.say = options.say;
    this.headers = options.headers ?? {};
  }

  /** The same error, with more to accompany it. */
  with(options: ErrorOptions): OAuthError {
    const { reason, redirect, forDeveloper, say, headers, status, cause } = this;
    const own = { reason, redirect, forDeveloper, say, headers, status, cause };
    return new OAuthError(this.code, this.description, { ...own, ...options });
  }
}

/** What an access token is sent as (RFC 6750 section 2.1, RFC 9449 section 7.1). */
export type TokenScheme = "Bearer" | "DPoP";

/** What a protected resource says of itself in each challenge. */
export interface Challenger {
  readonly realm: string;
  /** What a DPoP proof may be signed with, space-separated. */
  readonly algs: string;
  /** Where its metadata is (RFC 9728 section 5.1). */
  readonly metadataUrl?: string | undefined;
  /** No token will do that is not bound to a DPoP key. */
  readonly dpopRequired?: boolean | undefined;
}

/** Everything that the operation needs of a token, as a challenge names it: lists are space-separated, `max_age` is in seconds. */
export interface ChallengeNeeds {
  readonly scope?: string | undefined;
  /** RFC 9470 section 3. */
  readonly acr_values?: string | undefined;
  readonly max_age?: number | undefined;
}

/**
 * The `WWW-Authenticate` header of a protected resource (RFC 6750 section 3, RFC 9449 section 7.1). A token that was sent plainly,
 * and a request that came without any, learn that DPoP would do as well; who sent a proof is not invited to do without.
 * @param scheme how the token was sent; undefined without one
 * @param error undefined where the request came without any credential: then the challenge names no error (RFC 6750 section 3.1)
 */
export function tokenChallenge(
  { realm, algs, metadataUrl, dpopRequired = false }: Challenger,
  {
    scheme,
    error,
    needs = {},
  }: { readonly scheme?: TokenScheme | undefined; readonly error?: OAuthError; readonly needs?: ChallengeNeeds | undefined },
): Readonly<Record<string, string>> {
  const asked = { ...needs, resource_metadata: metadataUrl };
  const parameters = {
    realm,
    ...(error === undefined ? {} : { error: error.code, error_description: error.description }),
    ...asked,
  };
  if (scheme === "DPoP" || dpopRequired) return { "WWW-Authenticate": challengeOf("DPoP", { ...parameters, algs }) };
  const invitation = error === undefined || error.status === 401 ? [challengeOf("DPoP", { realm, ...asked, algs })] : [];
  return { "WWW-Authenticate": [challengeOf("Bearer", parameters), ...invitation].join(", ") };
}

/** What a client can mend with another token, another proof or another request, and is told how to (RFC 6750 section 3.1). */
const challenged: readonly ErrorCode[] = [
  "invalid_request",
  "invalid_token",
  "insufficient_scope",
  "insufficient_user_authentication",
  "invalid_dpop_proof",
  "use_dpop_nonce",
];

/** The error as a protected resource answers with it: a bad proof is 401 there, and a challenge says what would do. */
export function challengedBy(
  error: unknown,
  challenger: Challenger,
  sent: { readonly scheme?: TokenScheme | undefined; readonly needs?: ChallengeNeeds | undefined },
): unknown {
  if (!(error instanceof OAuthError) || !challenged.includes(error.code) || "WWW-Authenticate" in error.headers) return error;
  const { code, description, reason, cause } = error;
  const status = code === "invalid_dpop_proof" || code === "use_dpop_nonce" ? 401 : error.status;
  const answer = new OAuthError(code, description, { status });
  const headers = { ...error.headers, ...tokenChallenge(challenger, { ...sent, error: answer }) };
  return new OAuthError(code, description, { status, headers, reason, cause });
}

/** Quotes and backslashes would end the quoted-string early; no description of ours has any. A parameter without a value is left out. */
const challengeOf = (scheme: TokenScheme, parameters: Readonly<Record<string, string | number | undefined>>): string =>
  `${scheme} ${Object.entries(parameters)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}="${String(value).replace(/["\\]|[^\x20-\x7e]/g, "'")}"`]))
    .join(", ")}`;
