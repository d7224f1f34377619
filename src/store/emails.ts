import { type SQL, type SQLWrapper, sql } from "drizzle-orm";
import type { EmailKind } from "../model.ts";
import type { Database } from "./database.ts";

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
