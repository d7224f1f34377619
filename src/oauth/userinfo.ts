import { bearerChallenge, OAuthError } from "../errors.ts";
import { parseForm } from "../http/form.ts";
import { type Endpoint, json } from "../http/respond.ts";
import type { AccessTokenClaims, FamilyState } from "../model.ts";
import { claimsAbout, claimsOf } from "../rules/claims.ts";
import { findLiveState, findOwnToken } from "./ownToken.ts";

const REALM = "Countersign";

/** The userinfo endpoint (OpenID Connect Core 5.3), GET and POST; what is revoked gets nothing from the same moment on. */
export const userinfo: Endpoint = async (request, deps) => {
  const token = await findToken(request);
  if (token === undefined)
    throw new OAuthError("invalid_token", "An access token is needed.", {
      headers: bearerChallenge(REALM, undefined, "openid"),
    });
  const claims = await findOwnToken(deps, token);
  if (claims === undefined || ![claims.aud].flat().includes(deps.config.issuer))
    throw refusal("invalid_token", "The access token is invalid, expired or revoked.");
  if (!claims.scope.split(" ").includes("openid"))
    throw refusal("insufficient_scope", "The access token lacks the scope openid.");
  const state = await findLiveState(deps, claims);
  if (state === undefined) throw refusal("invalid_token", "The access token is invalid, expired or revoked.");
  return json({ sub: claims.sub, ...about(claims, state) });
};

function about(claims: AccessTokenClaims, { family, grant, user }: FamilyState): Readonly<Record<string, unknown>> {
  const scopes = claims.scope.split(" ").filter((scope) => grant.scopes.includes(scope));
  const byScope = claimsOf(scopes);
  const byName = Object.keys(family.claims?.userinfo ?? {}).filter((name) => grant.claims.includes(name));
  return claimsAbout(user, [...byScope, ...byName]);
}

/** The token in the Authorization header or in a form (RFC 6750 sections 2.1 and 2.2); never one in the query. */
async function findToken(request: Request): Promise<string | undefined> {
  const header = request.headers.get("authorization");
  const isForm = request.method === "POST" && request.headers.has("content-type");
  const inForm = isForm ? (await parseForm(request)).find("access_token") : undefined;
  if (header === null) return inForm;
  if (inForm !== undefined) throw refusal("invalid_request", "The access token was sent in two ways at once.");
  const token = /^bearer +([A-Za-z0-9\-._~+/]+=*)$/i.exec(header)?.[1];
  if (token === undefined) throw refusal("invalid_request", "The Authorization header is not Bearer and one token.");
  return token;
}

function refusal(code: "invalid_request" | "invalid_token" | "insufficient_scope", description: string): OAuthError {
  const error = new OAuthError(code, description);
  return new OAuthError(code, description, { headers: bearerChallenge(REALM, error, "openid") });
}
