import { whereaboutsOf } from "../../http/rateLimit.ts";
import { useReader } from "../../http/reader.tsx";
import { sealValues } from "../../mail/sealedValues.ts";
import { PASSWORD_ACR } from "../../rules/acr.ts";
import { passwordProblem } from "../../rules/newPassword.ts";
import { resetPassword } from "../../store/accountChanges.ts";
import { hashPassword } from "../password.ts";
import { endFirstStep } from "../secondStep.ts";
import { codeOf, enterPage, type Flow, goThrough, openFlow } from "./flow.tsx";
import { GrantsChoice, NewPassword, type NewPasswordProblem } from "./newPasswordFields.tsx";
import { CODE_AMR } from "./signIn.ts";

const flow: Flow = {
  path: "/forgot-password",
  purpose: "reset_password",
  name: "forgot",
  act: "set_password",
  fields: () => <ResetFields endsGrants={false} />,
  async enter(passage, form, email) {
    const { request, deps, going } = passage;
    const password = form.find("password");
    const endsGrants = form.find("grants") === "end";
    const again = (entry: { readonly codeProblem?: "no_code" | "wrong_code"; readonly problem?: NewPasswordProblem }) =>
      enterPage(flow, passage, {
        email,
        isWrong: true,
        codeProblem: entry.codeProblem,
        fields: <ResetFields endsGrants={endsGrants} problem={entry.problem} />,
      });
    if (password === undefined) return again({ problem: "no_password" });
    const problem = passwordProblem(password, { email, name: "", operator: deps.config.operator });
    if (problem !== undefined) return again({ problem });
    const code = await codeOf(flow, passage, form, email);
    if (typeof code === "string") return again({ codeProblem: code });
    const person = await resetPassword(deps, code, {
      passwordHash: await hashPassword(deps, password),
      endsGrants,
      sealedValues: await sealValues(deps, { changedAt: deps.now() }),
      whereabouts: whereaboutsOf(request),
    });
    if (person === undefined) return again({ codeProblem: "wrong_code" });
    const { userId, needsSecond } = person;
    return endFirstStep(request, deps, { userId, amr: CODE_AMR, acr: PASSWORD_ACR }, needsSecond, going);
  },
};

const ResetFields = ({ endsGrants, problem }: { endsGrants: boolean; problem?: NewPasswordProblem | undefined }) => {
  const { t } = useReader();
  return (
    <>
      <NewPassword problem={problem} />
      <p class="note">{t("account.ends_sessions")}</p>
      <GrantsChoice ends={endsGrants} />
    </>
  );
};

/** GET and POST /forgot-password: a new password for whoever can read what is sent to the address of the account. */
export const forgotPasswordPage = openFlow(flow);
export const renewPassword = goThrough(flow);
