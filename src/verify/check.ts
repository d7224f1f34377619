import { bearerChallenge, OAuthError } from "../errors.ts";
import type { AccessTokenClaims } from "../model.ts";
import { checkAccessToken } from "../tokens/accessToken.ts";
import type { ResourceServer } from "./resourceServer.ts";

/**
 * The claims of the request's access token, once everything about it has been checked: see `checkToken`. The token counts only
 * in the Authorization header (RFC 6750 section 2.1), never in the query, where logs and browser histories keep it.
 * @param scopes all of which the token must have
 * @throws OAuthError, and nothing else, for `challenge` to answer with: as `checkToken`; invalid_request (400) for a header that
 *   is not one token; invalid_token (401) where there is none, with a challenge that names no error
 */
export async function checkRequest(
  request: Request,
  resourceServer: ResourceServer,
  ...scopes: string[]
): Promise<AccessTokenClaims> {
  const header = request.headers.get("authorization") ?? "";
  if (!/^bearer(?: |$)/i.test(header))
    throw new OAuthError("invalid_token", "An access token is needed, as Authorization: Bearer.", {
      headers: bearerChallenge(resourceServer.realm, undefined, scopes.length === 0 ? undefined : scopes.join(" ")),
    });
  const token = /^bearer +([A-Za-z0-9\-._~+/]+=*)$/i.exec(header)?.[1];
  if (token === undefined) throw new OAuthError("invalid_request", "The Authorization header is not Bearer and one token.");
  return checkToken(token, resourceServer, ...scopes);
}

/**
 * The claims of an access token, once everything about it has been checked: type, algorithm, signature, issuer, audience and
 * times (RFC 9068 section 4), that it is not revoked, and its scope.
 * @param scopes all of which the token must have
 * @throws OAuthError, and nothing else: invalid_token (401), insufficient_scope (403), or temporarily_unavailable (503) while
 *   the issuer's keys, or its revocations and the resource server is strict, cannot be read
 */
export async function checkToken(
  token: string,
  resourceServer: ResourceServer,
  ...scopes: string[]
): Promise<AccessTokenClaims> {
  const claims = await checkAccessToken(token, { ...resourceServer, now: resourceServer.now() });
  // Bound to a key whose proof we did not ask for (RFC 9449 section 7.2): whoever sends it plainly may have stolen it.
  if (Object.hasOwn(claims, "cnf")) throw new OAuthError("invalid_token", "The access token is not a bearer token.");
  if (await resourceServer.checkRevocation(claims))
    throw new OAuthError("invalid_token", "The access token is invalid, expired or revoked.", { reason: "revoked" });
  const granted = claims.scope.split(" ");
  const needed = scopes.flatMap((scope) => scope.split(" "));
  const missing = needed.filter((scope) => !granted.includes(scope));
  if (missing.length > 0) throw insufficientScope(resourceServer, needed, missing);
  return claims;
}

/** Brings its own challenge, since it alone knows the scopes. */
function insufficientScope({ realm }: ResourceServer, needed: readonly string[], missing: readonly string[]): OAuthError {
  const description = `The access token lacks the scope ${missing.join(" ")}.`;
  const error = new OAuthError("insufficient_scope", description);
  return new OAuthError("insufficient_scope", description, { headers: bearerChallenge(realm, error, needed.join(" ")) });
}
