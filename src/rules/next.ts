import type { ErrorCode } from "../errors.ts";
import type { AuthorizationRequest, Client, Grant, Session } from "../model.ts";
import { acrAllowed, requestedClaims, subjectAllowed } from "./claims.ts";

/** Where the browser goes next. */
export type Next =
  | { readonly kind: "sign_in" }
  | { readonly kind: "consent" }
  | { readonly kind: "issue_code"; readonly scopes: readonly string[]; readonly resources: readonly string[] }
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

const refuse = (code: ErrorCode, description: string): Next => ({ kind: "refuse", code, description });

/**
 * The one decision of /authorize (OpenID Connect Core 3.1.2.3 to 3.1.2.6). It keeps no state of its own: whether the person
 * has signed in anew or consented anew is told by the times of the session and of the consent.
 * @param situation `subject` is what the client calls the person
 */
export function decideNext(
  progress: Progress,
  situation: { readonly session: Session; readonly subject: string; readonly grant: Grant | null } | undefined,
): Next {
  const { request } = progress;
  if (progress.denied) return refuse("access_denied", "The person denied the request.");
  const silent = request.prompt.includes("none");
  const signIn: Next = silent ? refuse("login_required", "The person must sign in.") : { kind: "sign_in" };
  if (situation === undefined) return signIn;
  const { session, subject, grant } = situation;
  if (!isFresh(progress, session)) return signIn;
  if (request.prompt.includes("select_account") && session.selectedAt < progress.startedAt) return signIn;
  if (!isExpectedPerson(request, subject))
    return session.authAt >= progress.startedAt
      ? refuse("login_required", "Another person signed in than the one that the service expects.")
      : signIn;
  if (!acrAllowed(request.claims, session.acr))
    return refuse("unmet_authentication_requirements", "No sign-in here reaches the acr that the service insists on.");
  return decideConsent(progress, grant, silent);
}

/** Whether the session's sign-in is recent enough for `prompt=login` and `max_age`. */
function isFresh({ request, startedAt, now }: Progress, session: Session): boolean {
  if (session.authAt >= startedAt) return true;
  if (request.prompt.includes("login")) return false;
  return request.maxAgeSeconds === null || now <= session.authAt + request.maxAgeSeconds * 1000;
}

const isExpectedPerson = (request: AuthorizationRequest, subject: string): boolean =>
  (request.subjectHint === null || request.subjectHint === subject) && subjectAllowed(request.claims, subject);

function decideConsent(progress: Progress, grant: Grant | null, silent: boolean): Next {
  const { request, client, startedAt } = progress;
  const answered = grant !== null && grant.consentedAt >= startedAt;
  if (
    !answered &&
    (grant === null || request.prompt.includes("consent") || !covers(grant, request) || !isIdentified(client, request))
  )
    return silent ? refuse("consent_required", "The person must approve the request.") : { kind: "consent" };
  const scopes = request.scopes.filter((scope) => grant.scopes.includes(scope));
  if (scopes.length === 0) return refuse("access_denied", "The person allowed nothing of what was asked for.");
  return { kind: "issue_code", scopes, resources: request.resources.filter((resource) => grant.resources.includes(resource)) };
}

/** Whether everything asked for was consented to before. */
function covers(grant: Grant, request: AuthorizationRequest): boolean {
  return (
    request.scopes.every((scope) => grant.scopes.includes(scope)) &&
    request.resources.every((resource) => grant.resources.includes(resource)) &&
    requestedClaims(request.claims, grant.scopes).every((claim) => grant.claims.includes(claim))
  );
}

/**
 * Whether an earlier consent can stand for this request without asking. Anybody on the device can take a public client's
 * loopback port or private scheme, so there the person is asked each time (RFC 8252 section 8.6).
 */
const isIdentified = (client: Client, request: AuthorizationRequest): boolean =>
  client.metadata.token_endpoint_auth_method !== "none" || request.redirectUri.startsWith("https://");
