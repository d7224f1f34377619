/** Who looks at the developer pages, and at which of their services: the same for every page and every act. */
import type { Deps } from "../../config.ts";
import { OAuthError } from "../../errors.ts";
import { findCookie } from "../../http/cookie.ts";
import { checkSameSite, csrfToken } from "../../http/csrf.ts";
import { type Parameters, parseForm, parseQuery } from "../../http/form.ts";
import { type Endpoint, redirect } from "../../http/respond.ts";
import type { Session, User } from "../../model.ts";
import { findOwnService, findOwnServices, type OwnService, type ToldError } from "../../store/developer.ts";
import { sha256 } from "../../tokens/encoding.ts";

export const DEVELOPER = "/settings/developer";
export const RESOURCES = `${DEVELOPER}/resources`;

/** A person who is signed in, and the value of `csrf` in their forms. */
export interface Visit {
  readonly user: User;
  readonly session: Session;
  readonly csrf: string;
  readonly request: Request;
}

export interface ListVisit extends Visit {
  readonly services: readonly OwnService[];
}

export interface ServiceVisit extends Visit {
  readonly service: OwnService & { readonly errors: readonly ToldError[] };
}

type Show<V> = (visit: V, parameters: Parameters, deps: Deps) => Promise<Response>;
type Find<V> = (deps: Deps, sessionId: string, request: Request) => Promise<Omit<V, "csrf" | "request"> | undefined>;

/** The path of one of a service's pages. */
export const pathOf = (clientId: string, page = ""): string => `${DEVELOPER}/${clientId}${page === "" ? "" : `/${page}`}`;

const toSignIn = ({ config }: Deps, to: string): Response =>
  redirect(`${config.issuer}/sign-in?${new URLSearchParams({ to })}`);

/** GET: one trip finds the person and what the page shows. */
const looking =
  <V extends Visit>(find: Find<V>, show: Show<V>): Endpoint =>
  async (request, deps) => {
    const { pathname } = new URL(request.url);
    const cookie = findCookie(request, deps.config, "session");
    const found = cookie === undefined ? undefined : await find(deps, await sha256(cookie), request);
    if (cookie === undefined || found === undefined) return toSignIn(deps, pathname);
    return show({ ...found, csrf: await csrfToken(deps, cookie), request } as V, parseQuery(request), deps);
  };

/** POST: the same, for a form that a page of ours sent from this browser. */
const acting =
  <V extends Visit>(find: Find<V>, act: Show<V>, mayRepeat: readonly string[]): Endpoint =>
  async (request, deps) => {
    const { pathname } = new URL(request.url);
    const cookie = findCookie(request, deps.config, "session");
    if (cookie === undefined) return toSignIn(deps, pathname);
    const form = await parseForm(request, mayRepeat);
    await checkSameSite(request, deps, cookie, form.find("csrf"));
    const found = await find(deps, await sha256(cookie), request);
    if (found === undefined) return toSignIn(deps, pathname);
    return act({ ...found, csrf: await csrfToken(deps, cookie), request } as V, form, deps);
  };

const findList: Find<ListVisit> = (deps, sessionId) => findOwnServices(deps, sessionId);

/** Of a service that is another's, the person learns no more than of one that there is not. */
const findService: Find<ServiceVisit> = async (deps, sessionId, request) => {
  const clientId = new URL(request.url).pathname.split("/")[3] ?? "";
  const found = await findOwnService(deps, sessionId, clientId);
  if (found === undefined) return undefined;
  const { service } = found;
  if (service === undefined) throw noSuchService();
  return { ...found, service };
};

export const noSuchService = (): OAuthError => new OAuthError("not_found", "You have no such service.");

/** Nothing was written, since what it was made of was no longer so. */
export const changedMeanwhile = (): OAuthError =>
  new OAuthError("invalid_request", "The service was changed or deleted at the same time. Reload its page and look again.");

export const listPage = (show: Show<ListVisit>): Endpoint => looking(findList, show);
export const listAct = (act: Show<ListVisit>, mayRepeat: readonly string[] = []): Endpoint => acting(findList, act, mayRepeat);
export const servicePage = (show: Show<ServiceVisit>): Endpoint => looking(findService, show);
export const serviceAct = (act: Show<ServiceVisit>, mayRepeat: readonly string[] = []): Endpoint =>
  acting(findService, act, mayRepeat);
