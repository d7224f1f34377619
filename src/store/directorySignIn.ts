/** Somebody comes in by their directory: who that is here, and which organization they belong to from then on. */
import { type SQL, sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { Mark, UserId, Whereabouts } from "../model.ts";
import { markedAt } from "./accountChanges.ts";
import { auditWhen } from "./audit.ts";
import { transact } from "./database.ts";
import { queueWhen, toUserRow } from "./emails.ts";
import { dueMarks, markStatements } from "./organizationUses.ts";
import { putMarks } from "./revocation.ts";

export interface DirectoryEntry {
  readonly directoryId: string;
  readonly issuer: string;
  readonly subject: string;
  /** As the directory gives it, normalised; null where it gives none. */
  readonly email: string | null;
  readonly domain: string | null;
  /** Whether the directory vouches for the address, whose domain the operator gave it. */
  readonly isVouched: boolean;
  readonly name: string;
  readonly matchesEmail: boolean;
  readonly createsAccounts: boolean;
  /** The organization whose directory it is; null for one of the operator's own. */
  readonly organizationId: string | null;
  readonly role: "member" | "owner" | null;
  /** Whether the directory decides who belongs to the organization (`joins`), and so takes away as well. */
  readonly decidesMembership: boolean;
  /** Whether it decides who owns it, too. */
  readonly decidesOwners: boolean;
  readonly newUserId: UserId;
  /** Of ours, in which somebody new is written to. */
  readonly language: string;
  /** Who is signed in here and links the account of the directory to their own; null for somebody who signs in by it. */
  readonly linkTo: UserId | null;
  readonly whereabouts: Whereabouts;
  /** Of the e-mail to somebody whose account has got another way in. */
  readonly sealedValues: string;
}

export type EntryOutcome =
  | { readonly kind: "person"; readonly userId: UserId }
  /** Somebody has an account with the address, whom the directory's word does not identify. */
  | { readonly kind: "taken" }
  /** Who links it is not who has it. */
  | { readonly kind: "others" }
  | { readonly kind: "disabled" }
  | { readonly kind: "nobody" };

/**
 * Finds the person: by the identity at the directory; else, where the directory may, by an address that both they and the directory
 * have proved and whose domain is the organization's; else makes an account, where it may. Or it is who links it. Links the identity,
 * and gives or takes the membership. All of it or nothing, in one trip: of two answers about somebody new, the second finds what the first has made.
 */
export async function enterByDirectory(deps: Deps, entry: DirectoryEntry): Promise<EntryOutcome> {
  const { issuer, subject, email, organizationId, newUserId, linkTo, role, whereabouts } = entry;
  const at = deps.now();
  const known = sql`SELECT user_id FROM identities WHERE issuer = ${issuer} AND subject = ${subject}`;
  const own = ownsDomain(entry);
  const vouched = sql`(${Number(entry.isVouched)} = 1 AND ${own})`;
  const matched = sql`SELECT id FROM users
    WHERE email = ${email} AND email_verified = 1 AND ${Number(entry.matchesEmail)} = 1 AND ${vouched}`;
  const made = sql`SELECT id FROM users WHERE id = ${newUserId}`;
  const person = sql`coalesce((${known}), ${linkTo}, (${made}), (${matched}))`;
  const isNew = sql`WHERE ${Number(entry.createsAccounts)} = 1 AND ${linkTo} IS NULL AND ${email} IS NOT NULL
    AND NOT EXISTS (${known}) AND NOT EXISTS (SELECT 1 FROM users WHERE email = ${email})`;
  const mayEnter = sql`EXISTS (SELECT 1 FROM users WHERE id = ${person} AND disabled_at IS NULL AND id = coalesce(${linkTo}, id))`;
  const isUnlinked = sql`WHERE NOT EXISTS (${known}) AND ${mayEnter}`;
  const log = { at, actor: person, userId: person, whereabouts };
  const inOrganization = { ...log, organizationId };
  const member = sql`FROM memberships WHERE user_id = ${person} AND organization_id = ${organizationId} AND ${mayEnter}`;
  const joins = sql`WHERE ${role} IS NOT NULL AND ${organizationId} IS NOT NULL AND ${mayEnter} AND NOT EXISTS (SELECT 1 ${member})`;
  const changes = sql`${member} AND role <> ${role} AND ${Number(entry.decidesOwners)} = 1`;
  const leaves = sql`${member} AND ${role} IS NULL AND ${Number(entry.decidesMembership)} = 1`;
  const loses = sql`SELECT id, coalesce(last_used_at, consented_at) AS used_at FROM grants
    WHERE user_id = ${person} AND revoked_at IS NULL AND EXISTS (SELECT 1 ${leaves})
      AND (organizations IS NULL OR EXISTS (SELECT 1 FROM json_each(grants.organizations) WHERE value = ${organizationId}))`;
  const ended = markedAt(deps, at);
  const directory = { directory: entry.directoryId };
  const results = await transact(deps.db, (db) => [
    auditWhen(db, { ...log, actor: newUserId, userId: newUserId, action: "account.created", detail: directory }, isNew),
    db.run(sql`
      INSERT INTO users (id, email, email_verified, name, profile, language, created_at, updated_at)
      SELECT ${newUserId}, ${email}, ${vouched}, ${entry.name}, '{}', ${entry.language}, ${at}, ${at} ${isNew}`),
    auditWhen(db, { ...log, action: "identity.linked", detail: { issuer, subject, ...directory } }, isUnlinked),
    queueWhen(
      db,
      { kind: "identity_linked", ...toUserRow, sealedValues: entry.sealedValues, at },
      sql`FROM users ${isUnlinked} AND users.id = ${person} AND users.id <> ${newUserId}`,
    ),
    db.run(sql`
      INSERT INTO identities (issuer, subject, user_id, label, created_at, last_used_at)
      SELECT ${issuer}, ${subject}, ${person}, ${email}, ${at}, ${at} ${isUnlinked}`),
    db.run(sql`
      UPDATE identities SET last_used_at = ${at}, label = coalesce(${email}, label)
      WHERE issuer = ${issuer} AND subject = ${subject} AND ${mayEnter}`),
    auditWhen(db, { ...inOrganization, action: "member.added", detail: { role, ...directory } }, joins),
    auditWhen(
      db,
      {
        ...inOrganization,
        action: "member.role_changed",
        detail: sql`json_object('from', memberships.role, 'to', ${role}, 'directory', ${entry.directoryId})`,
      },
      changes,
    ),
    auditWhen(db, { ...inOrganization, action: "member.removed", detail: directory }, leaves),
    db.run(sql`
      INSERT INTO memberships (user_id, organization_id, role, created_at)
      SELECT ${person}, ${organizationId}, ${role}, ${at} ${joins}`),
    db.run(sql`UPDATE memberships SET role = ${role} WHERE rowid IN (SELECT rowid ${changes})`),
    // As where an owner takes somebody out: tokens that are out end, also where nobody asks us, and their requests go.
    ...markStatements(deps, db, ended, loses),
    db.run(
      sql`DELETE FROM access_requests WHERE user_id = ${person} AND organization_id = ${organizationId} AND EXISTS (SELECT 1 ${leaves})`,
    ),
    db.run(sql`DELETE ${leaves}`),
    dueMarks(db, ended),
    db.all<{ readonly id: string | null; readonly enters: number; readonly taken: number }>(sql`
      SELECT ${person} AS id, ${mayEnter} AS enters, EXISTS (SELECT 1 FROM users WHERE email = ${email}) AS taken`),
  ]);
  await putMarks(deps, results.at(-2) as readonly Mark[]);
  const [answer] = results.at(-1) as readonly { id: string | null; enters: number; taken: number }[];
  if (answer?.id == null) return { kind: answer?.taken === 1 ? "taken" : "nobody" };
  if (linkTo !== null && answer.id !== linkTo) return { kind: "others" };
  return answer.enters === 1 ? { kind: "person", userId: answer.id } : { kind: "disabled" };
}

/** An organization has to have proved that the domain is its own; of a directory of the operator's own, the operator says so. */
const ownsDomain = ({ domain, organizationId }: DirectoryEntry): SQL =>
  organizationId === null
    ? sql`1`
    : sql`EXISTS (SELECT 1 FROM organization_domains WHERE domain = ${domain} AND organization_id = ${organizationId})`;
