import { OAuthError } from "../../errors.ts";
import { parseAuthorizationDetails } from "../../rules/authorizationDetails.ts";
import { decideRefresh } from "../../rules/family.ts";
import { parseScope } from "../../rules/scope.ts";
import { redeemRefreshToken } from "../../store/families.ts";
import { loadResources } from "../../store/resources.ts";
import { findCredential } from "../../tokens/credential.ts";
import { isKeyBound } from "../senderConstraint.ts";
import type { Grant } from "../token.ts";
import { settle } from "./settle.ts";

/** The refresh token grant (RFC 6749 section 6), with rotation and reuse detection (RFC 9700 section 4.14). */
export const refreshToken: Grant = async (request, deps) => {
  const { form, client, confirmation, whereabouts, once } = request;
  const credential = await findCredential(deps, form.load("refresh_token"));
  if (credential?.kind !== "refresh_token")
    throw new OAuthError("invalid_grant", "The refresh token is not valid.", { reason: "not a refresh token of ours" });
  const isPublic = client.metadata.token_endpoint_auth_method === "none";
  const details = parseAuthorizationDetails(form.find("authorization_details"), client, await loadResources(deps));
  const asked = {
    familyId: credential.familyId,
    generation: credential.generation,
    clientId: client.clientId,
    scopes: parseScope(form.find("scope") ?? ""),
    resources: form.all("resource"),
    details,
    confirmation,
    bound: isPublic,
    rotates: !isKeyBound(client),
    whereabouts,
    once,
    at: deps.now(),
  };
  const redemption = decideRefresh(await redeemRefreshToken(deps, asked), asked, {
    confidential: !isPublic,
    overlapSeconds: client.metadata.refresh_overlap_seconds,
  });
  return settle(deps, request, credential, redemption, {
    scopes: asked.scopes.length === 0 ? null : asked.scopes,
    resources: asked.resources.length === 0 ? null : asked.resources,
    details: details.length === 0 ? null : details,
  });
};
