/** `/admin/reports`: what people report of services (docs/admin.md). */
import { OAuthError } from "../../errors.ts";
import { parseQuery } from "../../http/form.ts";
import { seconds } from "../../http/json.ts";
import { type Endpoint, json } from "../../http/respond.ts";
import type { JsonObject } from "../../model.ts";
import { handleReport, listReports, type StoredReport } from "../../store/reports.ts";
import { loadOperator, nothing, segmentOf } from "./operator.ts";

/** GET /admin/reports: the latest first; `state=open` leaves out those that were handled. */
export const queryReports: Endpoint = async (request, deps) => {
  await loadOperator(request, deps);
  const query = parseQuery(request);
  const state = query.find("state") ?? "all";
  if (state !== "all" && state !== "open") throw new OAuthError("invalid_request", "state: must be all or open");
  const { reports, next } = await listReports(deps, { openOnly: state === "open", after: query.find("after") });
  return json({ reports: reports.map(describe), ...(next === undefined ? {} : { next }) });
};

/** POST /admin/reports/{id}/handled: it needs nothing more; once more changes nothing. */
export const markReportHandled: Endpoint = async (request, deps) => {
  const by = await loadOperator(request, deps);
  const report = await handleReport(deps, segmentOf(request, 1), by);
  if (report === undefined) throw nothing("report");
  return json(describe(report));
};

const describe = (report: StoredReport): JsonObject => ({
  id: report.id,
  client_id: report.clientId,
  user_id: report.userId,
  reason: report.reason,
  text: report.text,
  created_at: seconds(report.createdAt),
  ...(report.handledAt === null ? {} : { handled_at: seconds(report.handledAt) }),
});
