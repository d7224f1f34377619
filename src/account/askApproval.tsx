import { T, useReader } from "../http/reader.tsx";
import type { ApprovalView } from "../model.ts";
import { displayName as cleaned } from "../rules/displayName.ts";
import { decideAccess } from "../rules/organizations.ts";
import { asksWhere } from "./consentReach.tsx";
import { Name } from "./name.tsx";

/** A reason is no letter. */
export const MAX_REASON = 500;

export type AskProblem = "ask_nobody" | "ask_not_needed" | "ask_too_long";

/** What the person typed, and what came of it. */
export interface Asking {
  readonly organizationId: string | undefined;
  readonly reason: string;
  readonly outcome: "asked" | AskProblem;
}

/**
 * Where organizations wait for an approval: their owners are asked from here, without a decision about the rest. It stands after the
 * buttons of the decision, so that the Enter key asks nobody.
 */
export const AskApproval = ({ view, asking }: { view: ApprovalView; asking: Asking | undefined }) => {
  const { t } = useReader();
  if (!asksWhere(view)) return null;
  const waiting = view.organizations.filter(
    (organization) =>
      decideAccess(organization, view.client) === "needs_approval" &&
      organization.role !== "owner" &&
      !view.requests.some(({ organizationId }) => organizationId === organization.organizationId),
  );
  if (waiting.length === 0) return null;
  const problem = asking === undefined || asking.outcome === "asked" ? undefined : asking.outcome;
  const atReason = problem === "ask_too_long";
  const invalid = (here: boolean) =>
    problem !== undefined && here ? { "aria-invalid": "true" as const, "aria-describedby": "ask-problem" } : {};
  return (
    <details class="ask" id="ask" open={problem !== undefined}>
      <summary>{t("consent.ask_title")}</summary>
      <div class="stack">
        <p class="note">{t("consent.ask_note")}</p>
        {problem !== undefined && (
          <p class="problems" id="ask-problem" role="alert">
            {problem === "ask_too_long" ? t("consent.ask_too_long", { count: MAX_REASON }) : t(`consent.${problem}`)}
          </p>
        )}
        <div class="field">
          <label for="request_organization">{t("consent.ask_which")}</label>
          <select id="request_organization" name="request_organization" {...invalid(!atReason)}>
            {waiting.length > 1 && <option value="">{t("consent.ask_choose")}</option>}
            {waiting.map(({ organizationId, displayName }) => (
              <option value={organizationId} selected={asking?.organizationId === organizationId}>
                {cleaned(displayName, "?").text}
              </option>
            ))}
          </select>
        </div>
        <div class="field">
          <label for="request_reason">
            {t("consent.ask_reason")} <span class="optional">({t("consent.ask_optional")})</span>
          </label>
          <textarea id="request_reason" name="request_reason" rows={3} {...invalid(atReason)}>
            {problem === undefined ? "" : asking?.reason}
          </textarea>
        </div>
        <button type="submit" name="decision" value="request_approval" class="quiet">
          {t("consent.ask")}
        </button>
      </div>
    </details>
  );
};

/** Said at the top of the page once it is done. */
export const Asked = ({ view, asking }: { view: ApprovalView; asking: Asking | undefined }) => {
  const organization = view.organizations.find(({ organizationId }) => organizationId === asking?.organizationId);
  if (asking?.outcome !== "asked" || organization === undefined) return null;
  return (
    <p class="notice ok" role="status" tabindex={-1} autofocus>
      <T k="consent.asked" with={{ organization: <Name of={organization.displayName} /> }} />
    </p>
  );
};
