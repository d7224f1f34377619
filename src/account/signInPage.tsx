import type { Deps } from "../config.ts";
import { page } from "../http/page.tsx";
import { type Reader, T, useReader } from "../http/reader.tsx";
import type { MessageKey } from "../messages/translate.ts";
import type { User } from "../model.ts";
import { Policies } from "./about.tsx";
import { GoingFields } from "./chooseAccount.tsx";
import { type Going, goingParameters, pathGoing } from "./going.ts";
import { Name } from "./name.tsx";
import type { MadeOffer } from "./passkey/offer.ts";
import { PASSKEY_SCRIPT_HASH, PasskeyButton } from "./passkey/passkeyButton.tsx";
import { SentBy, signInTargets } from "./purpose.tsx";

/** Why the form is shown again. `wrong` stands for a wrong password and for an unknown person. */
export type SignInProblem = "no_email" | "not_an_email" | "no_password" | "wrong" | "no_directory";

export interface SignInForm {
  readonly going: Going;
  readonly reader: Reader;
  /** Who is asked to prove again that it is they. */
  readonly confirm: User | undefined;
  readonly email: string;
  /** The address alone was sent, which is no mistake: what it could sign in with comes next, whosever it is. */
  readonly next?: boolean;
  readonly problem?: SignInProblem;
  /** Whether anybody's directory is connected here. */
  readonly directories: boolean;
  /** For the passkey button. */
  readonly offer: MadeOffer;
  readonly csrf: string;
  readonly cookies: readonly string[];
}

type Field = "email" | "password";

const fieldsOf: Readonly<Record<SignInProblem, readonly Field[]>> = {
  no_email: ["email"],
  not_an_email: ["email"],
  no_password: ["password"],
  wrong: ["email", "password"],
  no_directory: ["email"],
};

/** Every way to sign in. What was typed as the address stays; what was typed as the password never comes back. */
export function signInFormPage(deps: Deps, form: SignInForm): Response {
  const { going, reader, confirm, problem } = form;
  const { t } = reader;
  const heading = t(confirm ? "signIn.confirm_title" : "signIn.title");
  return page(
    deps,
    {
      title: problem ? t("frame.error_title", { title: heading }) : heading,
      reader,
      status: problem ? 400 : 200,
      formAction: signInTargets(deps.config, going),
      script: PASSKEY_SCRIPT_HASH,
      cookies: form.cookies,
    },
    <section class="sheet">
      <h1>{heading}</h1>
      <Purpose form={form} />
      {problem && (
        <p class="notice bad" id="problem" role="alert" tabindex={-1} autofocus>
          {t(`signIn.${problem}`)}
        </p>
      )}
      <PasswordForm form={form} />
      <PasskeyButton offer={form.offer} hidden={{ csrf: form.csrf, ...goingParameters(going) }} conditional />
      <OtherWays form={form} />
      {going.started && (
        <p class="note">
          <T k="signIn.nothing_yet" with={{ service: <Name of={going.started.client.metadata.client_name} /> }} />
        </p>
      )}
      {going.started && <Policies client={going.started.client} />}
    </section>,
  );
}

const Purpose = ({ form: { going, confirm, next } }: { form: SignInForm }) => {
  const { t } = useReader();
  const own: MessageKey = confirm ? "signIn.confirm_lead" : "signIn.lead";
  if (next) return <p class="lead">{t("signIn.next_lead")}</p>;
  if (going.started === undefined) return <p class="lead">{t(own)}</p>;
  return <SentBy started={going.started} to={confirm ? "confirm" : "sign_in"} />;
};

const PasswordForm = ({ form: { going, email, next, problem, directories, csrf } }: { form: SignInForm }) => {
  const { t } = useReader();
  const wrong = (field: Field) =>
    problem !== undefined && fieldsOf[problem].includes(field)
      ? { "aria-invalid": "true" as const, "aria-describedby": "problem" }
      : {};
  return (
    <form method="post" action="/sign-in" class="stack" novalidate>
      <input type="hidden" name="csrf" value={csrf} />
      <GoingFields going={going} />
      {next && <input type="hidden" name="step" value="password" />}
      <div class="field">
        <label for="email">{t("signIn.email")}</label>
        <input
          id="email"
          name="email"
          type="email"
          value={email}
          autocomplete="username webauthn"
          autocapitalize="none"
          spellcheck={false}
          dir="ltr"
          required
          autofocus={problem === undefined && email === ""}
          {...wrong("email")}
        />
      </div>
      <div class="field">
        <span class="row apart">
          <label for="password">{t("signIn.password")}</label>
          <a href={pathGoing("/forgot-password", going)}>{t("signIn.forgot")}</a>
        </span>
        <input
          id="password"
          name="password"
          type="password"
          autocomplete="current-password"
          dir="ltr"
          required
          autofocus={problem === undefined && email !== ""}
          {...wrong("password")}
        />
      </div>
      <button type="submit" class="full">
        {t("signIn.title")}
      </button>
      {directories && (
        <button type="submit" class="full quiet" name="way" value="work">
          {t("signIn.by_work")}
        </button>
      )}
    </form>
  );
};

const OtherWays = ({ form: { going, confirm } }: { form: SignInForm }) => {
  const { t } = useReader();
  return (
    <nav class="ways" aria-label={t("signIn.other_ways")}>
      <a href={pathGoing("/sign-in/code", going)}>{t("signIn.by_code")}</a>
      {!confirm && <a href={pathGoing("/create-account", going)}>{t("signIn.create")}</a>}
    </nav>
  );
};
