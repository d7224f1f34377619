import type { Child } from "hono/jsx";
import { useReader } from "../http/reader.tsx";
import type { User } from "../model.ts";
import type { ApprovalProblem } from "./answer.ts";

/** What is wrong with the form that was sent, where the page is shown again. */
export const Problem = ({ of: problem }: { of: ApprovalProblem | undefined }) => {
  const { t } = useReader();
  return problem === undefined ? null : (
    <p class="notice bad" id="problem" role="alert" tabindex={-1} autofocus>
      {t(`consent.${problem}`)}
    </p>
  );
};

/** Who decides, and the two buttons, of equal weight; `children` say what follows. */
export const Decision = ({ user, sealed, children }: { user: User; sealed: string; children: Child }) => {
  const { t } = useReader();
  return (
    <div class="decision">
      <div class="signature">
        <p>
          <span class="note">{t("consent.decided_by")}</span>{" "}
          <strong>
            <bdi>{user.name}</bdi>
          </strong>{" "}
          <span class="note">
            <bdi>{user.email}</bdi>
          </span>
        </p>
        <a href={`/sign-in?continue=${sealed}&another=1`}>{t("consent.another_account")}</a>
      </div>
      <div class="buttons">
        {/* Deny stands first, so that the Enter key in a field never approves. */}
        <button type="submit" name="decision" value="deny">
          {t("consent.deny")}
        </button>
        <button type="submit" name="decision" value="approve">
          {t("consent.approve")}
        </button>
      </div>
      <p class="note">{children}</p>
    </div>
  );
};
