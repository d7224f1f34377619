import type { ErrorCode } from "../errors.ts";
import type { AuthorizationDetail, AuthorizationRequest, Client, Grant, OrganizationReach, Session } from "../model.ts";
import { isAcrAllowed, wantsOtherAcr } from "./acr.ts";
import {
  hasDetail,
  limitedOrganizations,
  namedOrganizations,
  ORGANIZATION_ACCESS,
  withoutOrganizations,
} from "./authorizationDetails.ts";
import { requestedClaims, subjectAllowed } from "./claims.ts";
import { isPaused } from "./pause.ts";

/** Where the browser goes next. */
export type Next =
  | { readonly kind: "sign_in" }
  | { readonly kind: "consent" }
  | {
      readonly kind: "issue_code";
      readonly scopes: readonly string[];
      readonly resources: readonly string[];
      readonly authorizationDetails: readonly AuthorizationDetail[];
    }
  | { readonly kind: "refuse"; readonly code: ErrorCode; readonly description: string };

/** What an authorization request has come to so far. */
export interface Progress {
  readonly request: AuthorizationRequest;
  readonly client: Client;
  /** When the browser first came with this request; what happened since counts as done for it. */
  readonly startedAt: number;
  readonly denied: boolean;
  readonly now: number;
}

/** How a signed-in person stands to the client. */
export interface Standing {
  readonly session: Session;
  readonly subject: string;
  readonly grant: Grant | null;
  readonly organizations: readonly OrganizationReach[];
}

const refuse = (code: ErrorCode, description: string): Next => ({ kind: "refuse", code, description });

/**
 * The one decision of /authorize (OpenID Connect Core 3.1.2.3 to 3.1.2.6). It keeps no state of its own: whether the person
 * has signed in anew or consented anew is told by the times of the session and of the consent.
 * @param situation `subject` is what the client calls the person
 */
export function decideNext(progress: Progress, situation: Standing | undefined): Next {
  const { request } = progress;
  if (progress.denied) return refuse("access_denied", "The person denied the request.");
  const silent = request.prompt.includes("none");
  const signIn: Next = silent ? refuse("login_required", "The person must sign in.") : { kind: "sign_in" };
  if (situation === undefined) return signIn;
  const { session, subject } = situation;
  if (!isFresh(progress, session)) return signIn;
  if (request.prompt.includes("select_account") && session.selectedAt < progress.startedAt) return signIn;
  if (!isExpectedPerson(request, subject))
    return session.beganAt >= progress.startedAt
      ? refuse("login_required", "Another person signed in than the one that the service expects.")
      : signIn;
  const isAllowed = isAcrAllowed(request, session.acr);
  // What the service only prefers is no reason to stop where no page may be shown.
  // Who has signed in for this request is not asked again, also where a directory had let them in before it.
  if (session.beganAt < progress.startedAt && wantsOtherAcr(request, session.acr) && !(silent && isAllowed)) return signIn;
  if (!isAllowed)
    return refuse("unmet_authentication_requirements", "No sign-in here reaches the acr that the service insists on.");
  return decideConsent(progress, situation, silent);
}

/** Whether the session's sign-in is recent enough for `prompt=login` and `max_age`. */
export function isFresh(
  { request, startedAt, now }: Pick<Progress, "request" | "startedAt" | "now">,
  session: Session,
): boolean {
  if (session.authAt >= startedAt) return true;
  if (request.prompt.includes("login")) return false;
  return request.maxAgeSeconds === null || now <= session.authAt + request.maxAgeSeconds * 1000;
}

/** Whether the person is the one whom the request is about, if it says so: by `id_token_hint`, or by the value of `sub` in `claims`. */
export const isExpectedPerson = (request: AuthorizationRequest, subject: string): boolean =>
  (request.subjectHint === null || request.subjectHint === subject) && subjectAllowed(request.claims, subject);

function decideConsent(progress: Progress, { grant, organizations }: Standing, silent: boolean): Next {
  const { request, client, startedAt } = progress;
  const action = request.grantManagement?.action;
  if (grant === null && (action === "merge" || action === "replace"))
    return refuse("invalid_grant_id", "The grant_id is not a grant by which the client acts for this person.");
  const answered = grant !== null && grant.consentedAt >= startedAt;
  const asks = request.prompt.includes("consent") || action === "replace" || !isIdentified(client, request);
  // Approving resumes what the person paused: until then nothing of it counts, so that a page must ask.
  if (
    grant === null ||
    isPaused(grant) ||
    isOutdated(client, grant) ||
    (!answered && (asks || !covers(grant, request, organizations)))
  )
    return silent ? refuse("consent_required", "The person must approve the request.") : { kind: "consent" };
  const scopes = request.scopes.filter((scope) => grant.scopes.includes(scope));
  const authorizationDetails = grantedDetails(request, grant, answered, organizations);
  if (scopes.length === 0 && withoutOrganizations(authorizationDetails).length === 0)
    return refuse("access_denied", "The person allowed nothing of what was asked for.");
  const resources = request.resources.filter((resource) => grant.resources.includes(resource));
  return { kind: "issue_code", scopes, resources, authorizationDetails };
}

/**
 * The details that this run is for. Of the organizations that the request names, those that the person may enter; where the
 * person has just been asked, what they chose instead, which the grant has.
 */
function grantedDetails(
  { authorizationDetails }: AuthorizationRequest,
  grant: Grant,
  answered: boolean,
  organizations: readonly OrganizationReach[],
): readonly AuthorizationDetail[] {
  return authorizationDetails.flatMap((detail): readonly AuthorizationDetail[] => {
    if (detail.type !== ORGANIZATION_ACCESS) return hasDetail(grant.authorizationDetails, detail) ? [detail] : [];
    const names = namedOrganizations([detail], organizations)?.map(({ name }) => name) ?? [];
    return [answered ? { type: ORGANIZATION_ACCESS } : { type: ORGANIZATION_ACCESS, organizations: names }];
  });
}

/** Whether everything asked for was consented to before. */
function covers(grant: Grant, request: AuthorizationRequest, organizations: readonly OrganizationReach[]): boolean {
  return (
    coversOrganizations(grant, request, organizations) &&
    withoutOrganizations(request.authorizationDetails).every((detail) => hasDetail(grant.authorizationDetails, detail)) &&
    request.scopes.every((scope) => grant.scopes.includes(scope)) &&
    request.resources.every((resource) => grant.resources.includes(resource)) &&
    requestedClaims(request.claims, grant.scopes).every((claim) => grant.claims.includes(claim))
  );
}

/**
 * Whether the organizations that the request names are all among those chosen before. One that the person is no member of is not,
 * as one that they did not choose: asking for a name with prompt=none tells nobody which of the two it is.
 */
function coversOrganizations(
  grant: Grant,
  request: AuthorizationRequest,
  organizations: readonly OrganizationReach[],
): boolean {
  const { organizations: chosen } = grant;
  const names = limitedOrganizations(request.authorizationDetails) ?? [];
  if (chosen === null) return true;
  const reach = organizations.filter(({ organizationId }) => chosen.includes(organizationId)).map(({ name }) => name);
  return names.every((name) => reach.includes(name));
}

/**
 * Whether the consent was to a client that has another name since, or other places where people go back to. One that describes
 * itself may have fallen into other hands with its document, or with its registration access token (RFC 7592): they must not get
 * from a person what that person gave somebody else.
 */
export const isOutdated = ({ changedAt = 0 }: Client, { consentedAt }: Grant): boolean => changedAt > consentedAt;

/**
 * Whether an earlier consent can stand for this request without asking. Anybody on the device can take a public client's
 * loopback port or private scheme, so there the person is asked each time (RFC 8252 section 8.6).
 */
const isIdentified = (client: Client, request: AuthorizationRequest): boolean =>
  client.metadata.token_endpoint_auth_method !== "none" || request.redirectUri.startsWith("https://");
