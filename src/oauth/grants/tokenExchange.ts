import type { Deps } from "../../config.ts";
import { OAuthError } from "../../errors.ts";
import type { Parameters } from "../../http/form.ts";
import type { AccessTokenClaims, Authorization } from "../../model.ts";
import { parseAuthorizationDetails } from "../../rules/authorizationDetails.ts";
import { reachedOrganizations } from "../../rules/organizations.ts";
import { datedAt } from "../../rules/pause.ts";
import { parseScope } from "../../rules/scope.ts";
import { type ExchangeRequest, planExchange, settleExchange } from "../../rules/tokenExchange.ts";
import { type ExchangedToken, inspectExchange } from "../../store/exchange.ts";
import { loadResources } from "../../store/resources.ts";
import type { TokenState } from "../../store/tokenState.ts";
import { findOwnToken, keysOf, type LiveState, liveState } from "../ownToken.ts";
import { invalidClient } from "../presentedClient.ts";
import type { Grant, TokenRequest } from "../token.ts";

const ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";
const JWT = "urn:ietf:params:oauth:token-type:jwt";

/**
 * Token exchange (RFC 8693): a resource server that received a person's access token gets one of its own for the next resource, as
 * the person or for the person. `rules/tokenExchange.ts` says what it can get. The new token belongs to the same grant and family,
 * so that whatever ends those ends it too, everywhere.
 */
export const tokenExchange: Grant = async (request, deps) => {
  const { form, client, once } = request;
  const issuedTokenType = typeOf(form, "requested_token_type") ?? ACCESS_TOKEN;
  const asked = await parseExchange(request, deps);
  const registered = await loadResources(deps);
  const plan = planExchange(asked, client, registered);
  const { subject, actor } = asked;
  const at = deps.now();
  const found = await inspectExchange(deps, {
    ...plan,
    clientId: client.clientId,
    subject: { ...storedToken(subject), familyId: subject.sid ?? "" },
    actor: actor && storedToken(actor),
    once,
    at,
  });
  if (found.client === undefined) throw invalidClient("disabled or removed");
  const { state, organizations } = loadLive("subject_token", subject, found.subject, at);
  if (actor !== null && found.actor !== null) loadLive("actor_token", actor, found.actor, at);
  const isOwn = state?.family.clientId === found.client.clientId;
  const entered = isOwn ? organizations : reachedOrganizations(found.organizations, found.client, null, organizations);
  const exchanged = state === null ? undefined : settleExchange(plan, asked, state, entered, registered);
  if (state === null || exchanged === undefined)
    throw new OAuthError("invalid_scope", "The person has not granted what is asked for, or took it back.");
  const { exchangedFrom, ...given } = exchanged;
  return {
    client,
    person: personOf(subject, state, deps.now()),
    actor: plan.actor,
    refreshGeneration: null,
    ...given,
    confirmation: request.confirmation,
    endsAt: plan.endsAt,
    exchange: { subject: subject.sub, issuedTokenType, from: exchangedFrom },
  };
};

/** @throws OAuthError invalid_request for tokens that are not ours or have expired (RFC 8693 section 2.2.2) */
async function parseExchange({ form, client, confirmation }: TokenRequest, deps: Deps): Promise<ExchangeRequest> {
  if (typeOf(form, "subject_token_type") === undefined)
    throw new OAuthError("invalid_request", "The parameter subject_token_type is missing.");
  if ((typeOf(form, "actor_token_type") === undefined) !== (form.find("actor_token") === undefined))
    throw new OAuthError("invalid_request", "actor_token and actor_token_type belong together.");
  const scopes = parseScope(form.find("scope") ?? "");
  const details = parseAuthorizationDetails(form.find("authorization_details"), client, await loadResources(deps));
  const actor = form.find("actor_token");
  return {
    subject: await loadToken(deps, "subject_token", form.load("subject_token")),
    actor: actor === undefined ? null : await loadToken(deps, "actor_token", actor),
    scopes: scopes.length === 0 ? null : scopes,
    details: details.length === 0 ? null : details,
    targets: [...form.all("resource"), ...form.all("audience")],
    confirmation,
  };
}

/** One of the token types that we can read and issue, which are two names of one (RFC 8693 section 3). */
function typeOf(form: Parameters, name: string): string | undefined {
  const type = form.find(name);
  if (type === undefined || type === ACCESS_TOKEN || type === JWT) return type;
  throw new OAuthError("invalid_request", `The ${name} must be ${ACCESS_TOKEN} or ${JWT}.`);
}

async function loadToken(deps: Deps, name: "subject_token" | "actor_token", token: string): Promise<AccessTokenClaims> {
  const claims = await findOwnToken(deps, token);
  if (claims === undefined) throw dead(name, "not an access token of ours, or expired");
  return claims;
}

const storedToken = (claims: AccessTokenClaims): ExchangedToken => ({ ...keysOf(claims), jti: claims.jti, iat: claims.iat });

function loadLive(name: "subject_token" | "actor_token", claims: AccessTokenClaims, found: TokenState, at: number): LiveState {
  const live = liveState(claims, found, at);
  if (live === undefined) throw dead(name, `${claims.jti} is revoked`);
  return live;
}

const dead = (name: string, reason: string): OAuthError =>
  new OAuthError("invalid_request", `The ${name} is invalid, expired or revoked.`, { reason });

/** Whom the new token speaks for: as the subject token has it, to whichever client that was issued. */
const personOf = (
  { auth_time, acr }: AccessTokenClaims,
  { user, grant, family }: NonNullable<LiveState["state"]>,
  now: number,
): NonNullable<Authorization["person"]> => ({
  user,
  grantId: grant.grantId,
  familyId: family.id,
  sessionId: family.sessionId,
  grantManaged: false,
  claims: null,
  consentedClaims: [],
  authAt: auth_time === undefined ? null : auth_time * 1000,
  acr: acr ?? null,
  amr: [],
  datedAt: datedAt(now, grant),
  nonce: null,
});
