import type { Deps } from "../config.ts";
import { parseForm } from "../http/form.ts";
import { type Endpoint, json } from "../http/respond.ts";
import type { AccessTokenClaims, Client } from "../model.ts";
import { deadBecause } from "../rules/family.ts";
import { reachedOrganizations } from "../rules/organizations.ts";
import { inspectFamily } from "../store/families.ts";
import { loadResources } from "../store/resources.ts";
import { type Credential, findCredential } from "../tokens/credential.ts";
import { authenticateConfidentialClient } from "./clientAuthentication.ts";
import { findLiveState, findOwnToken } from "./ownToken.ts";

const inactive = { active: false } as const;

/**
 * The introspection endpoint (RFC 7662), which asks D1: what is revoked is inactive at once. It answers to the client that a
 * token was issued to and to the resource servers that it was issued for; to everybody else every token is inactive.
 */
export const introspect: Endpoint = async (request, deps) => {
  const form = await parseForm(request);
  const caller = await authenticateConfidentialClient(request, form, deps);
  const token = form.load("token");
  const credential = await findCredential(deps, token);
  if (credential !== undefined) return json(await introspectCredential(deps, credential, caller));
  const claims = await findOwnToken(deps, token);
  if (claims === undefined || !(await mayAskAbout(deps, claims, caller))) return json(inactive);
  return json(await introspectAccessToken(deps, claims));
};

async function mayAskAbout(deps: Deps, claims: AccessTokenClaims, caller: Client): Promise<boolean> {
  if (claims.client_id === caller.clientId) return true;
  const audience = [claims.aud].flat();
  const own = (await loadResources(deps)).filter(({ clientId }) => clientId === caller.clientId);
  return own.some(({ identifier }) => audience.includes(identifier));
}

async function introspectAccessToken(deps: Deps, claims: AccessTokenClaims): Promise<object> {
  const state = await findLiveState(deps, claims);
  if (state === undefined) return inactive;
  const reached = reachedOrganizations(state.organizations, state.client, state.grant.organizations);
  const organizations = claims.organizations?.filter((name) => reached.includes(name));
  return { active: true, token_type: "Bearer", ...claims, ...(organizations ? { organizations } : {}) };
}

async function introspectCredential(deps: Deps, credential: Credential, caller: Client): Promise<object> {
  const { state } = await inspectFamily(deps, credential.familyId, caller.clientId, []);
  if (state === undefined || credential.kind !== "refresh_token") return inactive;
  const { family, grant, user } = state;
  const now = deps.now();
  const expiresAt = Math.min(family.idleExpiresAt, family.expiresAt, grant.expiresAt ?? Number.POSITIVE_INFINITY);
  const current = family.clientId === caller.clientId && family.generation === credential.generation && now < expiresAt;
  if (!current || deadBecause(state, now) !== undefined) return inactive;
  return {
    active: true,
    iss: deps.config.issuer,
    sub: user.userId,
    client_id: family.clientId,
    scope: family.scopes.filter((scope) => grant.scopes.includes(scope)).join(" "),
    exp: Math.floor(expiresAt / 1000),
    grant_id: grant.grantId,
    sid: family.id,
  };
}
