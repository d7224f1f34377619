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
export const TOLERANCE_SECONDS = 10;
/** How long an assertion may live, before its end and since its beginning: as long as we remember its `jti`. */
const MAX_SECONDS = 600;

/** What makes an assertion count once, all in milliseconds since the epoch. */
export interface SingleUse {
  readonly jti: string;
  /** From then on it is too old in any case. */
  readonly expiresAt: number;
  /** The earliest that it can have been made, by our clock. */
  readonly issuedAt: number;
}

/**
 * The claims of a client assertion (RFC 7523 section 3, OpenID Connect Core section 9).
 * @returns its `jti`, which may be used once, and when it is too old in any case
 * @throws OAuthError of `refuse`
 */
export function checkAssertion(claims: JsonObject, { clientId, audiences, now, refuse }: AssertionChecks): SingleUse {
  const { iss, sub, aud } = claims;
  if (iss !== clientId || sub !== clientId) throw refuse("iss and sub are not the client_id");
  if (!audiences.some((audience) => audience === audienceOf(aud, audiences.length > 1)))
    throw refuse("aud is not the issuer, as a string");
  return checkTimes(claims, now, refuse);
}

/** What the claims of an assertion that is a grant are held against; `iss` led to the key that verified it. */
export interface GrantAssertionChecks {
  /** This server, which the assertion must be for, and for no other beside it. */
  readonly issuer: string;
  /** Whether the audience may also be an array of that one. */
  readonly inArray: boolean;
  readonly now: number;
  readonly refuse: (reason: string) => OAuthError;
}

/**
 * The claims that every assertion has which is a grant (RFC 7523 section 3).
 * @throws OAuthError of `refuse`
 */
export function checkGrantAssertion(
  claims: JsonObject,
  { issuer, inArray, now, refuse }: GrantAssertionChecks,
): SingleUse & { readonly subject: string } {
  const { sub, aud } = claims;
  if (audienceOf(aud, inArray) !== issuer) throw refuse("aud is not the issuer identifier of this server alone");
  if (typeof sub !== "string" || sub.length < 1 || sub.length > 255) throw refuse("sub is not a string of 1 to 255 characters");
  return { ...checkTimes(claims, now, refuse), subject: sub };
}

function checkTimes({ exp, iat, nbf, jti }: JsonObject, now: number, refuse: AssertionChecks["refuse"]): SingleUse {
  const seconds = now / 1000;
  if (!isTime(exp)) throw refuse("exp is not a time");
  if (exp + TOLERANCE_SECONDS <= seconds) throw refuse("expired");
  if (exp > seconds + MAX_SECONDS + TOLERANCE_SECONDS) throw refuse(`lives for longer than ${MAX_SECONDS} s`);
  for (const [name, time] of Object.entries({ iat, nbf })) {
    if (time !== undefined && !isTime(time)) throw refuse(`${name} is not a time`);
    if (time !== undefined && time > seconds + TOLERANCE_SECONDS) throw refuse(`${name} is in the future`);
  }
  if (isTime(iat) && iat < seconds - MAX_SECONDS - TOLERANCE_SECONDS) throw refuse(`older than ${MAX_SECONDS} s`);
  if (typeof jti !== "string" || jti.length < 1 || jti.length > 256) throw refuse("jti is not a string of 1 to 256 characters");
  return {
    jti,
    expiresAt: Math.ceil((exp + TOLERANCE_SECONDS) * 1000),
    issuedAt: ((isTime(iat) ? iat : exp - MAX_SECONDS) - TOLERANCE_SECONDS) * 1000,
  };
}

/** Which client an assertion claims to come from, by its word alone: whose keys to try. */
export function findClaimedSubject(assertion: string): ClientId | undefined {
  const sub = decodeClientJwt(assertion)?.claims["sub"];
  return typeof sub === "string" ? sub : undefined;
}

/** FAPI 2.0 wants a string, so that no assertion is good at two servers; others write an array of one. */
const audienceOf = (aud: unknown, inArray: boolean): unknown =>
  inArray && Array.isArray(aud) && aud.length === 1 ? aud[0] : aud;

const isTime = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
