import type { OAuthError } from "../errors.ts";
import type { ClientId, JsonObject } from "../model.ts";
import { decodeClientJwt } from "./clientJwt.ts";

/** What the claims of a client assertion are held against. */
export interface AssertionChecks {
  readonly clientId: ClientId;
  /** The issuer alone; for a client that is flagged as old, also the token endpoint, and then either may stand in an array. */
  readonly audiences: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly refuse: (reason: string) => OAuthError;
}

/** How far the clocks may be apart (FAPI 2.0 Security Profile section 5.3.2.1 wants 10 s at least, and 60 s refused). */
const TOLERANCE_SECONDS = 10;
/** How long an assertion may live, before its end and since its beginning: as long as we remember its `jti`. */
const MAX_SECONDS = 600;

/**
 * The claims of a client assertion (RFC 7523 section 3, OpenID Connect Core section 9).
 * @returns its `jti`, which may be used once, and when it is too old in any case
 * @throws OAuthError of `refuse`
 */
export function checkAssertion(
  claims: JsonObject,
  { clientId, audiences, now, refuse }: AssertionChecks,
): { readonly jti: string; readonly expiresAt: number } {
  const { iss, sub, aud, exp, iat, nbf, jti } = claims;
  const seconds = now / 1000;
  if (iss !== clientId || sub !== clientId) throw refuse("iss and sub are not the client_id");
  if (!audiences.some((audience) => audience === audienceOf(aud, audiences.length > 1)))
    throw refuse("aud is not the issuer, as a string");
  if (!isTime(exp)) throw refuse("exp is not a time");
  if (exp + TOLERANCE_SECONDS <= seconds) throw refuse("expired");
  if (exp > seconds + MAX_SECONDS + TOLERANCE_SECONDS) throw refuse(`lives for longer than ${MAX_SECONDS} s`);
  for (const [name, time] of Object.entries({ iat, nbf })) {
    if (time !== undefined && !isTime(time)) throw refuse(`${name} is not a time`);
    if (time !== undefined && time > seconds + TOLERANCE_SECONDS) throw refuse(`${name} is in the future`);
  }
  if (isTime(iat) && iat < seconds - MAX_SECONDS - TOLERANCE_SECONDS) throw refuse(`older than ${MAX_SECONDS} s`);
  if (typeof jti !== "string" || jti.length < 1 || jti.length > 256) throw refuse("jti is not a string of 1 to 256 characters");
  return { jti, expiresAt: Math.ceil((exp + TOLERANCE_SECONDS) * 1000) };
}

/** Which client an assertion claims to come from, by its word alone: whose keys to try. */
export function findClaimedSubject(assertion: string): ClientId | undefined {
  const sub = decodeClientJwt(assertion)?.claims["sub"];
  return typeof sub === "string" ? sub : undefined;
}

/** FAPI 2.0 wants a string, so that no assertion is good at two servers; older clients write an array of one. */
const audienceOf = (aud: unknown, old: boolean): unknown => (old && Array.isArray(aud) && aud.length === 1 ? aud[0] : aud);

const isTime = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
