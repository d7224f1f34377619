/** Changes of an account that are dangerous in the wrong hands: its password and its address. */
import { and, eq, type SQL, sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { Mark, UserId, Whereabouts } from "../model.ts";
import { auditWhen } from "./audit.ts";
import { type Database, transact } from "./database.ts";
import { type EmailCodeUse, isStillTheirs, isUnused, useStatement } from "./emailCodes.ts";
import { queueWhen, toUserRow } from "./emails.ts";
import { endStatements } from "./logouts.ts";
import { markSql, putMarks } from "./revocation.ts";
import { planOf } from "./revocationPlan.ts";
import { emailCodes, revocations, users } from "./schema.ts";
import { needsSecondFactor } from "./users.ts";

/** A new password, and what ends with the old one beside sessions. */
export interface PasswordChange {
  readonly passwordHash: string;
  readonly endsGrants: boolean;
  /** Of the e-mail `password_changed`. */
  readonly sealedValues: string;
  readonly whereabouts: Whereabouts;
}

/** Whose password it is now. */
export interface Changed {
  readonly userId: UserId;
  readonly needsSecond: boolean;
}

/**
 * Changes the password of somebody who is signed in, in one trip: their other sessions end with it, and where they want it every
 * authorization. @returns false if the session is over
 */
export async function changePassword(deps: Deps, sessionId: string, change: PasswordChange): Promise<boolean> {
  const at = deps.now();
  const whose = sql`(SELECT user_id FROM sessions WHERE sessions.id = ${sessionId} AND sessions.expires_at > ${at})`;
  return (await setPassword(deps, whose, change, at, { exceptSession: sessionId, after: [] })) !== undefined;
}

/**
 * Sets the password of whoever has the address that a code was sent to, in one trip: the code is used up, the address is proven, and
 * every session ends. @returns whose it is, and whether they have to show a second factor; undefined where the code was used before
 */
export function resetPassword(deps: Deps, use: EmailCodeUse, change: PasswordChange): Promise<Changed | undefined> {
  const at = deps.now();
  const whose = sql`(SELECT user_id FROM email_codes
    WHERE email_codes.id = ${use.codeId} AND email_codes.used_at IS NULL AND ${isStillTheirs})`;
  return setPassword(deps, whose, change, at, { exceptSession: "", after: [use] });
}

async function setPassword(
  deps: Deps,
  whose: SQL,
  { passwordHash, endsGrants, sealedValues, whereabouts }: PasswordChange,
  at: number,
  { exceptSession, after }: { readonly exceptSession: string; readonly after: readonly EmailCodeUse[] },
): Promise<Changed | undefined> {
  // The hash has a salt of its own: a repeat by ourselves finds it there, and finds nothing more to do.
  const person = sql`(
    SELECT users.id FROM users
    WHERE users.id = ${whose} AND users.disabled_at IS NULL AND coalesce(users.password_hash, '') <> ${passwordHash})`;
  const proves = after.length > 0;
  const rows = await transact(deps.db, (db) => [
    auditWhen(
      db,
      {
        at,
        action: "password.changed",
        actor: sql`users.id`,
        userId: sql`users.id`,
        whereabouts,
        detail: { by: proves ? "email_code" : "session" },
      },
      sql`FROM users WHERE users.id = ${person}`,
    ),
    queueWhen(db, { kind: "password_changed", ...toUserRow, sealedValues, at }, sql`FROM users WHERE users.id = ${person}`),
    ...endOfSessions(db, person, exceptSession, at),
    ...(endsGrants ? endOfGrants(deps, db, person, at, whereabouts) : []),
    db
      .update(users)
      .set({ passwordHash, updatedAt: at, ...(proves ? { emailVerified: true } : {}) })
      .where(sql`users.id = ${person}`),
    ...after.map((use) => useStatement(db, use, at)),
    endOfCodes(db, passwordHash, at),
    marksAt(db, deps, at),
    db.select({ userId: users.id, needsSecond: needsSecondFactor }).from(users).where(eq(users.passwordHash, passwordHash)),
  ]);
  const [changed] = rows.at(-1) as unknown as readonly Changed[];
  if (endsGrants && changed !== undefined) await putMarks(deps, rows.at(-2) as unknown as readonly Mark[]);
  return changed;
}

/** Whoever read the person's e-mail until now comes in by no code that is out: they belong to the time of the old password. */
const endOfCodes = (db: Database, passwordHash: string, at: number) =>
  db
    .update(emailCodes)
    .set({ usedAt: at })
    .where(sql`used_at IS NULL AND purpose IN ('sign_in', 'reset_password')
      AND user_id = (SELECT users.id FROM users WHERE users.password_hash = ${passwordHash})`);

/** Ends the sessions of a person, save one; the cron tells their services. */
export const endOfSessions = (db: Database, person: SQL, except: string, at: number) => {
  const theirs = sql`sessions.user_id = ${person} AND sessions.id <> ${except}`;
  return [
    auditWhen(
      db,
      { at, action: "session.ended", actor: sql`sessions.user_id`, userId: sql`sessions.user_id` },
      sql`FROM sessions WHERE ${theirs}`,
    ),
    ...endStatements(db, theirs, at, 0),
  ] as const;
};

/** Ends all that a person has consented to, with marks. */
export const endOfGrants = (deps: Deps, db: Database, person: SQL, at: number, whereabouts: Whereabouts) => {
  const plan = planOf({ kind: "grants", userId: person, grantIds: null, by: person, whereabouts }, at, at);
  return [
    auditWhen(db, { at, action: plan.action, actor: person, ...plan.entry }, plan.live),
    db.run(markSql(deps, "grant", sql`id`, markedAt(deps, at), plan.live)),
    ...plan.ends.map((statement) => db.run(statement)),
  ];
};

/** A mark is dated ahead by the skew, as `revoke` does. */
export const markedAt = ({ config }: Deps, at: number): number => at + config.skewSeconds * 1000;

/** Selects the marks of this moment, which go to KV at once; those of another request of the same moment do no harm. */
export const marksAt = (db: Database, deps: Deps, at: number) =>
  db
    .select({ kind: revocations.kind, id: revocations.id, revokedAt: revocations.revokedAt })
    .from(revocations)
    .where(sql`revoked_at = ${markedAt(deps, at)} AND delivered_at IS NULL LIMIT 500`);

/**
 * Makes the address that a code was sent to the person's own, and tells the old one; both or neither, in one trip.
 * @returns false where the code was used before, or somebody else has the address by now
 */
export async function changeEmail(
  deps: Deps,
  change: {
    readonly use: EmailCodeUse;
    readonly userId: UserId;
    readonly email: string;
    readonly sealedValues: string;
    readonly whereabouts: Whereabouts;
  },
): Promise<boolean> {
  const { use, userId, email, sealedValues, whereabouts } = change;
  const at = deps.now();
  const person = sql`users.id = ${userId} AND users.email <> ${email} AND ${isUnused(use)}
    AND NOT EXISTS (SELECT 1 FROM users AS other WHERE other.email = ${email})`;
  const [, , , , changed] = await transact(deps.db, (db) => [
    auditWhen(db, { at, action: "email.changed", actor: userId, userId, whereabouts }, sql`FROM users WHERE ${person}`),
    queueWhen(db, { kind: "email_changed", ...toUserRow, sealedValues, at }, sql`FROM users WHERE ${person}`),
    db.run(sql`UPDATE users SET email = ${email}, email_verified = 1, updated_at = ${at} WHERE ${person}`),
    useStatement(db, use, at),
    db
      .select({ id: users.id })
      .from(users)
      .where(and(eq(users.id, userId), eq(users.email, email))),
  ]);
  return changed.length === 1;
}
