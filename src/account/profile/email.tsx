import type { Child } from "hono/jsx";
import type { Deps } from "../../config.ts";
import { findCookie } from "../../http/cookie.ts";
import type { Parameters } from "../../http/form.ts";
import { page } from "../../http/page.tsx";
import { whereaboutsOf } from "../../http/rateLimit.ts";
import { T } from "../../http/reader.tsx";
import { redirect } from "../../http/respond.ts";
import { sealValues } from "../../mail/sealedValues.ts";
import { normalizeEmail } from "../../rules/email.ts";
import { changeEmail } from "../../store/accountChanges.ts";
import { emailInput, Field } from "../byCode/field.tsx";
import { checkCode, sendCode } from "../emailCode.ts";
import { Settings } from "../settings/frame.tsx";
import { checkStepUp } from "../stepUp.ts";
import { acting, lookingAt, type Visit } from "../visit.ts";
import { ACCOUNT, EMAIL } from "./places.ts";

const MAX_EMAIL = 254;

type EmailProblem = "no_email" | "not_an_email" | "same_email";
type CodeProblem = "no_code" | "wrong_code";

/** GET /settings/account/email: asks for the new address. */
export const emailPage = lookingAt(
  async (visit, _, deps) =>
    checkStepUp(visit.request, deps, visit.session, EMAIL) ?? askPage(deps, visit, { typed: "", problem: undefined }),
);

/** POST /settings/account/email: `email`, to which a code is sent; with `step=code`, the code that makes it the person's address. */
export const changeEmailForm = acting(async (visit, form, deps) => {
  const { request, session, user, reader } = visit;
  const stepUp = checkStepUp(request, deps, session, EMAIL);
  if (stepUp !== undefined) return stepUp;
  const typed = (form.find("email") ?? "").slice(0, MAX_EMAIL);
  const email = normalizeEmail(typed);
  if (email === undefined) return askPage(deps, visit, { typed, problem: typed === "" ? "no_email" : "not_an_email" });
  if (email === user.email) return askPage(deps, visit, { typed, problem: "same_email" });
  if (form.find("step") === "code") return enter(deps, visit, form, email);
  await sendCode(request, deps, codeRequest(deps, visit, email), reader, user.userId);
  return codePage(deps, visit, email);
});

async function enter(deps: Deps, visit: Visit, form: Parameters, email: string): Promise<Response> {
  const { user, request } = visit;
  const typed = form.find("code");
  if (typed === undefined) return codePage(deps, visit, email, "no_code");
  const code = await checkCode(deps, codeRequest(deps, visit, email), typed);
  if (code === undefined || code.userId !== user.userId) return codePage(deps, visit, email, "wrong_code");
  const changed = await changeEmail(deps, {
    use: code,
    userId: user.userId,
    email,
    sealedValues: await sealValues(deps, { changedAt: deps.now(), newEmail: email }),
    whereabouts: whereaboutsOf(request),
  });
  return changed ? redirect(`${deps.config.issuer}${ACCOUNT}?done=email_changed`) : codePage(deps, visit, email, "wrong_code");
}

/** The code is bound to the session in which it was asked for. */
const codeRequest = (deps: Deps, { request }: Visit, email: string) => ({
  purpose: "verify_email" as const,
  email,
  browser: findCookie(request, deps.config, "session") ?? "",
});

function askPage(
  deps: Deps,
  visit: Visit,
  { typed, problem }: { readonly typed: string; readonly problem: EmailProblem | undefined },
): Response {
  const { t } = visit.reader;
  return show(
    deps,
    visit,
    problem !== undefined,
    <>
      <EmailForm visit={visit}>
        <Field
          name="email"
          label={t("account.new_email")}
          problem={problem && t(`account.${problem}`)}
          input={{ ...emailInput(typed), autocomplete: "email" }}
        />
        <button type="submit">{t("account.send")}</button>
      </EmailForm>
      <p>
        <a href={ACCOUNT}>{t("frame.account")}</a>
      </p>
    </>,
  );
}

function codePage(deps: Deps, visit: Visit, email: string, problem?: CodeProblem): Response {
  const { t } = visit.reader;
  return show(
    deps,
    visit,
    problem !== undefined,
    <>
      <p>
        <T k="account.sent" with={{ email: <bdi>{email}</bdi> }} />
      </p>
      <EmailForm visit={visit}>
        <input type="hidden" name="step" value="code" />
        <input type="hidden" name="email" value={email} />
        <Field
          name="code"
          label={t("account.code")}
          hint={t("account.code_hint")}
          problem={problem && t(`account.${problem}`)}
          input={{
            type: "text",
            class: "user-code",
            dir: "ltr",
            inputmode: "numeric",
            autocomplete: "one-time-code",
            spellcheck: false,
          }}
        />
        <button type="submit">{t("account.change_email")}</button>
      </EmailForm>
      <EmailForm visit={visit}>
        <input type="hidden" name="email" value={email} />
        <button type="submit" class="quiet">
          {t("account.resend")}
        </button>
      </EmailForm>
      <p>
        <a href={EMAIL}>{t("account.other_address")}</a>
      </p>
    </>,
  );
}

const EmailForm = ({ visit, children }: { visit: Visit; children?: Child }) => (
  <form method="post" action={EMAIL} class="stack" novalidate>
    <input type="hidden" name="csrf" value={visit.csrf} />
    {children}
  </form>
);

function show(deps: Deps, { user, reader }: Visit, isWrong: boolean, content: Child): Response {
  const { t } = reader;
  const title = t("account.change_email");
  return page(
    deps,
    {
      title: isWrong ? t("frame.error_title", { title }) : title,
      reader,
      user,
      under: ACCOUNT,
      status: isWrong ? 400 : 200,
    },
    <Settings under={ACCOUNT} title={title} lead={t("account.change_email_lead")} here={EMAIL}>
      <section class="sheet column">{content}</section>
    </Settings>,
  );
}
