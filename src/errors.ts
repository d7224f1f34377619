import type { ErrorRedirect } from "./model.ts";

/**
 * Every code we answer with and its HTTP status. The first group is RFC 6749 sections 4.1.2.1 and 5.2, RFC 6750, RFC 7591,
 * RFC 8707 and OpenID Connect Core 3.1.2.6; the second is ours, for pages and for a platform that fails.
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
  request_not_supported: 400,
  request_uri_not_supported: 400,
  registration_not_supported: 400,
  invalid_redirect_uri: 400,
  invalid_client_metadata: 400,
  server_error: 500,
  temporarily_unavailable: 503,

  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  payload_too_large: 413,
  slow_down: 429,
} as const;

export type ErrorCode = keyof typeof statusOf;

/** What may accompany an error; `reason` is for the log alone and never leaves the server. */
export interface ErrorOptions {
  readonly reason?: string;
  /** Only with a redirect URI that was checked against the client's registration (RFC 9700, section 4.11). */
  readonly redirect?: ErrorRedirect;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** The one error that we throw. `description` is public text, in the characters that RFC 6749 section 5.2 allows. */
export class OAuthError extends Error {
  override readonly name = "OAuthError";
  readonly code: ErrorCode;
  readonly description: string;
  readonly status: number;
  readonly reason: string | undefined;
  readonly redirect: ErrorRedirect | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ErrorCode, description: string, options: ErrorOptions = {}) {
    super(options.reason ?? description, { cause: options.cause });
    this.code = code;
    this.description = description;
    this.status = statusOf[code];
    this.reason = options.reason;
    this.redirect = options.redirect;
    this.headers = options.headers ?? {};
  }
}

/**
 * The `WWW-Authenticate` header of a protected resource (RFC 6750 section 3).
 * @param error undefined where the request came without any credential: then the challenge names no error (section 3.1)
 * @param scope everything that the request needs, space-separated
 */
export function bearerChallenge(realm: string, error?: OAuthError, scope?: string): Readonly<Record<string, string>> {
  const parameters = {
    realm,
    ...(error === undefined ? {} : { error: error.code, error_description: error.description }),
    ...(scope === undefined ? {} : { scope }),
  };
  // Quotes and backslashes would end the quoted-string early; no description of ours has any.
  const quoted = Object.entries(parameters).map(([name, value]) => `${name}="${value.replace(/["\\]|[^\x20-\x7e]/g, "'")}"`);
  return { "WWW-Authenticate": `Bearer ${quoted.join(", ")}` };
}
