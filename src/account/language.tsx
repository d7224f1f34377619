import type { Deps } from "../config.ts";
import { dropCookie, findCookie, setCookie } from "../http/cookie.ts";
import { checkSameSite, csrfToken } from "../http/csrf.ts";
import { parseForm, parseQuery } from "../http/form.ts";
import { browserOf } from "../http/interaction.ts";
import { whereaboutsOf } from "../http/rateLimit.ts";
import { readerOf } from "../http/reader.tsx";
import { type Endpoint, redirect } from "../http/respond.ts";
import { findSessionId, findSignedIn, type SignedIn } from "../http/session.ts";
import { isLanguage } from "../messages/languages.ts";
import { comeBack } from "../rules/comeBack.ts";
import { isTimeZone } from "../rules/timeZone.ts";
import { chooseLanguage } from "../store/languageChoice.ts";
import { type Choice, type ChoiceProblem, choicePage } from "./languageForm.tsx";

const YEAR_SECONDS = 365 * 24 * 60 * 60;

/** GET /language: in which language our pages speak and in which time zone they tell the time, for people with and without an account. */
export const languagePage: Endpoint = async (request, deps) => {
  const parameters = parseQuery(request);
  const signedIn = await findSignedIn(request, deps);
  return show(request, deps, signedIn, {
    to: parameters.find("to"),
    isSaved: parameters.find("saved") === "1",
    choice: standing(request, deps, signedIn),
  });
};

/** POST /language: remembered by the browser, and by the account of whoever is signed in, where their e-mails find it too. */
export const setLanguage: Endpoint = async (request, deps) => {
  const form = await parseForm(request);
  await checkSameSite(request, deps, findCookie(request, deps.config, "browser"), form.find("csrf"));
  const choice = { language: form.find("language") ?? "", timeZone: form.find("time_zone") ?? "" };
  const problem = problemOf(choice);
  if (problem !== undefined)
    return show(request, deps, await findSignedIn(request, deps), { to: form.find("to"), choice, problem });
  const sessionId = await findSessionId(request, deps);
  const stored = { language: choice.language || null, timeZone: choice.timeZone || null };
  if (sessionId !== undefined) await chooseLanguage(deps, sessionId, stored, whereaboutsOf(request));
  const cookie =
    stored.language === null
      ? dropCookie(deps.config, "language")
      : setCookie(deps.config, "language", stored.language, YEAR_SECONDS);
  const { to, byForm } = comeBack(form.find("to"));
  const next = byForm ? to : `/language?${new URLSearchParams({ saved: "1", to })}`;
  return redirect(`${deps.config.issuer}${next}`, [cookie]);
};

function problemOf({ language, timeZone }: Choice): ChoiceProblem | undefined {
  if (language !== "" && !isLanguage(language)) return "unknown_language";
  return timeZone !== "" && !isTimeZone(timeZone) ? "unknown_time_zone" : undefined;
}

/** What is set; nothing where the browser decides. */
function standing(request: Request, deps: Deps, signedIn: SignedIn | undefined): Choice {
  const cookie = findCookie(request, deps.config, "language") ?? "";
  const language = signedIn?.user.language ?? (isLanguage(cookie) ? cookie : "");
  return { language, timeZone: signedIn?.user.timeZone ?? "" };
}

async function show(
  request: Request,
  deps: Deps,
  signedIn: SignedIn | undefined,
  shown: {
    readonly to: string | undefined;
    readonly choice: Choice;
    readonly isSaved?: boolean;
    readonly problem?: ChoiceProblem;
  },
): Promise<Response> {
  const { browser, cookies } = browserOf(request, deps);
  return choicePage(deps, {
    choice: shown.choice,
    problem: shown.problem,
    back: comeBack(shown.to),
    isSaved: shown.isSaved ?? false,
    csrf: await csrfToken(deps, browser),
    reader: readerOf(request, deps.config, signedIn?.user),
    user: signedIn?.user,
    cookies,
  });
}
