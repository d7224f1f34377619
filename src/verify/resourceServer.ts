import { OAuthError } from "../errors.ts";
import type { AccessTokenClaims } from "../model.ts";
import type { FindKey } from "../tokens/accessToken.ts";
import { createFindKey } from "./keys.ts";
import { createRevocationCheck, type RevocationStore } from "./marks.ts";

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
}

/**
 * Makes a resource server. Nothing is loaded yet: the keys are, through the issuer's metadata (RFC 8414), with the first token.
 * @throws OAuthError server_error, whose message says which option is wrong
 */
export function createResourceServer(options: ResourceServerOptions): ResourceServer {
  const { issuer, audience, skewSeconds = 60, realm = audience, now = () => Date.now() } = options;
  checkIssuer(issuer);
  if (typeof audience !== "string" || audience === "")
    throw misconfigured("audience must be this resource server's identifier");
  if (!(skewSeconds >= 0 && skewSeconds <= 300)) throw misconfigured("skewSeconds must be 0 to 300");
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
  };
}

/** RFC 8414 section 2: https, without query and fragment; http is for the development machine alone. */
function checkIssuer(issuer: string): void {
  if (!URL.canParse(issuer)) throw misconfigured("issuer must be an absolute URL");
  const { protocol, hostname, search, hash } = new URL(issuer);
  const loopback = ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
  if (protocol !== "https:" && !(protocol === "http:" && loopback))
    throw misconfigured("issuer must begin with https:// (http:// only on localhost)");
  if (search !== "" || hash !== "") throw misconfigured("issuer must have no query and no fragment");
}

const misconfigured = (reason: string): OAuthError =>
  new OAuthError("server_error", "The server is not configured correctly.", { reason: `createResourceServer: ${reason}` });

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
