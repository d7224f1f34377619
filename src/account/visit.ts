/** Who looks at a page of their own settings, or acts on it: the same for every page and every act. */
import type { Deps } from "../config.ts";
import { findCookie } from "../http/cookie.ts";
import { checkSameSite, csrfToken } from "../http/csrf.ts";
import { type Parameters, parseForm, parseQuery } from "../http/form.ts";
import { type Reader, readerOf } from "../http/reader.tsx";
import { type Endpoint, redirect } from "../http/respond.ts";
import type { Session, User } from "../model.ts";
import { findSession } from "../store/sessions.ts";
import { sha256 } from "../tokens/encoding.ts";

/** A signed-in person; a page may find more of theirs in the same trip. */
export interface Found {
  readonly user: User;
  readonly session: Session;
}

/** What every page knows: the person, the value of `csrf` in their forms, and how they read. */
export interface Visit extends Found {
  readonly csrf: string;
  readonly reader: Reader;
  readonly request: Request;
}

type Show<F extends Found> = (visit: F & Visit, parameters: Parameters, deps: Deps) => Promise<Response>;

/** One trip: the session and what the page shows; undefined for nobody. */
export type Find<F extends Found> = (deps: Deps, sessionId: string, request: Request) => Promise<F | undefined>;

/** GET by somebody who is signed in; anybody else signs in first and comes back. */
export const lookingAtFound =
  <F extends Found>(find: Find<F>, show: Show<F>): Endpoint =>
  async (request, deps) => {
    const cookie = findCookie(request, deps.config, "session");
    const found = cookie === undefined ? undefined : await find(deps, await sha256(cookie), request);
    if (cookie === undefined || found === undefined) return toSignIn(request, deps);
    return show(await visitOf(request, deps, cookie, found), parseQuery(request), deps);
  };

/** POST by the same, of a form that a page of ours sent from this browser. @throws OAuthError forbidden for any other */
export const actingOnFound =
  <F extends Found>(find: Find<F>, act: Show<F>, mayRepeat: readonly string[] = []): Endpoint =>
  async (request, deps) => {
    const cookie = findCookie(request, deps.config, "session");
    if (cookie === undefined) return toSignIn(request, deps);
    const form = await parseForm(request, mayRepeat);
    await checkSameSite(request, deps, cookie, form.find("csrf"));
    const found = await find(deps, await sha256(cookie), request);
    if (found === undefined) return toSignIn(request, deps);
    return act(await visitOf(request, deps, cookie, found), form, deps);
  };

/** GET of a page that needs to know no more than who looks at it. */
export const lookingAt = (show: Show<Found>): Endpoint => lookingAtFound(findSession, show);

/** POST that needs to know no more than who acts. */
export const acting = (act: Show<Found>, mayRepeat: readonly string[] = []): Endpoint =>
  actingOnFound(findSession, act, mayRepeat);

const visitOf = async <F extends Found>(request: Request, deps: Deps, cookie: string, found: F): Promise<F & Visit> => ({
  ...found,
  csrf: await csrfToken(deps, cookie),
  reader: readerOf(request, deps.config, found.user),
  request,
});

const toSignIn = (request: Request, { config }: Deps): Response =>
  redirect(`${config.issuer}/sign-in?${new URLSearchParams({ to: new URL(request.url).pathname })}`);
