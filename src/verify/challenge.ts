import { bearerChallenge, OAuthError } from "../errors.ts";
import type { ResourceServer } from "./resourceServer.ts";

/** The errors that a client can mend with another token or another request, and is told how to (RFC 6750 section 3.1). */
const challenged: readonly string[] = ["invalid_request", "invalid_token", "insufficient_scope"];

/**
 * The answer to what `checkRequest` or `checkToken` threw, or to an OAuthError of your own: its status, `WWW-Authenticate`
 * (RFC 6750 section 3) or `Retry-After`, and a JSON body of `error` and `error_description`. No cache keeps it.
 * @throws `error` itself if it is no OAuthError: that is a fault of the program, which must not pass for a refusal
 */
export function challenge(error: unknown, resourceServer: ResourceServer): Response {
  if (!(error instanceof OAuthError)) throw error;
  const authenticate = challenged.includes(error.code) ? bearerChallenge(resourceServer.realm, error) : {};
  return Response.json(
    { error: error.code, error_description: error.description },
    { status: error.status, headers: { "Cache-Control": "no-store", ...authenticate, ...error.headers } },
  );
}
