import { and, eq, isNull, type SQL, sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { EmailCodePurpose, EmailKind, UserId } from "../model.ts";
import { type Database, transact } from "./database.ts";
import { queueWhen, toUserRow } from "./emails.ts";
import { emailCodes } from "./schema.ts";

/** A one-time code to send, and what else may be said instead of it. */
export interface NewEmailCode {
  readonly id: string;
  readonly purpose: EmailCodePurpose;
  readonly email: string;
  /** Who asks, where somebody does who is signed in. */
  readonly userId?: UserId;
  readonly codeSha256: string;
  /** SHA-256 (base64url) of the cookie of the browser in which it is asked for. */
  readonly browser: string;
  readonly expiresAt: number;
  /** What somebody with this address is told, and what is told where nobody has it: one of the two brings the code. */
  readonly known: { readonly kind: EmailKind; readonly sealedValues: string };
  readonly unknown: { readonly kind: EmailKind; readonly sealedValues: string };
  /** Of whoever is not known. */
  readonly language: string;
  readonly timeZone: string;
}

/** Wrong codes after which a code is worth nothing. */
const MAX_TRIES = 5;

/**
 * Keeps the code and queues the e-mail, both or neither, in one trip that does the same work whether or not anybody has the address.
 * An earlier code for the same in this browser counts no more.
 */
export async function createEmailCode(deps: Deps, code: NewEmailCode): Promise<void> {
  const { id, purpose, email, userId, codeSha256, browser, expiresAt, known, unknown, language, timeZone } = code;
  const at = deps.now();
  const isNew = sql`NOT EXISTS (SELECT 1 FROM email_codes WHERE id = ${id})`;
  const owner = sql`(SELECT id FROM users WHERE users.email = ${email} AND users.disabled_at IS NULL)`;
  await transact(deps.db, (db) => [
    queueWhen(
      db,
      { ...known, ...toUserRow, at },
      sql`FROM users WHERE users.email = ${email} AND users.disabled_at IS NULL AND ${isNew}`,
    ),
    queueWhen(
      db,
      { ...unknown, to: email, language, timeZone, at },
      sql`WHERE NOT EXISTS (SELECT 1 FROM users WHERE users.email = ${email}) AND ${isNew}`,
    ),
    db
      .update(emailCodes)
      .set({ usedAt: at })
      .where(sql`purpose = ${purpose} AND email = ${email} AND browser = ${browser} AND used_at IS NULL AND id <> ${id}`),
    db
      .insert(emailCodes)
      .values({
        id,
        purpose,
        email,
        userId: userId ?? sql`${owner}`,
        codeSha256,
        browser,
        attempts: 0,
        createdAt: at,
        expiresAt,
      })
      .onConflictDoNothing(),
  ]);
}

/** A code that somebody has typed something for. */
export interface TriedCode {
  readonly id: string;
  readonly codeSha256: string;
  readonly userId: UserId | null;
}

/** Counts a try, and only then yields what it is to be compared with; undefined for none that is alive. One trip. */
export async function tryEmailCode(
  deps: Deps,
  asked: { readonly purpose: EmailCodePurpose; readonly email: string; readonly browser: string },
): Promise<TriedCode | undefined> {
  const { purpose, email, browser } = asked;
  const [rows] = await transact(deps.db, (db) => [
    db
      .update(emailCodes)
      .set({ attempts: sql`attempts + 1` })
      .where(sql`purpose = ${purpose} AND email = ${email} AND browser = ${browser} AND used_at IS NULL
        AND expires_at > ${deps.now()} AND attempts < ${MAX_TRIES}`)
      .returning({ id: emailCodes.id, codeSha256: emailCodes.codeSha256, userId: emailCodes.userId }),
  ]);
  return rows[0];
}

/** A code that was right, and the request that uses it up. */
export interface EmailCodeUse {
  readonly codeId: string;
  /** Of the request: a repeat by ourselves, after a lost answer of D1, finds its own work. */
  readonly rid: string;
}

/** That the code is still there to be used: the condition of whatever it is used for. */
export const isUnused = ({ codeId }: EmailCodeUse): SQL =>
  sql`EXISTS (SELECT 1 FROM email_codes WHERE email_codes.id = ${codeId} AND email_codes.used_at IS NULL)`;

/**
 * That the address which a code was sent to is still that of the person whom it lets in: whoever reads an address that they gave up has
 * no way in by it. A condition of rows of `email_codes`.
 */
export const isStillTheirs: SQL = sql`EXISTS (
  SELECT 1 FROM users AS addressee WHERE addressee.id = email_codes.user_id AND addressee.email = email_codes.email)`;

/** The statement that uses it up, after what it is used for. Its hash, which nobody needs any more, gives way to the request. */
export const useStatement = (db: Database, { codeId, rid }: EmailCodeUse, at: number) =>
  db
    .update(emailCodes)
    .set({ usedAt: at, codeSha256: rid })
    .where(and(eq(emailCodes.id, codeId), isNull(emailCodes.usedAt)));

/** Selects the code if this request used it. */
export const usedStatement = (db: Database, { codeId, rid }: EmailCodeUse) =>
  db
    .select({ userId: emailCodes.userId })
    .from(emailCodes)
    .where(and(eq(emailCodes.id, codeId), eq(emailCodes.codeSha256, rid)));
