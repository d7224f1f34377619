import { findClient } from "../clients/document.ts";
import type { Deps } from "../config.ts";
import { OAuthError } from "../errors.ts";
import { findCookie, setCookie } from "../http/cookie.ts";
import { type Parameters, parseForm, parseQuery } from "../http/form.ts";
import { loadOwnInteraction } from "../http/interaction.ts";
import { whereaboutsOf } from "../http/rateLimit.ts";
import { type Endpoint, redirect } from "../http/respond.ts";
import type { SignedIn } from "../http/session.ts";
import type { AuthorizationRequest, Client, ConsentView, FamilyId, Interaction } from "../model.ts";
import { toldAcr } from "../rules/acr.ts";
import { withNote } from "../rules/developerNote.ts";
import { deviceLabel } from "../rules/device.ts";
import { wantedGrant } from "../rules/grantManagement.ts";
import { decideNext, type Next } from "../rules/next.ts";
import { sectorOf } from "../rules/sector.ts";
import { startFamily } from "../store/familyStart.ts";
import { findSituation, type Situation } from "../store/grants.ts";
import { loadResources } from "../store/resources.ts";
import { mintCredential } from "../tokens/credential.ts";
import { sha256, toBase64url } from "../tokens/encoding.ts";
import { newId } from "../tokens/id.ts";
import { sealInteraction } from "../tokens/interaction.ts";
import { subjectOf } from "../tokens/subject.ts";
import { loadRequestingClient, MAX_REQUEST, parseAuthorizationRequest } from "./authorizationRequest.ts";
import { authorizationResponse, prepareResponse } from "./authorizationResponse.ts";
import { isPushed, loadPushedRequest } from "./pushedRequest.ts";
import { resolveRequestObject } from "./requestObject.ts";
import { checkStillRegistered, findTarget, targetOf, withTarget } from "./responseTarget.ts";

/** Shows the approval page; it lives in account/, which app.ts joins to this endpoint. */
export type ConsentPage = (
  request: Request,
  view: Omit<ConsentView, "languages">,
  signedIn: SignedIn,
  deps: Deps,
) => Promise<Response>;

/**
 * The authorization endpoint (RFC 6749 section 3.1), which alone decides where the browser goes next. Every step comes back
 * here with `continue`, and it looks again.
 */
export const authorize =
  (consentPage: ConsentPage): Endpoint =>
  async (request, deps) => {
    if (request.method === "POST") return asGet(request, deps);
    const { interaction, client, browser } = await begin(request, deps);
    checkStillRegistered(client, interaction.request);
    const cookie = findCookie(request, deps.config, "session");
    const situation = cookie === undefined ? undefined : await findStanding(deps, cookie, client, interaction);
    const { request: authorization, startedAt, denied } = interaction;
    const next = decideNext({ request: authorization, client, startedAt, denied, now: deps.now() }, situation);
    if (next.kind === "refuse")
      throw new OAuthError(next.code, next.description, { redirect: targetOf(client, authorization) });
    if (next.kind === "sign_in" || situation === undefined || cookie === undefined) {
      const location = `${deps.config.issuer}/sign-in?continue=${await sealInteraction(deps, interaction)}`;
      return redirect(location, [setCookie(deps.config, "browser", browser)]);
    }
    if (next.kind === "issue_code") return issueCode(request, deps, client, interaction, situation, next);
    const view = { ...situation, interaction, client, resources: await loadResources(deps) };
    const page = await consentPage(request, view, { cookie, session: situation.session, user: situation.user }, deps);
    page.headers.append("Set-Cookie", setCookie(deps.config, "browser", browser));
    return page;
  };

/** How the person behind the cookie stands to the client, who knows them by `subject`; undefined for nobody. */
async function findStanding(deps: Deps, cookie: string, { clientId, metadata }: Client, { id, request }: Interaction) {
  const wanted = { grantId: wantedGrant(request.grantManagement, id), interactionId: id };
  const situation = await findSituation(deps, await sha256(cookie), clientId, wanted);
  return situation && { ...situation, subject: await subjectOf(deps, sectorOf(metadata), situation.user.userId) };
}

/**
 * A request by POST, turned into one by GET: a browser sends our cookie along when a foreign page leads to us, and not when it
 * posts to us (SameSite=Lax).
 */
async function asGet(request: Request, deps: Deps): Promise<Response> {
  const form = await parseForm(request.clone());
  // Written anew: what a form may hold raw, such as a line break or a #, means something else in a URL or a header.
  const query = new URLSearchParams(await request.text()).toString();
  checkLength(query);
  form.load("client_id");
  return redirect(`${deps.config.issuer}/authorize?${query}`);
}

function checkLength(query: string): void {
  if (query.length > MAX_REQUEST) throw new OAuthError("invalid_request", "The authorization request is longer than 10 KB.");
}

/** A new interaction, or the one that `continue` carries, which only the browser that it began in may go on with. */
async function begin(
  request: Request,
  deps: Deps,
): Promise<{ readonly interaction: Interaction; readonly client: Client; readonly browser: string }> {
  const parameters = parseQuery(request);
  const sealed = parameters.find("continue");
  if (sealed === undefined) {
    checkLength(new URL(request.url).search);
    const client = await loadRequestingClient(parameters, request, deps);
    const { id, request: authorization } = await withNote(client, () => loadRequest(parameters, client, deps));
    const browser = findCookie(request, deps.config, "browser") ?? toBase64url(deps.random(32));
    const interaction: Interaction = {
      id,
      request: authorization,
      startedAt: deps.now(),
      browser: await sha256(browser),
      denied: false,
    };
    return { interaction, client, browser };
  }
  const { interaction, browser } = await loadOwnInteraction(request, deps, sealed);
  const client = await findClient(deps, interaction.request.clientId, request);
  if (client === undefined)
    throw new OAuthError("invalid_request", "The service that sent you here is no longer registered with us.");
  return { interaction, client, browser };
}

/** The request as it was pushed, or as it came: by signed object or by parameters (RFC 9126 section 4, RFC 9101 section 5). */
async function loadRequest(
  parameters: Parameters,
  client: Client,
  deps: Deps,
): Promise<{ readonly id: FamilyId; readonly request: AuthorizationRequest }> {
  const requestUri = parameters.find("request_uri");
  if (isPushed(requestUri)) return loadPushedRequest(requestUri, client, deps);
  const { requirePushedAuthorizationRequests } = deps.config;
  const resolved = await withTarget(findTarget(parameters, client), async () => {
    if (requirePushedAuthorizationRequests || client.metadata.require_pushed_authorization_requests)
      throw new OAuthError("invalid_request", "The request must be pushed (RFC 9126).");
    return resolveRequestObject(parameters, client, deps);
  });
  return { id: newId(deps), request: await parseAuthorizationRequest(resolved, client, deps) };
}

async function issueCode(
  request: Request,
  deps: Deps,
  client: Client,
  { id, request: authorization }: Interaction,
  situation: Situation,
  granted: Extract<Next, { kind: "issue_code" }>,
): Promise<Response> {
  const { session, grant } = situation;
  if (grant === null)
    throw new OAuthError("server_error", "Something went wrong on our side.", { reason: "a code without a grant" });
  await prepareResponse(deps, targetOf(client, authorization));
  const outcome = await startFamily(deps, {
    id,
    grantId: grant.grantId,
    session,
    acr: toldAcr(authorization, session.acr),
    request: authorization,
    scopes: granted.scopes,
    resources: granted.resources,
    authorizationDetails: granted.authorizationDetails,
    hearsOfLogout: client.metadata.backchannel_logout_uri !== undefined,
    device: deviceLabel(request.headers.get("user-agent")),
    whereabouts: whereaboutsOf(request),
    rid: toBase64url(deps.random(12)),
    at: deps.now(),
  });
  if (outcome === "used")
    throw new OAuthError(
      "invalid_request",
      "This approval was already used. Go back to the service; if it does not let you in, start again there.",
      { say: ["frame.approval_used"] },
    );
  if (outcome === "ended")
    throw new OAuthError(
      "access_denied",
      "The sign-in or the approval ended a moment ago. Go back to the service and start again.",
      { say: ["frame.approval_ended"] },
    );
  const code = await mintCredential(deps, { kind: "code", familyId: id, generation: 0 });
  return authorizationResponse(request, deps, targetOf(client, authorization), { code });
}
