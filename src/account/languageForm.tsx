import type { Deps } from "../config.ts";
import { page } from "../http/page.tsx";
import { type Reader, T } from "../http/reader.tsx";
import { languages } from "../messages/languages.ts";
import type { User } from "../model.ts";
import type { ComeBack } from "../rules/comeBack.ts";
import { momentText } from "./moment.tsx";

/** As the fields hold it: empty for what the browser says. */
export interface Choice {
  readonly language: string;
  readonly timeZone: string;
}

export type ChoiceProblem = "unknown_language" | "unknown_time_zone";

interface ChoiceForm {
  readonly choice: Choice;
  readonly problem: ChoiceProblem | undefined;
  readonly back: ComeBack;
  readonly isSaved: boolean;
  readonly csrf: string;
  readonly reader: Reader;
  readonly user: User | undefined;
  readonly cookies: readonly string[];
}

/** The form for the language and, for whoever has an account that keeps it, the time zone. */
export function choicePage(deps: Deps, form: ChoiceForm): Response {
  const { choice, problem, back, isSaved, csrf, reader, user, cookies } = form;
  const { t } = reader;
  const heading = t("front.language_and_time");
  const title = problem ? t("frame.error_title", { title: heading }) : heading;
  return page(
    deps,
    { title, reader, user, status: problem ? 400 : 200, cookies },
    <section class="sheet">
      <h1>{heading}</h1>
      <p>{t(user ? "front.language_lead" : "front.language_lead_stranger")}</p>
      {isSaved && (
        <div class="notice ok" role="status">
          <p>{t("front.saved")}</p>
          <p>
            <a href={back.to}>{t("front.go_on")}</a>
          </p>
        </div>
      )}
      <form method="post" action="/language" class="stack">
        <input type="hidden" name="csrf" value={csrf} />
        <input type="hidden" name="to" value={back.to} />
        <div class="field">
          <label for="language">{t("front.language")}</label>
          <select id="language" name="language" {...refusedBy(problem, "unknown_language")}>
            <option value="">{t("front.as_browser_says")}</option>
            {Object.entries(languages).map(([tag, { name, direction }]) => (
              <option value={tag} lang={tag} dir={direction} selected={tag === choice.language}>
                {name}
              </option>
            ))}
          </select>
          <Problem of={problem} here="unknown_language" reader={reader} />
        </div>
        {user && (
          <div class="field">
            <label for="time_zone">{t("front.time_zone")}</label>
            <select id="time_zone" name="time_zone" {...refusedBy(problem, "unknown_time_zone")}>
              <option value="">{t("front.as_browser_says")}</option>
              {zonesWith(choice.timeZone).map((zone) => (
                <option value={zone} dir="ltr" selected={zone === choice.timeZone}>
                  {zone.replaceAll("_", " ")}
                </option>
              ))}
            </select>
            <Problem of={problem} here="unknown_time_zone" reader={reader} />
            <p class="hint">
              <T k="front.now_there" with={{ time: <bdi>{momentText(deps.now(), reader)}</bdi> }} />
            </p>
          </div>
        )}
        <button type="submit">{t("front.save")}</button>
      </form>
    </section>,
  );
}

const refusedBy = (problem: ChoiceProblem | undefined, here: ChoiceProblem) =>
  problem === here ? { "aria-invalid": "true" as const, "aria-describedby": "problem", autofocus: true } : {};

const Problem = ({ of, here, reader }: { of: ChoiceProblem | undefined; here: ChoiceProblem; reader: Reader }) =>
  of === here ? (
    <p class="problems" id="problem">
      {reader.t(`front.${here}`)}
    </p>
  ) : null;

/** The zones that the platform lists, and the one that is set, which may be another name of one of them. */
function zonesWith(set: string): readonly string[] {
  const zones = Intl.supportedValuesOf("timeZone");
  return [...new Set(["UTC", ...zones, ...(set === "" ? [] : [set])])];
}
