import type { Child } from "hono/jsx";
import type { User } from "../model.ts";
import type { ApprovalProblem } from "./answer.ts";

const problems: Readonly<Record<ApprovalProblem, string>> = {
  nothing_ticked: "Nothing is ticked. Tick at least one permission to approve, or deny the request.",
  no_organization: "Choose at least one organization, or all that you may enter, or deny the request.",
};

/** What is wrong with the form that was sent, where the page is shown again. */
export const Problem = ({ of: problem }: { of: ApprovalProblem | undefined }) =>
  problem === undefined ? null : (
    <p class="notice bad" id="problem" role="alert" tabindex={-1} autofocus>
      {problems[problem]}
    </p>
  );

/** Who decides, and the two buttons, of equal weight; `children` say what follows. */
export const Decision = ({ user, sealed, children }: { user: User; sealed: string; children: Child }) => (
  <div class="decision">
    <div class="signature">
      <p>
        <span class="note">Decided by</span>{" "}
        <strong>
          <bdi>{user.name}</bdi>
        </strong>{" "}
        <span class="note">
          <bdi>{user.email}</bdi>
        </span>
      </p>
      <a href={`/sign-in?continue=${sealed}&another=1`}>Use another account</a>
    </div>
    <div class="buttons">
      {/* Deny stands first, so that the Enter key in a field never approves. */}
      <button type="submit" name="decision" value="deny">
        Deny
      </button>
      <button type="submit" name="decision" value="approve">
        Approve
      </button>
    </div>
    <p class="note">{children}</p>
  </div>
);
