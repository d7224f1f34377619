import { and, eq, type SQL, sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { UserId, Whereabouts } from "../model.ts";
import { auditWhen } from "./audit.ts";
import { transact } from "./database.ts";
import { queueWhen, toUserRow } from "./emails.ts";
import type { FactorChange } from "./passkeys.ts";
import { createStatements, isOwnSet } from "./recoveryCodes.ts";
import { authenticators } from "./schema.ts";
import { type Claim, claimStatement, isClaimed } from "./seen.ts";

const MAX_AUTHENTICATORS = 10;

export interface NewAuthenticator extends FactorChange {
  /** Made with the secret, so that one secret becomes one row however often the form is sent. */
  readonly id: string;
  readonly sealedSecret: string;
  /** The step of the code that proved that the app has the secret. */
  readonly step: number;
  /** HMACs of recovery codes, for somebody who has none. */
  readonly codes: readonly string[];
}

const ofPerson = (id: string, userId: UserId): SQL | undefined =>
  and(eq(authenticators.id, id), eq(authenticators.userId, userId));

/**
 * Adds an app for codes, and recovery codes with the first one, with the log and the e-mail about it: all or nothing, in one trip.
 * @returns whether it is there, and whether the recovery codes are those that were given
 */
export async function addAuthenticator(
  deps: Deps,
  app: NewAuthenticator,
): Promise<{ readonly added: boolean; readonly codesAreNew: boolean }> {
  const { id, userId, name, whereabouts, sealedValues, sealedSecret, step, codes } = app;
  const at = deps.now();
  const isNew = sql`NOT EXISTS (SELECT 1 FROM authenticators WHERE id = ${id})
    AND (SELECT count(*) FROM authenticators WHERE user_id = ${userId}) < ${MAX_AUTHENTICATORS}`;
  const hasNone = sql`${isNew} AND NOT EXISTS (SELECT 1 FROM recovery_codes WHERE user_id = ${userId} AND used_at IS NULL)`;
  const results = await transact(deps.db, (db) => [
    ...createStatements(db, { userId, codes, whereabouts, at }, hasNone),
    auditWhen(
      db,
      { at, action: "authenticator.added", actor: userId, userId, whereabouts, detail: { name } },
      sql`FROM users WHERE users.id = ${userId} AND ${isNew}`,
    ),
    queueWhen(
      db,
      { kind: "factor_added", ...toUserRow, sealedValues, at },
      sql`FROM users WHERE users.id = ${userId} AND ${isNew}`,
    ),
    db.run(sql`
      INSERT INTO authenticators (id, user_id, sealed_secret, name, last_step, created_at)
      SELECT ${id}, ${userId}, ${sealedSecret}, ${name}, ${step}, ${at} FROM users WHERE users.id = ${userId} AND ${isNew}`),
    db
      .select({ codesAreNew: isOwnSet(userId, codes) })
      .from(authenticators)
      .where(ofPerson(id, userId)),
  ]);
  const [row] = results[6];
  return { added: row !== undefined, codesAreNew: row?.codesAreNew === 1 };
}

/**
 * Takes the code of one time step, once, of parallel requests too (RFC 6238 section 5.2). One trip.
 * @returns whether it counts
 */
export async function useTotpStep(deps: Deps, id: string, userId: UserId, step: number, claim: Claim): Promise<boolean> {
  const at = deps.now();
  const [, rows] = await transact(deps.db, (db) => [
    claimStatement(db, claim),
    db
      .update(authenticators)
      .set({ lastStep: step, lastUsedAt: at })
      // The same step at the same moment is our own retry. The code that confirmed the app has been used as well.
      .where(
        and(
          ofPerson(id, userId),
          isClaimed(claim),
          sql`(${authenticators.lastStep} < ${step} OR (${authenticators.lastStep} = ${step} AND ${authenticators.lastUsedAt} = ${at}))`,
        ),
      )
      .returning({ id: authenticators.id }),
  ]);
  return rows.length === 1;
}

/** Gives an app another name. @returns false if it is not the person's */
export async function renameAuthenticator(deps: Deps, userId: UserId, id: string, name: string, whereabouts: Whereabouts) {
  const at = deps.now();
  const [, rows] = await transact(deps.db, (db) => [
    auditWhen(
      db,
      { at, action: "authenticator.renamed", actor: userId, userId, whereabouts, detail: { name } },
      sql`FROM ${authenticators} WHERE ${ofPerson(id, userId)} AND ${authenticators.name} <> ${name}`,
    ),
    db.update(authenticators).set({ name }).where(ofPerson(id, userId)).returning({ id: authenticators.id }),
  ]);
  return rows.length === 1;
}

/** Removes an app; with the last one the recovery codes end, since nothing asks for them any more. One trip. */
export async function removeAuthenticator(deps: Deps, id: string, change: FactorChange): Promise<void> {
  const { userId, name, whereabouts, sealedValues } = change;
  const at = deps.now();
  await transact(deps.db, (db) => [
    auditWhen(
      db,
      { at, action: "authenticator.removed", actor: userId, userId, whereabouts, detail: { name } },
      sql`FROM ${authenticators} WHERE ${ofPerson(id, userId)}`,
    ),
    queueWhen(
      db,
      { kind: "factor_removed", ...toUserRow, sealedValues, at },
      sql`FROM users JOIN ${authenticators} ON ${authenticators.userId} = users.id WHERE ${ofPerson(id, userId)}`,
    ),
    db.delete(authenticators).where(ofPerson(id, userId)),
    db.run(sql`
      DELETE FROM recovery_codes WHERE user_id = ${userId}
        AND NOT EXISTS (SELECT 1 FROM authenticators WHERE user_id = ${userId})`),
  ]);
}
