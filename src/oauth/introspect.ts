import type { Deps } from "../config.ts";
import { parseForm } from "../http/form.ts";
import { type Endpoint, json, jwt } from "../http/respond.ts";
import type { AccessTokenClaims, Client, Once } from "../model.ts";
import { detailsOfToken, limitedOrganizations } from "../rules/authorizationDetails.ts";
import { deadBecause } from "../rules/family.ts";
import { isVouched, reachedOrganizations } from "../rules/organizations.ts";
import { isPaused } from "../rules/pause.ts";
import { sectorOf } from "../rules/sector.ts";
import { loadResources } from "../store/resources.ts";
import { spend } from "../store/seen.ts";
import { inspectToken } from "../store/tokenState.ts";
import { tokenType } from "../tokens/accessToken.ts";
import { type Credential, findCredential } from "../tokens/credential.ts";
import { subjectOf } from "../tokens/subject.ts";
import { authenticateConfidentialClient } from "./clientAuthentication.ts";
import { findLiveState, findOwnToken } from "./ownToken.ts";
import { protect, protectionOf } from "./protectedAnswer.ts";

const JWT_TYPE = "application/token-introspection+jwt";

const inactive = { active: false } as const;

/**
 * The introspection endpoint (RFC 7662), which asks D1: what is revoked is inactive at once. It answers to the client that a
 * token was issued to and to the resource servers that it was issued for; to everybody else every token is inactive.
 */
export const introspect: Endpoint = async (request, deps) => {
  const form = await parseForm(request);
  const { client, once } = await authenticateConfidentialClient(request, form, deps);
  const answer = await inspect(deps, form.load("token"), client, once);
  const wantsJwt = (request.headers.get("accept") ?? "").toLowerCase().includes(JWT_TYPE);
  return wantsJwt ? jwt(await protectedAnswer(deps, client, answer), JWT_TYPE) : json(answer);
};

/** The answer as a JWT for the resource server that asked (RFC 9701 section 5), whatever it says. */
function protectedAnswer(deps: Deps, caller: Client, answer: object): Promise<string> {
  const {
    introspection_signed_response_alg: signed,
    introspection_encrypted_response_alg: alg,
    introspection_encrypted_response_enc: enc,
  } = caller.metadata;
  const iat = Math.floor(deps.now() / 1000);
  const claims = { iss: deps.config.issuer, aud: caller.clientId, iat, token_introspection: answer };
  return protect(deps, caller, claims, "token-introspection+jwt", protectionOf(signed, alg, enc));
}

async function inspect(deps: Deps, token: string, caller: Client, once: Once): Promise<object> {
  const credential = await findCredential(deps, token);
  if (credential !== undefined) return introspectCredential(deps, credential, caller, once);
  const claims = await findOwnToken(deps, token);
  if (claims !== undefined && (await mayAskAbout(deps, claims, caller))) return introspectAccessToken(deps, claims, once);
  await spend(deps, once);
  return inactive;
}

async function mayAskAbout(deps: Deps, claims: AccessTokenClaims, caller: Client): Promise<boolean> {
  if (claims.client_id === caller.clientId) return true;
  const audience = [claims.aud].flat();
  const own = (await loadResources(deps)).filter(({ clientId }) => clientId === caller.clientId);
  return own.some(({ identifier }) => audience.includes(identifier));
}

async function introspectAccessToken(deps: Deps, claims: AccessTokenClaims, once: Once): Promise<object> {
  const live = await findLiveState(deps, claims, once);
  if (live === undefined) return inactive;
  const organizations = claims.organizations?.filter((name) => live.organizations.includes(name));
  const details = claims.authorization_details && {
    authorization_details: detailsOfToken(
      claims.authorization_details,
      null,
      live.state?.grant.authorizationDetails ?? claims.authorization_details,
      organizations ?? [],
      [claims.aud].flat(),
      await loadResources(deps),
    ),
  };
  return {
    active: true,
    token_type: tokenType(claims.cnf ?? null),
    ...claims,
    ...(organizations ? { organizations } : {}),
    ...details,
  };
}

async function introspectCredential(deps: Deps, credential: Credential, caller: Client, once: Once): Promise<object> {
  const { familyId } = credential;
  const { state } = await inspectToken(deps, { clientId: caller.clientId, familyId, targets: [] }, once);
  if (state === undefined || credential.kind !== "refresh_token") return inactive;
  const { family, grant, user } = state;
  const now = deps.now();
  const expiresAt = Math.min(family.idleExpiresAt, family.expiresAt, grant.expiresAt ?? Number.POSITIVE_INFINITY);
  const current = family.clientId === caller.clientId && family.generation === credential.generation && now < expiresAt;
  if (!current || deadBecause(state, now) !== undefined || isPaused(grant)) return inactive;
  const limit = limitedOrganizations(family.authorizationDetails);
  const details = detailsOfToken(
    family.authorizationDetails,
    null,
    grant.authorizationDetails,
    reachedOrganizations(state.organizations, state.client, grant.organizations, limit, isVouched(grant)),
    family.resources,
    await loadResources(deps),
  );
  return {
    active: true,
    iss: deps.config.issuer,
    sub: await subjectOf(deps, sectorOf(state.client.metadata), user.userId),
    client_id: family.clientId,
    scope: family.scopes.filter((scope) => grant.scopes.includes(scope)).join(" "),
    exp: Math.floor(expiresAt / 1000),
    grant_id: grant.grantId,
    sid: family.id,
    ...(details.length === 0 ? {} : { authorization_details: details }),
    // No cnf, even where the code was bound: who may ask here authenticates, and that alone is what guards its refresh token.
  };
}
