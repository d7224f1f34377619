import type { Deps } from "../../config.ts";
import { type Parameters, parseQuery } from "../../http/form.ts";
import { page } from "../../http/page.tsx";
import { T, useReader } from "../../http/reader.tsx";
import type { Resource } from "../../model.ts";
import { UNUSED_SECONDS } from "../../rules/authorizationMarks.ts";
import {
  type AuthorizationFilter,
  type AuthorizationList,
  type AuthorizationQuery,
  type AuthorizationSort,
  findAuthorizations,
} from "../../store/authorizationList.ts";
import { loadResources } from "../../store/resources.ts";
import { lookingAtFound, type Visit } from "../visit.ts";
import { confirmPage } from "./confirm.tsx";
import { EndedNotice, effectOf, refreshAt } from "./ended.tsx";
import { Line } from "./line.tsx";
import { HERE } from "./visit.ts";

const filters = ["all", "unused", "paused", "organization", "unverified"] as const satisfies readonly AuthorizationFilter[];
const sorts = ["used", "name", "newest"] as const satisfies readonly AuthorizationSort[];

/** Longer than any name that the list shows. */
const MAX_SEARCH = 100;

/**
 * GET /settings/authorizations: what a person has approved, with `q`, `filter`, `sort` and `page`; `confirm=all` asks before everything
 * ends. Changes nothing. One trip.
 */
export const authorizationsPage = lookingAtFound(
  (deps, sessionId, request) => findAuthorizations(deps, sessionId, queryOf(parseQuery(request), deps)),
  async (visit, parameters, deps) => {
    const resources = await loadResources(deps);
    const confirms = parameters.find("confirm") === "all" && visit.authorizations.length > 0;
    return confirms ? confirmPage(deps, visit, resources) : listPage(deps, visit, queryOf(parameters, deps), resources);
  },
);

/** What is not one of the choices is as if it were not there. */
function queryOf(parameters: Parameters, deps: Deps): AuthorizationQuery {
  const pick = <C extends string>(name: string, choices: readonly [C, ...C[]]): C =>
    choices.find((choice) => choice === parameters.find(name)) ?? choices[0];
  return {
    search: (parameters.find("q") ?? "").trim().slice(0, MAX_SEARCH),
    filter: pick("filter", filters),
    sort: pick("sort", sorts),
    page: pageNumber(parameters.find("page")),
    unusedSince: deps.now() - UNUSED_SECONDS * 1000,
    endedId: parameters.find("revoked") ?? "",
  };
}

/** From 0; people count from 1. */
export const pageNumber = (text: string | undefined): number =>
  text !== undefined && /^[1-9]\d{0,4}$/.test(text) ? Number(text) - 1 : 0;

function listPage(
  deps: Deps,
  list: AuthorizationList & Visit,
  query: AuthorizationQuery,
  resources: readonly Resource[],
): Response {
  const { user, authorizations, ended, total, csrf, reader } = list;
  const { t } = reader;
  const effect = ended && effectOf(deps, ended.endedAt, ended.resources, resources);
  return page(
    deps,
    {
      title: t(ended ? "authorizations.title_ended" : "frame.authorizations"),
      reader,
      user,
      under: HERE,
      wide: true,
      headers: refreshAt(effect),
    },
    <>
      <header class="heading">
        <h1>{t("frame.authorizations")}</h1>
        <p class="lead">{t("authorizations.lead")}</p>
        <p class="note">
          <T k="authorizations.device_hint" with={{ link: <a href="/device">{t("authorizations.device_link")}</a> }} />
        </p>
      </header>
      {ended && effect && <EndedNotice ended={ended} effect={effect} />}
      {total > 0 && <Search query={query} list={list} />}
      {authorizations.length === 0 ? (
        <Nothing query={query} total={total} />
      ) : (
        <ul class="services lines">
          {authorizations.map((authorization) => (
            <Line authorization={authorization} csrf={csrf} now={deps.now()} />
          ))}
        </ul>
      )}
      <Pages query={query} hasMore={list.hasMore} />
      {total > 0 && (
        <section class="after">
          <p class="note">{t("authorizations.revoke_all_hint")}</p>
          <a class="button end" href={`${HERE}?confirm=all`}>
            {t("authorizations.revoke_all_ask")}
          </a>
        </section>
      )}
    </>,
  );
}

const Search = ({ query, list }: { query: AuthorizationQuery; list: AuthorizationList }) => {
  const { t } = useReader();
  return (
    <search aria-label={t("authorizations.search")}>
      <form method="get" class="search">
        <div class="field grows">
          <label for="q">{t("authorizations.search_label")}</label>
          <input type="text" id="q" name="q" value={query.search} maxlength={MAX_SEARCH} autocomplete="off" />
        </div>
        <div class="field">
          <label for="filter">{t("authorizations.filter_label")}</label>
          <select id="filter" name="filter">
            {filters.map((filter) => (
              <option value={filter} selected={filter === query.filter}>
                {t(`authorizations.filter_${filter}`)}
              </option>
            ))}
          </select>
        </div>
        <div class="field">
          <label for="sort">{t("authorizations.sort_label")}</label>
          <select id="sort" name="sort">
            {sorts.map((sort) => (
              <option value={sort} selected={sort === query.sort}>
                {t(`authorizations.sort_${sort}`)}
              </option>
            ))}
          </select>
        </div>
        <button type="submit" class="quiet">
          {t("authorizations.apply")}
        </button>
        <p class="note found">{t("authorizations.found", { count: list.count })}</p>
      </form>
    </search>
  );
};

const Nothing = ({ query, total }: { query: AuthorizationQuery; total: number }) => {
  const { t } = useReader();
  const kind = total === 0 ? "none" : query.page > 0 ? "beyond" : "no_match";
  return (
    <section class="sheet">
      <h2>{t(`authorizations.${kind}_title`)}</h2>
      <p>{t(`authorizations.${kind}_text`)}</p>
      {kind !== "none" && (
        <p>
          <a href={HERE}>{t("authorizations.show_all")}</a>
        </p>
      )}
    </section>
  );
};

const Pages = ({ query, hasMore }: { query: AuthorizationQuery; hasMore: boolean }) => {
  const { t } = useReader();
  const { search, filter, sort, page: current } = query;
  if (current === 0 && !hasMore) return null;
  const hrefOf = (page: number) =>
    `${HERE}?${new URLSearchParams({
      ...(search === "" ? {} : { q: search }),
      ...(filter === "all" ? {} : { filter }),
      ...(sort === "used" ? {} : { sort }),
      page: String(page),
    })}`;
  return (
    <nav class="row apart pages" aria-label={t("authorizations.pages")}>
      {current > 0 ? (
        <a href={hrefOf(current)} rel="prev">
          {t("authorizations.previous_page")}
        </a>
      ) : (
        <span />
      )}
      {hasMore && (
        <a href={hrefOf(current + 2)} rel="next">
          {t("authorizations.next_page")}
        </a>
      )}
    </nav>
  );
};
