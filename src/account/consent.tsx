import type { Deps } from "../config.ts";
import { OAuthError } from "../errors.ts";
import { findCookie } from "../http/cookie.ts";
import { checkSameSite, csrfToken } from "../http/csrf.ts";
import { parseForm } from "../http/form.ts";
import { whereaboutsOf } from "../http/rateLimit.ts";
import { readerOf } from "../http/reader.tsx";
import { type Endpoint, redirect } from "../http/respond.ts";
import type { SignedIn } from "../http/session.ts";
import type { ConsentView, Interaction, Lifetime } from "../model.ts";
import { deviceLabel } from "../rules/device.ts";
import { wantedGrant } from "../rules/grantManagement.ts";
import { markAt } from "../rules/pause.ts";
import { type ConsentTarget, storeConsent } from "../store/consent.ts";
import { findSituation } from "../store/grants.ts";
import { loadResources } from "../store/resources.ts";
import { sha256 } from "../tokens/encoding.ts";
import { newId } from "../tokens/id.ts";
import { sealInteraction } from "../tokens/interaction.ts";
import { answerOf } from "./answer.ts";
import { approvedForAll } from "./approvedForAll.ts";
import { askFor } from "./ask.ts";
import { consentNotice } from "./consentNotice.ts";
import { approvalPage, type Returned } from "./consentPage.tsx";
import { expiryOf } from "./lifetime.ts";
import { loadStarted, type Started } from "./started.ts";
import { repeatedFields, ticksOf } from "./ticks.ts";

/** The page that /authorize shows when the person has to decide. */
export const consentPage = (
  request: Request,
  view: Omit<ConsentView, "languages">,
  signedIn: SignedIn,
  deps: Deps,
): Promise<Response> => show(request, view, signedIn, deps);

async function show(
  request: Request,
  view: Omit<ConsentView, "languages">,
  { cookie }: Pick<SignedIn, "cookie">,
  deps: Deps,
  returned?: Returned,
): Promise<Response> {
  const { interaction, user } = view;
  const reader = readerOf(request, deps.config, user, interaction.request.uiLocales);
  const sealed = await sealInteraction(deps, interaction);
  const csrf = await csrfToken(deps, binding(cookie, interaction));
  return approvalPage(deps, reader, { ...view, languages: reader.languages }, { sealed, csrf, returned });
}

/** A form belongs to one session and one request, so that the answer to one is never taken for the answer to another. */
const binding = (cookie: string, interaction: Interaction): string => `${cookie}.${interaction.id}`;

/**
 * POST /consent. What was asked for is read from the sealed interaction. The answer is stored, and /authorize looks again.
 */
export const consent: Endpoint = async (request, deps) => {
  const form = await parseForm(request, repeatedFields);
  const started = await loadStarted(request, deps, form.load("continue"));
  const { interaction, client } = started;
  const cookie = findCookie(request, deps.config, "session");
  await checkSameSite(request, deps, cookie && binding(cookie, interaction), form.find("csrf"));
  if (cookie === undefined)
    throw new OAuthError("forbidden", "You are not signed in. Go back to the service and start again.", {
      say: ["frame.not_signed_in"],
    });
  const decision = form.find("decision");
  if (decision === "deny") return backTo(deps, { ...interaction, denied: true });
  if (decision !== "approve" && decision !== "request_approval")
    throw new OAuthError("invalid_request", "Neither Approve nor Deny was chosen.", { say: ["frame.nothing_chosen"] });

  const ticks = ticksOf(form);
  const sessionId = await sha256(cookie);
  const resources = await loadResources(deps);
  const { request: asked } = interaction;
  const { allowed, problem } = answerOf(asked, ticks, client, resources);
  if (decision === "request_approval") {
    const asking = await askFor(request, deps, form, { sessionId, clientId: client.clientId, scopes: asked.scopes });
    return showAgain(request, deps, started, cookie, { ticks, asking });
  }
  const target = targetOf(interaction, ticks.lifetime, deps);
  if (problem !== undefined) return showAgain(request, deps, started, cookie, { ticks, problem });

  const at = deps.now();
  const whereabouts = whereaboutsOf(request);
  const reader = readerOf(request, deps.config, undefined, asked.uiLocales);
  const device = deviceLabel(request.headers.get("user-agent"));
  const outcome = await storeConsent(deps, {
    target,
    interactionId: interaction.id,
    sessionId,
    clientId: asked.clientId,
    ...allowed,
    expiresAt: expiryOf(deps.config, ticks.lifetime, at, { resources: asked.resources, registered: resources }),
    approvedFor: await approvedForAll(deps, sessionId, client, ticks.approvedFor),
    whereabouts,
    sealedValues: await consentNotice(deps, reader, { client, allowed, resources, device, whereabouts }),
    markedAt: markAt(at),
    at,
  });
  if (outcome === "used")
    throw new OAuthError(
      "invalid_request",
      "This request was answered before. Go back to the service; if it does not let you in, start again there.",
      { say: ["frame.answered_before"] },
    );
  return backTo(deps, interaction);
};

/** The page once more, as the form was sent; one more trip, to say how things stand now. */
async function showAgain(
  request: Request,
  deps: Deps,
  { interaction, client }: Started,
  cookie: string,
  returned: Returned,
): Promise<Response> {
  const wanted = { grantId: wantedGrant(interaction.request.grantManagement, interaction.id), interactionId: interaction.id };
  const situation = await findSituation(deps, await sha256(cookie), client.clientId, wanted);
  if (situation === undefined) return backTo(deps, interaction);
  const resources = await loadResources(deps);
  return show(request, { ...situation, interaction, client, resources }, { cookie }, deps, returned);
}

const backTo = async (deps: Deps, interaction: Interaction): Promise<Response> =>
  redirect(`${deps.config.issuer}/authorize?continue=${await sealInteraction(deps, interaction)}`);

/** The grant that the answer goes into (Grant Management for OAuth 2.0). One for this time alone stands by itself. */
function targetOf({ id, request: { grantManagement } }: Interaction, lifetime: Lifetime, deps: Deps): ConsentTarget {
  const once = lifetime === "once";
  if (grantManagement === null) return once ? { kind: "once", grantId: id } : { kind: "common", newGrantId: newId(deps) };
  const { action } = grantManagement;
  if (action === "create") return { kind: once ? "once" : "create", grantId: id };
  if (once) throw new OAuthError("invalid_request", "A grant that is added to or replaced cannot be for once.");
  return { kind: action, grantId: grantManagement.grantId };
}
