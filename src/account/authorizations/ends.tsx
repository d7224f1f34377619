import { T, useReader } from "../../http/reader.tsx";
import { displayName } from "../../rules/displayName.ts";
import { livesWithin } from "../../rules/shorterLife.ts";
import { Moment } from "../moment.tsx";
import { serviceName } from "../words.tsx";
import type { Sight } from "./detail.tsx";

const Hidden = ({ csrf, act }: { csrf: string; act: string }) => (
  <>
    <input type="hidden" name="csrf" value={csrf} />
    <input type="hidden" name="action" value={act} />
  </>
);

/** Lets the service wait, or go on. */
export const PauseOrResume = ({ sight: { authorization, csrf, action } }: { sight: Sight }) => {
  const { t } = useReader();
  const act = authorization.pausedAt === null ? "pause" : "resume";
  return (
    <section>
      <h2>{t(`authorizations.${act}_title`)}</h2>
      <p>{t(`authorizations.${act}_hint`)}</p>
      <form method="post" action={action}>
        <Hidden csrf={csrf} act={act} />
        <button type="submit" class="quiet">
          {t(`authorizations.${act}`)}
        </button>
      </form>
    </section>
  );
};

/** Lets it end sooner; making it last longer is for the approval page. */
export const Lifetime = ({ sight: { authorization, csrf, action, now } }: { sight: Sight }) => {
  const { t, timeZone } = useReader();
  const { expiresAt, authority } = authorization;
  const lives = livesWithin(expiresAt, now, timeZone);
  if (authority !== null) return null;
  return (
    <section>
      <h2>{t("authorizations.lifetime")}</h2>
      <p>
        {expiresAt === null ? (
          t("authorizations.lifetime_open")
        ) : (
          <T k="authorizations.done_ends" with={{ time: <Moment at={expiresAt} /> }} />
        )}
      </p>
      {lives.length > 0 && (
        <form method="post" action={action} class="stack">
          <Hidden csrf={csrf} act="shorten" />
          <input type="hidden" name="time_zone" value={timeZone} />
          <div class="field">
            <label for="lifetime">{t("authorizations.shorten_label")}</label>
            <select id="lifetime" name="lifetime">
              {lives.map((life) => (
                <option value={life}>{t(`authorizations.life_${life}`)}</option>
              ))}
            </select>
          </div>
          <button type="submit" class="quiet">
            {t("authorizations.shorten")}
          </button>
        </form>
      )}
    </section>
  );
};

/** Ends it. */
export const Ends = ({ sight: { authorization, csrf, action } }: { sight: Sight }) => {
  const { t, languages } = useReader();
  const { client, authority, grantId } = authorization;
  const service = displayName(serviceName(client.metadata, languages).text, "?").text;
  return (
    <section>
      <h2>{t("authorizations.revoke_title")}</h2>
      <p>{t(authority === null ? "authorizations.revoke_hint" : "authorizations.revoke_hint_let_in")}</p>
      <form method="post" action={action}>
        <Hidden csrf={csrf} act="revoke" />
        <input type="hidden" name="grant_id" value={grantId} />
        <button type="submit" class="end" aria-label={t("authorizations.revoke_named", { service })}>
          {t("authorizations.revoke")}
        </button>
      </form>
      <p class="note">{t("authorizations.copied")}</p>
    </section>
  );
};
