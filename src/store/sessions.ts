import { and, eq, gt, isNull, type SQL, sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { Session, User, UserId, Whereabouts } from "../model.ts";
import { type Settlement, settleStatements } from "./attempts.ts";
import { auditWhen } from "./audit.ts";
import { columns, type Database, transact } from "./database.ts";
import { AT_ONCE, endStatements, type Logout } from "./logouts.ts";
import { sessions, users } from "./schema.ts";

/** A session to begin, and what its beginning settles. */
export interface NewSession {
  /** SHA-256 (base64url) of the new cookie. */
  readonly id: string;
  readonly userId: UserId;
  readonly acr: string;
  readonly amr: readonly string[];
  readonly device: string;
  readonly whereabouts?: Whereabouts;
  /** The directory at which the person signed in. */
  readonly directoryId?: string;
  /** The session that this browser had until now. */
  readonly replaces?: string | undefined;
  /** What the attempt that succeeded was counted under. */
  readonly settlement: Settlement;
  readonly at: number;
}

const alive = (id: string, at: number): SQL | undefined => and(eq(sessions.id, id), gt(sessions.expiresAt, at));

/** Selects the session and its person, if it is alive and the person may sign in; `toSignedIn` reads the rows. */
export const signedInStatement = (db: Database, sessionId: string, at: number) =>
  db
    .select({ sessions: columns(sessions), users: columns(users) })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(and(alive(sessionId, at), isNull(users.disabledAt)));

/** What `signedInStatement` selected; undefined for nobody. */
export function toSignedIn(
  rows: Awaited<ReturnType<typeof signedInStatement>>,
): { readonly session: Session; readonly user: User } | undefined {
  const [row] = rows;
  if (row === undefined) return undefined;
  const { id, authAt, selectedAt, acr, amr, expiresAt } = row.sessions;
  return { session: { id, authAt, selectedAt, acr, amr, expiresAt }, user: toUser(row.users) };
}

export const toUser = (row: typeof users.$inferSelect): User => ({
  userId: row.id,
  email: row.email,
  emailVerified: row.emailVerified,
  name: row.name,
  profile: row.profile,
  language: row.language,
  timeZone: row.timeZone,
  updatedAt: row.updatedAt,
});

/** The session and its person, in one trip; undefined unless it is alive and the person may sign in. */
export async function findSession(deps: Deps, sessionId: string): Promise<{ session: Session; user: User } | undefined> {
  const [rows] = await transact(deps.db, (db) => [signedInStatement(db, sessionId, deps.now())]);
  return toSignedIn(rows);
}

/**
 * Begins a session and ends the one it replaces: both or neither, in one trip. Where somebody else was signed in, that person's
 * services are to hear of the end; where it was the same person, whose session goes on under a new cookie, they hear of it when
 * the new one ends.
 * @returns false if the person was disabled since the password was checked: no session has begun
 */
export async function createSession(deps: Deps, session: NewSession): Promise<boolean> {
  const { id, userId, acr, amr, device, whereabouts, at, settlement } = session;
  const replaces = session.replaces ?? "";
  const expiresAt = at + deps.config.sessionSeconds * 1000;
  const enabled = sql`FROM ${users} WHERE ${users.id} = ${userId} AND ${users.disabledAt} IS NULL`;
  const lineage = sql`coalesce((SELECT lineage FROM sessions AS old WHERE old.id = ${replaces} AND old.user_id = ${userId}), ${id})`;
  const isNew = sql`NOT EXISTS (SELECT 1 FROM ${sessions} WHERE ${sessions.id} = ${id})`;
  const [, , , , , , , , , begun] = await transact(deps.db, (db) => [
    ...settleStatements(db, settlement, at, isNew),
    auditWhen(
      db,
      { at, action: "session.started", actor: userId, userId, detail: { device, amr }, whereabouts },
      sql`${enabled} AND ${isNew}`,
    ),
    db
      .insert(sessions)
      .select(
        sql`SELECT ${id}, ${users.id}, ${lineage}, ${at}, ${at}, ${acr}, ${JSON.stringify(amr)}, ${device},
          ${whereabouts === undefined ? null : JSON.stringify(whereabouts)}, ${session.directoryId ?? null}, ${at}, ${at}, ${expiresAt} ${enabled}`,
      )
      .onConflictDoNothing(),
    auditWhen(
      db,
      { at, action: "session.ended", actor: userId, userId: sessions.userId, detail: { replaced: true } },
      sql`FROM ${sessions} WHERE ${sessions.id} = ${replaces}`,
    ),
    db.run(sql`
      UPDATE session_clients SET expires_at = ${expiresAt}
      WHERE session_id = (SELECT lineage FROM sessions WHERE id = ${id})`),
    ...endStatements(db, replaces, at, 0),
    db.select({ id: sessions.id }).from(sessions).where(eq(sessions.id, id)),
  ]);
  return begun.length === 1;
}

/** The person said "continue as this account". @returns false if the session is over */
export async function selectSession(deps: Deps, sessionId: string): Promise<boolean> {
  const at = deps.now();
  const [, rows] = await transact(deps.db, (db) => [
    auditWhen(
      db,
      { at, action: "session.selected", actor: sessions.userId, userId: sessions.userId },
      sql`FROM ${sessions} WHERE ${alive(sessionId, at)} AND ${sessions.selectedAt} < ${at}`,
    ),
    db.update(sessions).set({ selectedAt: at }).where(alive(sessionId, at)).returning({ id: sessions.id }),
  ]);
  return rows.length === 1;
}

/**
 * Ends the session, so that its cookie is worth nothing wherever it lies, and puts into the outbox which clients are to hear of it:
 * both or neither, in one trip. Nothing happens if it is over.
 * @returns the clients that the caller has to tell; if it does not, the cron does a minute later
 */
export async function endSession(deps: Deps, sessionId: string): Promise<readonly Logout[]> {
  const at = deps.now();
  const [, logouts] = await transact(deps.db, (db) => [
    auditWhen(
      db,
      { at, action: "session.ended", actor: sessions.userId, userId: sessions.userId },
      sql`FROM ${sessions} WHERE ${sessions.id} = ${sessionId}`,
    ),
    ...endStatements(db, sessionId, at, 1),
  ]);
  return logouts.slice(0, AT_ONCE);
}
