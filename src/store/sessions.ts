import { and, eq, gt, isNull, lt, type SQL, sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { Session, User, UserId, Whereabouts } from "../model.ts";
import { type Settlement, settleStatements } from "./attempts.ts";
import { auditWhen } from "./audit.ts";
import { columns, type Database, transact } from "./database.ts";
import { queueWhen, toUserRow } from "./emails.ts";
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
  readonly whereabouts: Whereabouts;
  /** The directory at which the person signed in. */
  readonly directoryId?: string | undefined;
  /** When they did, if that was before now: an open session there is no sign-in of this moment. */
  readonly authAt?: number | undefined;
  /** The sessions that this browser holds: the same person's go on in the new one, other people's stay. */
  readonly held: readonly string[];
  /** Those that it holds no longer, whosever they are. */
  readonly dropped: readonly string[];
  /** What the attempt that succeeded was counted under. */
  readonly settlement?: Settlement | undefined;
  /** What the e-mail about it says, should there be one. */
  readonly sealedValues: string;
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
  const { id, authAt, createdAt, selectedAt, acr, amr, expiresAt } = row.sessions;
  return { session: { id, authAt, beganAt: createdAt, selectedAt, acr, amr, expiresAt }, user: toUser(row.users) };
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
  const at = deps.now();
  const [rows] = await transact(deps.db, (db) => [signedInStatement(db, sessionId, at), seenStatement(db, sessionId, at)]);
  return toSignedIn(rows);
}

/** The same of each of these that is alive, in one trip. */
export async function findSessions(
  deps: Deps,
  sessionIds: readonly string[],
): Promise<readonly { readonly session: Session; readonly user: User }[]> {
  const at = deps.now();
  const statements = (db: Database) => sessionIds.map((id) => signedInStatement(db, id, at));
  const found = await transact(deps.db, (db) => statements(db) as [ReturnType<typeof signedInStatement>]);
  return (found as readonly Awaited<ReturnType<typeof signedInStatement>>[]).flatMap((rows) => toSignedIn(rows) ?? []);
}

const HOUR = 60 * 60 * 1000;

/** Notes that the session was seen, once an hour at most: beside a page's own statements in a batch. */
export const seenStatement = (db: Database, sessionId: string, at: number) =>
  db
    .update(sessions)
    .set({ seenAt: at })
    .where(and(alive(sessionId, at), lt(sessions.seenAt, at - HOUR)));

/** So long a device and a network count as known to an account after a sign-in. */
const KNOWN_MILLISECONDS = 90 * 24 * HOUR;

/**
 * Begins a session, all or nothing, in one trip. What the same person had in this browser goes on under the new cookie, so that
 * their services hear of an end when the new one ends; other people's sessions here stay as they are, save those that are dropped,
 * whose services are to hear of it. The person gets an e-mail where the device or the network is new to them.
 * @returns the ids of the other people's sessions that are alive; undefined if the person was disabled since they proved who they
 *   are, and no session has begun
 */
export async function createSession(deps: Deps, session: NewSession): Promise<readonly string[] | undefined> {
  const { id, userId, acr, amr, device, whereabouts, at } = session;
  const expiresAt = at + deps.config.sessionSeconds * 1000;
  const enabled = sql`FROM ${users} WHERE ${users.id} = ${userId} AND ${users.disabledAt} IS NULL`;
  const isNew = sql`NOT EXISTS (SELECT 1 FROM ${sessions} WHERE ${sessions.id} = ${id})`;
  const held = sql`(SELECT value FROM json_each(${JSON.stringify(session.held)}))`;
  const dropped = sql`(SELECT value FROM json_each(${JSON.stringify(session.dropped)}))`;
  const lineage = sql`coalesce((
    SELECT old.lineage FROM sessions AS old WHERE old.id IN ${held} AND old.user_id = ${userId} LIMIT 1), ${id})`;
  const ends = sql`sessions.id <> ${id} AND (sessions.id IN ${dropped} OR sessions.id IN ${held} AND sessions.user_id = ${userId})
    AND EXISTS (SELECT 1 FROM sessions AS begun WHERE begun.id = ${id})`;
  const rows = await transact(deps.db, (db) => [
    ...settleStatements(db, session.settlement, at, isNew),
    queueWhen(
      db,
      { kind: "new_sign_in", ...toUserRow, sealedValues: session.sealedValues, at },
      sql`${enabled} AND ${isNew} AND ${isUnknown(session, held)}`,
    ),
    auditWhen(
      db,
      { at, action: "session.started", actor: userId, userId, detail: { device, amr }, whereabouts },
      sql`${enabled} AND ${isNew}`,
    ),
    db
      .insert(sessions)
      .select(
        sql`SELECT ${id}, ${users.id}, ${lineage}, ${Math.min(session.authAt ?? at, at)}, ${at}, ${acr}, ${JSON.stringify(amr)}, ${device},
          ${JSON.stringify(whereabouts)}, ${session.directoryId ?? null}, ${at}, ${at}, ${expiresAt} ${enabled}`,
      )
      .onConflictDoNothing(),
    auditWhen(
      db,
      { at, action: "session.ended", actor: userId, userId: sessions.userId, detail: { replaced: true } },
      sql`FROM ${sessions} WHERE ${ends}`,
    ),
    db.run(sql`
      UPDATE session_clients SET expires_at = ${expiresAt}
      WHERE session_id = (SELECT lineage FROM sessions WHERE id = ${id})`),
    ...endStatements(db, ends, at, 0),
    db
      .select({ id: sessions.id })
      .from(sessions)
      .innerJoin(users, eq(users.id, sessions.userId))
      .where(and(sql`(sessions.id = ${id} OR sessions.id IN ${held})`, gt(sessions.expiresAt, at), isNull(users.disabledAt))),
  ]);
  const living = rows[10].map((row) => row.id);
  return living.includes(id) ? living.filter((one) => one !== id) : undefined;
}

/** That the person has signed in before, but not with such a device, or not from this network; and has no session in this browser. */
const isUnknown = ({ userId, device, whereabouts, at }: NewSession, held: SQL): SQL => {
  const before = sql`SELECT 1 FROM audit WHERE audit.user_id = ${userId} AND audit.action = 'session.started'`;
  const lately = sql`${before} AND audit.at > ${at - KNOWN_MILLISECONDS}`;
  return sql`EXISTS (${before})
    AND NOT (EXISTS (${lately} AND json_extract(audit.detail, '$.device') = ${device})
      AND EXISTS (${lately} AND json_extract(audit.whereabouts, '$.network') = ${whereabouts.network}))
    AND NOT EXISTS (
      SELECT 1 FROM sessions AS own WHERE own.id IN ${held} AND own.user_id = ${userId} AND own.expires_at > ${at})`;
};

/** The person said "continue as this account". @returns false if the session is over, or the person is disabled */
export async function selectSession(deps: Deps, sessionId: string): Promise<boolean> {
  const at = deps.now();
  const may = sql`${alive(sessionId, at)} AND EXISTS (
    SELECT 1 FROM users WHERE users.id = sessions.user_id AND users.disabled_at IS NULL)`;
  const [, rows] = await transact(deps.db, (db) => [
    auditWhen(
      db,
      { at, action: "session.selected", actor: sessions.userId, userId: sessions.userId },
      sql`FROM ${sessions} WHERE ${may} AND ${sessions.selectedAt} < ${at}`,
    ),
    db.update(sessions).set({ selectedAt: at }).where(may).returning({ id: sessions.id }),
  ]);
  return rows.length === 1;
}

/** Which sessions end: those of these ids, whosever they are, or of a person one of theirs, or all but the one that they are in. */
export type Ending =
  | { readonly kind: "held"; readonly sessionIds: readonly string[] }
  | { readonly kind: "one"; readonly userId: UserId; readonly sessionId: string }
  | { readonly kind: "others"; readonly userId: UserId; readonly sessionId: string };

/**
 * Ends sessions, so that their cookies are worth nothing wherever they lie, and puts into the outbox which clients are to hear of it:
 * both or neither, in one trip. What is over stays as it is.
 * @returns how many ended, and the clients that the caller has to tell; if it does not, the cron does a minute later
 */
export async function endSessions(
  deps: Deps,
  ending: Ending,
  whereabouts?: Whereabouts,
): Promise<{ readonly count: number; readonly logouts: readonly Logout[] }> {
  const at = deps.now();
  const which = endingOf(ending);
  const [counted, , logouts] = await transact(deps.db, (db) => [
    db.select({ id: sessions.id }).from(sessions).where(which),
    auditWhen(
      db,
      { at, action: "session.ended", actor: sessions.userId, userId: sessions.userId, detail: detailOfSession, whereabouts },
      sql`FROM ${sessions} WHERE ${which}`,
    ),
    ...endStatements(db, which, at, 1),
  ]);
  return { count: counted.length, logouts: logouts.slice(0, AT_ONCE) };
}

const detailOfSession = sql`json_object('device', sessions.device)`;

const endingOf = (ending: Ending): SQL => {
  if (ending.kind === "held") return sql`sessions.id IN (SELECT value FROM json_each(${JSON.stringify(ending.sessionIds)}))`;
  const theirs = sql`sessions.user_id = ${ending.userId}`;
  return ending.kind === "one"
    ? sql`${theirs} AND sessions.id = ${ending.sessionId}`
    : sql`${theirs} AND sessions.id <> ${ending.sessionId}`;
};
