import { and, gt, inArray, type SQL, sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import { type Database, transact } from "./database.ts";
import { attempts } from "./schema.ts";

/** Counts attempts under `key`; the window opens with the first one and is not prolonged by later ones. */
export interface Counter {
  readonly key: string;
  readonly windowSeconds: number;
}

/** How many attempts stand under a key, this one included, and when they are forgotten. */
export interface Count {
  readonly key: string;
  readonly count: number;
  readonly expiresAt: number;
}

/**
 * The statement that counts one attempt under each counter and yields the counts. A batch that is tried again after a lost
 * answer counts twice, which errs on the side of caution.
 */
export const countStatement = (db: Database, counters: readonly Counter[], at: number) =>
  db
    .insert(attempts)
    .values(counters.map(({ key, windowSeconds }) => ({ key, count: 1, expiresAt: at + windowSeconds * 1000 })))
    .onConflictDoUpdate({
      target: attempts.key,
      set: {
        count: sql`CASE WHEN ${attempts.expiresAt} <= ${at} THEN 1 ELSE ${attempts.count} + 1 END`,
        expiresAt: sql`CASE WHEN ${attempts.expiresAt} <= ${at} THEN excluded.expires_at ELSE ${attempts.expiresAt} END`,
      },
    })
    .returning();

/** The statement that counts one attempt under each counter if the condition holds, and the one that then selects the counts. */
export const countStatements = (db: Database, counters: readonly Counter[], at: number, condition: SQL) => {
  const keys = counters.map(({ key }) => key);
  const rows = JSON.stringify(counters.map(({ key, windowSeconds }) => [key, at + windowSeconds * 1000]));
  return [
    db.run(sql`
      INSERT INTO attempts (key, count, expires_at)
      SELECT json_extract(value, '$[0]'), 1, json_extract(value, '$[1]') FROM json_each(${rows}) WHERE ${condition}
      ON CONFLICT (key) DO UPDATE SET
        count = CASE WHEN expires_at <= ${at} THEN 1 ELSE count + 1 END,
        expires_at = CASE WHEN expires_at <= ${at} THEN excluded.expires_at ELSE expires_at END`),
    db
      .select()
      .from(attempts)
      .where(and(inArray(attempts.key, keys), gt(attempts.expiresAt, at))),
  ] as const;
};

/** Counts one attempt under each counter, in one trip. */
export async function countAttempt(deps: Deps, counters: readonly Counter[]): Promise<readonly Count[]> {
  const [counts] = await transact(deps.db, (db) => [countStatement(db, counters, deps.now())]);
  return counts;
}

/** What a success settles: `clear` starts again at nothing, each of `forgive` loses the attempt that was counted. */
export interface Settlement {
  readonly clear?: string;
  readonly forgive: readonly string[];
  /** Where it is noted that this account was entered from this network. */
  readonly familiarKey?: string;
}

const FAMILIAR_SECONDS = 30 * 24 * 60 * 60;

/** The statements that settle a success, if there is something to settle, under the condition that they have not run before. */
export const settleStatements = (db: Database, settlement: Settlement | undefined, at: number, once: SQL) => {
  const { clear = null, forgive = [], familiarKey = null } = settlement ?? {};
  return [
    db
      .update(attempts)
      .set({ count: sql`CASE WHEN ${attempts.key} = ${clear} THEN 0 ELSE max(${attempts.count} - 1, 0) END` })
      .where(and(inArray(attempts.key, [...(clear === null ? [] : [clear]), ...forgive]), once)),
    db.run(sql`
      INSERT INTO attempts (key, count, expires_at)
      SELECT ${familiarKey}, 0, ${at + FAMILIAR_SECONDS * 1000} WHERE ${familiarKey} IS NOT NULL
      ON CONFLICT (key) DO UPDATE SET expires_at = excluded.expires_at`),
  ] as const;
};
