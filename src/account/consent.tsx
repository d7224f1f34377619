import type { Deps } from "../config.ts";
import { OAuthError } from "../errors.ts";
import { findCookie } from "../http/cookie.ts";
import { checkSameSite, csrfToken } from "../http/csrf.ts";
import { type Parameters, parseForm } from "../http/form.ts";
import { type Endpoint, redirect } from "../http/respond.ts";
import type { SignedIn } from "../http/session.ts";
import type { ConsentView, Interaction, Resource } from "../model.ts";
import { requestedClaims } from "../rules/claims.ts";
import { findOwner } from "../rules/scope.ts";
import { type Answer, findSituation, storeConsent } from "../store/grants.ts";
import { loadResources } from "../store/resources.ts";
import { sha256 } from "../tokens/encoding.ts";
import { newId } from "../tokens/id.ts";
import { sealInteraction } from "../tokens/interaction.ts";
import { approvalPage, type ConsentProblem, type Ticks } from "./consentPage.tsx";
import { loadStarted } from "./started.ts";

/** The page that /authorize shows when the person has to decide. */
export const consentPage = (view: ConsentView, signedIn: SignedIn, deps: Deps): Promise<Response> => show(view, signedIn, deps);

async function show(
  view: ConsentView,
  { cookie }: Pick<SignedIn, "cookie">,
  deps: Deps,
  refused?: { readonly problem: ConsentProblem; readonly ticks: Ticks },
): Promise<Response> {
  const sealed = await sealInteraction(deps, view.interaction);
  return approvalPage(deps, view, { sealed, csrf: await csrfToken(deps, binding(cookie, view.interaction)), refused });
}

/** A form belongs to one session and one request, so that the answer to one is never taken for the answer to another. */
const binding = (cookie: string, interaction: Interaction): string => `${cookie}.${interaction.id}`;

/**
 * POST /consent. What was asked for is read from the sealed interaction and the form only ticks off, so that a field more or
 * changed grants nothing more. The answer is stored, and /authorize looks again.
 */
export const consent: Endpoint = async (request, deps) => {
  const form = await parseForm(request, ["scope", "claim", "organization"]);
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
  const scopes = answer(asked.scopes, (scope) => isRequired(scope) || ticks.scopes.includes(scope));
  const claims = answer(requestedClaims(asked.claims, asked.scopes), (claim) => ticks.claims.includes(claim));
  const reaches = scopes.given.some((scope) => findOwner(scope, resources) !== undefined);
  const problem = problemOf(scopes, claims, reaches, ticks);
  if (problem !== undefined) {
    const situation = await findSituation(deps, await sha256(cookie), client.clientId);
    if (situation === undefined) return backTo(deps, interaction);
    return show({ ...situation, interaction, client, resources }, { cookie }, deps, { problem, ticks });
  }

  const outcome = await storeConsent(deps, {
    newGrantId: newId(deps),
    interactionId: interaction.id,
    sessionId: await sha256(cookie),
    clientId: asked.clientId,
    scopes,
    claims,
    resources: asked.resources.filter((resource) => isReached(resource, scopes, resources)),
    organizations: reaches ? (ticks.reach === "all" ? null : ticks.organizations) : undefined,
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

const ticksOf = (form: Parameters): Ticks => ({
  scopes: form.all("scope"),
  claims: form.all("claim"),
  reach: form.find("reach") === "all" ? "all" : "chosen",
  organizations: form.all("organization"),
});

/** What comes with approving at all: to recognise the person, and the duration, which the page tells in a sentence. */
const isRequired = (scope: string): boolean => scope === "openid" || scope === "offline_access";

const answer = (asked: readonly string[], isGiven: (name: string) => boolean): Answer => ({
  given: asked.filter(isGiven),
  declined: asked.filter((name) => !isGiven(name)),
});

function problemOf(scopes: Answer, claims: Answer, reaches: boolean, ticks: Ticks): ConsentProblem | undefined {
  if (scopes.given.every((scope) => scope === "offline_access") && claims.given.length === 0) return "nothing_ticked";
  if (reaches && ticks.reach === "chosen" && ticks.organizations.length === 0) return "no_organization";
  return undefined;
}

/** Not a resource of which every scope that was asked for was ticked off. */
function isReached(identifier: string, { given, declined }: Answer, resources: readonly Resource[]): boolean {
  const owns = (scope: string) => findOwner(scope, resources)?.identifier === identifier;
  return given.some(owns) || !declined.some(owns);
}
