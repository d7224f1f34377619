import { and, eq, isNull, type SQL, sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { UserId, Whereabouts } from "../model.ts";
import { auditWhen } from "./audit.ts";
import { type Database, transact } from "./database.ts";
import { queueWhen, toUserRow } from "./emails.ts";
import { passkeys, users } from "./schema.ts";
import { type Claim, claimStatement, isClaimed } from "./seen.ts";

/** Of one person: more than anybody has, and a bound to what one page shows. */
const MAX_PASSKEYS = 20;

/** Who changes a factor of theirs, from where, and what the e-mail about it says. */
export interface FactorChange {
  readonly userId: UserId;
  readonly name: string;
  readonly whereabouts: Whereabouts;
  /** Of the e-mail (mail/sealedValues.ts). */
  readonly sealedValues: string;
}

export interface NewPasskey extends FactorChange {
  readonly id: string;
  readonly publicKey: Uint8Array;
  readonly counter: number;
  readonly transports: readonly string[];
  readonly aaguid: string;
  readonly backedUp: boolean;
}

const ofPerson = (id: string, userId: UserId): SQL | undefined => and(eq(passkeys.id, id), eq(passkeys.userId, userId));

/** The passkey that an answer names, with what verifies it, if its owner may sign in. One trip. */
export async function findPasskey(deps: Deps, id: string) {
  const [rows] = await transact(deps.db, (db) => [
    db
      .select({ userId: passkeys.userId, publicKey: passkeys.publicKey, transports: passkeys.transports })
      .from(passkeys)
      .innerJoin(users, eq(users.id, passkeys.userId))
      .where(and(eq(passkeys.id, id), isNull(users.disabledAt))),
  ]);
  return rows[0];
}

/**
 * Adds a passkey, with the log and the e-mail about it: all or nothing, once for one challenge. One trip.
 * @returns false where the challenge was used, the passkey is there already, whosever it is, or the person has too many
 */
export async function addPasskey(deps: Deps, passkey: NewPasskey, claim: Claim): Promise<boolean> {
  const { id, userId, name, whereabouts, sealedValues } = passkey;
  const at = deps.now();
  const isNew = sql`${isClaimed(claim)} AND NOT EXISTS (SELECT 1 FROM passkeys WHERE id = ${id})
    AND (SELECT count(*) FROM passkeys WHERE user_id = ${userId}) < ${MAX_PASSKEYS}`;
  const [, , , , rows] = await transact(deps.db, (db) => [
    claimStatement(db, claim),
    auditWhen(
      db,
      { at, action: "passkey.added", actor: userId, userId, whereabouts, detail: { name } },
      sql`FROM users WHERE users.id = ${userId} AND ${isNew}`,
    ),
    queueWhen(
      db,
      { kind: "factor_added", ...toUserRow, sealedValues, at },
      sql`FROM users WHERE users.id = ${userId} AND ${isNew}`,
    ),
    db.run(sql`
      INSERT INTO passkeys (id, user_id, public_key, counter, transports, name, aaguid, backed_up, created_at)
      SELECT ${id}, ${userId}, ${passkey.publicKey}, ${passkey.counter}, ${JSON.stringify(passkey.transports)}, ${name},
        ${passkey.aaguid}, ${passkey.backedUp ? 1 : 0}, ${at} FROM users WHERE users.id = ${userId} AND ${isNew}`),
    db
      .select({ id: passkeys.id })
      .from(passkeys)
      .where(and(ofPerson(id, userId), isClaimed(claim))),
  ]);
  return rows.length === 1;
}

/** How a passkey answered: the challenge, and the counter of its signatures, which only grows where the authenticator has one. */
export interface PasskeyUse {
  readonly id: string;
  readonly userId: UserId;
  readonly counter: number;
  readonly backedUp: boolean;
  readonly whereabouts: Whereabouts;
}

/**
 * Takes a verified answer of a passkey: its challenge counts once, of parallel ones too, and a counter that does not grow, as of
 * a copied key (Web Authentication section 6.1.1), is refused and logged. One trip.
 * @returns whether it counts
 */
export async function usePasskey(deps: Deps, use: PasskeyUse, claim: Claim): Promise<boolean> {
  const { id, userId, counter, backedUp, whereabouts } = use;
  const at = deps.now();
  // The same number at the same moment is our own retry.
  const grows = sql`(${passkeys.counter} < ${counter} OR (${passkeys.counter} = 0 AND ${counter} = 0) 
    OR (${passkeys.counter} = ${counter} AND ${passkeys.lastUsedAt} = ${at}))`;
  const [, , rows] = await transact(deps.db, (db) => [
    claimStatement(db, claim),
    auditWhen(
      db,
      { at, action: "passkey.refused", actor: userId, userId, whereabouts, detail: { reason: "counter" } },
      sql`FROM ${passkeys} WHERE ${ofPerson(id, userId)} AND ${isClaimed(claim)} AND NOT ${grows}`,
    ),
    db
      .update(passkeys)
      .set({ counter, backedUp, lastUsedAt: at })
      .where(and(ofPerson(id, userId), isClaimed(claim), grows))
      .returning({ id: passkeys.id }),
  ]);
  return rows.length === 1;
}

/** Gives a passkey another name. @returns false if it is not the person's */
export async function renamePasskey(deps: Deps, userId: UserId, id: string, name: string, whereabouts: Whereabouts) {
  const at = deps.now();
  const [, rows] = await transact(deps.db, (db) => [
    auditWhen(
      db,
      { at, action: "passkey.renamed", actor: userId, userId, whereabouts, detail: { name } },
      sql`FROM ${passkeys} WHERE ${ofPerson(id, userId)} AND ${passkeys.name} <> ${name}`,
    ),
    db.update(passkeys).set({ name }).where(ofPerson(id, userId)).returning({ id: passkeys.id }),
  ]);
  return rows.length === 1;
}

/** That the person could still sign in without the passkey: by another, a password, their work account, or a code to their address. */
const hasAnotherWay = (id: string, userId: UserId): SQL => sql`(
  EXISTS (SELECT 1 FROM users WHERE id = ${userId} AND (password_hash IS NOT NULL OR email_verified = 1))
  OR EXISTS (SELECT 1 FROM identities WHERE user_id = ${userId})
  OR EXISTS (SELECT 1 FROM passkeys AS other WHERE other.user_id = ${userId} AND other.id <> ${id}))`;

/**
 * Removes a passkey, unless it is the last way to sign in; sessions that began with it go on. One trip.
 * @returns false where it was the last way; true once it is no longer there
 */
export async function removePasskey(deps: Deps, id: string, change: FactorChange): Promise<boolean> {
  const { userId, name, whereabouts, sealedValues } = change;
  const at = deps.now();
  const removable = sql`${ofPerson(id, userId)} AND ${hasAnotherWay(id, userId)}`;
  const [, , , left] = await transact(deps.db, (db) => [
    auditWhen(
      db,
      { at, action: "passkey.removed", actor: userId, userId, whereabouts, detail: { name } },
      sql`FROM ${passkeys} WHERE ${removable}`,
    ),
    queueWhen(
      db,
      { kind: "factor_removed", ...toUserRow, sealedValues, at },
      sql`FROM users JOIN ${passkeys} ON ${passkeys.userId} = users.id WHERE ${removable}`,
    ),
    db.delete(passkeys).where(removable),
    selectLeft(db, id, userId),
  ]);
  return left.length === 0;
}

const selectLeft = (db: Database, id: string, userId: UserId) =>
  db.select({ id: passkeys.id }).from(passkeys).where(ofPerson(id, userId));
