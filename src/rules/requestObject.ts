import type { OAuthError } from "../errors.ts";
import type { ClientId, JsonObject } from "../model.ts";

/** What the claims of a request object are held against. */
export interface RequestObjectChecks {
  readonly clientId: ClientId;
  readonly issuer: string;
  /** Whether it must say from whom, to whom and for how long, as FAPI 2.0 Message Signing wants it. */
  readonly strict: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly refuse: (reason: string) => OAuthError;
}

/** How far the clocks may be apart (FAPI 2.0 Security Profile section 5.3.2.1: 10 s at least, and 60 s refused). */
const TOLERANCE_SECONDS = 10;
/** FAPI 2.0 Message Signing section 5.3.1: neither older than an hour nor good for longer. */
const MAX_SECONDS = 3600;

/** Claims that are about the object, and parameters that an object cannot hold (RFC 9101 section 4). */
const notParameters = new Set(["iss", "aud", "sub", "exp", "nbf", "iat", "jti", "request", "request_uri"]);

/**
 * Checks what a request object says of itself (RFC 9101 sections 4 and 10.8).
 * @throws OAuthError of `refuse`
 */
export function checkRequestObject(claims: JsonObject, { clientId, issuer, strict, now, refuse }: RequestObjectChecks): void {
  const { iss, aud, sub, exp, nbf, iat, client_id } = claims;
  if (client_id !== clientId) throw refuse("client_id is not that of the request");
  if (iss === undefined ? strict : iss !== clientId) throw refuse("iss is not the client_id");
  if (aud === undefined ? strict : ![aud].flat().includes(issuer)) throw refuse("aud does not name this server");
  // A client assertion, which whoever reads a log may have, must not pass for a request (RFC 9101 section 10.8).
  if (sub === clientId) throw refuse("sub is the client_id, as in a client assertion");
  if (claims["request"] !== undefined || claims["request_uri"] !== undefined) throw refuse("a request object inside it");
  for (const [name, time] of Object.entries({ exp, nbf, iat }))
    if (time !== undefined && !Number.isFinite(time)) throw refuse(`${name} is not a time`);
  if (strict && (exp === undefined || nbf === undefined)) throw refuse("exp and nbf are needed");
  checkTimes(claims as Times, now / 1000, refuse);
}

/** Seconds since the epoch. */
interface Times {
  readonly exp?: number;
  readonly nbf?: number;
  readonly iat?: number;
}

function checkTimes({ exp, nbf, iat }: Times, now: number, refuse: RequestObjectChecks["refuse"]): void {
  if (exp !== undefined && exp + TOLERANCE_SECONDS <= now) throw refuse("expired");
  if (exp !== undefined && exp > (nbf ?? now + TOLERANCE_SECONDS) + MAX_SECONDS) throw refuse("lives for longer than an hour");
  if ([nbf, iat].some((time) => time !== undefined && time > now + TOLERANCE_SECONDS)) throw refuse("from the future");
  if (nbf !== undefined && nbf < now - MAX_SECONDS - TOLERANCE_SECONDS) throw refuse("older than an hour");
}

/**
 * The parameters of a request object: texts as they are, numbers in decimal, arrays of `resource` as repetitions, other
 * structures (`claims`, `authorization_details`) as the JSON text that they are outside of an object.
 */
export function parametersIn(claims: JsonObject): ReadonlyMap<string, readonly string[]> {
  const entries = Object.entries(claims).filter(([name, value]) => !notParameters.has(name) && value != null);
  return new Map(entries.map(([name, value]) => [name, name === "resource" ? [value].flat().map(String) : [textOf(value)]]));
}

const textOf = (value: unknown): string => (typeof value === "object" ? JSON.stringify(value) : String(value));
