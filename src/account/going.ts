import type { Deps } from "../config.ts";
import type { Parameters } from "../http/form.ts";
import { formTargets } from "../http/page.tsx";
import { redirect } from "../http/respond.ts";
import { settingsPath } from "../rules/settingsPath.ts";
import { type Arrival, loadArrival } from "./started.ts";

/** Where somebody goes on to once they are signed in. */
export interface Going {
  /** What brought them here; undefined for somebody who came by themselves. */
  readonly started: Arrival | undefined;
  /** Without a service: a path of the person's own settings. */
  readonly to: string | undefined;
}

/** What the parameters `continue` and `to` say. @throws OAuthError as `loadArrival` does */
export async function parseGoing(request: Request, deps: Deps, parameters: Parameters): Promise<Going> {
  const sealed = parameters.find("continue");
  return {
    started: sealed === undefined ? undefined : await loadArrival(request, deps, sealed),
    to: parameters.find("to"),
  };
}

/** The same as parameters again, for links and hidden fields from one step of a sign-in to the next. */
export const goingParameters = ({ started, to }: Going): Readonly<Record<string, string>> =>
  started !== undefined ? { continue: started.sealed } : to === undefined ? {} : { to: settingsPath(to) };

/** A path of ours with these parameters, and with where the person goes on to. */
export function pathGoing(path: string, going: Going, parameters: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams({ ...goingParameters(going), ...parameters }).toString();
  return query === "" ? path : `${path}?${query}`;
}

/** The next place is one of ours, whatever the request says: /authorize or /device, which look again, or the person's own settings. */
export const goOn = ({ config }: Deps, { started, to }: Going, cookies: readonly string[] = []): Response =>
  redirect(config.issuer + (started === undefined ? settingsPath(to) : `${started.path}?continue=${started.sealed}`), cookies);

/** Where the redirects that follow a form may end: at the service, when nothing more needs to be asked. */
export const goingTargets = ({ started }: Going): readonly string[] =>
  started?.interaction == null ? [] : formTargets(started.interaction.request.redirectUri);

/** The languages that the service named for the person. */
export const uiLocalesOf = ({ started }: Going): readonly string[] => started?.interaction?.request.uiLocales ?? [];
