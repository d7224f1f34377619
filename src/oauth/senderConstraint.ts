import type { Deps } from "../config.ts";
import { OAuthError } from "../errors.ts";
import type { Endpoint } from "../http/respond.ts";
import type { Client, Confirmation, Once } from "../model.ts";
import { checkDpopProof } from "../tokens/dpop.ts";
import { isDpopNonce, mintDpopNonce, type NonceMac } from "../tokens/dpopNonce.ts";
import { mac } from "../tokens/secret.ts";
import type { Caller } from "./clientAuthentication.ts";

/** What a request proves to hold, to which tokens are then bound. */
export interface Sender {
  readonly confirmation: Confirmation | null;
  /** The caller's, and the proof's own. */
  readonly once: Once;
}

/**
 * The key that the tokens of this request will be bound to: a DPoP key (RFC 9449 section 5), else the client's certificate if it
 * registered for that (RFC 8705 section 3), else none. A client that registered for it shows its certificate even where it sends
 * a proof: the proof decides what the token is bound to, as it is the one of the two that a request asks for (RFC 9449 section 5),
 * and nobody comes by a token of the client without both.
 * @throws OAuthError invalid_dpop_proof, use_dpop_nonce; invalid_request where the client's tokens must be bound and nothing came
 */
export async function findSender(request: Request, caller: Caller, deps: Deps): Promise<Sender> {
  const { dpop_bound_access_tokens, tls_client_certificate_bound_access_tokens } = caller.client.metadata;
  const { jkt, once } = await findDpopProof(request, deps, caller.once);
  if (dpop_bound_access_tokens && jkt === null)
    throw new OAuthError("invalid_request", "The client must send a DPoP proof (RFC 9449).");
  const certificate = tls_client_certificate_bound_access_tokens ? caller.certificate : undefined;
  if (certificate === null) throw new OAuthError("invalid_request", "The client must send its certificate (RFC 8705).");
  if (jkt !== null) return { confirmation: { jkt }, once };
  return { confirmation: certificate === undefined ? null : { "x5t#S256": certificate.thumbprint }, once };
}

/**
 * The key of the request's DPoP proof, null without one, and with `once` the proof itself, which counts once.
 * @param accessToken that the proof must be for; null where the request brings none
 * @throws OAuthError invalid_dpop_proof, use_dpop_nonce
 */
export async function findDpopProof(
  request: Request,
  deps: Deps,
  once: Once,
  accessToken: string | null = null,
): Promise<{ readonly jkt: string | null; readonly once: Once }> {
  const header = request.headers.get("dpop");
  if (header === null) return { jkt: null, once };
  const { issuer, mtlsOrigin, requireDpopNonce } = deps.config;
  const { pathname } = new URL(request.url);
  const { jkt, key, expiresAt, nonce } = await checkDpopProof(header, {
    method: request.method,
    urls: [issuer, mtlsOrigin].filter((origin) => origin !== null).map((origin) => origin + pathname),
    accessToken,
    now: deps.now(),
    refuse: (reason) => new OAuthError("invalid_dpop_proof", "The DPoP proof is not valid for this request.", { reason }),
  });
  if (nonce === undefined ? requireDpopNonce : !(await isDpopNonce(nonceMac(deps), nonce, deps.now())))
    throw new OAuthError("use_dpop_nonce", "The DPoP proof needs the nonce of the header DPoP-Nonce.");
  return { jkt, once: { ...once, uses: [...once.uses, { kind: "dpop_proof", key, expiresAt }] } };
}

/** The endpoint, whose every answer to a proof, good or bad, brings the nonce for the next one (RFC 9449 section 8.2). */
export const withDpopNonce =
  (endpoint: Endpoint): Endpoint =>
  async (request, deps) => {
    const response = await endpoint(request, deps);
    if (request.headers.has("dpop")) response.headers.set("DPoP-Nonce", await mintDpopNonce(nonceMac(deps), deps.now()));
    return response;
  };

const nonceMac =
  (deps: Deps): NonceMac =>
  (data) =>
    mac(deps, "dpop nonce", data);

/**
 * Whether a key of the client's guards its refresh tokens anyway, since it authenticates with it. Then they stay the same: rotating
 * them would only lose one when an answer is lost (FAPI 2.0 section 5.3.2.1). A public client's stay once they are bound to a
 * key, which stands in the family (rules/family.ts).
 */
export const isKeyBound = ({ metadata }: Client): boolean =>
  metadata.token_endpoint_auth_method !== "none" && !metadata.token_endpoint_auth_method.startsWith("client_secret_");
