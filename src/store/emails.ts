import { desc, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { EmailKind } from "../model.ts";
import { type Database, transact } from "./database.ts";
import { emails } from "./schema.ts";

type Member = string | SQLWrapper;

/** An e-mail to send; a member may be a column of the rows that `queueWhen` is told to look at. */
export interface QueuedEmail {
  readonly kind: EmailKind;
  readonly to: Member;
  /** Of ours. */
  readonly language: Member;
  readonly timeZone: Member;
  /** As `mail/sealedValues.ts` makes them. */
  readonly sealedValues: string;
  readonly at: number;
}

/**
 * The statement that puts an e-mail into the outbox: one for each row that `source` yields, `WHERE EXISTS (…)` or `FROM users WHERE …`.
 * As with `auditWhen` it stands before the change in the same batch and under the same condition.
 */
export const queueWhen = (db: Database, email: QueuedEmail, source: SQL) =>
  db.run(sql`
    INSERT INTO emails ("id", "to", "kind", "language", "time_zone", "sealed_values", "created_at", "attempts", "next_at")
    SELECT lower(hex(randomblob(16))), ${email.to}, ${email.kind}, ${email.language}, ${email.timeZone}, ${email.sealedValues},
      ${email.at}, 0, ${email.at} ${source}`);

/** The members of an e-mail to somebody in `users`, for a `source` that yields their row. */
export const toUserRow = {
  to: sql`users.email`,
  language: sql`coalesce(users.language, 'en')`,
  timeZone: sql`coalesce(users.time_zone, json_extract(users.profile, '$.zoneinfo'), 'UTC')`,
} as const;

/** An e-mail of the outbox, claimed by whoever is about to send it. */
export interface ClaimedEmail {
  readonly id: string;
  readonly to: string;
  readonly kind: EmailKind;
  readonly language: string;
  readonly timeZone: string;
  readonly sealedValues: string;
  readonly createdAt: number;
}

/** Minutes between an attempt and the next: the eighth and last comes some eleven hours after the first. */
const PAUSES = JSON.stringify([1, 3, 10, 30, 60, 180, 360]);
const MAX_ATTEMPTS = 8;
const MINUTE = 60 * 1000;

const claimedColumns = {
  id: emails.id,
  to: emails.to,
  kind: emails.kind,
  language: emails.language,
  timeZone: emails.timeZone,
  sealedValues: emails.sealedValues,
  createdAt: emails.createdAt,
};

/**
 * Takes what is due, the longest due first, and dates the next attempt, in one statement: of two that look at once, each gets its own.
 * By the time of the next attempt this one has ended, so that the pause is its lease as well.
 * @param to only what goes to this address
 */
export async function claimEmails(deps: Deps, limit: number, to?: string): Promise<readonly ClaimedEmail[]> {
  const now = deps.now();
  const theirs = to === undefined ? sql`` : sql`AND "to" = ${to}`;
  const pause = sql`coalesce(json_extract(${PAUSES}, '$[' || attempts || ']'), 1) * ${MINUTE}`;
  const [rows] = await transact(deps.db, (db) => [
    db
      .update(emails)
      .set({ attempts: sql`attempts + 1`, nextAt: sql`${now} + ${pause}` })
      .where(sql`id IN (
        SELECT id FROM emails WHERE sent_at IS NULL AND failed_at IS NULL AND next_at <= ${now} ${theirs} ORDER BY next_at, id LIMIT ${limit})`)
      .returning(claimedColumns),
  ]);
  return rows;
}

/** What became of e-mails that were claimed. */
export interface Delivered {
  readonly sent: readonly string[];
  /** To be tried again, unless this was the last attempt. */
  readonly failed: readonly string[];
  /** That no attempt will change. */
  readonly hopeless: readonly string[];
  /** Whether what was sent stays to be looked at. */
  readonly keeps: boolean;
}

/** Notes what became of attempts, in one trip. @returns the ids that were given up; they stay a while for an operator to see */
export async function settleEmails(deps: Deps, { sent, failed, hopeless, keeps }: Delivered): Promise<readonly string[]> {
  const at = deps.now();
  const among = (ids: readonly string[]) => sql`id IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`;
  const [, givenUp] = await transact(deps.db, (db) => [
    keeps
      ? db
          .update(emails)
          .set({ sentAt: at })
          .where(sql`${among(sent)} AND sent_at IS NULL`)
      : db.delete(emails).where(among(sent)),
    db
      .update(emails)
      .set({ failedAt: at })
      .where(sql`(${among(hopeless)} OR (${among(failed)} AND attempts >= ${MAX_ATTEMPTS})) AND failed_at IS NULL`)
      .returning({ id: emails.id }),
  ]);
  return givenUp.map(({ id }) => id);
}

/** The latest e-mails, sent or not, for the mailbox page. */
export async function findLatestEmails(deps: Deps, limit: number): Promise<readonly ClaimedEmail[]> {
  const [rows] = await transact(deps.db, (db) => [
    db.select(claimedColumns).from(emails).orderBy(desc(emails.createdAt), desc(sql`rowid`)).limit(limit),
  ]);
  return rows;
}
