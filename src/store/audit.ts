import { is, SQL, type SQLWrapper, sql } from "drizzle-orm";
import type { Whereabouts } from "../model.ts";
import type { Database } from "./database.ts";
import { audit } from "./schema.ts";

/** What happened, named `noun.past_participle`. The same words in every row, so that a log can be read by them. */
export type AuditAction =
  | "session.started"
  | "session.ended"
  | "session.selected"
  | "user.created"
  | "user.updated"
  | "user.exported"
  | "user.deleted"
  | "email.changed"
  | "email.verified"
  | "password.changed"
  | "grant.consented"
  | "grant.vouched"
  | "grant.widened"
  | "grant.replaced"
  | "grant.paused"
  | "grant.resumed"
  | "grant.narrowed"
  | "grant.shortened"
  | "grant.revoked"
  | "family.started"
  | "code.redeemed"
  | "device.denied"
  | "family.revoked"
  | "token.revoked"
  | "token.exchanged"
  | "identity.linked"
  | "profile.updated"
  | "passkey.added"
  | "passkey.renamed"
  | "passkey.removed"
  | "passkey.refused"
  | "authenticator.added"
  | "authenticator.renamed"
  | "authenticator.removed"
  | "recovery_codes.created"
  | "recovery_code.used"
  | "policy.changed"
  | "member.invited"
  | "member.added"
  | "member.removed"
  | "member.role_changed"
  | "access.requested"
  | "access.approved"
  | "access.denied"
  | "access.undone"
  | "access.revoked_for_all"
  | "identity.unlinked"
  | "account.created"
  | "directory.connected"
  | "directory.updated"
  | "directory.removed"
  | "service.reported"
  | "report.handled"
  | "key.created"
  | "client.registered"
  | "client.updated"
  | "client.removed"
  | "client.disabled"
  | "client.enabled"
  | "resource.registered"
  | "resource.updated"
  | "resource.removed"
  | "issuer.trusted"
  | "issuer.updated"
  | "issuer.distrusted"
  | "initial_access_token.created"
  | "initial_access_token.removed";

type Member = string | null | SQLWrapper;

/** One row of the log; a member may be a column of the rows that `auditWhen` is told to look at. */
export interface AuditEntry {
  readonly at: number;
  readonly action: AuditAction;
  /** Who did it: a user id, a client id, or `system`. */
  readonly actor: Member;
  readonly userId?: Member;
  readonly clientId?: Member;
  readonly grantId?: Member;
  readonly familyId?: Member;
  /** The organization whose log it stands in as well. */
  readonly organizationId?: Member;
  /** Where the request came from; absent for what nobody asked for just now. */
  readonly whereabouts?: Whereabouts | undefined;
  /** As it is, or as SQL that makes JSON of the rows. */
  readonly detail?: Readonly<Record<string, unknown>> | SQL;
}

/**
 * The statement that logs a change of state: one row for each row that `source` yields, `FROM grants WHERE …` or
 * `WHERE EXISTS (…)`. It stands **before** the change in the same batch and under the same condition, so that there is a row
 * exactly when the change happens: a batch that our own retry runs again finds its change made and logs nothing.
 */
export const auditWhen = (db: Database, entry: AuditEntry, source: SQL) =>
  db.insert(audit).select(
    sql`SELECT lower(hex(randomblob(16))), ${entry.at}, ${entry.action}, ${entry.actor}, ${entry.userId ?? null},
      ${entry.clientId ?? null}, ${entry.grantId ?? null}, ${entry.familyId ?? null}, ${entry.organizationId ?? null},
      ${entry.whereabouts === undefined ? null : JSON.stringify(entry.whereabouts)}, ${detailOf(entry)} ${source}`,
  );

const detailOf = ({ detail }: AuditEntry): SQL | string | null =>
  detail === undefined || is(detail, SQL) ? (detail ?? null) : JSON.stringify(detail);
