import type { Deps } from "../config.ts";
import { findDirectoryFor } from "../directories/find.ts";
import { findCookie } from "../http/cookie.ts";
import { checkSameSite, csrfToken } from "../http/csrf.ts";
import { type Parameters, parseForm, parseQuery } from "../http/form.ts";
import { browserOf } from "../http/interaction.ts";
import { readerOf } from "../http/reader.tsx";
import { type Endpoint, redirect } from "../http/respond.ts";
import { PASSWORD_ACR } from "../rules/acr.ts";
import { normalizeEmail } from "../rules/email.ts";
import { isExpectedPerson } from "../rules/next.ts";
import { sectorOf } from "../rules/sector.ts";
import { decideSignIn } from "../rules/signIn.ts";
import { loadDirectories } from "../store/directories.ts";
import { selectSession } from "../store/sessions.ts";
import { subjectOf } from "../tokens/subject.ts";
import { type Account, accountCookies, findAccounts, heldSessions } from "./accounts.ts";
import { chooseAccountPage } from "./chooseAccount.tsx";
import { type Going, goOn, parseGoing, pathGoing, uiLocalesOf } from "./going.ts";
import { offerSignIn } from "./passkey/offer.ts";
import { proveByPassword } from "./proveByPassword.ts";
import { endFirstStep } from "./secondStep.ts";
import { type SignInForm, type SignInProblem, signInFormPage } from "./signInPage.tsx";

/** What a password is, for the claim `amr` (RFC 8176). */
const AMR = ["pwd"];

/** Of what was typed as an address, as much goes back into the form. */
const MAX_EMAIL = 254;

/**
 * GET /sign-in: every way to sign in, or, for people whom this browser knows, the choice to go on as one of them. `confirm` asks
 * again all the same, before something that an open browser alone must not do.
 */
export const signInPage: Endpoint = async (request, deps) => {
  const parameters = parseQuery(request);
  const going = await parseGoing(request, deps, parameters);
  const { current, others } = await findAccounts(request, deps);
  const interaction = going.started?.interaction ?? undefined;
  const another = parameters.find("another") !== undefined;
  const again = going.started === undefined && !another && parameters.find("confirm") !== undefined;
  const subjects = await subjectsOf(deps, going, current === undefined ? others : [current, ...others]);
  const nameOf = (account: Account) => subjects.get(account.id) ?? "";
  const offer = decideSignIn(
    current?.session,
    current && nameOf(current),
    interaction,
    another,
    deps.now(),
    others.map(nameOf),
  );
  if (offer.kind === "choice" && !again) {
    const accounts = (current === undefined ? others : [current, ...others]).filter(
      (account) => interaction === undefined || isExpectedPerson(interaction.request, nameOf(account)),
    );
    return choose(request, deps, going, current, accounts);
  }
  const confirm = again || (offer.kind === "password" && offer.confirm) ? current?.user : undefined;
  const hinted = normalizeEmail(interaction?.request.loginHint ?? "");
  return show(request, deps, { going, confirm, email: confirm?.email ?? hinted ?? "" });
};

/**
 * POST /sign-in: an email address and a password, an address alone, or `choice`: `continue`, or the id of another session of this
 * browser. Where it goes on is sealed in `continue`, or is a page of the person's own settings (`to`).
 */
export const signIn: Endpoint = async (request, deps) => {
  const form = await parseForm(request);
  const going = await parseGoing(request, deps, form);
  const choice = form.find("choice");
  if (choice !== undefined) return continueAs(request, deps, form, going, choice);
  await checkSameSite(request, deps, findCookie(request, deps.config, "browser"), form.find("csrf"));
  const typed = form.find("email") ?? "";
  const again = (changes: Pick<SignInForm, "next" | "problem">) =>
    show(request, deps, { going, confirm: undefined, email: typed.slice(0, MAX_EMAIL), ...changes });
  const refuse = (problem: SignInProblem) => again({ problem });
  const email = normalizeEmail(typed);
  const password = form.find("password");
  if (email === undefined) return refuse(typed === "" ? "no_email" : "not_an_email");
  const byWork = form.find("way") === "work";
  if (password === undefined || byWork) {
    const directory = await findDirectoryFor(deps, email);
    if (directory !== undefined)
      return redirect(deps.config.issuer + pathGoing(`/sign-in/work/${directory.id}`, going, { login_hint: email }));
    if (byWork) return refuse("no_directory");
  }
  if (password === undefined) return form.find("step") === "password" ? refuse("no_password") : again({ next: true });
  const proven = await proveByPassword(request, deps, email, password);
  if (proven === undefined) return refuse("wrong");
  const { needsSecond, ...who } = proven;
  return endFirstStep(request, deps, { ...who, acr: PASSWORD_ACR, amr: AMR }, needsSecond, going);
};

/** What the service behind the sign-in calls these people. */
async function subjectsOf(deps: Deps, { started }: Going, accounts: readonly Account[]): Promise<ReadonlyMap<string, string>> {
  if (started === undefined) return new Map();
  const sector = sectorOf(started.client.metadata);
  return new Map(
    await Promise.all(
      accounts.map(async ({ id, user }): Promise<[string, string]> => [id, await subjectOf(deps, sector, user.userId)]),
    ),
  );
}

/** Bound to the session, so that nobody goes on as another person than the one whom the page named. */
async function continueAs(request: Request, deps: Deps, form: Parameters, going: Going, choice: string): Promise<Response> {
  const { current, others } = await heldSessions(request, deps);
  const binding = current?.cookie ?? findCookie(request, deps.config, "browser");
  await checkSameSite(request, deps, binding, form.find("csrf"));
  const chosen = choice === "continue" ? current : others.find(({ id }) => id === choice);
  if (chosen === undefined || !(await selectSession(deps, chosen.id)))
    return redirect(deps.config.issuer + pathGoing("/sign-in", going));
  if (chosen === current) return goOn(deps, going);
  const left = [current, ...others].filter((held) => held !== undefined && held !== chosen) as typeof others;
  return goOn(deps, going, accountCookies(request, deps.config, chosen, left));
}

async function choose(
  request: Request,
  deps: Deps,
  going: Going,
  current: Account | undefined,
  accounts: readonly Account[],
): Promise<Response> {
  const { browser, cookies } = browserOf(request, deps);
  const csrf = await csrfToken(deps, findCookie(request, deps.config, "session") ?? browser);
  const reader = readerOf(request, deps.config, current?.user, uiLocalesOf(going));
  return chooseAccountPage(deps, { going, reader, current, accounts, csrf, cookies });
}

/**
 * The form. Before sign-in it is bound to the `browser` cookie: to sign a stranger's browser in to an account of one's own is an
 * attack as well.
 */
async function show(
  request: Request,
  deps: Deps,
  form: Omit<SignInForm, "csrf" | "cookies" | "reader" | "directories" | "offer">,
): Promise<Response> {
  const { browser, cookies } = browserOf(request, deps);
  const csrf = await csrfToken(deps, browser);
  const reader = readerOf(request, deps.config, form.confirm, uiLocalesOf(form.going));
  const directories = (await loadDirectories(deps)).length > 0;
  const offer = await offerSignIn(deps, browser);
  return signInFormPage(deps, { ...form, reader, directories, offer, csrf, cookies });
}
