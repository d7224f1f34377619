import { and, desc, eq, isNull, type SQL, sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { ClientId, UserId, Whereabouts } from "../model.ts";
import { type Count, type Counter, countStatement } from "./attempts.ts";
import { auditWhen } from "./audit.ts";
import { transact } from "./database.ts";
import { queueWhen } from "./emails.ts";
import { reports } from "./schema.ts";

/** What a person says of a service, for the operator. */
export interface NewReport {
  /** Of who says what about which service: the same report sent twice is one. */
  readonly id: string;
  readonly clientId: ClientId;
  readonly userId: UserId;
  readonly reason: string;
  readonly text: string;
  readonly whereabouts: Whereabouts;
  readonly at: number;
}

/** Where the operator wants to hear of it by e-mail, and what that says. */
export interface ReportNotice {
  readonly to: string;
  readonly sealedValues: string;
}

export type StoredReport = typeof reports.$inferSelect;

/** Reports that are listed at once. */
const MAX_LISTED = 200;

/**
 * Keeps a report with its row in the log, and tells the operator, unless the counter is over its limit. One trip.
 * @returns the counts with this report; over the limit nothing was kept
 */
export async function addReport(
  deps: Deps,
  { id, clientId, userId, reason, text, whereabouts, at }: NewReport,
  notice: ReportNotice | null,
  limit: Counter & { readonly max: number },
): Promise<readonly Count[]> {
  const isNew = sql`WHERE NOT EXISTS (SELECT 1 FROM reports WHERE id = ${id})
    AND (SELECT count FROM attempts WHERE key = ${limit.key}) <= ${limit.max}`;
  const entry = { at, action: "service.reported", actor: userId, userId, clientId, whereabouts, detail: { reason } } as const;
  const english = { language: "en", timeZone: "UTC" } as const;
  const [counts] = await transact(deps.db, (db) => [
    countStatement(db, [limit], at),
    auditWhen(db, entry, isNew),
    ...(notice === null ? [] : [queueWhen(db, { kind: "service_reported", ...english, ...notice, at }, isNew)]),
    db.run(sql`
      INSERT INTO reports (id, client_id, user_id, reason, text, created_at)
      SELECT ${id}, ${clientId}, ${userId}, ${reason}, ${text}, ${at} ${isNew}`),
  ]);
  return counts;
}

/**
 * Reports, the latest first; one trip.
 * @param after the id of the last that is known, for those before it
 */
export async function listReports(
  deps: Deps,
  { openOnly, after }: { readonly openOnly: boolean; readonly after: string | undefined },
): Promise<{ readonly reports: readonly StoredReport[]; readonly next: string | undefined }> {
  const before: SQL | undefined =
    after === undefined
      ? undefined
      : sql`(created_at, id) < (SELECT known.created_at, known.id FROM reports AS known WHERE known.id = ${after})`;
  const [rows] = await transact(deps.db, (db) => [
    db
      .select()
      .from(reports)
      .where(and(openOnly ? isNull(reports.handledAt) : undefined, before))
      .orderBy(desc(reports.createdAt), desc(reports.id))
      .limit(MAX_LISTED + 1),
  ]);
  const shown = rows.slice(0, MAX_LISTED);
  return { reports: shown, next: rows.length > MAX_LISTED ? shown.at(-1)?.id : undefined };
}

/** Marks a report as handled, with its row in the log; one trip. @returns it, or undefined where there is none */
export async function handleReport(deps: Deps, id: string, by: string): Promise<StoredReport | undefined> {
  const at = deps.now();
  const open = sql`FROM reports WHERE id = ${id} AND handled_at IS NULL`;
  const [, , rows] = await transact(deps.db, (db) => [
    auditWhen(db, { at, action: "report.handled", actor: by, clientId: sql`client_id`, detail: { report: id } }, open),
    db.run(sql`UPDATE reports SET handled_at = ${at} WHERE id = ${id} AND handled_at IS NULL`),
    db.select().from(reports).where(eq(reports.id, id)),
  ]);
  return rows[0];
}
