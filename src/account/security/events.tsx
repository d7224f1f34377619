import { parseQuery } from "../../http/form.ts";
import { page } from "../../http/page.tsx";
import { T, useReader } from "../../http/reader.tsx";
import type { User, Whereabouts } from "../../model.ts";
import { placeWords } from "../../rules/place.ts";
import type { AuditAction } from "../../store/audit.ts";
import { findOwnEvents, type OwnEvent } from "../../store/ownSessions.ts";
import { deviceWords } from "../deviceWords.ts";
import { Moment } from "../moment.tsx";
import { Name } from "../name.tsx";
import { pageNumber } from "../pageNumber.ts";
import { Settings } from "../settings/frame.tsx";
import { lookingAtFound } from "../visit.ts";
import { eventWords, shownActions } from "./eventWords.ts";
import { EVENTS, SECURITY, securityPlaces } from "./visit.ts";

/** GET /settings/security/events: what happened to the account in the last 90 days, in plain words, the latest first. */
export const eventsPage = lookingAtFound(
  (deps, sessionId, request) => findOwnEvents(deps, sessionId, shownActions, pageNumber(parseQuery(request).find("page"))),
  async ({ user, reader, events, hasMore }, parameters, deps) => {
    const { t } = reader;
    const current = pageNumber(parameters.find("page"));
    return page(
      deps,
      { title: t("sessions.events"), reader, user, under: SECURITY, wide: true },
      <Settings
        under={SECURITY}
        title={t("sessions.events")}
        lead={t("sessions.events_lead")}
        places={securityPlaces(t)}
        here={EVENTS}
      >
        <section class="sheet column">
          {events.length === 0 ? <p>{t("sessions.no_events")}</p> : <Events events={events} user={user} />}
          {(current > 0 || hasMore) && (
            <nav class="row apart pages" aria-label={t("sessions.events")}>
              {current > 0 ? <a href={`${EVENTS}?page=${current}`}>{t("sessions.newer")}</a> : <span />}
              {hasMore && <a href={`${EVENTS}?page=${current + 2}`}>{t("sessions.older")}</a>}
            </nav>
          )}
        </section>
      </Settings>,
    );
  },
);

const Events = ({ events, user }: { events: readonly OwnEvent[]; user: User }) => (
  <ol class="choices">
    {events.map((event) => (
      <li>
        <p class="legend">
          <Words of={event} />
        </p>
        <p class="note">
          <Moment at={event.at} />
          {event.whereabouts !== null && (
            <>
              {" · "}
              <From of={event.whereabouts} />
            </>
          )}
          <More of={event} user={user} />
        </p>
      </li>
    ))}
  </ol>
);

/** The sentence; the service's name has a place in some of them. */
const Words = ({ of: { action, service, clientId } }: { of: OwnEvent }) => {
  const { t } = useReader();
  const key = eventWords[action as AuditAction];
  const name = service === null ? (clientId ?? t("sessions.a_service")) : service;
  return key === null ? null : <T k={key as "sessions.event_grant_consented"} with={{ service: <Name of={name} /> }} />;
};

/** Where a request came from, as far as that is known. */
export const From = ({ of: whereabouts }: { of: Whereabouts }) => {
  const place = placeWords(whereabouts, useReader());
  return (
    <>
      {place !== null && `${place} · `}
      <bdi dir="ltr">{whereabouts.network}</bdi>
    </>
  );
};

/** The device or the factor that it was about, and who did it where that was somebody else. */
const More = ({ of: { detail, actor, clientId }, user }: { of: OwnEvent; user: User }) => {
  const { t } = useReader();
  const { device, name } = detail ?? {};
  return (
    <>
      {typeof device === "string" && ` · ${deviceWords(device, t)}`}
      {typeof name === "string" && (
        <>
          {" · "}
          <bdi>{name}</bdi>
        </>
      )}
      {actor === "system" && ` · ${t("sessions.by_us")}`}
      {actor !== "system" && actor !== user.userId && actor !== clientId && ` · ${t("sessions.by_other")}`}
    </>
  );
};
