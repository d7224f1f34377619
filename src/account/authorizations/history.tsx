import { T, useReader } from "../../http/reader.tsx";
import type { MessageKey } from "../../messages/translate.ts";
import type { Whereabouts } from "../../model.ts";
import { placeWords } from "../../rules/place.ts";
import type { HistoryEntry } from "../../store/authorization.ts";
import { Moment } from "../moment.tsx";
import { Name } from "../name.tsx";
import type { Sight } from "./detail.tsx";
import { pathOf } from "./visit.ts";

type DidKey = Extract<MessageKey, `authorizations.did_${string}`>;

/** What each kind of row of the log is in words. Of a kind that is not here the page says its name. */
export const historyWords: Readonly<Record<string, DidKey | undefined>> = {
  "grant.consented": "authorizations.did_consented",
  "grant.vouched": "authorizations.did_vouched",
  "grant.widened": "authorizations.did_widened",
  "grant.replaced": "authorizations.did_replaced",
  "grant.paused": "authorizations.did_paused",
  "grant.resumed": "authorizations.did_resumed",
  "grant.narrowed": "authorizations.did_narrowed",
  "grant.shortened": "authorizations.did_shortened",
  "grant.revoked": "authorizations.did_revoked",
  "family.started": "authorizations.did_connected",
  "code.redeemed": "authorizations.did_redeemed",
  "family.revoked": "authorizations.did_device_ended",
  "token.revoked": "authorizations.did_token_ended",
  "token.exchanged": "authorizations.did_exchanged",
};

/** At whose word something happened. */
export const actorOf = (actor: string, userId: string, clientId: string): "you" | "service" | "us" | "other" => {
  if (actor === userId) return "you";
  if (actor === clientId) return "service";
  return actor === "system" ? "us" : "other";
};

/** Where a request came from, as far as it is known: a place, and the network. */
export const Place = ({ of: whereabouts }: { of: Whereabouts }) => {
  const place = placeWords(whereabouts, useReader());
  return (
    <>
      {place !== null && `${place} · `}
      <bdi>{whereabouts.network}</bdi>
    </>
  );
};

/** What happened to it, the latest first, and the whole of it to take along. */
export const History = ({ sight, page: current }: { sight: Sight; page: number }) => {
  const { t } = useReader();
  const { authorization, action } = sight;
  const { history, hasMoreHistory, grantId } = authorization;
  return (
    <section class="sheet" id="history" aria-labelledby="history-title">
      <h2 id="history-title">{t("authorizations.history")}</h2>
      {history.length === 0 && <p>{t("authorizations.history_none")}</p>}
      <ol class="rows">
        {history.map((entry) => (
          <Entry entry={entry} sight={sight} />
        ))}
      </ol>
      {(current > 0 || hasMoreHistory) && (
        <nav class="row apart pages" aria-label={t("authorizations.history")}>
          {current > 0 ? <a href={`${action}?history=${current}#history`}>{t("authorizations.history_newer")}</a> : <span />}
          {hasMoreHistory && <a href={`${action}?history=${current + 2}#history`}>{t("authorizations.history_older")}</a>}
        </nav>
      )}
      <p class="note">
        <T
          k="authorizations.download"
          with={{
            csv: <a href={pathOf(grantId, "history.csv")}>CSV</a>,
            json: <a href={pathOf(grantId, "history.json")}>JSON</a>,
          }}
        />
      </p>
    </section>
  );
};

const Entry = ({ entry, sight }: { entry: HistoryEntry; sight: Sight }) => {
  const { t } = useReader();
  const { action, at, actor, device, organizationName, whereabouts } = entry;
  const words = historyWords[action];
  const by = actorOf(actor, sight.userId, sight.authorization.client.clientId);
  return (
    <li>
      <p>
        {words === undefined ? <code>{action}</code> : t(words)}
        {organizationName !== null && (
          <>
            {": "}
            <Name of={organizationName} />
          </>
        )}
        <span class="note line">
          <Moment at={at} /> · {t(`authorizations.by_${by}`)}
          {device !== null && (
            <>
              {" · "}
              <bdi>{device}</bdi>
            </>
          )}
          {whereabouts !== null && (
            <>
              {" · "}
              <Place of={whereabouts} />
            </>
          )}
        </span>
      </p>
    </li>
  );
};
