import { OAuthError } from "../../errors.ts";
import { parseAuthorizationDetails } from "../../rules/authorizationDetails.ts";
import { decidePoll, SLOWER_SECONDS } from "../../rules/devicePoll.ts";
import { pollDevice } from "../../store/deviceCodes.ts";
import { loadResources } from "../../store/resources.ts";
import { findCredential } from "../../tokens/credential.ts";
import type { Grant } from "../token.ts";
import { settle } from "./settle.ts";

/**
 * The device code grant (RFC 8628 section 3.4): a device asks here until a person has decided. Every answer but tokens is 400,
 * those of section 3.5 included.
 */
export const deviceCode: Grant = async (request, deps) => {
  const { form, client, confirmation, whereabouts, once } = request;
  const credential = await findCredential(deps, form.load("device_code"));
  if (credential?.kind !== "device_code")
    throw new OAuthError("invalid_grant", "The device_code is not valid.", { reason: "not a device code of ours" });
  const isPublic = client.metadata.token_endpoint_auth_method === "none";
  const details = parseAuthorizationDetails(form.find("authorization_details"), client, await loadResources(deps));
  const asked = {
    familyId: credential.familyId,
    clientId: client.clientId,
    resources: form.all("resource"),
    details,
    confirmation,
    binds: isPublic,
    whereabouts,
    once,
    at: deps.now(),
  };
  const polled = await pollDevice(deps, asked, SLOWER_SECONDS);
  const answer = decidePoll(polled, asked, {
    confidential: !isPublic,
    overlapSeconds: client.metadata.refresh_overlap_seconds,
  });
  switch (answer.kind) {
    case "pending":
      throw new OAuthError("authorization_pending", "Nobody has decided yet. Ask again after the interval.");
    case "slow_down":
      throw new OAuthError(
        "slow_down",
        `This came too soon. From now on wait ${answer.intervalSeconds} seconds before each request.`,
        { status: 400 },
      );
    case "denied":
      throw new OAuthError("access_denied", "The person denied the request.", { status: 400 });
    case "expired":
      throw new OAuthError("expired_token", "The device_code has expired. Ask for a new one when the person wants to go on.");
  }
  const { resources } = asked;
  return settle(deps, request, credential, answer, {
    scopes: null,
    resources: resources.length === 0 ? null : resources,
    details: details.length === 0 ? null : details,
  });
};
