import type { Deps } from "../../config.ts";
import { page } from "../../http/page.tsx";
import { T } from "../../http/reader.tsx";
import type { Client } from "../../model.ts";
import type { Visit } from "../visit.ts";
import { ServiceName } from "../words.tsx";
import { reportPath } from "./path.ts";

export const MAX_TEXT = 2000;

/** What may be wrong with a service, as the operator gets it. */
export const reasons = ["imitates", "excess", "misuse", "other"] as const;

/** The form as it was sent. */
export interface ReportFields {
  readonly reason: (typeof reasons)[number] | undefined;
  readonly text: string;
  readonly problem: "report_no_reason" | "report_too_long" | undefined;
}

export function reportPage(deps: Deps, visit: Visit, client: Client, fields: ReportFields): Response {
  const { user, csrf, reader } = visit;
  const { t } = reader;
  const { reason, text, problem } = fields;
  const title = t("consent.report_title");
  const invalid = (here: ReportFields["problem"]) =>
    problem === here ? { "aria-invalid": "true" as const, "aria-describedby": "problem" } : {};
  return page(
    deps,
    {
      title: problem === undefined ? title : t("frame.error_title", { title }),
      user,
      reader,
      status: problem === undefined ? 200 : 400,
    },
    <section class="sheet">
      <h1>
        <T k="consent.report_heading" with={{ service: <ServiceName of={client.metadata} languages={reader.languages} /> }} />
      </h1>
      <p class="lead">{t("consent.report_lead", { operator: deps.config.operator })}</p>
      {problem !== undefined && (
        <p class="notice bad" id="problem" role="alert" tabindex={-1} autofocus>
          {problem === "report_too_long" ? t("consent.report_too_long", { count: MAX_TEXT }) : t("consent.report_no_reason")}
        </p>
      )}
      <form method="post" action={reportPath(client.clientId)} class="stack">
        <input type="hidden" name="csrf" value={csrf} />
        <fieldset {...invalid("report_no_reason")}>
          <legend>{t("consent.report_reason")}</legend>
          <ul class="choices">
            {reasons.map((known) => (
              <li>
                <label class="choice">
                  <input type="radio" name="reason" value={known} checked={known === reason} />
                  <span>{t(`consent.report_${known}`)}</span>
                </label>
              </li>
            ))}
          </ul>
        </fieldset>
        <div class="field">
          <label for="text">
            {t("consent.report_text")} <span class="optional">({t("consent.ask_optional")})</span>
          </label>
          <textarea id="text" name="text" rows={6} {...invalid("report_too_long")}>
            {text}
          </textarea>
        </div>
        <button type="submit" class="full">
          {t("consent.report_send")}
        </button>
      </form>
    </section>,
  );
}

export function sentPage(deps: Deps, { user, reader }: Visit, client: Client): Response {
  const { t } = reader;
  return page(
    deps,
    { title: t("consent.report_thanks"), user, reader },
    <section class="sheet">
      <h1>{t("consent.report_thanks")}</h1>
      <p class="lead" role="status">
        <T k="consent.report_sent" with={{ service: <ServiceName of={client.metadata} languages={reader.languages} /> }} />
      </p>
      <p>
        <a href="/settings/authorizations">{t("consent.report_to_authorizations")}</a>
      </p>
    </section>,
  );
}
