import type { AccessTokenClaims } from "../model.ts";
import type { FindKey } from "../tokens/accessToken.ts";
import type { DpopProof } from "../tokens/dpop.ts";
import type { NonceMac } from "../tokens/dpopNonce.ts";
import { findCertificate } from "./certificate.ts";
import { createFindKey } from "./keys.ts";
import { createRevocationCheck, type RevocationStore } from "./marks.ts";
import { isSecure, wellKnownUrl } from "./metadataUrl.ts";
import { misconfigured } from "./misconfigured.ts";
import { createNonceMac, createProofClaim, type ProofStore } from "./proofs.ts";

/** What a resource server says of itself. Only `issuer` and `audience` must be given. */
export interface ResourceServerOptions {
  /** The authorization server's issuer identifier, exactly as its metadata and its tokens have it. */
  readonly issuer: string;
  /** This resource server's identifier, as it is registered there; a token must name it in `aud`. */
  readonly audience: string;
  /**
   * The KV namespace that the authorization server writes its revocations to. With it a revoked token is refused, typically
   * within 60 seconds; without it when it expires, 5 minutes after its issue unless the resource is registered otherwise.
   */
  readonly revocations?: RevocationStore | undefined;
  /** What happens when `revocations` fails: by default a token is then good until it expires, with true the answer is a 503. */
  readonly strict?: boolean | undefined;
  /** How far the clocks of the two servers may be apart: 0 to 300, 60 by default. */
  readonly skewSeconds?: number | undefined;
  /** Where clients reach this server if it is not the request's own URL, behind a proxy for instance: `https://api.example`. */
  readonly origin?: string | undefined;
  /**
   * Remembers the DPoP proofs of all places where this server runs. Without it each isolate or process remembers its own, and a
   * proof could be repeated at another one within the minute that it is good for.
   */
  readonly proofs?: ProofStore | undefined;
  /** 32 characters or more, the same in all places: then a DPoP proof must hold a nonce that was made with it (RFC 9449 section 9). */
  readonly dpopNonceSecret?: string | undefined;
  /**
   * The certificate at the client's end of the TLS connection, in DER: for tokens that are bound to one (RFC 8705). By default
   * what Cloudflare says, `request.cf.tlsClientAuth`. Never take it from a header that a client could have written.
   */
  readonly certificate?: ((request: Request) => Uint8Array | undefined) | undefined;
  /** True where only tokens will do that are bound to a DPoP key: then a stolen one is of no use to anybody. */
  readonly dpopRequired?: boolean | undefined;
  /**
   * Where clients find this server's metadata, which every challenge tells them (RFC 9728). By default the well-known address of
   * the audience, if that is an https URL (or http on localhost); null where there is none. See `metadataResponse`.
   */
  readonly metadataUrl?: string | null | undefined;
  /** The `realm` of challenges; the audience by default. */
  readonly realm?: string | undefined;
  /** How to reach the issuer; a service binding, for instance: `(input, init) => env.COUNTERSIGN.fetch(input, init)`. */
  readonly fetch?: typeof fetch | undefined;
  /** Milliseconds since the epoch; for tests. */
  readonly now?: (() => number) | undefined;
  /** Told each time that the issuer's keys cannot be loaded, twice a minute at most. By default it goes to console.error. */
  readonly onKeysUnavailable?: ((error: unknown) => void) | undefined;
  /** Told each time that `revocations` fails or takes more than a second. By default it goes to console.error. */
  readonly onRevocationUnavailable?: ((error: unknown) => void) | undefined;
}

/** One resource server of one issuer, with the keys and the revocations that it has seen. Make it once and keep it. */
export interface ResourceServer {
  readonly issuer: string;
  readonly audience: string;
  readonly realm: string;
  readonly skewSeconds: number;
  readonly now: () => number;
  readonly findKey: FindKey;
  readonly checkRevocation: (claims: AccessTokenClaims) => Promise<boolean>;
  readonly origin: string | undefined;
  readonly dpopRequired: boolean;
  readonly metadataUrl: string | undefined;
  /** False for a proof that came before. */
  readonly claimProof: (proof: DpopProof) => Promise<boolean>;
  /** With which nonces are made; undefined where none is asked for. */
  readonly nonceMac: NonceMac | undefined;
  readonly certificate: (request: Request) => Uint8Array | undefined;
}

/**
 * Makes a resource server. Nothing is loaded yet: the keys are, through the issuer's metadata (RFC 8414), with the first token.
 * @throws OAuthError server_error, whose message says which option is wrong
 */
export function createResourceServer(options: ResourceServerOptions): ResourceServer {
  const { issuer, audience, skewSeconds = 60, realm = audience, now = () => Date.now() } = options;
  const { origin, proofs, dpopNonceSecret, dpopRequired = false, metadataUrl = wellKnownUrl(audience) } = options;
  checkIssuer(issuer);
  if (typeof audience !== "string" || audience === "")
    throw misconfigured("audience must be this resource server's identifier");
  if (!(skewSeconds >= 0 && skewSeconds <= 300)) throw misconfigured("skewSeconds must be 0 to 300");
  if (origin !== undefined && !(URL.canParse(origin) && new URL(origin).origin === origin))
    throw misconfigured("origin must be a bare origin such as https://api.example");
  if (dpopNonceSecret !== undefined && dpopNonceSecret.length < 32)
    throw misconfigured("dpopNonceSecret must have 32 characters or more");
  if (metadataUrl !== null && metadataUrl !== undefined && !URL.canParse(metadataUrl))
    throw misconfigured("metadataUrl must be an absolute URL");
  return {
    issuer,
    audience,
    realm,
    skewSeconds,
    now,
    findKey: createFindKey({
      issuer,
      fetch: options.fetch ?? ((input, init) => fetch(input, init)),
      now,
      onKeysUnavailable: safely(options.onKeysUnavailable ?? report(`the keys of ${issuer} cannot be loaded`)),
    }),
    checkRevocation: createRevocationCheck({
      revocations: options.revocations,
      strict: options.strict ?? false,
      now,
      onRevocationUnavailable: safely(options.onRevocationUnavailable ?? report("revocations cannot be read")),
    }),
    origin,
    dpopRequired,
    metadataUrl: metadataUrl ?? undefined,
    claimProof: createProofClaim(proofs, now),
    nonceMac: dpopNonceSecret === undefined ? undefined : createNonceMac(dpopNonceSecret),
    certificate: options.certificate ?? findCertificate,
  };
}

/** RFC 8414 section 2: https, without query and fragment; http is for the development machine alone. */
function checkIssuer(issuer: string): void {
  if (!URL.canParse(issuer)) throw misconfigured("issuer must be an absolute URL");
  const { search, hash } = new URL(issuer);
  if (!isSecure(issuer)) throw misconfigured("issuer must begin with https:// (http:// only on localhost)");
  if (search !== "" || hash !== "") throw misconfigured("issuer must have no query and no fragment");
}

const report =
  (what: string) =>
  (error: unknown): void =>
    console.error(`countersign/verify: ${what}: ${error instanceof Error ? error.message : String(error)}`);

/** A listener that fails must not decide about a token. */
const safely =
  (listener: (error: unknown) => void) =>
  (error: unknown): void => {
    try {
      listener(error);
    } catch {
      // It was told; what it made of that is not ours.
    }
  };
