import type { AuthorizationDetail, Confirmation, FamilyState, Once } from "../model.ts";
import { isWithin } from "./authorizationDetails.ts";
import { isPaused } from "./pause.ts";
import { findRedirectUri } from "./redirectUri.ts";

/** What became of a code or refresh token. `reason` is for the log; who asked learns `invalid_grant` and no more. */
export type Redemption =
  /** Tokens are due, and the refresh token among them is of this generation. */
  | { readonly kind: "redeemed"; readonly state: FamilyState; readonly generation: number }
  /** Somebody holds a credential that was used up: the family must end (RFC 9700 sections 2.1.1 and 4.14). */
  | { readonly kind: "reused"; readonly reason: string; readonly state: FamilyState }
  | { readonly kind: "refused"; readonly error: Beyond | "invalid_grant" | "access_denied"; readonly reason: string };

/** What a token request may ask too much of. */
type Beyond = "invalid_scope" | "invalid_target" | "invalid_authorization_details";

const refused = (reason: string): Redemption => ({ kind: "refused", error: "invalid_grant", reason });

/** The credential stays as it is, good again once the person lets the service go on. */
const waits: Redemption = { kind: "refused", error: "access_denied", reason: "the person has paused it" };

/** More was asked for than was authorized; nothing was redeemed, so that the client may ask again for less. */
const beyond = (error: Beyond): Redemption => ({ kind: "refused", error, reason: "beyond the authorization" });

/**
 * What the state after `redeemCode` says. A request that does not prove that it comes from the right client changes nothing:
 * neither is the code used up by it, nor the family ended.
 */
export function decideCode(
  state: FamilyState | undefined,
  asked: {
    readonly clientId: string;
    readonly redirectUri: string | null;
    readonly codeChallenge: string | null;
    readonly resources: readonly string[];
    readonly details: readonly AuthorizationDetail[];
    readonly confirmation: Confirmation | null;
    readonly once: Pick<Once, "rid">;
    readonly at: number;
  },
): Redemption {
  if (state === undefined) return refused("no such family");
  const { family } = state;
  if (family.clientId !== asked.clientId) return refused("code of another client");
  if (family.codeChallenge !== asked.codeChallenge) return refused("code_verifier does not fit the code_challenge");
  if (asked.redirectUri === null ? family.codeChallenge === null : family.redirectUri !== asked.redirectUri)
    return refused("redirect_uri is not that of the authorization request");
  if (!isHeldBy(family.confirmation, asked.confirmation)) return refused("the code is bound to another key");
  if (family.generation > 0 && family.rid !== asked.once.rid) return { kind: "reused", reason: "code presented again", state };
  const dead = deadBecause(state, asked.at);
  if (dead !== undefined) return refused(dead);
  if (isPaused(state.grant)) return waits;
  if (asked.resources.some((resource) => !family.resources.includes(resource))) return beyond("invalid_target");
  if (!isWithin(asked.details, family.authorizationDetails)) return beyond("invalid_authorization_details");
  if (family.generation === 0) return refused("code expired");
  const { redirect_uris, application_type } = state.client.metadata;
  if (findRedirectUri(family.redirectUri, redirect_uris, application_type) === undefined)
    return refused("redirect_uri is no longer registered");
  return { kind: "redeemed", state, generation: 1 };
}

/**
 * What the state after `redeemRefreshToken` says. The predecessor of an unused token yields that token again within the
 * overlap, so that parallel refreshes and a retry after a lost answer all end up with the same one. What is older is reuse,
 * unless a client that authenticated itself shows it: then nobody has stolen anything, and it is only refused.
 * A token that a key guards is not rotated: a thief could do nothing with it, and no answer that is lost takes it along.
 */
export function decideRefresh(
  state: FamilyState | undefined,
  asked: {
    readonly clientId: string;
    readonly generation: number;
    readonly scopes: readonly string[];
    readonly resources: readonly string[];
    readonly details: readonly AuthorizationDetail[];
    readonly confirmation: Confirmation | null;
    readonly bound: boolean;
    readonly rotates: boolean;
    readonly once: Pick<Once, "rid">;
    readonly at: number;
  },
  client: { readonly confidential: boolean; readonly overlapSeconds: number },
): Redemption {
  if (state === undefined) return refused("no such family");
  const { family } = state;
  if (family.clientId !== asked.clientId) return refused("refresh token of another client");
  if (asked.bound && !isHeldBy(family.confirmation, asked.confirmation)) return refused("the token is bound to another key");
  const dead = deadBecause(state, asked.at);
  if (dead !== undefined) return refused(dead);
  const rotates = asked.rotates && !(asked.bound && family.confirmation !== null);
  const next = rotates ? asked.generation + 1 : asked.generation;
  const won = family.generation === next && family.rid === asked.once.rid;
  if (!won && (asked.at >= family.expiresAt || asked.at >= family.idleExpiresAt)) return refused("refresh token expired");
  if (isPaused(state.grant)) return waits;
  const repeated = rotates && family.generation === next && asked.at < family.rotatedAt + client.overlapSeconds * 1000;
  if (family.generation > asked.generation && !won && !repeated) {
    const reason = `generation ${asked.generation} presented, ${family.generation} is current`;
    return client.confidential ? refused(reason) : { kind: "reused", reason, state };
  }
  if (asked.scopes.some((scope) => !family.scopes.includes(scope))) return beyond("invalid_scope");
  if (asked.resources.some((resource) => !family.resources.includes(resource))) return beyond("invalid_target");
  if (!isWithin(asked.details, family.authorizationDetails)) return beyond("invalid_authorization_details");
  return won || repeated ? { kind: "redeemed", state, generation: next } : refused("refresh token of a generation to come");
}

/**
 * What the state after a poll says about a device code that was approved. A device asks again and again, and sooner or later an
 * answer of ours is lost on its way: therefore its code yields what it yielded, as a refresh token does, while that is unused and
 * the overlap lasts, and never once the code itself has expired. What is later is reuse, as with every code.
 */
export function decideDeviceCode(
  state: FamilyState | undefined,
  asked: {
    readonly clientId: string;
    readonly resources: readonly string[];
    readonly details: readonly AuthorizationDetail[];
    readonly confirmation: Confirmation | null;
    readonly once: Pick<Once, "rid">;
    readonly at: number;
  },
  client: { readonly confidential: boolean; readonly overlapSeconds: number },
): Redemption | { readonly kind: "expired" } {
  if (state === undefined) return { kind: "expired" };
  const { family } = state;
  if (family.clientId !== asked.clientId) return refused("device code of another client");
  if (!isHeldBy(family.confirmation, asked.confirmation)) return refused("the device code is bound to another key");
  const dead = deadBecause(state, asked.at);
  if (dead !== undefined) return refused(dead);
  if (isPaused(state.grant)) return waits;
  const won = family.generation === 1 && family.rid === asked.once.rid;
  const overlaps = asked.at < Math.min(family.rotatedAt + client.overlapSeconds * 1000, family.codeExpiresAt);
  const repeated = family.generation === 1 && overlaps;
  if (family.generation > 0 && !won && !repeated) {
    const reason = "device code presented again";
    return client.confidential ? refused(reason) : { kind: "reused", reason, state };
  }
  if (asked.resources.some((resource) => !family.resources.includes(resource))) return beyond("invalid_target");
  if (!isWithin(asked.details, family.authorizationDetails)) return beyond("invalid_authorization_details");
  return won || repeated ? { kind: "redeemed", state, generation: 1 } : { kind: "expired" };
}

/** Whether a request that proves to hold `presented` may use what is bound to `bound`. */
export const isHeldBy = (bound: Confirmation | null, presented: Confirmation | null): boolean =>
  bound === null || JSON.stringify(bound) === JSON.stringify(presented);

/** Why nothing of this family is worth anything any more, or undefined while something may be. */
export function deadBecause(state: FamilyState, at: number): string | undefined {
  if (state.family.revokedAt !== null) return "family revoked";
  if (state.grant.revokedAt !== null) return "grant revoked";
  if (state.grant.expiresAt !== null && state.grant.expiresAt <= at) return "grant expired";
  if (state.userDisabledAt !== null) return "person disabled";
  if (state.clientDisabledAt !== null) return "client disabled";
  return undefined;
}
