import { type SQL, sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { ClientId, UserId } from "../model.ts";
import { type Database, transact } from "./database.ts";
import { logouts, sessions } from "./schema.ts";

/** A client that is to hear that a session is over. */
export interface Logout {
  /** The `jti` of every logout token about it. */
  readonly id: string;
  readonly clientId: ClientId;
  readonly userId: UserId;
  readonly sessionId: string;
  /** The present one included. */
  readonly attempts: number;
}

/** The twelfth comes 20 hours after the first. */
const MAX_ATTEMPTS = 12;
const MINUTE = 60 * 1000;
const MAX_PAUSE_MINUTES = 360;

/** Clients that one request tells itself; the rest is the cron's. A Worker has six connections at a time. */
export const AT_ONCE = 12;

/** 1, 2, 4 … minutes after the attempt of that number; by then it has ended, so that the pause is the attempt's lease as well. */
const pauseAfter = (attempts: SQL): SQL => sql`min(${MAX_PAUSE_MINUTES}, 1 << (${attempts} - 1)) * ${MINUTE}`;

/**
 * The statements that end sessions and put into the outbox, in the same batch, every client that wants to hear of it. They run
 * before anything else takes the sessions away; a second time they find nothing. While another session goes on from one nobody is
 * to hear. The first yields what was put into the outbox.
 * @param which a condition on `sessions`, with that name before its columns
 * @param attempts 1 where the caller makes the first attempt itself, which the cron then leaves it a minute for; else 0
 */
export const endStatements = (db: Database, which: SQL, at: number, attempts: 0 | 1) =>
  [
    db.all<Logout>(sql`
      INSERT INTO logouts (id, client_id, user_id, session_id, created_at, attempts, next_at)
      SELECT lower(hex(randomblob(16))), session_clients.client_id, sessions.user_id, sessions.lineage, ${at}, ${attempts},
        ${at + attempts * MINUTE}
      FROM sessions JOIN session_clients ON session_clients.session_id = sessions.lineage
      WHERE ${which} AND session_clients.expires_at > ${at} AND ${isLast(which)}
      ON CONFLICT (session_id, client_id) DO NOTHING
      RETURNING id, client_id AS clientId, user_id AS userId, session_id AS sessionId, attempts`),
    db.run(sql`
      DELETE FROM session_clients
      WHERE session_id IN (SELECT sessions.lineage FROM sessions WHERE ${which} AND ${isLast(which)})`),
    db.delete(sessions).where(which),
  ] as const;

/** That no session that stays goes on from where this one came from. */
const isLast = (which: SQL): SQL => sql`NOT EXISTS (
  SELECT 1 FROM sessions AS other
  WHERE other.lineage = sessions.lineage AND other.id NOT IN (SELECT sessions.id FROM sessions WHERE ${which}))`;

const logoutColumns = {
  id: logouts.id,
  clientId: logouts.clientId,
  userId: logouts.userId,
  sessionId: logouts.sessionId,
  attempts: logouts.attempts,
};

/**
 * Takes what is due, the longest due first, and dates the next attempt, in one statement: of crons that run at once, each gets its
 * own. One that is cut off loses its attempt and nothing else.
 */
export async function claimLogouts(deps: Deps, limit: number): Promise<readonly Logout[]> {
  const now = deps.now();
  const [rows] = await transact(deps.db, (db) => [
    db
      .update(logouts)
      .set({ attempts: sql`attempts + 1`, nextAt: sql`${now} + ${pauseAfter(sql`(attempts + 1)`)}` })
      .where(
        sql`id IN (SELECT id FROM logouts WHERE failed_at IS NULL AND next_at <= ${now} ORDER BY next_at, id LIMIT ${limit})`,
      )
      .returning(logoutColumns),
  ]);
  return rows;
}

/**
 * Notes what became of attempts: what is done is deleted, and what failed at its last attempt is given up, in one trip.
 * @returns the ids that were given up; they stay for an operator to see (store/retention.ts)
 */
export async function settleLogouts(
  deps: Deps,
  { done, failed }: { readonly done: readonly string[]; readonly failed: readonly string[] },
): Promise<readonly string[]> {
  const among = (ids: readonly string[]) => sql`id IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`;
  const [, givenUp] = await transact(deps.db, (db) => [
    db.delete(logouts).where(among(done)),
    db
      .update(logouts)
      .set({ failedAt: deps.now() })
      .where(sql`${among(failed)} AND attempts >= ${MAX_ATTEMPTS} AND failed_at IS NULL`)
      .returning({ id: logouts.id }),
  ]);
  return givenUp.map(({ id }) => id);
}
