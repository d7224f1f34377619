import { type ChallengeNeeds, OAuthError } from "../errors.ts";
import type { AccessTokenClaims } from "../model.ts";
import { isForClient } from "../tokens/accessToken.ts";
import { misconfigured } from "./misconfigured.ts";

/** What an operation needs of a token, beyond that it is good and for this resource server. */
export interface TokenNeeds {
  /** All of which the token must have. */
  readonly scopes?: readonly string[] | undefined;
  /** A scope that does in place of all `scopes`: full access to this resource. No challenge asks for it. */
  readonly fullAccess?: string | undefined;
  /** The person must have signed in by one of these authentication context classes (RFC 9470): the claim `acr`. */
  readonly acrValues?: readonly string[] | undefined;
  /** So long ago at most, with `skewSeconds` allowed for the clocks, the person must have signed in (RFC 9470): the claim `auth_time`. */
  readonly maxAgeSeconds?: number | undefined;
  /** The token must speak for a person: one that a client got for itself (RFC 6749 section 4.4) will not do. */
  readonly person?: boolean | undefined;
}

/** As a call gives them: `"workitems.read", "code.read"` for scopes alone, or `{ scopes, maxAgeSeconds, … }`. */
export type Needs = readonly string[] | readonly [TokenNeeds];

/**
 * @returns the same as one object, each scope once
 * @throws OAuthError server_error for needs that no token can meet or no client may be told of: a fault of this server
 */
export function parseNeeds(needs: Needs): TokenNeeds & { readonly scopes: readonly string[] } {
  const [first] = needs;
  const given: TokenNeeds = typeof first === "object" ? first : { scopes: needs as readonly string[] };
  const scopes = [...new Set((given.scopes ?? []).flatMap((scope) => scope.split(" ")))].filter((scope) => scope !== "");
  const { acrValues, maxAgeSeconds, fullAccess } = given;
  // It lets a client come back by itself, which is between the client and the authorization server.
  if ([...scopes, fullAccess].includes("offline_access")) throw misconfigured("offline_access is no scope of a resource");
  if (fullAccess !== undefined && !/^[\x21\x23-\x5b\x5d-\x7e]+$/.test(fullAccess))
    throw misconfigured("fullAccess must be one scope");
  if (acrValues?.length === 0) throw misconfigured("acrValues must not be empty");
  if (maxAgeSeconds !== undefined && !(Number.isInteger(maxAgeSeconds) && maxAgeSeconds >= 0))
    throw misconfigured("maxAgeSeconds must be 0 or more, a whole number");
  return { ...given, scopes };
}

/** What a challenge says of them: everything, not only what a token lacks, so that one new authorization will do. */
export const challengeNeeds = ({ scopes = [], acrValues, maxAgeSeconds }: TokenNeeds): ChallengeNeeds => ({
  scope: scopes.length === 0 ? undefined : scopes.join(" "),
  acr_values: acrValues?.join(" "),
  max_age: maxAgeSeconds,
});

/**
 * Holds a token that is good against what the operation needs. How the person signed in comes first: the challenge to that asks
 * for the scopes too.
 * @param seconds the time since the epoch, less what the clocks may be apart
 * @throws OAuthError insufficient_user_authentication (401), insufficient_scope (403)
 */
export function checkNeeds(claims: AccessTokenClaims, needs: TokenNeeds, seconds: number): void {
  const { scopes = [], fullAccess, acrValues, maxAgeSeconds, person = false } = needs;
  if (person && isForClient(claims)) throw insufficient("A token that speaks for a person is needed.");
  if (acrValues !== undefined && !(claims.acr !== undefined && acrValues.includes(claims.acr)))
    throw insufficient("The person must sign in in another way.");
  if (maxAgeSeconds !== undefined && !(claims.auth_time !== undefined && claims.auth_time + maxAgeSeconds >= seconds))
    throw insufficient("The person must have signed in more recently.");
  const granted = claims.scope.split(" ");
  if (fullAccess !== undefined && granted.includes(fullAccess)) return;
  const missing = scopes.filter((scope) => !granted.includes(scope));
  if (missing.length > 0) throw new OAuthError("insufficient_scope", `The access token lacks the scope ${missing.join(" ")}.`);
}

const insufficient = (description: string): OAuthError => new OAuthError("insufficient_user_authentication", description);
