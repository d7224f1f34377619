import { download } from "../../http/download.ts";
import type { Reader } from "../../http/reader.tsx";
import type { Endpoint } from "../../http/respond.ts";
import { csvLine } from "../../rules/organizationLog.ts";
import { placeWords } from "../../rules/place.ts";
import { findHistory, type HistorySight } from "../../store/authorization.ts";
import { type Find, lookingAtFound } from "../visit.ts";
import { actorOf, historyWords } from "./history.tsx";
import { grantIdOf, noSuchAuthorization } from "./visit.ts";

const find: Find<HistorySight> = (deps, sessionId, request) => findHistory(deps, sessionId, grantIdOf(request));

const columns = ["time", "event", "what", "by", "device", "organization", "place", "network"] as const;
type Row = Readonly<Record<(typeof columns)[number], string>>;

/** Times are of UTC and events have their names in the log, so that programs can read them; `what`, `by` and `place` are for people. */
const rowsOf = ({ user, client, history }: HistorySight, reader: Reader): readonly Row[] =>
  history.map(({ at, action, actor, device, organizationName, whereabouts }) => {
    const words = historyWords[action];
    return {
      time: new Date(at).toISOString(),
      event: action,
      what: words === undefined ? "" : reader.t(words),
      by: reader.t(`authorizations.by_${actorOf(actor, user.userId, client?.clientId ?? "")}`),
      device: device ?? "",
      organization: organizationName ?? "",
      place: whereabouts === null ? "" : (placeWords(whereabouts, reader) ?? ""),
      network: whereabouts?.network ?? "",
    };
  });

const downloadAs = (write: (rows: readonly Row[], sight: HistorySight) => Response): Endpoint =>
  lookingAtFound(find, async (visit) => {
    if (visit.client === undefined) throw noSuchAuthorization();
    return write(rowsOf(visit, visit.reader), visit);
  });

/** GET /settings/authorizations/{grant_id}/history.csv: what happened to it, also after its end. One trip. */
export const historyCsv: Endpoint = downloadAs((rows) =>
  download(
    [columns, ...rows.map((row) => columns.map((column) => row[column]))].map(csvLine).join(""),
    "text/csv",
    "history.csv",
  ),
);

/** GET /settings/authorizations/{grant_id}/history.json: the same. */
export const historyJson: Endpoint = downloadAs((rows, { client }) => {
  const about = { client_id: client?.clientId, client_name: client?.metadata.client_name };
  return download(`${JSON.stringify({ ...about, events: rows }, null, 2)}\n`, "application/json", "history.json");
});
