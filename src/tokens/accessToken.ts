import { errors, type JWTHeaderParameters, jwtVerify, SignJWT } from "jose";
import { OAuthError } from "../errors.ts";
import type { AccessTokenClaims, Confirmation, JsonObject, Mark, SigningAlgorithm } from "../model.ts";
import { fromBase64url } from "./encoding.ts";

/** A key that signs. */
export interface SigningKey {
  readonly kid: string;
  readonly alg: SigningAlgorithm;
  readonly privateKey: CryptoKey;
}

/** Finds the public key of an issuer; undefined for a kid that it does not have or that is of another algorithm. */
export type FindKey = (kid: string, alg: SigningAlgorithm) => Promise<CryptoKey | undefined>;

/** What a token is held against. */
export interface AccessTokenChecks {
  readonly issuer: string;
  /** Which the token's `aud` must name; null where the caller looks at `aud` itself. */
  readonly audience: string | null;
  readonly findKey: FindKey;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly skewSeconds: number;
  /** By so much more may `iat` lie ahead. */
  readonly aheadSeconds?: number;
}

/** Asymmetric ones alone, so that a public key can never be taken for a shared secret (RFC 8725 section 3.1). */
export const algorithms: readonly SigningAlgorithm[] = ["ES256", "PS256", "EdDSA", "RS256"];
const TYPE = "at+jwt";

/** More than any token of ours is long; what is longer is refused before a byte of it is decoded. */
const MAX_LENGTH = 16 * 1024;

/** What the client must send the token as (RFC 6749 section 7.1, RFC 9449 section 7.1); one bound to a certificate is a Bearer token. */
export const tokenType = (confirmation: Confirmation | null): "DPoP" | "Bearer" =>
  confirmation !== null && "jkt" in confirmation ? "DPoP" : "Bearer";

/** An access token in the JWT profile (RFC 9068). */
export const signAccessToken = (key: SigningKey, claims: AccessTokenClaims): Promise<string> =>
  new SignJWT({ ...claims }).setProtectedHeader({ alg: key.alg, typ: TYPE, kid: key.kid }).sign(key.privateKey);

/**
 * Validates an access token (RFC 9068 section 4): its type, algorithm, key, signature, issuer, audience and times. Revocation
 * is not in a token: see `marksOf` and `isRevoked`.
 * @throws OAuthError invalid_token, with the particulars in `reason` alone
 * @throws whatever `findKey` throws, such as that the issuer's keys cannot be had just now
 */
export async function checkAccessToken(token: string, checks: AccessTokenChecks): Promise<AccessTokenClaims> {
  if (token.length > MAX_LENGTH) throw invalid("longer than 16 KB");
  if (!token.split(".").every((part) => fromBase64url(part) !== undefined)) throw invalid("not in canonical base64url");
  let unavailable: unknown;
  const findKey = async ({ kid, alg, ...header }: JWTHeaderParameters): Promise<CryptoKey> => {
    const algorithm = algorithms.find((known) => known === alg);
    if (typeof kid !== "string" || algorithm === undefined) throw invalid("no kid or an unknown algorithm");
    // Both change how the token is read (RFC 7515 section 4.1.11, RFC 7797); no token of ours has either.
    if (Object.hasOwn(header, "crit") || Object.hasOwn(header, "b64")) throw invalid("an extension in the header");
    try {
      const key = await checks.findKey(kid, algorithm);
      if (key !== undefined) return key;
    } catch (error) {
      unavailable = error;
      throw error;
    }
    throw invalid("signed by a key that the issuer does not have");
  };
  try {
    const { payload } = await jwtVerify(token, findKey, {
      typ: TYPE,
      algorithms: [...algorithms],
      issuer: checks.issuer,
      ...(checks.audience === null ? {} : { audience: checks.audience }),
      clockTolerance: checks.skewSeconds,
      currentDate: new Date(checks.now),
      requiredClaims: ["iss", "sub", "aud", "exp", "iat", "jti", "client_id", "scope"],
    });
    return checkShape(payload as unknown as AccessTokenClaims, checks);
  } catch (error) {
    if (unavailable !== undefined) throw unavailable;
    if (error instanceof OAuthError) throw error;
    throw invalid(error instanceof errors.JOSEError ? error.message : String(error));
  }
}

/** What jose leaves open: numbers that are none, an issue in the future, members of another type. */
function checkShape(claims: AccessTokenClaims, checks: AccessTokenChecks): AccessTokenClaims {
  const { sub, client_id, grant_id, sid, auth_time, acr, act } = claims;
  const texts = [sub, client_id, claims.scope, claims.jti, ...(isForClient(claims) ? [] : [grant_id, sid])];
  if (![...texts, ...(acr === undefined ? [] : [acr])].every((text) => typeof text === "string"))
    throw invalid("a claim is not a string");
  if (act !== undefined && !isActor(act)) throw invalid("act is not an actor");
  if (auth_time !== undefined && !Number.isFinite(auth_time)) throw invalid("auth_time is not a number");
  if (!Number.isFinite(claims.exp) || !Number.isFinite(claims.iat)) throw invalid("a time is not a number");
  if (claims.iat > checks.now / 1000 + checks.skewSeconds + (checks.aheadSeconds ?? 0)) throw invalid("issued in the future");
  const { organizations = [], exchanged_from = [], authorization_details: details = [], cnf = {} } = claims;
  for (const [name, list] of Object.entries({ organizations, exchanged_from }))
    if (!(Array.isArray(list) && list.every((item) => typeof item === "string")))
      throw invalid(`${name} is not an array of strings`);
  if (!Array.isArray(details) || !details.every((element) => isObject(element) && typeof element["type"] === "string"))
    throw invalid("authorization_details is not an array of objects with a type");
  if (!isObject(cnf)) throw invalid("cnf is not an object");
  return claims;
}

const isObject = (value: unknown): value is JsonObject => typeof value === "object" && value !== null && !Array.isArray(value);

/** RFC 8693 section 4.1: whoever acts, and within it for whom they act in turn. */
const isActor = (value: unknown): boolean =>
  isObject(value) && typeof value["sub"] === "string" && (value["act"] === undefined || isActor(value["act"]));

/** Whether a client got the token for itself (RFC 6749 section 4.4): then it is its own subject, and no consent stands behind it. */
export const isForClient = ({ sub, client_id, grant_id, sid }: AccessTokenClaims): boolean =>
  sub === client_id && grant_id === undefined && sid === undefined;

/** Everything whose revocation ends this token. A user is known by `sub`: a mark on one goes on each of their pairwise subjects too. */
export const marksOf = (claims: AccessTokenClaims): readonly Pick<Mark, "kind" | "id">[] => [
  ...(claims.grant_id === undefined ? [] : [{ kind: "grant" as const, id: claims.grant_id }]),
  ...(claims.sid === undefined ? [] : [{ kind: "family" as const, id: claims.sid }]),
  ...(isForClient(claims) ? [] : [{ kind: "user" as const, id: claims.sub }]),
  { kind: "client", id: claims.client_id },
  { kind: "token", id: claims.jti },
];

/** The one rule: revoked when any mark is at or after `iat`. A mark's time is rounded down to the second, as `iat` is. */
export const isRevoked = (claims: AccessTokenClaims, revokedAt: readonly number[]): boolean =>
  revokedAt.some((at) => Math.floor(at / 1000) >= claims.iat);

const invalid = (reason: string): OAuthError =>
  new OAuthError("invalid_token", "The access token is invalid, expired or revoked.", { reason });
