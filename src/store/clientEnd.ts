import { sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import { auditWhen } from "./audit.ts";
import { transact } from "./database.ts";

/** Rows that mean nothing without their client. What a logout owes it is dropped when it comes to telling it (backchannel.ts). */
export const goesWithClient = ["client_logos", "client_errors", "pushed_requests", "device_codes"] as const;

/** What the log keeps of a client that is gone. */
export const removalDetail = sql`json_object('origin', origin, 'client_name', json_extract(metadata, '$.client_name'))`;

/** Clients that go in one run of the cron. */
const MAX_EXPIRED = 200;

/**
 * Ends registrations that ran out unused, each with its row in the log. Nothing was ever issued to them, so that there is nothing
 * to mark; a consent that led to no code goes along. At most so and so many in one run; one trip.
 */
export async function removeExpiredClients(deps: Deps): Promise<void> {
  const at = deps.now();
  const expired = sql`FROM clients WHERE client_id IN (
    SELECT client_id FROM clients WHERE expires_at <= ${at} ORDER BY expires_at, client_id LIMIT ${MAX_EXPIRED})`;
  const theirs = sql`client_id IN (SELECT client_id ${expired})`;
  const entry = { at, actor: "system", clientId: sql`client_id` } as const;
  await transact(deps.db, (db) => [
    auditWhen(db, { ...entry, action: "client.removed", detail: removalDetail }, expired),
    auditWhen(
      db,
      { ...entry, action: "grant.revoked", userId: sql`user_id`, grantId: sql`id` },
      sql`FROM grants WHERE revoked_at IS NULL AND ${theirs}`,
    ),
    db.run(sql`UPDATE grants SET revoked_at = ${at}, revoked_by = 'system' WHERE revoked_at IS NULL AND ${theirs}`),
    ...goesWithClient.map((table) => db.run(sql`DELETE FROM ${sql.identifier(table)} WHERE ${theirs}`)),
    db.run(sql`DELETE ${expired}`),
  ]);
}
