import type { Asked, AuthorizationDetail, Client, Resource } from "../model.ts";
import { canonical, findDetailsType, limitedOrganizations, withoutOrganizations } from "../rules/authorizationDetails.ts";
import { requestedClaims } from "../rules/claims.ts";
import { isRequired } from "../rules/requiredScope.ts";
import { findOwner } from "../rules/scope.ts";
import type { Answer, Consent } from "../store/consent.ts";
import type { Ticks } from "./ticks.ts";

/** Why an approval cannot be stored as it was sent. */
export type ApprovalProblem = "nothing_ticked" | "no_organization";

/** What the person allows, as the store takes it. */
export type Allowed = Pick<Consent, "scopes" | "claims" | "details" | "resources" | "organizations">;

/**
 * The answer of a person who pressed Approve. What was asked for does not come from the form, which only ticks off, so that a field
 * more or changed allows nothing more.
 */
export function answerOf(
  asked: Asked,
  ticks: Ticks,
  client: Client,
  resources: readonly Resource[],
): { readonly allowed: Allowed; readonly problem: ApprovalProblem | undefined } {
  const isGiven = (scope: string) => isRequired(scope, client, resources) || ticks.scopes.includes(scope);
  // Without a refresh token nobody comes back while the person is away, and no scope is to say so.
  const isDue = (scope: string) => scope !== "offline_access" || ticks.lifetime !== "once";
  const scopes = answer(asked.scopes.filter(isDue), isGiven);
  const claims = answer(requestedClaims(asked.claims, asked.scopes), (claim) => ticks.claims.includes(claim));
  const details = answer(withoutOrganizations(asked.authorizationDetails).map(canonical), (detail) =>
    ticks.details.includes(detail),
  );
  const given = { scopes, claims, details };
  const reaches = mayReach(asked, given, resources);
  return {
    problem: problemOf(given, reaches, ticks),
    allowed: {
      ...given,
      resources: asked.resources.filter((resource) => isReached(resource, given, resources)),
      organizations: reaches ? chosenBy(ticks) : undefined,
    },
  };
}

const answer = (asked: readonly string[], isGiven: (name: string) => boolean): Answer => ({
  given: asked.filter(isGiven),
  declined: asked.filter((name) => !isGiven(name)),
});

/** Ids of the organizations; null for all, now and later. */
const chosenBy = ({ reach, organizations }: Ticks): readonly string[] | null => {
  if (reach === "all") return null;
  return reach === "none" ? [] : organizations;
};

type Given = Pick<Allowed, "scopes" | "claims" | "details">;

/** Whether something in an organization can be reached by what was given, so that the page asked in which. */
function mayReach({ authorizationDetails }: Asked, { scopes, details }: Given, resources: readonly Resource[]): boolean {
  if (limitedOrganizations(authorizationDetails) !== undefined || details.given.length > 0) return true;
  return scopes.given.some((scope) => findOwner(scope, resources) !== undefined);
}

function problemOf({ scopes, claims, details }: Given, reaches: boolean, ticks: Ticks): ApprovalProblem | undefined {
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
