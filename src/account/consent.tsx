import type { Deps } from "../config.ts";
import { OAuthError } from "../errors.ts";
import { findCookie } from "../http/cookie.ts";
import { checkSameSite, csrfToken } from "../http/csrf.ts";
import { parseForm } from "../http/form.ts";
import { type Endpoint, redirect } from "../http/respond.ts";
import type { SignedIn } from "../http/session.ts";
import type { AuthorizationDetail, AuthorizationRequest, ConsentView, Interaction, Resource } from "../model.ts";
import { canonical, findDetailsType, limitedOrganizations, withoutOrganizations } from "../rules/authorizationDetails.ts";
import { requestedClaims } from "../rules/claims.ts";
import { wantedGrant } from "../rules/grantManagement.ts";
import { preferredLanguages } from "../rules/language.ts";
import { findOwner } from "../rules/scope.ts";
import { type Answer, type ConsentTarget, storeConsent } from "../store/consent.ts";
import { findSituation } from "../store/grants.ts";
import { loadResources } from "../store/resources.ts";
import { sha256 } from "../tokens/encoding.ts";
import { newId } from "../tokens/id.ts";
import { sealInteraction } from "../tokens/interaction.ts";
import { approvalPage, type ConsentProblem } from "./consentPage.tsx";
import { loadStarted } from "./started.ts";
import { type Ticks, ticksOf } from "./ticks.ts";

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
  const scopes = answer(asked.scopes, (scope) => isRequired(scope) || ticks.scopes.includes(scope));
  const claims = answer(requestedClaims(asked.claims, asked.scopes), (claim) => ticks.claims.includes(claim));
  const details = answer(withoutOrganizations(asked.authorizationDetails).map(canonical), (detail) =>
    ticks.details.includes(detail),
  );
  const given = { scopes, claims, details };
  const reaches = mayReach(asked, given, resources);
  const problem = problemOf(given, reaches, ticks);
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
    ...given,
    resources: asked.resources.filter((resource) => isReached(resource, given, resources)),
    organizations: reaches ? chosenBy(ticks) : undefined,
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

/** What comes with approving at all: to recognise the person, and the duration, which the page tells in a sentence. */
const isRequired = (scope: string): boolean => scope === "openid" || scope === "offline_access";

const answer = (asked: readonly string[], isGiven: (name: string) => boolean): Answer => ({
  given: asked.filter(isGiven),
  declined: asked.filter((name) => !isGiven(name)),
});

/** Ids of the organizations; null for all, now and later. */
const chosenBy = ({ reach, organizations }: Ticks): readonly string[] | null => {
  if (reach === "all") return null;
  return reach === "none" ? [] : organizations;
};

/** The grant that the answer goes into (Grant Management for OAuth 2.0). */
function targetOf({ id, request: { grantManagement } }: Interaction, deps: Deps): ConsentTarget {
  if (grantManagement === null) return { kind: "common", newGrantId: newId(deps) };
  const { action } = grantManagement;
  return { kind: action, grantId: action === "create" ? id : grantManagement.grantId };
}

/** What the person gave and declined, by kind. */
interface Given {
  readonly scopes: Answer;
  readonly claims: Answer;
  /** By their canonical text. */
  readonly details: Answer;
}

/** Whether something in an organization can be reached by what was given, so that the page asked in which. */
function mayReach(
  { authorizationDetails }: AuthorizationRequest,
  { scopes, details }: Given,
  resources: readonly Resource[],
): boolean {
  if (limitedOrganizations(authorizationDetails) !== undefined || details.given.length > 0) return true;
  return scopes.given.some((scope) => findOwner(scope, resources) !== undefined);
}

function problemOf({ scopes, claims, details }: Given, reaches: boolean, ticks: Ticks): ConsentProblem | undefined {
  const nothing = scopes.given.every((scope) => scope === "offline_access") && claims.given.length === 0;
  if (nothing && details.given.length === 0) return "nothing_ticked";
  if (reaches && ticks.reach === "chosen" && ticks.organizations.length === 0) return "no_organization";
  return undefined;
}

/** Not a resource of which everything that was asked for was ticked off. */
function isReached(identifier: string, { scopes, details }: Given, resources: readonly Resource[]): boolean {
  const ownsScope = (scope: string) => findOwner(scope, resources)?.identifier === identifier;
  const ownsDetail = (detail: string) => findDetailsType(typeOf(detail), resources)?.owner.identifier === identifier;
  if (scopes.given.some(ownsScope) || details.given.some(ownsDetail)) return true;
  return !scopes.declined.some(ownsScope) && !details.declined.some(ownsDetail);
}

const typeOf = (text: string): string => (JSON.parse(text) as AuthorizationDetail).type;
