import { type Challenger, challengedBy, OAuthError } from "../errors.ts";
import { dpopAlgorithms } from "../tokens/dpop.ts";
import { challengeNeeds, type Needs, parseNeeds } from "./needs.ts";
import type { ResourceServer } from "./resourceServer.ts";

/** What this resource server's challenges say of it. */
export const challengerOf = ({ realm, metadataUrl, dpopRequired }: ResourceServer): Challenger => ({
  realm,
  algs: dpopAlgorithms.join(" "),
  metadataUrl,
  dpopRequired,
});

/**
 * The answer to what `checkRequest` or `checkToken` threw, or to an OAuthError of your own: its status, `WWW-Authenticate`
 * (RFC 6750 section 3, RFC 9449 section 7.1, RFC 9470 section 3, RFC 9728 section 5.1), `DPoP-Nonce` or `Retry-After`, and a JSON
 * body of `error` and `error_description`. No cache keeps it.
 * @param needs what the operation needs, for the challenge to an error of your own; what those functions throw has it already
 * @throws `error` itself if it is no OAuthError: that is a fault of the program, which must not pass for a refusal
 */
export function challenge(error: unknown, resourceServer: ResourceServer, ...needs: Needs): Response {
  const answer = challengedBy(error, challengerOf(resourceServer), { needs: challengeNeeds(parseNeeds(needs)) });
  if (!(answer instanceof OAuthError)) throw error;
  return Response.json(
    { error: answer.code, error_description: answer.description },
    { status: answer.status, headers: { "Cache-Control": "no-store", ...answer.headers } },
  );
}
