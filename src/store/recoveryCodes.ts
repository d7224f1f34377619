import { and, eq, isNull, or, type SQL, sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { UserId, Whereabouts } from "../model.ts";
import { auditWhen } from "./audit.ts";
import { type Database, transact } from "./database.ts";
import { recoveryCodes } from "./schema.ts";
import { type Claim, claimStatement, isClaimed } from "./seen.ts";

/** A set of codes on paper: as HMACs, since we never show one again. */
export interface CodeSet {
  readonly userId: UserId;
  readonly codes: readonly string[];
  readonly whereabouts: Whereabouts;
  readonly at: number;
}

/** The statements that put the set in the place of whatever there was, under a condition. */
export const createStatements = (db: Database, { userId, codes, whereabouts, at }: CodeSet, condition: SQL) => {
  const isNew = sql`${condition} AND NOT EXISTS (SELECT 1 FROM recovery_codes WHERE user_id = ${userId} AND code_sha256 = ${codes[0]})`;
  return [
    auditWhen(
      db,
      { at, action: "recovery_codes.created", actor: userId, userId, whereabouts },
      sql`FROM users WHERE users.id = ${userId} AND ${isNew}`,
    ),
    db.run(sql`DELETE FROM recovery_codes WHERE user_id = ${userId} AND ${isNew}`),
    db.run(sql`
      INSERT INTO recovery_codes (user_id, code_sha256, created_at)
      SELECT ${userId}, value, ${at} FROM json_each(${JSON.stringify(codes)}) WHERE ${condition} ON CONFLICT DO NOTHING`),
  ] as const;
};

/** Whether the person's codes are those. */
export const isOwnSet = (userId: UserId, codes: readonly string[]): SQL<number> =>
  sql<number>`EXISTS (SELECT 1 FROM recovery_codes WHERE user_id = ${userId} AND code_sha256 = ${codes[0]})`;

/**
 * Makes the set the person's, and ends the one before, if an app for codes is what they stand in for. One trip.
 * @returns whether the codes are now theirs
 */
export async function replaceRecoveryCodes(deps: Deps, set: Omit<CodeSet, "at">): Promise<boolean> {
  const hasApp = sql`EXISTS (SELECT 1 FROM authenticators WHERE user_id = ${set.userId})`;
  const results = await transact(deps.db, (db) => [
    ...createStatements(db, { ...set, at: deps.now() }, hasApp),
    db
      .select({ code: recoveryCodes.codeSha256 })
      .from(recoveryCodes)
      .where(and(eq(recoveryCodes.userId, set.userId), eq(recoveryCodes.codeSha256, set.codes[0] ?? ""))),
  ]);
  return results[3].length === 1;
}

/**
 * Uses one code up, once, of parallel requests too. One trip.
 * @returns whether it counts
 */
export async function useRecoveryCode(
  deps: Deps,
  { userId, code, whereabouts }: { readonly userId: UserId; readonly code: string; readonly whereabouts: Whereabouts },
  claim: Claim,
): Promise<boolean> {
  const at = deps.now();
  const own = and(eq(recoveryCodes.userId, userId), eq(recoveryCodes.codeSha256, code), isClaimed(claim));
  const [, , rows] = await transact(deps.db, (db) => [
    claimStatement(db, claim),
    auditWhen(
      db,
      { at, action: "recovery_code.used", actor: userId, userId, whereabouts },
      sql`FROM ${recoveryCodes} WHERE ${own} AND ${recoveryCodes.usedAt} IS NULL`,
    ),
    db
      .update(recoveryCodes)
      .set({ usedAt: at })
      // Used at this very moment is our own retry: of others the claim leaves one.
      .where(and(own, or(isNull(recoveryCodes.usedAt), eq(recoveryCodes.usedAt, at))))
      .returning({ code: recoveryCodes.codeSha256 }),
  ]);
  return rows.length === 1;
}
