import type { Deps } from "../../config.ts";
import { csrfToken } from "../../http/csrf.ts";
import { browserOf } from "../../http/interaction.ts";
import { page } from "../../http/page.tsx";
import { readerOf } from "../../http/reader.tsx";
import type { SecondStep } from "../../store/factors.ts";
import { type Going, goingParameters, goingTargets } from "../going.ts";
import { offerSignIn } from "../passkey/offer.ts";
import { PASSKEY_SCRIPT_HASH, PasskeyForm } from "../passkey/passkeyButton.tsx";
import type { PasskeyProblem } from "../passkey/prove.ts";

const problems = {
  no_code: "security.second_no_code",
  wrong: "security.second_wrong",
  expired: "security.passkey_expired",
  unknown: "security.passkey_unknown",
  failed: "security.passkey_sign_in_failed",
} as const;

/** Why the page is shown again. `wrong` stands for a code that was used as well. */
export type SecondProblem = "no_code" | "wrong" | PasskeyProblem;

const ACTION = "/sign-in/second";

/** The second step: a code of the app first; paper and passkey beside it. What was typed never comes back. */
export async function secondPage(
  request: Request,
  deps: Deps,
  {
    pending,
    going,
    own,
    problem,
  }: {
    readonly pending: string;
    readonly going: Going;
    readonly own: SecondStep;
    readonly problem?: SecondProblem;
  },
): Promise<Response> {
  const { browser, cookies } = browserOf(request, deps);
  const reader = readerOf(request, deps.config, undefined, going.started?.interaction?.request.uiLocales);
  const { t } = reader;
  const hidden = { csrf: await csrfToken(deps, browser), pending, ...goingParameters(going) };
  const offer = own.passkeys.length === 0 ? undefined : await offerSignIn(deps, browser, own.passkeys);
  const title = t("security.second_title");
  const words = { stopped: t("security.passkey_sign_in_stopped"), failed: t("security.passkey_sign_in_failed") };
  return page(
    deps,
    {
      title: problem === undefined ? title : t("frame.error_title", { title }),
      reader,
      status: problem === undefined ? 200 : 400,
      ...(offer === undefined ? {} : { script: PASSKEY_SCRIPT_HASH }),
      formAction: goingTargets(going),
      cookies,
    },
    <section class="sheet">
      <h1>{title}</h1>
      <p class="lead">{t("security.second_about")}</p>
      {problem !== undefined && (
        <p class="notice bad" id="problem" role="alert" tabindex={-1} autofocus>
          {t(problems[problem])}
        </p>
      )}
      <form method="post" action={ACTION} class="stack" novalidate>
        <Hidden fields={hidden} />
        <CodeField id="code" label={t("security.second_code")} problem={problem} app />
        <button type="submit" class="full">
          {t("security.second_continue")}
        </button>
      </form>
      {offer && (
        <PasskeyForm offer={offer} action={ACTION} mode="get" words={words}>
          <Hidden fields={hidden} />
          <button type="submit" class="quiet full">
            {t("security.second_passkey")}
          </button>
        </PasskeyForm>
      )}
      <details>
        <summary>{t("security.second_lost")}</summary>
        <p class="note">{t("security.second_lost_about")}</p>
        <form method="post" action={ACTION} class="stack" novalidate>
          <Hidden fields={hidden} />
          <CodeField id="recovery-code" label={t("security.second_recovery_code")} />
          <button type="submit" class="quiet full">
            {t("security.second_recovery")}
          </button>
        </form>
      </details>
    </section>,
  );
}

/** Fields that only travel along. */
export const Hidden = ({ fields }: { fields: Readonly<Record<string, string>> }) => (
  <>
    {Object.entries(fields).map(([name, value]) => (
      <input type="hidden" name={name} value={value} />
    ))}
  </>
);

/** Where a code is typed: digits of an app, which browsers may fill in, or what stands on the paper. */
export const CodeField = ({
  id,
  label,
  problem,
  app = false,
}: {
  id: string;
  label: string;
  problem?: string | undefined;
  app?: boolean;
}) => (
  <div class="field">
    <label for={id}>{label}</label>
    <input
      id={id}
      name="code"
      type="text"
      class="code"
      dir="ltr"
      autocomplete={app ? "one-time-code" : "off"}
      inputmode={app ? "numeric" : "text"}
      autocapitalize="characters"
      spellcheck={false}
      required
      autofocus={app && problem === undefined}
      {...(problem === undefined ? {} : { "aria-invalid": "true" as const, "aria-describedby": "problem" })}
    />
  </div>
);
