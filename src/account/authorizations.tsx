import { OAuthError } from "../errors.ts";
import { findCookie } from "../http/cookie.ts";
import { checkSameSite, csrfToken } from "../http/csrf.ts";
import { type Parameters, parseForm, parseQuery } from "../http/form.ts";
import { type Endpoint, redirect } from "../http/respond.ts";
import { findSignedIn } from "../http/session.ts";
import type { UserId } from "../model.ts";
import { preferredLanguages } from "../rules/language.ts";
import { loadAuthorizations } from "../store/authorizations.ts";
import { loadResources } from "../store/resources.ts";
import { type Revocation, revoke } from "../store/revocation.ts";
import { confirmPage } from "./authorizationEnd.tsx";
import { listPage } from "./authorizationList.tsx";

/** GET /settings/authorizations: what a person has approved; `confirm=all` asks before everything ends. Changes nothing. */
export const authorizationsPage: Endpoint = async (request, deps) => {
  const parameters = parseQuery(request);
  const signedIn = await findSignedIn(request, deps);
  if (signedIn === undefined) return redirect(`${deps.config.issuer}/sign-in`);
  const page = pageNumber(parameters.find("page"));
  const list = await loadAuthorizations(deps, signedIn.user.userId, page, parameters.find("revoked"));
  const content = {
    user: signedIn.user,
    csrf: await csrfToken(deps, signedIn.cookie),
    list,
    page,
    resources: await loadResources(deps),
    languages: preferredLanguages(request.headers.get("accept-language")),
  };
  const confirms = parameters.find("confirm") === "all" && list.authorizations.length > 0;
  return confirms ? confirmPage(deps, content) : listPage(deps, content);
};

/** From 0; people count from 1. */
const pageNumber = (text: string | undefined): number =>
  text !== undefined && /^[1-9]\d{0,4}$/.test(text) ? Number(text) - 1 : 0;

/**
 * POST /settings/authorizations: `action` is `revoke` with a `grant_id`, `revoke_device` with a `family_id`, or `revoke_all`.
 * Only what is the person's own ends; asking twice is answered like once. The answer tells what ended only after it has.
 */
export const changeAuthorizations: Endpoint = async (request, deps) => {
  const cookie = findCookie(request, deps.config, "session");
  if (cookie === undefined) return redirect(`${deps.config.issuer}/sign-in`);
  const form = await parseForm(request);
  await checkSameSite(request, deps, cookie, form.find("csrf"));
  const here = `${deps.config.issuer}/settings/authorizations`;
  try {
    const signedIn = await findSignedIn(request, deps);
    if (signedIn === undefined) return redirect(`${deps.config.issuer}/sign-in`);
    const { userId } = signedIn.user;
    const { revocation, id } = parseAction(form, userId);
    const [mark] = await revoke(deps, revocation);
    if (id === undefined) return redirect(mark === undefined ? here : `${here}?revoked=${mark.id}`);
    if (mark === undefined && (await loadAuthorizations(deps, userId, 0, id)).ended === undefined)
      throw new OAuthError("not_found", "You have no such authorization.", { reason: "not the person's own, or unknown" });
    return redirect(`${here}?revoked=${encodeURIComponent(id)}`);
  } catch (error) {
    throw notRevoked(error);
  }
};

/** `id` is what the next page reports on: undefined where only the revocation itself knows what it ended. */
function parseAction(form: Parameters, userId: UserId): { readonly revocation: Revocation; readonly id: string | undefined } {
  switch (form.find("action")) {
    case "revoke": {
      const id = form.load("grant_id");
      return { id, revocation: { kind: "grants", userId, grantIds: [id], by: userId } };
    }
    case "revoke_device": {
      const id = form.load("family_id");
      return { id, revocation: { kind: "family", familyId: id, clientId: null, userId, by: userId } };
    }
    case "revoke_all":
      return { id: undefined, revocation: { kind: "grants", userId, grantIds: null, by: userId } };
    default:
      throw new OAuthError("invalid_request", "The form does not say what to revoke.");
  }
}

/** When D1 gives no answer the person must not believe that the access has ended. */
function notRevoked(error: unknown): unknown {
  if (!(error instanceof OAuthError) || error.code !== "temporarily_unavailable") return error;
  return new OAuthError(
    "temporarily_unavailable",
    "Not revoked. The access still stands: please revoke it again in a moment.",
    {
      headers: error.headers,
      cause: error.cause,
      ...(error.reason === undefined ? {} : { reason: error.reason }),
    },
  );
}
