import { and, count, eq, isNull, type SQL, sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { Session, User, UserId } from "../model.ts";
import { type Count, type Counter, countStatement } from "./attempts.ts";
import { type Database, transact } from "./database.ts";
import { authenticators, passkeys, recoveryCodes } from "./schema.ts";
import { signedInStatement, toSignedIn } from "./sessions.ts";

/** A passkey as its owner sees it. */
export interface OwnPasskey {
  readonly id: string;
  readonly name: string;
  readonly transports: readonly string[];
  /** Whether it is kept on several devices. */
  readonly backedUp: boolean;
  readonly createdAt: number;
  readonly lastUsedAt: number | null;
}

/** An app that shows codes, as its owner sees it. */
export interface OwnAuthenticator {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
  readonly lastUsedAt: number | null;
}

/** How a person proves that it is they, besides password, directory and e-mail. */
export interface Factors {
  readonly passkeys: readonly OwnPasskey[];
  readonly authenticators: readonly OwnAuthenticator[];
  readonly recoveryCodesLeft: number;
}

/** Selects somebody's factors, in three statements; `toFactors` reads the rows. @param owner their id, or SQL that yields it */
export const selectFactors = (db: Database, owner: UserId | SQL) =>
  [
    db
      .select({
        id: passkeys.id,
        name: passkeys.name,
        transports: passkeys.transports,
        backedUp: passkeys.backedUp,
        createdAt: passkeys.createdAt,
        lastUsedAt: passkeys.lastUsedAt,
      })
      .from(passkeys)
      .where(eq(passkeys.userId, owner))
      .orderBy(passkeys.createdAt, passkeys.id),
    db
      .select({
        id: authenticators.id,
        name: authenticators.name,
        createdAt: authenticators.createdAt,
        lastUsedAt: authenticators.lastUsedAt,
      })
      .from(authenticators)
      .where(eq(authenticators.userId, owner))
      .orderBy(authenticators.createdAt, authenticators.id),
    db
      .select({ left: count() })
      .from(recoveryCodes)
      .where(and(eq(recoveryCodes.userId, owner), isNull(recoveryCodes.usedAt))),
  ] as const;

type Rows = ReturnType<typeof selectFactors>;

/** What the statements of `selectFactors` selected. */
export const toFactors = (own: Awaited<Rows[0]>, apps: Awaited<Rows[1]>, codes: Awaited<Rows[2]>): Factors => ({
  passkeys: own,
  authenticators: apps,
  recoveryCodesLeft: codes[0]?.left ?? 0,
});

/** The person behind a session, as SQL: for what a page of theirs finds in the trip that finds them. */
export const personOf = (sessionId: string, at: number): SQL =>
  sql`(SELECT user_id FROM sessions WHERE id = ${sessionId} AND expires_at > ${at})`;

/** Whose session it is, and their factors; undefined for nobody. One trip. */
export async function findOwnFactors(
  deps: Deps,
  sessionId: string,
): Promise<{ readonly session: Session; readonly user: User; readonly factors: Factors } | undefined> {
  const at = deps.now();
  const [signedIn, ...rows] = await transact(deps.db, (db) => [
    signedInStatement(db, sessionId, at),
    ...selectFactors(db, personOf(sessionId, at)),
  ]);
  const found = toSignedIn(signedIn);
  return found && { ...found, factors: toFactors(...rows) };
}

/** What the second step of a sign-in is judged by. */
export interface SecondStep {
  readonly passkeys: readonly Pick<OwnPasskey, "id" | "transports">[];
  /** With their sealed secrets. */
  readonly authenticators: readonly { readonly id: string; readonly sealedSecret: string }[];
}

const secondStatements = (db: Database, userId: UserId) =>
  [
    db.select({ id: passkeys.id, transports: passkeys.transports }).from(passkeys).where(eq(passkeys.userId, userId)),
    db
      .select({ id: authenticators.id, sealedSecret: authenticators.sealedSecret })
      .from(authenticators)
      .where(eq(authenticators.userId, userId)),
  ] as const;

/** By what the person can take the second step; one trip. */
export async function findSecondStep(deps: Deps, userId: UserId): Promise<SecondStep> {
  const [own, apps] = await transact(deps.db, (db) => secondStatements(db, userId));
  return { passkeys: own, authenticators: apps };
}

/** The same, after an attempt at it was counted: one trip, as `beginSignIn`. */
export async function beginSecondStep(
  deps: Deps,
  userId: UserId,
  counters: readonly Counter[],
): Promise<SecondStep & { readonly counts: readonly Count[] }> {
  const [counts, own, apps] = await transact(deps.db, (db) => [
    countStatement(db, counters, deps.now()),
    ...secondStatements(db, userId),
  ]);
  return { passkeys: own, authenticators: apps, counts };
}
