import { T, useReader } from "../../http/reader.tsx";
import type { MessageKey } from "../../messages/translate.ts";
import { PASSKEY_ACR } from "../../rules/acr.ts";
import type { OwnSession } from "../../store/ownSessions.ts";
import { deviceWords } from "../deviceWords.ts";
import { Ago, Moment } from "../moment.tsx";
import { From } from "./events.tsx";
import { EVENTS, SECURITY } from "./visit.ts";

/** How somebody signed in, by what was written down of it. */
function howOf({ acr, amr, directoryId }: Pick<OwnSession, "acr" | "amr" | "directoryId">): MessageKey {
  if (directoryId !== null) return "sessions.by_directory";
  if (acr === PASSKEY_ACR) return "sessions.by_passkey";
  if (amr.includes("mfa")) return amr.includes("pwd") ? "sessions.by_two" : "sessions.by_two_other";
  return amr.includes("pwd") ? "sessions.by_password" : "sessions.by_code";
}

/** Each browser in which the person is signed in, with a button that ends it. @param count of all, of which these are shown */
export const Sessions = ({
  sessions,
  count,
  here,
  csrf,
  now,
}: {
  sessions: readonly OwnSession[];
  count: number;
  here: string;
  csrf: string;
  now: number;
}) => {
  const { t } = useReader();
  const left = count - sessions.length;
  return (
    <section class="sheet" aria-labelledby="sessions">
      <h2 id="sessions">{t("sessions.title")}</h2>
      <p>
        <T k="sessions.lead" with={{ authorizations: <a href="/settings/authorizations">{t("frame.authorizations")}</a> }} />
      </p>
      <ul class="choices">
        {sessions.map((one) => (
          <OneSession of={one} isHere={one.id === here} csrf={csrf} now={now} />
        ))}
      </ul>
      {left > 0 && <p class="note">{t("sessions.more", { count: left })}</p>}
      <div class="row apart">
        <a href={EVENTS}>{t("sessions.see_events")}</a>
        {count > 1 && (
          <form method="post" action={SECURITY}>
            <input type="hidden" name="csrf" value={csrf} />
            <button type="submit" class="end" name="end" value="others">
              {t("sessions.end_others")}
            </button>
          </form>
        )}
      </div>
    </section>
  );
};

const OneSession = ({ of: one, isHere, csrf, now }: { of: OwnSession; isHere: boolean; csrf: string; now: number }) => {
  const { t } = useReader();
  const device = deviceWords(one.device, t);
  return (
    <li class="row apart">
      <div>
        <p class="legend row">
          <bdi>{device}</bdi>
          {isHere && <span class="tag ok">{t("sessions.this_browser")}</span>}
        </p>
        <dl class="facts across">
          {one.whereabouts !== null && (
            <div>
              <dt>{t("sessions.from")}</dt>
              <dd>
                <From of={one.whereabouts} />
              </dd>
            </div>
          )}
          <div>
            <dt>{t("sessions.since")}</dt>
            <dd>
              <Moment at={one.authAt} />
            </dd>
          </div>
          {one.seenAt !== null && (
            <div>
              <dt>{t("sessions.last_seen")}</dt>
              <dd>
                <Ago at={one.seenAt} now={now} />
              </dd>
            </div>
          )}
          <div>
            <dt>{t("sessions.how")}</dt>
            <dd>{t(howOf(one) as "sessions.by_code")}</dd>
          </div>
        </dl>
      </div>
      {!isHere && (
        <form method="post" action={SECURITY}>
          <input type="hidden" name="csrf" value={csrf} />
          <button type="submit" class="quiet small" name="end" value={one.id} aria-label={t("sessions.end_of", { device })}>
            {t("sessions.end")}
          </button>
        </form>
      )}
    </li>
  );
};
