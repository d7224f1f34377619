import type { Deps } from "../../config.ts";
import { OAuthError } from "../../errors.ts";
import { parseQuery } from "../../http/form.ts";
import type { Endpoint } from "../../http/respond.ts";
import { csvLine } from "../../rules/organizationLog.ts";
import { findLog, type LogFilter, type LogRow, type OrganizationLog } from "../../store/organizationLog.ts";
import { lookingAtFound, type Visit } from "../visit.ts";
import { readFilter, typedFilter } from "./logFilter.ts";
import { type At, located } from "./visit.ts";

/** Rows that one trip brings. */
const PAGE_SIZE = 500;
/** A Worker may call D1 a thousand times: a file ends after so many rows, and the next begins where `until` says. */
const MAX_PAGES = 200;

/** How rows become a file. */
interface FileFormat {
  readonly type: string;
  readonly extension: string;
  readonly begin: string;
  readonly row: (row: LogRow, isFirst: boolean) => string;
  readonly end: string;
}

const columnsOf = (row: LogRow): Readonly<Record<string, string | null>> => ({
  time: new Date(row.at).toISOString(),
  action: row.action,
  actor: row.actorEmail ?? row.actor,
  actor_name: row.actorName,
  person: row.personEmail,
  person_name: row.personName,
  client_id: row.clientId,
  service_name: row.serviceName,
  city: row.whereabouts?.city ?? null,
  country: row.whereabouts?.country ?? null,
  network: row.whereabouts?.network ?? null,
});

const columnNames = [
  "time",
  "action",
  "actor",
  "actor_name",
  "person",
  "person_name",
  "client_id",
  "service_name",
  "city",
  "country",
  "network",
  "detail",
];

const csv: FileFormat = {
  type: "text/csv; charset=utf-8; header=present",
  extension: "csv",
  begin: csvLine(columnNames),
  row: (row) => csvLine([...Object.values(columnsOf(row)), row.detail === null ? null : JSON.stringify(row.detail)]),
  end: "",
};

const json: FileFormat = {
  type: "application/json",
  extension: "json",
  begin: "[",
  row: (row, isFirst) => `${isFirst ? "\n" : ",\n"}${JSON.stringify({ ...columnsOf(row), detail: row.detail })}`,
  end: "\n]\n",
};

/** GET /settings/organizations/{name}/log.csv and log.json: the log by the same filter, in pages, each as it is sent. */
const exportAs = (format: FileFormat): Endpoint =>
  lookingAtFound(
    located("owner", (deps, sessionId, name, request) =>
      findLog(deps, sessionId, name, filterOf(request), { after: null, limit: PAGE_SIZE }),
    ),
    async (visit, _, deps) =>
      new Response(stream(deps, visit, format), {
        headers: {
          "Content-Type": format.type,
          "Content-Disposition": `attachment; filename="${visit.place.name}-log.${format.extension}"`,
          "Cache-Control": "no-store",
          "X-Content-Type-Options": "nosniff",
          "Content-Security-Policy": "default-src 'none'; sandbox",
          "Referrer-Policy": "no-referrer",
        },
      }),
  );

export const logAsCsv = exportAs(csv);
export const logAsJson = exportAs(json);

/** @throws OAuthError invalid_request for a day that is none: a file of everything is not what was asked for */
function filterOf(request: Request): LogFilter {
  const { filter, wrong } = readFilter(typedFilter(parseQuery(request)));
  if (wrong.length > 0)
    throw new OAuthError("invalid_request", "A day is not written as year, month, day.", { say: ["organizations.day_wrong"] });
  return filter;
}

/** Each page is asked for once the one before has been taken, and only while the person owns the organization: else the file breaks off. */
function stream(deps: Deps, visit: At<OrganizationLog> & Visit, format: FileFormat): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const filter = filterOf(visit.request);
  let { rows, hasMore } = visit;
  let pages = 1;
  return new ReadableStream({
    start: (controller) => controller.enqueue(encoder.encode(format.begin)),
    pull: async (controller) => {
      controller.enqueue(encoder.encode(rows.map((row, index) => format.row(row, pages === 1 && index === 0)).join("")));
      const after = rows.at(-1);
      if (!hasMore || after === undefined || pages === MAX_PAGES) {
        controller.enqueue(encoder.encode(format.end));
        return controller.close();
      }
      const next = await findLog(deps, visit.session.id, visit.place.name, filter, { after, limit: PAGE_SIZE });
      if (next?.place?.role !== "owner") return controller.error(new Error("no longer an owner"));
      ({ rows, hasMore } = next);
      pages += 1;
    },
  });
}
