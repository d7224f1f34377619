import type { Deps } from "../config.ts";
import { OAuthError } from "../errors.ts";
import { findCookie } from "../http/cookie.ts";
import { checkSameSite, csrfToken } from "../http/csrf.ts";
import { parseForm } from "../http/form.ts";
import { type Endpoint, redirect } from "../http/respond.ts";
import type { SignedIn } from "../http/session.ts";
import type { ConsentView, Interaction } from "../model.ts";
import { wantedGrant } from "../rules/grantManagement.ts";
import { preferredLanguages } from "../rules/language.ts";
import { type ConsentTarget, storeConsent } from "../store/consent.ts";
import { findSituation } from "../store/grants.ts";
import { loadResources } from "../store/resources.ts";
import { sha256 } from "../tokens/encoding.ts";
import { newId } from "../tokens/id.ts";
import { sealInteraction } from "../tokens/interaction.ts";
import { type ApprovalProblem, answerOf } from "./answer.ts";
import { approvalPage } from "./consentPage.tsx";
import { loadStarted } from "./started.ts";
import { type Ticks, ticksOf } from "./ticks.ts";

/** The page that /authorize shows when the person has to decide. */
export const consentPage = (view: ConsentView, signedIn: SignedIn, deps: Deps): Promise<Response> => show(view, signedIn, deps);

async function show(
  view: ConsentView,
  { cookie }: Pick<SignedIn, "cookie">,
  deps: Deps,
  refused?: { readonly problem: ApprovalProblem; readonly ticks: Ticks },
): Promise<Response> {
  const sealed = await sealInteraction(deps, view.interaction);
  return approvalPage(deps, view, { sealed, csrf: await csrfToken(deps, binding(cookie, view.interaction)), refused });
}

/** A form belongs to one session and one request, so that the answer to one is never taken for the answer to another. */
const binding = (cookie: string, interaction: Interaction): string => `${cookie}.${interaction.id}`;

/**
 * POST /consent. What was asked for is read from the sealed interaction. The answer is stored, and /authorize looks again.
 */
export const consent: Endpoint = async (request, deps) => {
  const form = await parseForm(request, ["scope", "claim", "detail", "organization"]);
  const { interaction, client } = await loadStarted(request, deps, form.load("continue"));
  const cookie = findCookie(request, deps.config, "session");
  await checkSameSite(request, deps, cookie && binding(cookie, interaction), form.find("csrf"));
  if (cookie === undefined) throw new OAuthError("forbidden", "You are not signed in. Go back to the service and start again.");
  const decision = form.find("decision");
  if (decision === "deny") return backTo(deps, { ...interaction, denied: true });
  if (decision !== "approve") throw new OAuthError("invalid_request", "Neither Approve nor Deny was chosen.");

  const ticks = ticksOf(form);
  const resources = await loadResources(deps);
  const { request: asked } = interaction;
  const { allowed, problem } = answerOf(asked, ticks, resources);
  if (problem !== undefined) {
    const wanted = wantedGrant(asked.grantManagement, interaction.id);
    const situation = await findSituation(deps, await sha256(cookie), client.clientId, wanted);
    if (situation === undefined) return backTo(deps, interaction);
    const languages = preferredLanguages(request.headers.get("accept-language"), asked.uiLocales);
    return show({ ...situation, interaction, client, resources, languages }, { cookie }, deps, { problem, ticks });
  }

  const outcome = await storeConsent(deps, {
    target: targetOf(interaction, deps),
    interactionId: interaction.id,
    sessionId: await sha256(cookie),
    clientId: asked.clientId,
    ...allowed,
    at: deps.now(),
  });
  if (outcome === "used")
    throw new OAuthError(
      "invalid_request",
      "This request was answered before. Go back to the service; if it does not let you in, start again there.",
    );
  return backTo(deps, interaction);
};

const backTo = async (deps: Deps, interaction: Interaction): Promise<Response> =>
  redirect(`${deps.config.issuer}/authorize?continue=${await sealInteraction(deps, interaction)}`);

/** The grant that the answer goes into (Grant Management for OAuth 2.0). */
function targetOf({ id, request: { grantManagement } }: Interaction, deps: Deps): ConsentTarget {
  if (grantManagement === null) return { kind: "common", newGrantId: newId(deps) };
  const { action } = grantManagement;
  return { kind: action, grantId: action === "create" ? id : grantManagement.grantId };
}
