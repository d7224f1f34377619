import type { Deps } from "../config.ts";
import { OAuthError } from "../errors.ts";
import { type Parameters, parseForm } from "../http/form.ts";
import { checkLimits, limitOf, networkOfRequest, whereaboutsOf } from "../http/rateLimit.ts";
import { type Endpoint, json } from "../http/respond.ts";
import { withNote } from "../rules/developerNote.ts";
import { deviceLabel } from "../rules/device.ts";
import { makeUserCode, showUserCode, USER_CODE_BYTES } from "../rules/userCode.ts";
import { keepDeviceCode } from "../store/deviceCodes.ts";
import { mintCredential } from "../tokens/credential.ts";
import { newId } from "../tokens/id.ts";
import { authenticateClient, type Caller } from "./clientAuthentication.ts";
import { parseRequestedAccess } from "./requestedAccess.ts";
import { findDpopProof } from "./senderConstraint.ts";

/** Between two polls, until a device that does not keep to it is told to wait longer. */
const INTERVAL_SECONDS = 5;
/** Drawn at once: of so many that all should be taken, nobody will live to see. */
const DRAWN_CODES = 3;

/**
 * The device authorization endpoint (RFC 8628 section 3.1), for what has no browser or no keyboard: it gets a code to ask with, and
 * one to show. A DPoP proof binds the first to its key, as it does at /par.
 */
export const authorizeDevice: Endpoint = async (request, deps) => {
  const form = await parseForm(request);
  const caller = await authenticateClient(request, form, deps);
  return withNote(caller.client, () => begin(request, form, caller, deps));
};

async function begin(request: Request, form: Parameters, caller: Caller, deps: Deps): Promise<Response> {
  const { client } = caller;
  if (!client.metadata.grant_types.includes("urn:ietf:params:oauth:grant-type:device_code"))
    throw new OAuthError("unauthorized_client", "The client is not registered for the device code grant.");
  const { jkt, once } = await findDpopProof(request, deps, caller.once);
  const access = await parseRequestedAccess(form, client, deps);
  const limit = await limitOf("device_authorization", client.clientId, networkOfRequest(request));
  const id = newId(deps);
  const at = deps.now();
  const { deviceCodeSeconds, issuer } = deps.config;
  const { userCode, counts } = await keepDeviceCode(
    deps,
    {
      id,
      userCodes: Array.from({ length: DRAWN_CODES }, () => makeUserCode(deps.random(USER_CODE_BYTES))),
      clientId: client.clientId,
      request: {
        ...access,
        confirmation: jkt === null ? null : { jkt },
        device: deviceLabel(request.headers.get("user-agent")),
        whereabouts: whereaboutsOf(request),
      },
      intervalSeconds: INTERVAL_SECONDS,
      at,
      expiresAt: at + deviceCodeSeconds * 1000,
    },
    limit,
    once,
  );
  checkLimits([limit], counts, at, "devices that asked for a code");
  if (userCode === undefined)
    throw new OAuthError("temporarily_unavailable", "No user code is free. Try again in a moment.", {
      reason: "every user code that was drawn is taken",
      headers: { "Retry-After": "5" },
    });
  const shown = showUserCode(userCode);
  return json({
    device_code: await mintCredential(deps, { kind: "device_code", familyId: id, generation: 0 }),
    user_code: shown,
    verification_uri: `${issuer}/device`,
    verification_uri_complete: `${issuer}/device?user_code=${shown}`,
    expires_in: deviceCodeSeconds,
    interval: INTERVAL_SECONDS,
  });
}
