import { and, eq, gt, isNull, sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { UserId } from "../model.ts";
import { type Count, type Counter, countStatement } from "./attempts.ts";
import { transact } from "./database.ts";
import { attempts, users } from "./schema.ts";

/** Whether somebody in `users` has to show a second factor after a password or a code by e-mail; for statements that select them. */
export const needsSecondFactor = sql<boolean>`(
  EXISTS (SELECT 1 FROM authenticators WHERE authenticators.user_id = users.id)
  OR EXISTS (SELECT 1 FROM recovery_codes WHERE recovery_codes.user_id = users.id AND recovery_codes.used_at IS NULL))`
  .mapWith(Boolean)
  .as("needs_second");

/** What a sign-in needs to be judged. */
export interface SignInAttempt {
  /** Absent for an address that nobody (who may sign in) has; `passwordHash` null for a person without a password. */
  readonly person: { readonly userId: UserId; readonly passwordHash: string | null; readonly needsSecond: boolean } | undefined;
  readonly counts: readonly Count[];
  /** Whether somebody signed in to this account from this network lately. */
  readonly familiar: boolean;
}

/**
 * Counts an attempt to sign in, and only then looks the person up: one trip, so that no number of parallel guesses gets past
 * the counters. The work is the same whether or not the person exists.
 * @param email as `rules/email.ts` normalises it
 * @param familiarKey under which a successful sign-in left its note
 */
export async function beginSignIn(
  deps: Deps,
  email: string,
  counters: readonly Counter[],
  familiarKey: string,
): Promise<SignInAttempt> {
  const at = deps.now();
  const [counts, people, notes] = await transact(deps.db, (db) => [
    countStatement(db, counters, at),
    db
      .select({ userId: users.id, passwordHash: users.passwordHash, needsSecond: needsSecondFactor })
      .from(users)
      .where(and(eq(users.email, email), isNull(users.disabledAt))),
    db
      .select({ key: attempts.key })
      .from(attempts)
      .where(and(eq(attempts.key, familiarKey), gt(attempts.expiresAt, at))),
  ]);
  return { person: people[0], counts, familiar: notes.length > 0 };
}
