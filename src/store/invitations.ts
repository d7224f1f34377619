import { sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { Session, User, UserId, Whereabouts } from "../model.ts";
import { auditWhen } from "./audit.ts";
import { transact } from "./database.ts";
import { queueWhen } from "./emails.ts";
import { ownedBy, personOf } from "./organizationPlace.ts";
import type { OwnerAct } from "./organizationPolicy.ts";
import { signedInStatement, toSignedIn } from "./sessions.ts";

/** Who asks whom into which organization. It stands in the link alone: nothing of it is stored before it is accepted. */
export interface Invitation {
  readonly organizationId: string;
  /** As `rules/email.ts` normalises it. */
  readonly email: string;
  readonly invitedBy: UserId;
  readonly at: number;
}

/**
 * Sends an invitation, if the person owns the organization and nobody with that address belongs to it; the answer is the same in
 * each case, as who has an account here is nobody else's business. One trip.
 */
export async function sendInvitation(
  deps: Deps,
  { sessionId, name, whereabouts, at }: OwnerAct,
  letter: { readonly to: string; readonly language: string; readonly timeZone: string; readonly sealedValues: string },
): Promise<void> {
  const source = sql`FROM organizations WHERE id = ${ownedBy(sessionId, name, at)} AND NOT EXISTS (
    SELECT 1 FROM memberships JOIN users ON users.id = user_id
    WHERE organization_id = organizations.id AND users.email = ${letter.to})
    AND NOT EXISTS (
      SELECT 1 FROM audit WHERE audit.organization_id = organizations.id AND audit.at = ${at} AND action = 'member.invited'
        AND json_extract(detail, '$.email') = ${letter.to})`;
  await transact(deps.db, (db) => [
    queueWhen(db, { kind: "organization_invitation", ...letter, at }, source),
    auditWhen(
      db,
      {
        at,
        action: "member.invited",
        actor: personOf(sessionId, at),
        organizationId: sql`organizations.id`,
        whereabouts,
        detail: { email: letter.to },
      },
      source,
    ),
  ]);
}

/** An invitation as whoever opens it finds it. */
export interface OpenInvitation {
  readonly user: User;
  readonly session: Session;
  /** Undefined where it does not hold, or not for this person. */
  readonly organization: { readonly name: string; readonly displayName: string; readonly invitedBy: string } | undefined;
  /** Whether they belong to it already. */
  readonly isMember: boolean;
}

/**
 * Looks at an invitation, and accepts it: it holds for the person whose verified address it went to, while the one who sent it owns
 * the organization, and unless they were taken out of it since. One trip; accepting twice joins once. Undefined when nobody is signed in.
 */
export async function openInvitation(
  deps: Deps,
  sessionId: string,
  { organizationId, email, invitedBy, at: invitedAt }: Invitation,
  accepts: false | { readonly whereabouts: Whereabouts },
): Promise<OpenInvitation | undefined> {
  const at = deps.now();
  const me = sql`(SELECT users.id FROM users WHERE users.id = ${personOf(sessionId, at)} AND email = ${email} AND email_verified = 1)`;
  const holds = sql`FROM organizations JOIN memberships AS theirs ON theirs.organization_id = organizations.id
      JOIN users AS inviters ON inviters.id = theirs.user_id
    WHERE organizations.id = ${organizationId} AND theirs.user_id = ${invitedBy} AND theirs.role = 'owner'
      AND inviters.disabled_at IS NULL AND ${me} IS NOT NULL
      AND NOT EXISTS (
        SELECT 1 FROM audit WHERE organization_id = ${organizationId} AND audit.user_id = ${me} AND action = 'member.removed'
          AND audit.at >= ${invitedAt})`;
  const isMember = sql`EXISTS (SELECT 1 FROM memberships WHERE organization_id = ${organizationId} AND user_id = ${me})`;
  const joins = sql`${holds} AND NOT ${isMember} AND ${accepts === false ? 0 : 1} = 1`;
  const whereabouts = accepts === false ? undefined : accepts.whereabouts;
  const [signedIn, found, , , members] = await transact(deps.db, (db) => [
    signedInStatement(db, sessionId, at),
    db.all<{ name: string; displayName: string; invitedBy: string }>(sql`
      SELECT organizations.name, display_name AS displayName, inviters.name AS invitedBy ${holds}`),
    auditWhen(
      db,
      {
        at,
        action: "member.added",
        actor: me,
        userId: me,
        organizationId,
        whereabouts,
        detail: { invitedBy },
      },
      joins,
    ),
    db.run(sql`
      INSERT INTO memberships (user_id, organization_id, role, created_at)
      SELECT ${me}, organizations.id, 'member', ${at} ${joins} ON CONFLICT DO NOTHING`),
    db.all(sql`SELECT 1 WHERE ${isMember}`),
  ]);
  const person = toSignedIn(signedIn);
  return person && { ...person, organization: found[0], isMember: members.length > 0 };
}
