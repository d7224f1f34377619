import { challengedBy, OAuthError, type TokenScheme, tokenChallenge } from "../errors.ts";
import type { AccessTokenClaims } from "../model.ts";
import { checkAccessToken } from "../tokens/accessToken.ts";
import { challengerOf } from "./challenge.ts";
import { challengeNeeds, checkNeeds, type Needs, parseNeeds, type TokenNeeds } from "./needs.ts";
import type { ResourceServer } from "./resourceServer.ts";
import { checkSender, type SentToken } from "./sender.ts";

/**
 * The claims of the request's access token, once everything about it has been checked: see `checkToken`. The token counts only
 * in the Authorization header (RFC 6750 section 2.1, RFC 9449 section 7.1), never in the query, where logs and browser histories
 * keep it.
 * @param needs the scopes, all of which the token must have; or an object of what it must have, see `TokenNeeds`
 * @throws OAuthError, and nothing else, for `challenge` to answer with: as `checkToken`; invalid_request (400) for a header that
 *   is not one token; invalid_token (401) where there is none, with a challenge that names no error
 */
export async function checkRequest(
  request: Request,
  resourceServer: ResourceServer,
  ...needs: Needs
): Promise<AccessTokenClaims> {
  const { origin, certificate } = resourceServer;
  const challenger = challengerOf(resourceServer);
  const header = request.headers.get("authorization") ?? "";
  const scheme = /^(?:bearer|dpop)(?= |$)/i.exec(header)?.[0].toLowerCase();
  if (scheme === undefined)
    throw new OAuthError("invalid_token", "An access token is needed, as Authorization: Bearer or DPoP.", {
      headers: tokenChallenge(challenger, { needs: challengeNeeds(parseNeeds(needs)) }),
    });
  const sentAs: TokenScheme = scheme === "dpop" ? "DPoP" : "Bearer";
  const token = /^[a-z]+ +([A-Za-z0-9\-._~+/]+=*)$/i.exec(header)?.[1];
  if (token === undefined) {
    const error = new OAuthError("invalid_request", `The Authorization header is not ${sentAs} and one token.`);
    throw challengedBy(error, challenger, { scheme: sentAs });
  }
  const sent: SentToken = {
    token,
    scheme: sentAs,
    method: request.method,
    url: origin === undefined ? request.url : origin + new URL(request.url).pathname,
    proof: request.headers.get("dpop") ?? undefined,
    certificate: certificate(request),
  };
  return checkToken(sent, resourceServer, ...needs);
}

/**
 * The claims of an access token, once everything about it has been checked: type, algorithm, signature, issuer, audience and
 * times (RFC 9068 section 4), that its sender holds the key that it is bound to, if it is (RFC 9449, RFC 8705), that it is not
 * revoked, that it has what is needed, and that its DPoP proof was not used before.
 * @param sent the token with what came along; a token alone is refused if it is bound to a key
 * @param needs the scopes, all of which the token must have; or an object of what it must have, see `TokenNeeds`
 * @throws OAuthError, and nothing else: invalid_token, insufficient_user_authentication, invalid_dpop_proof or use_dpop_nonce
 *   (401), insufficient_scope (403), or temporarily_unavailable (503) while the issuer's keys, or revocations that must be read,
 *   or the store of proofs, are out of reach
 */
export async function checkToken(
  sent: string | SentToken,
  resourceServer: ResourceServer,
  ...needs: Needs
): Promise<AccessTokenClaims> {
  const full: SentToken = typeof sent === "string" ? { token: sent, scheme: "Bearer", method: "", url: "" } : sent;
  const needed = parseNeeds(needs);
  try {
    return await check(full, resourceServer, needed);
  } catch (error) {
    throw challengedBy(error, challengerOf(resourceServer), { scheme: full.scheme, needs: challengeNeeds(needed) });
  }
}

async function check(sent: SentToken, resourceServer: ResourceServer, needed: TokenNeeds): Promise<AccessTokenClaims> {
  const claims = await checkAccessToken(sent.token, { ...resourceServer, now: resourceServer.now() });
  const proof = await checkSender(sent, claims, resourceServer);
  if (await resourceServer.checkRevocation(claims))
    throw new OAuthError("invalid_token", "The access token is invalid, expired or revoked.", { reason: "revoked" });
  checkNeeds(claims, needed, Math.floor(resourceServer.now() / 1000) - resourceServer.skewSeconds);
  if (proof !== undefined && !(await resourceServer.claimProof(proof)))
    throw new OAuthError("invalid_dpop_proof", "The DPoP proof was used before: each request needs a proof of its own.");
  return claims;
}
