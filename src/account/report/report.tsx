import type { Deps } from "../../config.ts";
import { OAuthError } from "../../errors.ts";
import type { Parameters } from "../../http/form.ts";
import { checkLimits, limitOf, whereaboutsOf } from "../../http/rateLimit.ts";
import { redirect } from "../../http/respond.ts";
import { sealValues } from "../../mail/sealedValues.ts";
import type { Client, User } from "../../model.ts";
import { displayName } from "../../rules/displayName.ts";
import { findClient } from "../../store/clients.ts";
import { addReport } from "../../store/reports.ts";
import { sha256 } from "../../tokens/encoding.ts";
import { acting, lookingAt } from "../visit.ts";
import { MAX_TEXT, type ReportFields, reasons, reportPage, sentPage } from "./page.tsx";
import { reportPath } from "./path.ts";

/** GET /report/{client_id}: the form; after it was sent, thanks. */
export const showReport = lookingAt(async (visit, query, deps) => {
  const client = await loadReported(visit.request, deps);
  return query.find("sent") === "1"
    ? sentPage(deps, visit, client)
    : reportPage(deps, visit, client, { reason: undefined, text: "", problem: undefined });
});

/** POST /report/{client_id}: keeps the report for the operator, who is told of it; the service is not. */
export const sendReport = acting(async (visit, form, deps) => {
  const { request, user } = visit;
  const client = await loadReported(request, deps);
  const fields = readFields(form);
  const { reason, text, problem } = fields;
  if (problem !== undefined || reason === undefined) return reportPage(deps, visit, client, fields);
  const at = deps.now();
  const limit = await limitOf("service_report", user.userId);
  const counts = await addReport(
    deps,
    {
      id: await sha256([user.userId, client.clientId, reason, text].join("\0")),
      clientId: client.clientId,
      userId: user.userId,
      reason,
      text,
      whereabouts: whereaboutsOf(request),
      at,
    },
    await noticeOf(deps, client, user, { reason, text }),
    limit,
  );
  checkLimits([limit], counts, at, "reports");
  return redirect(`${deps.config.issuer}${reportPath(client.clientId)}?sent=1`);
});

async function loadReported(request: Request, deps: Deps): Promise<Client> {
  const segment = new URL(request.url).pathname.split("/")[2] ?? "";
  const client = await findClient(deps, decode(segment));
  if (client !== undefined) return client;
  throw new OAuthError("not_found", "There is no such service.", { say: ["consent.no_service"] });
}

/** What is not valid percent-encoding names nothing. */
function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return "";
  }
}

function readFields(form: Parameters): ReportFields {
  const reason = reasons.find((known) => known === form.find("reason"));
  const text = (form.find("text") ?? "").trim();
  const problem = reason === undefined ? "report_no_reason" : [...text].length > MAX_TEXT ? "report_too_long" : undefined;
  return { reason, text, problem };
}

/** To the operator's address; null where there is none, and /admin/reports has them all. */
async function noticeOf(deps: Deps, client: Client, user: User, { reason, text }: { reason: string; text: string }) {
  const to = deps.config.operatorEmail;
  if (to === null) return null;
  const sealedValues = await sealValues(deps, {
    service: displayName(client.metadata.client_name, client.clientId).text,
    client: client.clientId,
    person: user.email,
    reason,
    text: text === "" ? "–" : displayName(text, "–", MAX_TEXT).text,
  });
  return { to, sealedValues };
}
