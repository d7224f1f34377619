import type { Deps } from "../config.ts";
import { formTargets, page } from "../http/page.tsx";
import type { SignedIn } from "../http/session.ts";
import type { User } from "../model.ts";
import { returnPlace } from "../rules/returnPlace.ts";
import { settingsPath } from "../rules/settingsPath.ts";
import { Policies } from "./about.tsx";
import { Logo, Monogram, Name } from "./name.tsx";
import type { Arrival } from "./started.ts";

/** Why the form is shown again. `wrong` stands for a wrong password and for an unknown person. */
export type SignInProblem = "no_email" | "not_an_email" | "no_password" | "wrong";

export interface PasswordForm {
  readonly started: Arrival | undefined;
  /** Where it goes on without a service: a path of the person's own settings. */
  readonly to: string | undefined;
  /** Who is asked to prove again that it is they. */
  readonly confirm: User | undefined;
  readonly email: string;
  readonly problem?: SignInProblem;
  readonly csrf: string;
  readonly cookies: readonly string[];
}

type Field = "email" | "password";

const problems: Readonly<Record<SignInProblem, { readonly text: string; readonly fields: readonly Field[] }>> = {
  no_email: { text: "Type your email address.", fields: ["email"] },
  not_an_email: { text: "This is not an email address. It needs a form like ada@example.com.", fields: ["email"] },
  no_password: { text: "Type your password.", fields: ["password"] },
  wrong: {
    text: "Email address and password do not belong together. Check both, and the Caps Lock key, then type the password again.",
    fields: ["email", "password"],
  },
};

/** Email and password. What was typed as the address stays; what was typed as the password never comes back. */
export function passwordPage(deps: Deps, form: PasswordForm): Response {
  const { started, confirm, email, csrf } = form;
  const problem = form.problem && problems[form.problem];
  const heading = confirm ? "Confirm that it is you" : "Sign in";
  const wrong = (field: Field) =>
    problem?.fields.includes(field) ? { "aria-invalid": "true" as const, "aria-describedby": "problem" } : {};
  return page(
    deps,
    {
      title: problem ? `Error: ${heading}` : heading,
      status: problem ? 400 : 200,
      formAction: targetOf(started),
      cookies: form.cookies,
    },
    <section class="sheet">
      <h1>{heading}</h1>
      <Purpose started={started} confirm={confirm !== undefined} />
      {problem && (
        <p class="notice bad" id="problem" role="alert" tabindex={-1} autofocus>
          {problem.text}
        </p>
      )}
      <form method="post" action="/sign-in" class="stack" novalidate>
        <input type="hidden" name="csrf" value={csrf} />
        {started && <input type="hidden" name="continue" value={started.sealed} />}
        <To path={form.to} />
        <div class="field">
          <label for="email">Email address</label>
          <input
            id="email"
            name="email"
            type="email"
            value={email}
            autocomplete="username"
            autocapitalize="none"
            spellcheck={false}
            required
            autofocus={problem === undefined && email === ""}
            {...wrong("email")}
          />
        </div>
        <div class="field">
          <label for="password">Password</label>
          <input
            id="password"
            name="password"
            type="password"
            autocomplete="current-password"
            required
            autofocus={problem === undefined && email !== ""}
            {...wrong("password")}
          />
        </div>
        <button type="submit" class="full">
          Sign in
        </button>
      </form>
      {started && (
        <p class="note">
          Signing in shares nothing yet. You will see what <Name of={started.client.metadata.client_name} /> asks for, and
          decide then.
        </p>
      )}
      {started && <Policies client={started.client} />}
    </section>,
  );
}

/** Only what sign-in would go to. */
const To = ({ path }: { path: string | undefined }) =>
  path === undefined ? null : <input type="hidden" name="to" value={settingsPath(path)} />;

const Purpose = ({ started, confirm }: { started: Arrival | undefined; confirm: boolean }) => {
  if (started === undefined && confirm)
    return <p class="lead">What comes next needs your password again, since others may have come to this browser.</p>;
  if (started === undefined) return <p class="lead">To see and change what services may do in your name.</p>;
  return (
    <div class="service">
      <Logo of={started.client} name={started.client.metadata.client_name} />
      <p>
        <strong>
          <Name of={started.client.metadata.client_name} />
        </strong>{" "}
        {placeWords(started)} {confirm ? "wants you to type your password again." : "sent you here to sign in."} It does not get
        to see your password.
      </p>
    </div>
  );
};

/** "Continue as": for someone who is signed in, when the service lets the person choose an account. */
export function choicePage(
  deps: Deps,
  {
    started,
    to,
    signedIn,
    csrf,
  }: Pick<PasswordForm, "started" | "to"> & { readonly signedIn: SignedIn; readonly csrf: string },
): Response {
  const { user } = signedIn;
  const going = started === undefined ? { to: settingsPath(to) } : { continue: started.sealed };
  const another = `/sign-in?${new URLSearchParams({ ...going, another: "1" })}`;
  return page(
    deps,
    { title: "Choose an account", user, formAction: targetOf(started) },
    <section class="sheet">
      <h1>{started ? "Which account?" : "You are signed in"}</h1>
      {started && (
        <p>
          <strong>
            <Name of={started.client.metadata.client_name} />
          </strong>{" "}
          {placeWords(started)} sent you here. Choose the account to go on with.
        </p>
      )}
      <div class="service account">
        <Monogram of={user.name} />
        <p>
          <strong>
            <bdi>{user.name}</bdi>
          </strong>
          <br />
          <span class="note">
            <bdi>{user.email}</bdi>
          </span>
        </p>
      </div>
      <form method="post" action="/sign-in" class="stack">
        <input type="hidden" name="csrf" value={csrf} />
        <input type="hidden" name="choice" value="continue" />
        {started && <input type="hidden" name="continue" value={started.sealed} />}
        <To path={to} />
        <button type="submit" class="full">
          <span>
            Continue as <bdi>{user.name}</bdi>
          </span>
        </button>
      </form>
      <a class="button quiet full" href={another}>
        Use another account
      </a>
    </section>,
  );
}

/** The redirects that follow the form may end at the service, when nothing more needs to be asked. */
const targetOf = (started: Arrival | undefined): readonly string[] =>
  started?.interaction == null ? [] : formTargets(started.interaction.request.redirectUri);

/** Where the service is that somebody comes from. */
const placeWords = ({ interaction }: Arrival): string =>
  interaction === null ? "on the device whose code you typed" : `at ${returnPlace(interaction.request.redirectUri).name}`;
