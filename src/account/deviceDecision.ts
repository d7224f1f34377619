import type { Deps } from "../config.ts";
import { OAuthError } from "../errors.ts";
import { findCookie } from "../http/cookie.ts";
import { checkSameSite, csrfToken } from "../http/csrf.ts";
import { parseForm } from "../http/form.ts";
import { whereaboutsOf } from "../http/rateLimit.ts";
import { readerOf } from "../http/reader.tsx";
import { type Endpoint, redirect } from "../http/respond.ts";
import type { Asked, AuthorizationDetail, DeviceInteraction, DeviceRequest } from "../model.ts";
import { canonical, ORGANIZATION_ACCESS } from "../rules/authorizationDetails.ts";
import { deviceLabel } from "../rules/device.ts";
import { markAt } from "../rules/pause.ts";
import { approveDevice, denyDevice } from "../store/deviceApproval.ts";
import { type DeviceCode, findDeviceSituation } from "../store/deviceCodes.ts";
import type { Situation } from "../store/grants.ts";
import { loadResources } from "../store/resources.ts";
import { sha256, toBase64url } from "../tokens/encoding.ts";
import { newId } from "../tokens/id.ts";
import { type Allowed, type ApprovalProblem, answerOf } from "./answer.ts";
import { approvedForAll } from "./approvedForAll.ts";
import { consentNotice } from "./consentNotice.ts";
import { deviceApprovalPage } from "./deviceApproval.tsx";
import { expiryOf } from "./lifetime.ts";
import { loadStartedDevice, type StartedDevice } from "./started.ts";
import { repeatedFields, type Ticks, ticksOf } from "./ticks.ts";

/** A device that waits for the person in front of this browser. */
interface Waiting {
  readonly started: StartedDevice;
  readonly situation: Situation;
  readonly device: DeviceCode;
  /** Of the session. */
  readonly cookie: string;
}

/** The page on which the person decides. */
export async function showApproval(
  request: Request,
  deps: Deps,
  { started, situation, device, cookie }: Waiting,
  refused?: { readonly problem: ApprovalProblem; readonly ticks: Ticks },
): Promise<Response> {
  const view = {
    ...situation,
    request: askedBy(device.request),
    client: started.client,
    resources: await loadResources(deps),
    languages: readerOf(request, deps.config, situation.user).languages,
  };
  return deviceApprovalPage(deps, view, {
    device,
    here: whereaboutsOf(request),
    reader: readerOf(request, deps.config, situation.user),
    sealed: started.sealed,
    csrf: await csrfToken(deps, binding(cookie, started.device)),
    refused,
  });
}

/** A device asks for no single claims, and manages no grants. */
const askedBy = ({ scopes, resources, authorizationDetails }: DeviceRequest): Asked => ({
  scopes,
  resources,
  authorizationDetails,
  claims: null,
  grantManagement: null,
});

/** A form belongs to one session and one device, so that the answer to one is never taken for the answer to another. */
const binding = (cookie: string, { id }: DeviceInteraction): string => `${cookie}.${id}`;

/**
 * POST /device/decision. What was asked for stands in D1 and the form only ticks off. The answer is stored, once, and /device looks
 * again and says what stands.
 */
export const decideDevice: Endpoint = async (request, deps) => {
  const form = await parseForm(request, repeatedFields);
  const started = await loadStartedDevice(request, deps, form.load("continue"));
  const { id } = started.device;
  const cookie = findCookie(request, deps.config, "session");
  await checkSameSite(request, deps, cookie && binding(cookie, started.device), form.find("csrf"));
  if (cookie === undefined)
    throw new OAuthError("forbidden", "You are not signed in. Type the code that the device shows once more.", {
      say: ["frame.not_signed_in_device"],
    });
  const sessionId = await sha256(cookie);
  const lookAgain = redirect(`${deps.config.issuer}/device?continue=${started.sealed}`);
  const decision = form.find("decision");
  if (decision === "deny") {
    await denyDevice(deps, id, sessionId);
    return lookAgain;
  }
  if (decision !== "approve")
    throw new OAuthError("invalid_request", "Neither Approve nor Deny was chosen.", {
      say: ["frame.nothing_chosen"],
    });

  const { situation, device } = await findDeviceSituation(deps, sessionId, started.device);
  if (situation === undefined || device === undefined) return lookAgain;
  const asked = askedBy(device.request);
  const ticks = ticksOf(form);
  const { client } = started;
  const registered = await loadResources(deps);
  const { allowed, problem } = answerOf(asked, ticks, client, registered);
  if (problem !== undefined && device.status === "pending")
    return showApproval(request, deps, { started, situation, device, cookie }, { problem, ticks });
  const at = deps.now();
  const whereabouts = whereaboutsOf(request);
  const reader = readerOf(request, deps.config, situation.user);
  const here = deviceLabel(request.headers.get("user-agent"));
  const codeSeconds = Math.max(0, Math.ceil((device.expiresAt - at) / 1000));
  await approveDevice(deps, {
    consent: {
      ...allowed,
      target: ticks.lifetime === "once" ? { kind: "once", grantId: id } : { kind: "common", newGrantId: newId(deps) },
      interactionId: id,
      sessionId,
      clientId: device.clientId,
      expiresAt: expiryOf(deps.config, ticks.lifetime, at, { resources: asked.resources, registered }, codeSeconds),
      approvedFor: await approvedForAll(deps, sessionId, client, ticks.approvedFor),
      whereabouts,
      sealedValues: await consentNotice(deps, reader, { client, allowed, resources: registered, device: here, whereabouts }),
      markedAt: markAt(at),
      at,
    },
    scopes: allowed.scopes.given,
    authorizationDetails: allowedDetails(asked, allowed),
    device: device.request.device,
    confirmation: device.request.confirmation,
    rid: toBase64url(deps.random(12)),
  });
  return lookAgain;
};

/** Those that were ticked. Where the device asked for certain organizations, the person has just chosen them, and the grant has them. */
const allowedDetails = ({ authorizationDetails }: Asked, { details }: Allowed): readonly AuthorizationDetail[] =>
  authorizationDetails.flatMap((detail): readonly AuthorizationDetail[] => {
    if (detail.type === ORGANIZATION_ACCESS) return [{ type: ORGANIZATION_ACCESS }];
    return details.given.includes(canonical(detail)) ? [detail] : [];
  });
