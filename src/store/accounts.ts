import { and, eq, isNull, sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { Session, User, UserId, Whereabouts } from "../model.ts";
import { auditWhen } from "./audit.ts";
import { transact } from "./database.ts";
import { type EmailCodeUse, isStillTheirs, isUnused, usedStatement, useStatement } from "./emailCodes.ts";
import { users } from "./schema.ts";
import { signedInStatement, toSignedIn } from "./sessions.ts";
import { needsSecondFactor } from "./users.ts";

/** Somebody who wants an account, and has the address. */
export interface NewAccount {
  readonly use: EmailCodeUse;
  readonly userId: UserId;
  readonly email: string;
  readonly name: string;
  readonly language: string;
  /** Null for somebody who wants to do without. */
  readonly passwordHash: string | null;
  readonly whereabouts: Whereabouts;
}

/**
 * Creates the account and uses the code up, both or neither, in one trip.
 * @returns false where the code was used before, or somebody else has the address by now
 */
export async function createAccount(deps: Deps, account: NewAccount): Promise<boolean> {
  const { use, userId, email, name, language, passwordHash, whereabouts } = account;
  const at = deps.now();
  const free = sql`WHERE ${isUnused(use)} AND NOT EXISTS (SELECT 1 FROM users AS other WHERE other.email = ${email})`;
  const [, , , made] = await transact(deps.db, (db) => [
    auditWhen(db, { at, action: "user.created", actor: userId, userId, whereabouts }, free),
    db.run(sql`
      INSERT INTO users (id, email, email_verified, name, profile, password_hash, language, created_at, updated_at)
      SELECT ${userId}, ${email}, 1, ${name}, '{}', ${passwordHash}, ${language}, ${at}, ${at} ${free}`),
    useStatement(db, use, at),
    db.select({ id: users.id }).from(users).where(eq(users.id, userId)),
  ]);
  return made.length === 1;
}

/**
 * Uses up the code by which somebody signs in, which proves their address too. One trip.
 * @returns who it is, and whether they have to show a second factor; undefined where the code was used before
 */
export async function enterByCode(
  deps: Deps,
  use: EmailCodeUse,
  whereabouts: Whereabouts,
): Promise<{ readonly userId: UserId; readonly needsSecond: boolean } | undefined> {
  const at = deps.now();
  const sentTo = sql`SELECT user_id FROM email_codes WHERE email_codes.id = ${use.codeId} AND ${isStillTheirs}`;
  const newlyProven = sql`users.email_verified = 0 AND users.id = (${sentTo} AND used_at IS NULL)`;
  const [, , , used, people] = await transact(deps.db, (db) => [
    auditWhen(
      db,
      { at, action: "email.verified", actor: sql`users.id`, userId: sql`users.id`, whereabouts },
      sql`FROM users WHERE ${newlyProven}`,
    ),
    db.update(users).set({ emailVerified: true, updatedAt: at }).where(newlyProven),
    useStatement(db, use, at),
    usedStatement(db, use),
    db
      .select({ userId: users.id, needsSecond: needsSecondFactor })
      .from(users)
      .where(and(sql`users.id = (${sentTo})`, isNull(users.disabledAt))),
  ]);
  return used.length === 1 ? people[0] : undefined;
}

/** What a person's own page of their account shows, beside who they are. */
export interface Account {
  readonly hasPassword: boolean;
  readonly notices: "all" | "safety";
  readonly createdAt: number;
}

/** The person of a session with their account, in one trip; undefined for nobody. */
export async function findAccount(
  deps: Deps,
  sessionId: string,
): Promise<{ readonly user: User; readonly session: Session; readonly account: Account } | undefined> {
  const [signedIn, rows] = await transact(deps.db, (db) => [
    signedInStatement(db, sessionId, deps.now()),
    db
      .select({
        hasPassword: sql<boolean>`password_hash IS NOT NULL`.mapWith(Boolean),
        notices: users.notices,
        createdAt: users.createdAt,
      })
      .from(users)
      .where(sql`id = (SELECT user_id FROM sessions WHERE sessions.id = ${sessionId})`),
  ]);
  const found = toSignedIn(signedIn);
  const [account] = rows;
  return found && account && { ...found, account };
}

/** What a person says of themselves on the page of their account. */
export interface AccountChange {
  readonly name?: string;
  readonly notices?: "all" | "safety";
}

/** Changes it, in one trip; what is so already is no change. */
export async function changeAccount(
  deps: Deps,
  userId: UserId,
  change: AccountChange,
  whereabouts: Whereabouts,
): Promise<void> {
  const at = deps.now();
  const { name = null, notices = null } = change;
  const other = sql`users.id = ${userId} AND (users.name <> coalesce(${name}, users.name) OR users.notices <> coalesce(${notices}, users.notices))`;
  await transact(deps.db, (db) => [
    auditWhen(
      db,
      { at, action: "user.updated", actor: userId, userId, whereabouts, detail: { changed: Object.keys(change) } },
      sql`FROM users WHERE ${other}`,
    ),
    db
      .update(users)
      .set({ name: sql`coalesce(${name}, name)`, notices: sql`coalesce(${notices}, notices)`, updatedAt: at })
      .where(other),
  ]);
}
