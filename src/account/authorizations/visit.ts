/** Acts on the pages of one's authorizations: the trip that finds the person does what their form asks as well. */
import type { Deps } from "../../config.ts";
import { OAuthError } from "../../errors.ts";
import { findCookie } from "../../http/cookie.ts";
import { checkSameSite, csrfToken } from "../../http/csrf.ts";
import { type Parameters, parseForm } from "../../http/form.ts";
import { type Endpoint, redirect } from "../../http/respond.ts";
import { sha256 } from "../../tokens/encoding.ts";

export const HERE = "/settings/authorizations";

/** The path of one authorization's page, or of what lies under it. */
export const pathOf = (grantId: string, under = ""): string =>
  `${HERE}/${encodeURIComponent(grantId)}${under === "" ? "" : `/${under}`}`;

/** The id in such a path. */
export const grantIdOf = (request: Request): string => new URL(request.url).pathname.split("/")[3] ?? "";

/** A browser with a session's cookie that sent a form of ours; whose it is, and whether it is alive, the trip tells. */
export interface Visitor {
  readonly request: Request;
  readonly deps: Deps;
  readonly sessionId: string;
  readonly csrf: string;
  readonly form: Parameters;
}

/**
 * POST. @param act gives undefined when nobody is signed in after all
 * @throws OAuthError forbidden for a form that no page of ours sent from this browser
 */
export const sent =
  (act: (visitor: Visitor) => Promise<Response | undefined>, mayRepeat: readonly string[] = []): Endpoint =>
  async (request, deps) => {
    const to = new URLSearchParams({ to: new URL(request.url).pathname });
    const toSignIn = () => redirect(`${deps.config.issuer}/sign-in?${to}`);
    const cookie = findCookie(request, deps.config, "session");
    if (cookie === undefined) return toSignIn();
    const form = await parseForm(request, mayRepeat);
    await checkSameSite(request, deps, cookie, form.find("csrf"));
    const visitor = { request, deps, sessionId: await sha256(cookie), csrf: await csrfToken(deps, cookie), form };
    return (await act(visitor)) ?? toSignIn();
  };

/** Of what is another's the person learns no more than of what there is not. */
export const noSuchAuthorization = (): OAuthError =>
  new OAuthError("not_found", "You have no such authorization.", {
    reason: "not the person's own, unknown, or over",
    say: ["authorizations.no_such"],
  });
