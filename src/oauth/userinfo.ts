import { type Endpoint, json, jwt } from "../http/respond.ts";
import type { AccessTokenClaims, FamilyState } from "../model.ts";
import { claimsAbout, claimsOf } from "../rules/claims.ts";
import { sectorOf } from "../rules/sector.ts";
import { subjectOf } from "../tokens/subject.ts";
import { loadPresentedToken, personOf } from "./presentedToken.ts";
import { protect, protectionOf } from "./protectedAnswer.ts";

/** The userinfo endpoint (OpenID Connect Core 5.3), GET and POST; what is revoked gets nothing from the same moment on. */
export const userinfo: Endpoint = async (request, deps) => {
  const presented = await loadPresentedToken(request, deps, "openid");
  const { claims } = presented;
  const state = personOf(presented);
  const { client } = state;
  const answer = { sub: await subjectOf(deps, sectorOf(client.metadata), state.user.userId), ...about(claims, state) };
  const {
    userinfo_signed_response_alg: signed,
    userinfo_encrypted_response_alg: alg,
    userinfo_encrypted_response_enc: enc,
  } = client.metadata;
  if (signed === undefined && alg === undefined) return json(answer);
  const named = signed === undefined ? answer : { iss: deps.config.issuer, aud: client.clientId, ...answer };
  return jwt(await protect(deps, client, named, "JWT", protectionOf(signed, alg, enc)), "application/jwt");
};

function about(claims: AccessTokenClaims, { family, grant, user }: FamilyState): Readonly<Record<string, unknown>> {
  const scopes = claims.scope.split(" ").filter((scope) => grant.scopes.includes(scope));
  const byScope = claimsOf(scopes);
  const byName = Object.keys(family.claims?.userinfo ?? {}).filter((name) => grant.claims.includes(name));
  return claimsAbout(user, [...byScope, ...byName]);
}
