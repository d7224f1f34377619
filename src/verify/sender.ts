import { OAuthError, type TokenScheme } from "../errors.ts";
import type { AccessTokenClaims } from "../model.ts";
import { checkDpopProof, type DpopProof } from "../tokens/dpop.ts";
import { isDpopNonce, mintDpopNonce } from "../tokens/dpopNonce.ts";
import { thumbprintOf } from "./certificate.ts";
import type { ResourceServer } from "./resourceServer.ts";

/** An access token, and what came with it to show that its sender is its owner. */
export interface SentToken {
  readonly token: string;
  /** That of the Authorization header. */
  readonly scheme: TokenScheme;
  readonly method: string;
  /** As the client called it. */
  readonly url: string;
  /** The DPoP header. */
  readonly proof?: string | undefined;
  /** The client's certificate in DER, of a TLS connection that it proved its key on. */
  readonly certificate?: Uint8Array | undefined;
}

/** How the key of each member of `cnf` is shown; a DPoP proof is still to be claimed then. */
type Confirm = (bound: unknown, sent: SentToken, resourceServer: ResourceServer) => Promise<DpopProof | undefined>;

const confirms: Readonly<Record<string, Confirm>> = {
  /** RFC 9449 section 7.1. */
  jkt: async (bound, sent, resourceServer) => {
    if (sent.scheme !== "DPoP") throw invalid("The access token is not a bearer token.", "bound to a DPoP key, sent as Bearer");
    const proof = await checkProof(sent, resourceServer);
    if (proof.jkt !== bound) throw invalid(undefined, "the proof is by another key");
    return proof;
  },
  /** RFC 8705 section 3. */
  "x5t#S256": async (bound, { certificate }) => {
    if (certificate === undefined)
      throw invalid("The access token is not a bearer token.", "bound to a certificate, and none came");
    if ((await thumbprintOf(certificate)) !== bound) throw invalid(undefined, "another certificate");
    return undefined;
  },
};

/**
 * Checks that the token was sent by whom it was issued to, by every member of its `cnf`: one that we do not know binds it to
 * something that we cannot ask for.
 * @returns the proof, which must not have come before
 * @throws OAuthError invalid_token, invalid_dpop_proof, use_dpop_nonce
 */
export async function checkSender(
  sent: SentToken,
  { cnf }: AccessTokenClaims,
  resourceServer: ResourceServer,
): Promise<DpopProof | undefined> {
  const members = Object.entries(cnf ?? {});
  if (cnf !== undefined && members.length === 0) throw invalid("The access token is not a bearer token.", "an empty cnf");
  if (sent.scheme === "DPoP" && !members.some(([name]) => name === "jkt"))
    throw invalid(undefined, "sent as DPoP, bound to no such key");
  if (resourceServer.dpopRequired && sent.scheme !== "DPoP")
    throw invalid("An access token that is bound to a DPoP key is needed.", "no DPoP");
  let proof: DpopProof | undefined;
  for (const [name, bound] of members) {
    const confirm = Object.hasOwn(confirms, name) ? confirms[name] : undefined;
    if (confirm === undefined) throw invalid("The access token is not a bearer token.", `bound by ${name}`);
    proof = (await confirm(bound, sent, resourceServer)) ?? proof;
  }
  return proof;
}

async function checkProof({ token, proof, method, url }: SentToken, { now, nonceMac }: ResourceServer): Promise<DpopProof> {
  if (proof === undefined) throw new OAuthError("invalid_dpop_proof", "A DPoP proof is needed.");
  const checked = await checkDpopProof(proof, {
    method,
    urls: [url],
    accessToken: token,
    now: now(),
    refuse: (reason) => new OAuthError("invalid_dpop_proof", "The DPoP proof is not valid for this request.", { reason }),
  });
  if (nonceMac !== undefined && !(await isDpopNonce(nonceMac, checked.nonce ?? "", now())))
    throw new OAuthError("use_dpop_nonce", "The DPoP proof needs the nonce of the header DPoP-Nonce.", {
      headers: { "DPoP-Nonce": await mintDpopNonce(nonceMac, now()) },
    });
  return checked;
}

const invalid = (description = "The access token is invalid, expired or revoked.", reason?: string): OAuthError =>
  new OAuthError("invalid_token", description, { reason });
