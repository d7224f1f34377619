import type { Deps } from "../config.ts";
import { type Challenger, challengedBy, OAuthError, type TokenScheme, tokenChallenge } from "../errors.ts";
import { parseForm } from "../http/form.ts";
import type { AccessTokenClaims, Client, FamilyState, Once } from "../model.ts";
import { readCertificate } from "../tokens/certificate.ts";
import { dpopAlgorithms } from "../tokens/dpop.ts";
import { toBase64url } from "../tokens/encoding.ts";
import { findLiveState, findOwnToken } from "./ownToken.ts";
import { findDpopProof } from "./senderConstraint.ts";

const us: Challenger = { realm: "Countersign", algs: dpopAlgorithms.join(" ") };

/** An access token as the request sent it. */
interface Sent {
  readonly scheme: TokenScheme;
  readonly token: string;
}

/** What stands behind it now: `state` is null for a token that a client got for itself. */
export interface PresentedToken {
  readonly claims: AccessTokenClaims;
  readonly client: Client;
  readonly state: FamilyState | null;
}

/** @throws OAuthError invalid_token for a token that speaks for no person */
export function personOf({ state }: PresentedToken): FamilyState {
  if (state === null) throw invalid("it speaks for no person");
  return state;
}

/**
 * The access token of a request to an endpoint of ours that is a protected resource, and what stands behind it now; one trip. It
 * must be for us and have the scope, and whoever sends it must hold the key that it is bound to (RFC 9449 section 7.1, RFC 8705
 * section 3).
 * @param dead what to answer to a token that was good and is revoked, if not that
 * @throws OAuthError with a challenge: invalid_request, invalid_token, insufficient_scope, invalid_dpop_proof, use_dpop_nonce
 */
export async function loadPresentedToken(
  request: Request,
  deps: Deps,
  scope: string,
  dead: (claims: AccessTokenClaims) => OAuthError = () => invalid("revoked"),
): Promise<PresentedToken> {
  let sent: Sent | undefined;
  try {
    sent = await findSent(request);
    if (sent !== undefined) return await check(request, deps, sent, scope, dead);
  } catch (error) {
    throw challengedBy(error, us, { scheme: sent?.scheme, needs: { scope } });
  }
  throw new OAuthError("invalid_token", "An access token is needed.", { headers: tokenChallenge(us, { needs: { scope } }) });
}

async function check(
  request: Request,
  deps: Deps,
  { scheme, token }: Sent,
  scope: string,
  dead: (claims: AccessTokenClaims) => OAuthError,
) {
  const claims = await findOwnToken(deps, token);
  if (claims === undefined) throw invalid("not an access token of ours, or expired");
  if (![claims.aud].flat().includes(deps.config.issuer)) throw invalid("for another audience");
  const once = await checkSender(request, deps, { scheme, token }, claims);
  if (!claims.scope.split(" ").includes(scope))
    throw new OAuthError("insufficient_scope", `The access token lacks the scope ${scope}.`);
  const live = await findLiveState(deps, claims, once);
  if (live === undefined) throw dead(claims);
  return { claims, ...live };
}

/** @returns what the request uses up: the proof, which is refused a second time */
async function checkSender(request: Request, deps: Deps, { scheme, token }: Sent, { cnf }: AccessTokenClaims): Promise<Once> {
  const once: Once = { rid: toBase64url(deps.random(12)), uses: [] };
  const bound = cnf !== undefined && "jkt" in cnf ? cnf.jkt : undefined;
  if ((scheme === "DPoP") !== (bound !== undefined))
    throw invalid(`sent as ${scheme}, bound to ${JSON.stringify(cnf ?? null)}`);
  if (bound !== undefined) {
    const proof = await findDpopProof(request, deps, once, token);
    if (proof.jkt === null) throw new OAuthError("invalid_dpop_proof", "A DPoP proof is needed.");
    if (proof.jkt !== bound) throw invalid("the proof is by another key");
    return proof.once;
  }
  if (cnf !== undefined && "x5t#S256" in cnf && thumbprintOf(request) !== cnf["x5t#S256"])
    throw invalid("another certificate, or none");
  return once;
}

/** Of the certificate at the client's end; one that cannot be read is none. */
function thumbprintOf(request: Request): string | undefined {
  try {
    return readCertificate(request.cf?.["tlsClientAuth"])?.thumbprint;
  } catch (error) {
    if (error instanceof OAuthError) return undefined;
    throw error;
  }
}

/** The token in the Authorization header or in a form (RFC 6750 sections 2.1 and 2.2, RFC 9449 section 7.1); never one in the query. */
async function findSent(request: Request): Promise<Sent | undefined> {
  const header = request.headers.get("authorization");
  const type = request.headers.get("content-type")?.toLowerCase();
  // JSON is what our own API for operators takes, and no token is in it; all else is refused as the form that it is not.
  const isForm = request.method === "POST" && type !== undefined && !type.startsWith("application/json");
  const inForm = isForm ? (await parseForm(request)).find("access_token") : undefined;
  if (header === null) return inForm === undefined ? undefined : { scheme: "Bearer", token: inForm };
  if (inForm !== undefined) throw new OAuthError("invalid_request", "The access token was sent in two ways at once.");
  const [, scheme, token] = /^(bearer|dpop) +([A-Za-z0-9\-._~+/]+=*)$/i.exec(header) ?? [];
  if (scheme === undefined || token === undefined)
    throw new OAuthError("invalid_request", "The Authorization header is not Bearer or DPoP and one token.");
  return { scheme: scheme.toLowerCase() === "dpop" ? "DPoP" : "Bearer", token };
}

const invalid = (reason: string): OAuthError =>
  new OAuthError("invalid_token", "The access token is invalid, expired or revoked.", { reason });
