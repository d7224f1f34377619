import { getTableColumns, getTableName, inArray, type SQL, sql } from "drizzle-orm";
import { type DrizzleD1Database, drizzle } from "drizzle-orm/d1";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import { SQLiteRaw } from "drizzle-orm/sqlite-core/query-builders/raw";
import { OAuthError } from "../errors.ts";
import type { Once } from "../model.ts";
import { seen } from "./schema.ts";

export type Database = DrizzleD1Database;
type Statement = Parameters<Database["batch"]>[0][number];
type Results<T extends readonly Statement[]> = { [K in keyof T]: T[K] extends { _: { result: infer R } } ? R : never };

/** D1 answers in milliseconds or not at all; past this a person is better served by a 503 that says so. */
const DEADLINE_SECONDS = 3;
const ATTEMPTS = 3;

/** What D1's documentation says may be tried again; none of them tells whether the batch was carried out. */
const passing =
  /network connection lost|storage caused object to be reset|reset because its code was updated|overloaded|storage operation exceeded timeout/i;

const opened = new WeakMap<D1Database, Database>();

/** The drizzle face of a D1 binding. Reads and writes go to the primary: nothing here may see an old snapshot. */
export function open(db: D1Database): Database {
  const found = opened.get(db);
  if (found) return found;
  const made = drizzle(db);
  opened.set(db, made);
  return made;
}

type Columns<T extends SQLiteTable> = { [K in keyof T["$inferSelect"]]: SQL.Aliased<T["$inferSelect"][K]> };

/**
 * A table's columns under names of their own, for a join: D1 answers a batch with objects, in which two columns of one name
 * would be one.
 */
export function columns<T extends SQLiteTable>(table: T): Columns<T> {
  const name = getTableName(table);
  const entries = Object.entries(getTableColumns(table)).map(([key, column]) => [
    key,
    sql`${column}`.mapWith(column).as(`${name}_${column.name}`),
  ]);
  return Object.fromEntries(entries) as Columns<T>;
}

/** One value, as the row that a batch answers with for it. */
export const selectOne = (db: Database, value: unknown) => db.all<{ readonly value: unknown }>(sql`SELECT ${value} AS value`);

/**
 * Runs `statements` as one transaction in one trip: all of them or none. A passing failure is tried again, up to three times
 * within the deadline, although the first try may have been carried out: every caller's statements are therefore idempotent,
 * by a condition or a `rid`. What fails for good is a 503 with Retry-After, never a half-done success.
 * @param once what the request uses up: the batch is carried out only if none of it was used by another request
 * @throws OAuthError temporarily_unavailable; invalid_client, invalid_grant or invalid_dpop_proof for what was used before
 */
export async function transact<const T extends readonly [Statement, ...Statement[]]>(
  db: D1Database,
  statements: (db: Database) => T,
  once?: Once,
): Promise<Results<T>> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`D1 gave no answer in ${DEADLINE_SECONDS} s`)), DEADLINE_SECONDS * 1000);
  });
  const work = async () => {
    const database = open(db);
    for (let attempt = 1; ; attempt++) {
      try {
        const claims = claimStatements(database, once);
        const all = prepareRaw(db, [...claims, ...statements(database)]);
        return (await database.batch(all as unknown as [Statement, ...Statement[]])).slice(claims.length);
      } catch (error) {
        if (attempt === ATTEMPTS || !passing.test(describe(error))) throw error;
        await new Promise((resolve) => setTimeout(resolve, 20 * 4 ** attempt));
      }
    }
  };
  try {
    return (await Promise.race([work(), deadline])) as unknown as Results<T>;
  } catch (error) {
    if (once !== undefined && /constraint failed: seen\.rid/i.test(describe(error))) throw await replayOf(db, once);
    throw new OAuthError("temporarily_unavailable", "The server cannot reach its database. Try again in a moment.", {
      reason: `D1: ${describe(error)}`,
      headers: { "Retry-After": "5" },
      cause: error,
    });
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Marks each use as this request's own. Where another request has it, the row would lose its `rid`, which may not be null: the
 * database then takes the whole batch back, whatever else is in it, and parallel requests have one winner.
 */
const claimStatements = (db: Database, once: Once | undefined): readonly Statement[] =>
  (once?.uses ?? []).map(({ key, expiresAt }) =>
    db.run(sql`
      INSERT INTO seen (key, rid, expires_at) VALUES (${key}, ${once?.rid}, ${expiresAt})
      ON CONFLICT (key) DO UPDATE SET rid = CASE WHEN rid = excluded.rid THEN rid END`),
  );

/** Which of the uses it was: a trip more, for whoever sends something twice. */
async function replayOf(db: D1Database, { rid, uses }: Once): Promise<OAuthError> {
  const keys = uses.map(({ key }) => key);
  const [rows] = await transact(db, (database) => [database.select().from(seen).where(inArray(seen.key, keys))]);
  const used = uses.find(({ key }) => rows.some((row) => row.key === key && row.rid !== rid));
  return replays[used?.kind ?? "dpop_proof"]();
}

const replays: Readonly<Record<Once["uses"][number]["kind"], () => OAuthError>> = {
  client_assertion: () =>
    new OAuthError("invalid_client", "The client assertion was used before: each needs a jti of its own."),
  grant_assertion: () => new OAuthError("invalid_grant", "The assertion was used before: each needs a jti of its own."),
  dpop_proof: () =>
    new OAuthError("invalid_dpop_proof", "The DPoP proof was used before: each request needs a proof of its own."),
};

/** Drizzle's batch binds parameters to the `stmt` of each statement, which `db.run` does not make (drizzle-orm 0.45). */
function prepareRaw<T extends readonly Statement[]>(db: D1Database, statements: T): T {
  for (const statement of statements)
    if (statement instanceof SQLiteRaw) Object.assign(statement, { stmt: db.prepare(statement.getQuery().sql) });
  return statements;
}

/** Drizzle wraps D1's error, whose text is what tells one failure from another. */
function describe(error: unknown): string {
  const parts: string[] = [];
  for (let at: unknown = error; at instanceof Error; at = at.cause) parts.push(at.message);
  return parts.join(": ");
}
