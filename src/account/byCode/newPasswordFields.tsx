import { useReader } from "../../http/reader.tsx";
import type { PasswordProblem } from "../../rules/newPassword.ts";
import { Field } from "./field.tsx";

export type NewPasswordProblem = PasswordProblem | "no_password";

/** Where somebody types a password that they choose; what was typed never comes back. */
export const NewPassword = ({
  problem,
  optional = false,
}: {
  problem?: NewPasswordProblem | undefined;
  optional?: boolean;
}) => {
  const { t } = useReader();
  const hint = t("account.password_hint");
  return (
    <Field
      name="password"
      label={t("account.new_password")}
      hint={optional ? `${hint} ${t("account.password_optional")}` : hint}
      problem={problem && t(`account.${problem}`)}
      input={{ type: "password", autocomplete: "new-password", required: !optional }}
    />
  );
};

/** Whether services keep what they were allowed. @param ends what was chosen */
export const GrantsChoice = ({ ends }: { ends: boolean }) => {
  const { t } = useReader();
  return (
    <fieldset>
      <legend>{t("account.grants")}</legend>
      <ul class="choices">
        {(["keep", "end"] as const).map((choice) => (
          <li>
            <label class="choice">
              <input type="radio" name="grants" value={choice} checked={(choice === "end") === ends} />
              <span>
                <span class="title">{t(`account.grants_${choice}`)}</span>
                <span class="detail">{t(`account.grants_${choice}_hint`)}</span>
              </span>
            </label>
          </li>
        ))}
      </ul>
    </fieldset>
  );
};
