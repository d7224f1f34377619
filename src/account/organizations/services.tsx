import { parseQuery } from "../../http/form.ts";
import { T, useReader } from "../../http/reader.tsx";
import { decideAccess } from "../../rules/organizations.ts";
import { findPlace, type OrganizationPlace } from "../../store/organizationPlace.ts";
import { findServices, type OrganizationService } from "../../store/organizationServices.ts";
import { PublisherLine } from "../about.tsx";
import { Ago, Day } from "../moment.tsx";
import { Logo, Name } from "../name.tsx";
import { pageNumber } from "../pageNumber.ts";
import { checkStepUp } from "../stepUp.ts";
import { actingOnFound, lookingAtFound } from "../visit.ts";
import { decide, serviceActOf, unknownService } from "./decide.ts";
import { effectWords, Nothing, organizationPage, Pages, SearchBox, searchOf } from "./frame.tsx";
import { organizationPath } from "./paths.ts";
import { serviceDone } from "./serviceDone.tsx";
import { located, unknownAct } from "./visit.ts";

const queryOf = (request: Request) => {
  const parameters = parseQuery(request);
  const clientId = parameters.find("revoke");
  const base = { search: searchOf(parameters.find("q")), page: pageNumber(parameters.find("page")) };
  return clientId === undefined ? base : { search: "", page: 0, clientId };
};

/**
 * GET /settings/organizations/{name}/services: which services have access, by whom, and what was decided, with `q` and `page`;
 * `revoke` with a client_id asks before its access ends for everyone. One trip.
 */
export const servicesPage = lookingAtFound(
  located("owner", (deps, sessionId, name, request) => findServices(deps, sessionId, name, queryOf(request))),
  async (visit, parameters, deps) => {
    const { place, services, hasMore, reader, csrf, request } = visit;
    const { t } = reader;
    const path = organizationPath(place.name, "services");
    const { search, page } = queryOf(request);
    if (parameters.find("revoke") !== undefined) {
      const [service] = services;
      if (service === undefined) throw unknownService();
      const time = effectWords(deps, reader);
      return organizationPage(
        deps,
        visit,
        { title: t("organizations.revoke") },
        <ConfirmRevoke service={service} place={place} path={path} csrf={csrf} time={time} />,
      );
    }
    return organizationPage(
      deps,
      visit,
      { title: t("organizations.services") },
      <div class="stack">
        {await serviceDone(deps, visit, parameters)}
        <p class="note">{t("organizations.services_lead")}</p>
        {(services.length > 0 || search !== "") && <SearchBox action={path} value={search} />}
        {services.length > 0 ? (
          <ul class="services lines">
            {services.map((service) => (
              <Line service={service} place={place} path={path} csrf={csrf} now={deps.now()} />
            ))}
          </ul>
        ) : search === "" ? (
          <Nothing title={t("organizations.no_services")} text={t("organizations.no_services_text")} />
        ) : (
          <Nothing title={t("organizations.nothing_found")} text={t("organizations.nothing_found_text")} all={path} />
        )}
        <Pages path={path} page={page} hasMore={hasMore} keep={{ q: search }} />
      </div>,
    );
  },
);

interface LineProps {
  readonly service: OrganizationService;
  readonly place: OrganizationPlace;
  readonly path: string;
  readonly csrf: string;
}

const Line = ({ service, place, path, csrf, now }: LineProps & { now: number }) => {
  const { t } = useReader();
  const { client, people, since, lastUsedAt, decision, vouched } = service;
  const name = client.metadata.client_name;
  const access = decideAccess({ ...place, decision }, client, vouched);
  return (
    <li class="sheet">
      <div class="asker">
        <Logo of={client} name={name} />
        <div>
          <h2>
            <Name of={name} />
          </h2>
          <PublisherLine client={client} />
          <p>
            {access === "allowed" ? (
              <span class="tag ok">{t("organizations.may_enter")}</span>
            ) : (
              <span class="tag bad">{t("organizations.kept_out")}</span>
            )}{" "}
            {vouched && <span class="tag">{t("organizations.by_directory")}</span>}
          </p>
        </div>
      </div>
      <dl class="facts across">
        <div>
          <dt>{t("organizations.used_by")}</dt>
          <dd>
            <People service={service} />
          </dd>
        </div>
        {people > 0 && since !== null && (
          <div>
            <dt>{t("organizations.since")}</dt>
            <dd>
              <Day at={since} />
            </dd>
          </div>
        )}
        {people > 0 && (
          <div>
            <dt>{t("organizations.last_used")}</dt>
            <dd>{lastUsedAt === null ? t("organizations.never") : <Ago at={lastUsedAt} now={now} />}</dd>
          </div>
        )}
        <div>
          <dt>{t("organizations.decision")}</dt>
          <dd>
            <DecisionWords service={service} />
          </dd>
        </div>
      </dl>
      <form method="post" action={path} class="row">
        <input type="hidden" name="csrf" value={csrf} />
        <input type="hidden" name="client_id" value={client.clientId} />
        {decision !== "approved" && place.policy !== "none" && (place.policy !== "all" || decision === "denied") && (
          <Act act="approve" name={name} />
        )}
        {(decision === "approved" || decision === "denied") && <Act act="undo" name={name} />}
        {decision !== "denied" &&
          (people > 0 && access === "allowed" ? (
            <a class="button end small" href={`${path}?${new URLSearchParams({ revoke: client.clientId })}`}>
              {t("organizations.revoke_all")}
              <span class="unseen">
                : <Name of={name} />
              </span>
            </a>
          ) : (
            <Act act="deny" name={name} />
          ))}
      </form>
    </li>
  );
};

/** A button that says what it does, and to whom for who cannot see where it stands. */
export const Act = ({ act, name }: { act: "approve" | "deny" | "undo"; name: string }) => (
  <button type="submit" name="action" value={act} class={act === "deny" ? "end small" : "quiet small"}>
    {useReader().t(`organizations.${act}`)}
    <span class="unseen">
      : <Name of={name} />
    </span>
  </button>
);

const People = ({ service: { people, names } }: { service: OrganizationService }) => {
  const { t, language } = useReader();
  if (people === 0) return t("organizations.nobody");
  const more = people - names.length;
  const listed = (
    <>
      {names.map((name, index) => (
        <>
          {index > 0 && (language === "ar" ? "، " : language === "ja" ? "、" : ", ")}
          <Name of={name} />
        </>
      ))}
    </>
  );
  return more === 0 ? listed : <T k="organizations.and_more" with={{ names: listed, count: more }} />;
};

const DecisionWords = ({ service: { decision, decidedBy, decidedAt } }: { service: OrganizationService }) => {
  const { t } = useReader();
  if (decision === null || decidedAt === null) return t("organizations.no_decision");
  const said = t(`organizations.${decision}`);
  const day = <Day at={decidedAt} />;
  return decidedBy === null ? (
    <T k="organizations.decided_by_operator" with={{ decision: said, day }} />
  ) : (
    <T k="organizations.decided" with={{ decision: said, person: <Name of={decidedBy} />, day }} />
  );
};

const ConfirmRevoke = ({ service: { client, people }, place, path, csrf, time }: LineProps & { time: string }) => {
  const { t } = useReader();
  const service = <Name of={client.metadata.client_name} />;
  return (
    <section class="sheet column">
      <h2>
        <T k="organizations.revoke_title" with={{ service }} />
      </h2>
      <p class="lead">
        <T k="organizations.revoke_text" with={{ service, organization: <Name of={place.displayName} />, count: people }} />
      </p>
      <ul class="bullets">
        <li>{t("organizations.revoke_effects", { time })}</li>
        <li>{t("organizations.revoke_stays")}</li>
      </ul>
      <form method="post" action={path} class="row">
        <input type="hidden" name="csrf" value={csrf} />
        <input type="hidden" name="client_id" value={client.clientId} />
        <button type="submit" name="action" value="revoke" class="end">
          {t("organizations.revoke")}
        </button>
        <a class="button quiet" href={path}>
          {t("organizations.keep")}
        </a>
      </form>
    </section>
  );
};

/** POST /settings/organizations/{name}/services: `action` is approve, deny, undo or revoke, of `client_id`. */
export const changeService = actingOnFound(located("owner", findPlace), async (visit, form, deps) => {
  const act = serviceActOf(form);
  if (act === undefined) throw unknownAct();
  const clientId = form.load("client_id");
  const back = organizationPath(visit.place.name, "services");
  return checkStepUp(visit.request, deps, visit.session, back) ?? decide(deps, visit, act, clientId, "services");
});
