/** Accounts at directories that belong to somebody here, as they see them and part with them. */
import { type SQL, sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { UserId, Whereabouts } from "../model.ts";
import { auditWhen } from "./audit.ts";
import { selectOne, transact } from "./database.ts";

export interface Identity {
  readonly issuer: string;
  readonly subject: string;
  /** What the directory calls the person: an address, mostly. */
  readonly label: string | null;
  readonly createdAt: number;
  readonly lastUsedAt: number | null;
}

const MAX_LISTED = 100;

/**
 * The person's accounts at these issuers, the oldest first, and whether they could sign in without any of them. One trip.
 * @param issuers those of directories: what an issuer that only vouches at the token endpoint calls somebody is the operator's matter
 */
export async function listIdentities(
  deps: Deps,
  userId: UserId,
  issuers: readonly string[],
): Promise<{ readonly identities: readonly Identity[]; readonly hasOtherWay: boolean }> {
  const [rows, [other]] = await transact(deps.db, (db) => [
    db.all<Identity>(sql`
      SELECT issuer, subject, label, created_at AS "createdAt", last_used_at AS "lastUsedAt" FROM identities
      WHERE user_id = ${userId} AND issuer IN ${among(issuers)} ORDER BY created_at, issuer, subject LIMIT ${MAX_LISTED}`),
    selectOne(db, otherWay(userId)),
  ]);
  return { identities: rows, hasOtherWay: other?.value === 1 };
}

/**
 * Parts the person from the account at the directory, unless it is their last way in: looked at and done in one batch, so that two at
 * once leave one of the two. Memberships and sessions stay.
 */
export async function unlinkIdentity(
  deps: Deps,
  userId: UserId,
  { issuer, subject }: Pick<Identity, "issuer" | "subject">,
  issuers: readonly string[],
  whereabouts: Whereabouts,
): Promise<"unlinked" | "last_way" | "none"> {
  const at = deps.now();
  const own = sql`FROM identities WHERE user_id = ${userId} AND issuer = ${issuer} AND subject = ${subject} AND issuer IN ${among(issuers)}`;
  const another = sql`EXISTS (SELECT 1 FROM identities AS other WHERE other.user_id = ${userId} AND other.issuer IN ${among(issuers)}
    AND NOT (other.issuer = ${issuer} AND other.subject = ${subject}))`;
  const goes = sql`${own} AND (${otherWay(userId)} OR ${another})`;
  const entry = { at, action: "identity.unlinked", actor: userId, userId, whereabouts, detail: { issuer, subject } } as const;
  const [[before], , , [left]] = await transact(deps.db, (db) => [
    selectOne(db, sql`EXISTS (SELECT 1 ${own})`),
    auditWhen(db, entry, goes),
    db.run(sql`DELETE ${goes}`),
    selectOne(db, sql`EXISTS (SELECT 1 ${own})`),
  ]);
  if (left?.value === 1) return "last_way";
  return before?.value === 1 ? "unlinked" : "none";
}

const among = (issuers: readonly string[]): SQL => sql`(SELECT value FROM json_each(${JSON.stringify(issuers)}))`;

/** A password, a passkey, or an address of their own to which a code can be sent. */
const otherWay = (userId: UserId): SQL => sql`(
  EXISTS (SELECT 1 FROM users WHERE id = ${userId} AND (password_hash IS NOT NULL OR email_verified = 1))
  OR EXISTS (SELECT 1 FROM passkeys WHERE user_id = ${userId}))`;
