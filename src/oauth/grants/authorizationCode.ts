import { OAuthError } from "../../errors.ts";
import { parseAuthorizationDetails } from "../../rules/authorizationDetails.ts";
import { decideCode } from "../../rules/family.ts";
import { isCodeVerifier } from "../../rules/pkce.ts";
import { redeemCode } from "../../store/families.ts";
import { loadResources } from "../../store/resources.ts";
import { findCredential } from "../../tokens/credential.ts";
import { sha256 } from "../../tokens/encoding.ts";
import type { Grant } from "../token.ts";
import { settle } from "./settle.ts";

/** The authorization code grant (RFC 6749 section 4.1.3, RFC 7636 section 4.5). */
export const authorizationCode: Grant = async (request, deps) => {
  const { form, client, confirmation, whereabouts, once } = request;
  const code = form.load("code");
  const verifier = form.find("code_verifier");
  const credential = await findCredential(deps, code);
  if (credential?.kind !== "code")
    throw new OAuthError("invalid_grant", "The code is not valid.", { reason: "not a code of ours" });
  if (verifier !== undefined && !isCodeVerifier(verifier))
    throw new OAuthError("invalid_grant", "The code_verifier is not 43 to 128 unreserved characters.");
  const details = parseAuthorizationDetails(form.find("authorization_details"), client, await loadResources(deps));
  const asked = {
    familyId: credential.familyId,
    clientId: client.clientId,
    redirectUri: form.find("redirect_uri") ?? null,
    codeChallenge: verifier === undefined ? null : await sha256(verifier),
    resources: form.all("resource"),
    details,
    confirmation,
    binds: client.metadata.token_endpoint_auth_method === "none",
    whereabouts,
    once,
    at: deps.now(),
  };
  const redemption = decideCode(await redeemCode(deps, asked), asked);
  const { resources } = asked;
  return settle(deps, request, credential, redemption, {
    scopes: null,
    resources: resources.length === 0 ? null : resources,
    details: details.length === 0 ? null : details,
  });
};
