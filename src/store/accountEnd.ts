import { type SQL, sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { Mark, Session, User, UserId, Whereabouts } from "../model.ts";
import { withdrawals } from "./accessRequests.ts";
import { endOfGrants, endOfSessions, markedAt, marksAt } from "./accountChanges.ts";
import { auditWhen } from "./audit.ts";
import { type Database, transact } from "./database.ts";
import { queueWhen, toUserRow } from "./emails.ts";
import { markSql, putMarks } from "./revocation.ts";
import { signedInStatement, toSignedIn } from "./sessions.ts";

/** What other people would miss if the account went: it has to be given into other hands, or deleted, before. */
export interface Obligations {
  /** Organizations with other members that would have no owner. */
  readonly organizations: readonly string[];
  readonly services: number;
  readonly resources: number;
}

/** Tables of which a person's rows go with the account. What ended before stays: grants and the log, by an id that means nothing. */
const goesWithAccount = ["passkeys", "authenticators", "recovery_codes", "identities", "memberships", "email_codes"] as const;

const orphaned = (userId: UserId | SQL): SQL => sql`
  FROM memberships AS own JOIN organizations ON organizations.id = own.organization_id
  WHERE own.user_id = ${userId} AND own.role = 'owner'
    AND EXISTS (SELECT 1 FROM memberships AS member WHERE member.organization_id = own.organization_id AND member.user_id <> own.user_id)
    AND NOT EXISTS (
      SELECT 1 FROM memberships AS owner JOIN users AS others ON others.id = owner.user_id AND others.disabled_at IS NULL
      WHERE owner.organization_id = own.organization_id AND owner.user_id <> own.user_id AND owner.role = 'owner')`;

/** The person of a session, and what keeps their account from being deleted, in one trip; undefined for nobody. */
export async function findObligations(
  deps: Deps,
  sessionId: string,
): Promise<{ readonly user: User; readonly session: Session; readonly obligations: Obligations } | undefined> {
  const userId = sql`(SELECT user_id FROM sessions WHERE sessions.id = ${sessionId})`;
  const [signedIn, organizations, counts] = await transact(deps.db, (db) => [
    signedInStatement(db, sessionId, deps.now()),
    db.all<{ readonly name: string }>(
      sql`SELECT organizations.display_name AS name ${orphaned(userId)} ORDER BY organizations.display_name LIMIT 50`,
    ),
    db.all<{ readonly services: number; readonly resources: number }>(sql`
      SELECT (SELECT count(*) FROM clients WHERE clients.owner_id = ${userId}) AS services,
        (SELECT count(*) FROM resources WHERE resources.owner_id = ${userId}) AS resources`),
  ]);
  const found = toSignedIn(signedIn);
  const { services, resources } = counts[0] ?? { services: 0, resources: 0 };
  return found && { ...found, obligations: { organizations: organizations.map(({ name }) => name), services, resources } };
}

/**
 * Deletes the account, in one trip: everything that was done with it ends, with marks, and nothing is left of the person but an id that
 * tells nobody who it was, so that no token and no row of the log comes to mean somebody else. Then the marks go to KV.
 * @returns false where others would be left without an owner
 */
export async function deleteAccount(
  deps: Deps,
  userId: UserId,
  { sealedValues, whereabouts }: { readonly sealedValues: string; readonly whereabouts: Whereabouts },
): Promise<boolean> {
  const at = deps.now();
  const row = sql`FROM users
    WHERE users.id = ${userId} AND users.disabled_at IS NULL AND NOT EXISTS (SELECT 1 ${orphaned(userId)})
      AND NOT EXISTS (SELECT 1 FROM clients WHERE clients.owner_id = ${userId})
      AND NOT EXISTS (SELECT 1 FROM resources WHERE resources.owner_id = ${userId})`;
  // What follows the change goes by it: D1 bears no condition as deep as the one above in everything that ends.
  const person = sql`(SELECT users.id FROM users WHERE ${isGone(userId)})`;
  const rows = await transact(deps.db, (db) => [
    auditWhen(db, { at, action: "user.deleted", actor: userId, userId, whereabouts }, row),
    queueWhen(db, { kind: "account_deleted", ...toUserRow, sealedValues, at }, row),
    db.run(sql`
      UPDATE users SET email = 'deleted:' || id, email_verified = 0, name = '', profile = '{}', password_hash = NULL,
        language = NULL, time_zone = NULL, disabled_at = ${at}, updated_at = ${at}
      WHERE users.id IN (SELECT users.id ${row})`),
    ...endOfGrants(deps, db, person, at, whereabouts),
    db.run(markSql(deps, "user", sql`users.id`, markedAt(deps, at), sql`FROM users WHERE ${isGone(userId)}`)),
    ...endOfSessions(db, person, "", at),
    ...withdrawals(userId, sql`EXISTS (SELECT 1 FROM users WHERE ${isGone(userId)})`).map((withdrawal) => db.run(withdrawal)),
    ...goesWithAccount.map((table) => deleteOf(db, table, userId)),
    withoutNames(db, userId),
    marksAt(db, deps, at),
    db.all(sql`SELECT 1 FROM users WHERE ${isGone(userId)}`),
  ]);
  const gone = (rows.at(-1) as readonly unknown[]).length === 1;
  if (gone) await putMarks(deps, rows.at(-2) as unknown as readonly Mark[]);
  return gone;
}

const isGone = (userId: UserId): SQL => sql`users.id = ${userId} AND users.email = 'deleted:' || users.id`;

/** The log keeps what happened; who a directory says it was, and what they called their keys, goes. */
const withoutNames = (db: Database, userId: UserId) =>
  db.run(sql`
    UPDATE audit SET detail = json_remove(detail, '$.subject', '$.name')
    WHERE user_id = ${userId} AND (action LIKE 'identity.%' OR action LIKE 'passkey.%' OR action LIKE 'authenticator.%')
      AND EXISTS (SELECT 1 FROM users WHERE ${isGone(userId)})`);

const deleteOf = (db: Database, table: string, userId: UserId) =>
  db.run(
    sql`DELETE FROM ${sql.identifier(table)} WHERE user_id = ${userId} AND EXISTS (SELECT 1 FROM users WHERE ${isGone(userId)})`,
  );
