import type { Deps } from "../config.ts";
import { findCookie } from "../http/cookie.ts";
import { checkSameSite, csrfToken } from "../http/csrf.ts";
import { type Parameters, parseForm, parseQuery } from "../http/form.ts";
import { browserOf } from "../http/interaction.ts";
import { checkLimits, limitOf, networkOfRequest } from "../http/rateLimit.ts";
import type { Endpoint } from "../http/respond.ts";
import { findSignedIn } from "../http/session.ts";
import { PASSWORD_ACR } from "../rules/acr.ts";
import { normalizeEmail } from "../rules/email.ts";
import { sectorOf } from "../rules/sector.ts";
import { decideSignIn } from "../rules/signIn.ts";
import { selectSession } from "../store/sessions.ts";
import { beginSignIn } from "../store/users.ts";
import { sha256 } from "../tokens/encoding.ts";
import { subjectOf } from "../tokens/subject.ts";
import type { Proven } from "./beginSession.ts";
import { goOn } from "./going.ts";
import { isPassword } from "./password.ts";
import { endFirstStep } from "./secondStep.ts";
import { choicePage, type PasswordForm, passwordPage, type SignInProblem } from "./signInPage.tsx";
import { type Arrival, loadArrival } from "./started.ts";

/** What a password is, for the claim `amr` (RFC 8176). */
const AMR = ["pwd"];

/** Of what was typed as an address, as much goes back into the form. */
const MAX_EMAIL = 254;

/**
 * GET /sign-in: the password form, or, for someone who is signed in, the choice to go on as who they are. `confirm` asks for the
 * password again all the same, before something that an open browser alone must not do.
 */
export const signInPage: Endpoint = async (request, deps) => {
  const parameters = parseQuery(request);
  const started = await findStarted(request, deps, parameters);
  const signedIn = await findSignedIn(request, deps);
  const another = parameters.find("another") !== undefined;
  const to = parameters.find("to");
  const subject = signedIn && started && (await subjectOf(deps, sectorOf(started.client.metadata), signedIn.user.userId));
  const offer = decideSignIn(signedIn?.session, subject, started?.interaction ?? undefined, another);
  const again = started === undefined && !another && parameters.find("confirm") !== undefined;
  if (offer.kind === "choice" && signedIn !== undefined && !again)
    return choicePage(deps, { started, to, signedIn, csrf: await csrfToken(deps, signedIn.cookie) });
  const confirm = again || (offer.kind === "password" && offer.confirm) ? signedIn?.user : undefined;
  const hinted = normalizeEmail(started?.interaction?.request.loginHint ?? "");
  return show(request, deps, { started, to, confirm, email: confirm?.email ?? hinted ?? "" });
};

/**
 * POST /sign-in: an email address and a password, or `choice=continue`. Where it goes on is sealed in `continue`, or is a page of
 * the person's own settings (`to`).
 */
export const signIn: Endpoint = async (request, deps) => {
  const form = await parseForm(request);
  const started = await findStarted(request, deps, form);
  if (form.find("choice") === "continue") return continueAs(request, deps, form, started);
  await checkSameSite(request, deps, findCookie(request, deps.config, "browser"), form.find("csrf"));
  const typed = form.find("email") ?? "";
  const refuse = (problem: SignInProblem) =>
    show(request, deps, { started, to: form.find("to"), confirm: undefined, email: typed.slice(0, MAX_EMAIL), problem });
  const email = normalizeEmail(typed);
  const password = form.find("password");
  if (email === undefined) return refuse(typed === "" ? "no_email" : "not_an_email");
  if (password === undefined) return refuse("no_password");
  const proven = await prove(request, deps, email, password);
  if (proven === undefined) return refuse("wrong");
  const { needsSecond, ...who } = proven;
  return endFirstStep(request, deps, { ...who, acr: PASSWORD_ACR, amr: AMR }, needsSecond, { started, to: form.find("to") });
};

const findStarted = async (request: Request, deps: Deps, parameters: Parameters): Promise<Arrival | undefined> => {
  const sealed = parameters.find("continue");
  return sealed === undefined ? undefined : loadArrival(request, deps, sealed);
};

/** Bound to the session, so that nobody goes on as another person than the one whom the page named. */
async function continueAs(request: Request, deps: Deps, form: Parameters, started: Arrival | undefined): Promise<Response> {
  const cookie = findCookie(request, deps.config, "session");
  await checkSameSite(request, deps, cookie, form.find("csrf"));
  if (cookie !== undefined && (await selectSession(deps, await sha256(cookie))))
    return goOn(deps, { started, to: form.find("to") });
  return show(request, deps, { started, to: form.find("to"), confirm: undefined, email: "" });
}

/**
 * Whose password it is, with what the success settles; undefined for a wrong one and for an unknown person alike, after the
 * same work. The attempt is counted before the password is looked at, so that parallel guesses do not slip through.
 * @throws OAuthError slow_down once there were too many
 */
async function prove(
  request: Request,
  deps: Deps,
  email: string,
  password: string,
): Promise<(Pick<Proven, "userId" | "settlement"> & { readonly needsSecond: boolean }) | undefined> {
  const from = networkOfRequest(request);
  const own = await limitOf("sign_in", email, from);
  const network = await limitOf("sign_in_network", from);
  const account = await limitOf("sign_in_account", email);
  const familiarKey = `familiar:${await sha256(`${email}\0${from}`)}`;
  const { person, counts, familiar } = await beginSignIn(deps, email, [own, network, account], familiarKey);
  // Strangers who guess from everywhere must not keep out the person whom we know from this network.
  checkLimits(familiar ? [own, network] : [own, network, account], counts, deps.now());
  if (!(await isPassword(person?.passwordHash ?? null, password)) || person === undefined) return undefined;
  return {
    userId: person.userId,
    needsSecond: person.needsSecond,
    settlement: { clear: own.key, forgive: [network.key, account.key], familiarKey },
  };
}

/**
 * The password form. Before sign-in it is bound to the `browser` cookie: to sign a stranger's browser in to an account of
 * one's own is an attack as well.
 */
async function show(request: Request, deps: Deps, form: Omit<PasswordForm, "csrf" | "cookies">): Promise<Response> {
  const { browser, cookies } = browserOf(request, deps);
  return passwordPage(deps, { ...form, csrf: await csrfToken(deps, browser), cookies });
}
