import { sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import { transact } from "./database.ts";
import { HINT_SECONDS } from "./keys.ts";

const HOUR = 3600;
const DAY = 24 * HOUR;

/** Rows of one table that go in one run, so that nothing else waits for long: D1 does one thing at a time. */
const CHUNK = 500;

/**
 * How long each kind of row is kept after it has lost its meaning. A family outlives its code by a day, so that an interaction
 * whose code was never fetched yields no second one, and its revocation by 30, so that a late thief is told from a stranger.
 */
const retention: readonly (readonly [table: string, endedAt: string, keepSeconds: number])[] = [
  ["attempts", "expires_at", 0],
  ["sessions", "expires_at", 0],
  ["revocations", "expires_at", 0],
  ["signing_keys", "expires_at", HINT_SECONDS],
  ["pushed_requests", "expires_at", 0],
  ["initial_access_tokens", "expires_at", 30 * DAY],
  ["device_codes", "expires_at", HOUR],
  ["seen", "expires_at", 0],
  ["session_clients", "expires_at", 0],
  ["logouts", "failed_at", 30 * DAY],
  ["email_codes", "expires_at", HOUR],
  ["emails", "sent_at", DAY],
  ["emails", "failed_at", 7 * DAY],
  ["client_errors", "last_at", 30 * DAY],
  ["families", "idle_expires_at", DAY],
  ["families", "revoked_at", 30 * DAY],
  ["audit", "at", 400 * DAY],
];

/** Deletes what nobody needs any more, at most a chunk of each kind; grants stay, as they are what a person has said. One trip. */
export async function deleteExpired(deps: Deps): Promise<void> {
  const now = deps.now();
  await transact(deps.db, (db) => {
    const [first, ...others] = retention.map(([table, endedAt, keepSeconds]) =>
      db.run(sql`
        DELETE FROM ${sql.identifier(table)} WHERE rowid IN (
          SELECT rowid FROM ${sql.identifier(table)}
          WHERE ${sql.identifier(endedAt)} < ${now - keepSeconds * 1000} LIMIT ${CHUNK})`),
    );
    if (first === undefined) throw new Error("nothing to retain");
    return [first, ...others];
  });
}
