import { parseQuery } from "../../http/form.ts";
import { T, useReader } from "../../http/reader.tsx";
import { placeWords } from "../../rules/place.ts";
import { findLog, type LoggedAction, type LogRow } from "../../store/organizationLog.ts";
import { Moment } from "../moment.tsx";
import { Name } from "../name.tsx";
import { lookingAtFound } from "../visit.ts";
import { Nothing, organizationPage } from "./frame.tsx";
import { afterText, loggedActions, readAfter, readFilter, type TypedFilter, typedFilter } from "./logFilter.ts";
import { organizationPath } from "./paths.ts";
import { located } from "./visit.ts";

const PAGE_SIZE = 50;

type ActionKey<A extends LoggedAction> = A extends `${infer N}.${infer V}` ? `organizations.did_${N}_${V}` : never;
const actionKey = (action: LoggedAction) => `organizations.did_${action.replace(".", "_")}` as ActionKey<LoggedAction>;

/**
 * GET /settings/organizations/{name}/log: what happened, with `action`, `person`, `service`, `from` and `until` (days of UTC), and
 * `after` for the next page. A day that is none comes back as it was typed, with status 400. One trip.
 */
export const logPage = lookingAtFound(
  located("owner", (deps, sessionId, name, request) => {
    const parameters = parseQuery(request);
    const { filter } = readFilter(typedFilter(parameters));
    return findLog(deps, sessionId, name, filter, { after: readAfter(parameters.find("after")), limit: PAGE_SIZE });
  }),
  async (visit, parameters, deps) => {
    const { place, rows, hasMore, reader } = visit;
    const { t } = reader;
    const typed = typedFilter(parameters);
    const { wrong } = readFilter(typed);
    const path = organizationPath(place.name, "log");
    const kept = new URLSearchParams(Object.entries(typed).filter(([, value]) => value !== ""));
    const last = rows.at(-1);
    const shown = wrong.length === 0 ? rows : [];
    return organizationPage(
      deps,
      visit,
      { title: t("organizations.log"), status: wrong.length === 0 ? 200 : 400 },
      <div class="stack">
        <p class="note">{t("organizations.log_lead")}</p>
        <FilterForm typed={typed} wrong={wrong} path={path} />
        {shown.length === 0 ? (
          <Nothing
            title={t("organizations.no_rows")}
            text={t("organizations.no_rows_text")}
            all={kept.size > 0 ? path : undefined}
          />
        ) : (
          <ol class="choices">
            {shown.map((row) => (
              <Row row={row} />
            ))}
          </ol>
        )}
        {shown.length > 0 && hasMore && last !== undefined && (
          <nav class="row apart pages" aria-label={t("organizations.pages")}>
            <span />
            <a href={`${path}?${new URLSearchParams([...kept, ["after", afterText(last)]])}`}>{t("organizations.next_page")}</a>
          </nav>
        )}
        {shown.length > 0 && (
          <p class="row">
            <a href={`${path}.csv?${kept}`}>{t("organizations.export_csv")}</a>
            <a href={`${path}.json?${kept}`}>{t("organizations.export_json")}</a>
          </p>
        )}
      </div>,
    );
  },
);

const FilterForm = ({ typed, wrong, path }: { typed: TypedFilter; wrong: readonly ("from" | "until")[]; path: string }) => {
  const { t } = useReader();
  return (
    <form method="get" action={path} class="search">
      <div class="field">
        <label for="action">{t("organizations.action")}</label>
        <select id="action" name="action">
          <option value="">{t("organizations.any_action")}</option>
          {loggedActions.map((action) => (
            <option value={action} selected={action === typed.action}>
              {t(actionKey(action))}
            </option>
          ))}
        </select>
      </div>
      {(["person", "service"] as const).map((name) => (
        <div class="field">
          <label for={name}>{t(`organizations.${name}`)}</label>
          <input type="text" id={name} name={name} value={typed[name]} maxlength={100} autocomplete="off" />
        </div>
      ))}
      {(["from", "until"] as const).map((name) => (
        <div class="field">
          <label for={name}>{t(`organizations.${name}`)}</label>
          <input
            type="text"
            inputmode="numeric"
            id={name}
            name={name}
            value={typed[name]}
            placeholder="2026-11-24"
            dir="ltr"
            autocomplete="off"
            aria-invalid={wrong.includes(name) ? "true" : undefined}
            aria-describedby={wrong.includes(name) ? `${name}-problem` : undefined}
          />
          {wrong.includes(name) && (
            <p class="problems" id={`${name}-problem`}>
              {t("organizations.day_wrong")}
            </p>
          )}
        </div>
      ))}
      <button type="submit" class="quiet">
        {t("organizations.filter")}
      </button>
    </form>
  );
};

const Row = ({ row }: { row: LogRow }) => {
  const { t, language } = useReader();
  const { action, at, actorName, actor, personName, serviceName, clientId, detail, whereabouts } = row;
  const place = whereabouts && placeWords(whereabouts, { language, t });
  const about = personName !== null && row.personEmail !== row.actorEmail;
  return (
    <li>
      <p>
        <strong>{t(actionKey(action))}</strong>{" "}
        <span class="note">
          <Moment at={at} />
        </span>
      </p>
      <p class="note">
        {actorName !== null ? (
          <Name of={actorName} />
        ) : actor === "system" ? (
          t("organizations.system")
        ) : actor === clientId ? (
          t("organizations.service")
        ) : (
          t("organizations.operator")
        )}
        {about && (
          <>
            {" · "}
            <T k="organizations.whom" with={{ person: <Name of={personName} /> }} />
          </>
        )}
        {(serviceName ?? clientId) !== null && (
          <>
            {" · "}
            <Name of={serviceName ?? clientId ?? ""} />
          </>
        )}
        {place && <> · {place}</>}
      </p>
      <Detail action={action} detail={detail} />
    </li>
  );
};

/** What changed, where a row says it. */
const Detail = ({ action, detail }: Pick<LogRow, "action" | "detail">) => {
  const { t } = useReader();
  if (detail === null) return null;
  if (action === "policy.changed" || action === "member.role_changed") {
    const words = (value: unknown) => {
      const key = `organizations.${action === "policy.changed" ? "policy" : "role"}_${String(value)}`;
      return isWord(key) ? t(key) : String(value);
    };
    return <p class="note">{t("organizations.from_to", { from: words(detail["from"]), to: words(detail["to"]) })}</p>;
  }
  const { reason } = detail as { readonly reason?: unknown };
  return typeof reason === "string" && reason !== "" ? (
    <p class="note">
      <bdi>{reason}</bdi>
    </p>
  ) : null;
};

const wordsOfDetail = [
  "organizations.policy_all",
  "organizations.policy_verified",
  "organizations.policy_approved",
  "organizations.policy_none",
  "organizations.role_owner",
  "organizations.role_member",
] as const;

const isWord = (key: string): key is (typeof wordsOfDetail)[number] => (wordsOfDetail as readonly string[]).includes(key);
