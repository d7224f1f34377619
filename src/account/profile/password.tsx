import type { Deps } from "../../config.ts";
import { page } from "../../http/page.tsx";
import { whereaboutsOf } from "../../http/rateLimit.ts";
import { redirect } from "../../http/respond.ts";
import { sealValues } from "../../mail/sealedValues.ts";
import { passwordProblem } from "../../rules/newPassword.ts";
import { changePassword } from "../../store/accountChanges.ts";
import { GrantsChoice, NewPassword, type NewPasswordProblem } from "../byCode/newPasswordFields.tsx";
import { hashPassword } from "../password.ts";
import { Settings } from "../settings/frame.tsx";
import { checkStepUp } from "../stepUp.ts";
import { acting, lookingAt, type Visit } from "../visit.ts";
import { ACCOUNT, PASSWORD } from "./places.ts";

/** GET /settings/account/password */
export const passwordPage = lookingAt(
  async (visit, _, deps) => checkStepUp(visit.request, deps, visit.session, PASSWORD) ?? show(deps, visit, false),
);

/**
 * POST /settings/account/password: `password`, and with `grants=end` the end of every authorization. Who has just proven that it is they
 * is not asked for the old one.
 */
export const changePasswordForm = acting(async (visit, form, deps) => {
  const { request, session, user } = visit;
  const stepUp = checkStepUp(request, deps, session, PASSWORD);
  if (stepUp !== undefined) return stepUp;
  const password = form.find("password");
  const endsGrants = form.find("grants") === "end";
  if (password === undefined) return show(deps, visit, endsGrants, "no_password");
  const { email, name } = user;
  const problem = passwordProblem(password, { email, name, operator: deps.config.operator });
  if (problem !== undefined) return show(deps, visit, endsGrants, problem);
  const changed = await changePassword(deps, session.id, {
    passwordHash: await hashPassword(deps, password),
    endsGrants,
    sealedValues: await sealValues(deps, { changedAt: deps.now() }),
    whereabouts: whereaboutsOf(request),
  });
  // The session ended meanwhile: /settings/account asks for another.
  return redirect(`${deps.config.issuer}${ACCOUNT}${changed ? "?done=password_changed" : ""}`);
});

function show(deps: Deps, { user, reader, csrf }: Visit, endsGrants: boolean, problem?: NewPasswordProblem): Response {
  const { t } = reader;
  const title = t("account.forgot_title");
  return page(
    deps,
    {
      title: problem ? t("frame.error_title", { title }) : title,
      reader,
      user,
      under: ACCOUNT,
      status: problem ? 400 : 200,
    },
    <Settings under={ACCOUNT} title={title} lead={t("account.ends_other_sessions")} here={PASSWORD}>
      <section class="sheet column">
        <form method="post" action={PASSWORD} class="stack" novalidate>
          <input type="hidden" name="csrf" value={csrf} />
          <input type="hidden" name="username" value={user.email} autocomplete="username" />
          <NewPassword problem={problem} />
          <GrantsChoice ends={endsGrants} />
          <button type="submit">{t("account.set_password")}</button>
        </form>
        <p>
          <a href={ACCOUNT}>{t("frame.account")}</a>
        </p>
      </section>
    </Settings>,
  );
}
