import { and, eq, gt, isNull, type SQL, sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { Whereabouts } from "../model.ts";
import { auditWhen } from "./audit.ts";
import { transact } from "./database.ts";
import { sessions, users } from "./schema.ts";

/** What a person set on our pages; null for what their browser says. */
export interface LanguageChoice {
  readonly language: string | null;
  readonly timeZone: string | null;
}

/**
 * Sets how our pages speak to the person behind the session, and logs it: both or neither, in one trip. Nothing happens if it stands so
 * already, or the session is over.
 */
export async function chooseLanguage(
  deps: Deps,
  sessionId: string,
  { language, timeZone }: LanguageChoice,
  whereabouts: Whereabouts,
): Promise<void> {
  const at = deps.now();
  const owner = sql`(SELECT ${sessions.userId} FROM ${sessions} WHERE ${and(eq(sessions.id, sessionId), gt(sessions.expiresAt, at))})`;
  const differs: SQL = sql`(${users.language} IS NOT ${language} OR ${users.timeZone} IS NOT ${timeZone})`;
  const condition = and(sql`${users.id} = ${owner}`, isNull(users.disabledAt), differs);
  const detail = { language, time_zone: timeZone };
  await transact(deps.db, (db) => [
    auditWhen(
      db,
      { at, action: "profile.updated", actor: users.id, userId: users.id, detail, whereabouts },
      sql`FROM ${users} WHERE ${condition}`,
    ),
    db.update(users).set({ language, timeZone }).where(condition),
  ]);
}
