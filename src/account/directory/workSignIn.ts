import type { Deps } from "../../config.ts";
import { beginAt, type Departure } from "../../directories/begin.ts";
import { JOURNEY_SECONDS } from "../../directories/journey.ts";
import { OAuthError } from "../../errors.ts";
import { findCookie, setCookie } from "../../http/cookie.ts";
import { parseQuery } from "../../http/form.ts";
import { type Endpoint, redirect } from "../../http/respond.ts";
import type { Interaction } from "../../model.ts";
import { normalizeEmail } from "../../rules/email.ts";
import { type Directory, findDirectory } from "../../store/directories.ts";
import { goingParameters, parseGoing } from "../going.ts";
import { answerFailure } from "./problemPage.tsx";

/**
 * GET /sign-in/work/{directory_id}: off to the directory. `login_hint` is the address that was typed; `confirm` insists on a sign-in
 * there just now, as a service may too.
 */
export const beginWork: Endpoint = async (request, deps) => {
  const directory = await loadNamedDirectory(request, deps);
  const parameters = parseQuery(request);
  const going = await parseGoing(request, deps, parameters);
  const { continue: sealed, to } = goingParameters(going);
  const departure: Departure = {
    continue: sealed,
    to,
    loginHint: normalizeEmail(parameters.find("login_hint") ?? ""),
    linkTo: null,
    ...freshnessOf(going.started?.interaction ?? null, {
      confirms: parameters.find("confirm") !== undefined,
      isIn: going.started === undefined && findCookie(request, deps.config, "session") !== undefined,
    }),
  };
  const back = { going: goingParameters(going), isLinking: false };
  return departTo(deps, directory, departure).catch(answerFailure(request, deps, directory, back));
};

/** The directory that the path names. @throws OAuthError not_found */
export async function loadNamedDirectory(request: Request, deps: Deps): Promise<Directory> {
  const directory = await findDirectory(deps, new URL(request.url).pathname.split("/")[3] ?? "");
  if (directory === undefined) throw new OAuthError("not_found", "There is no page at this address.");
  return directory;
}

/** Sends the browser to the directory, with the cookie that it comes back with. @throws DirectoryFailure */
export async function departTo(deps: Deps, directory: Directory, departure: Departure): Promise<Response> {
  const { location, sealed } = await beginAt(deps, directory, departure);
  return redirect(location, [setCookie(deps.config, "directory", sealed, JOURNEY_SECONDS)]);
}

/**
 * What a service, or a dangerous act, asks of the sign-in (OpenID Connect Core 3.1.2.1) is asked of the directory.
 * @param isIn somebody is signed in here already, and comes again to prove it, or as somebody else: an open session there may be asked
 * of neither
 */
function freshnessOf(
  interaction: Interaction | null,
  { confirms, isIn }: { readonly confirms: boolean; readonly isIn: boolean },
): Pick<Departure, "prompts" | "maxAgeSeconds" | "isStrict"> {
  const { prompt = [], maxAgeSeconds = null } = interaction?.request ?? {};
  if (confirms || prompt.includes("login")) return { prompts: "login", maxAgeSeconds: 0, isStrict: true };
  if (isIn) return { prompts: "login", maxAgeSeconds: 0, isStrict: false };
  return { prompts: prompt.includes("select_account") ? "select_account" : null, maxAgeSeconds, isStrict: true };
}
