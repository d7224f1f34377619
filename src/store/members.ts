import { and, asc, desc, eq, type SQL, sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { UserId } from "../model.ts";
import { withdrawals } from "./accessRequests.ts";
import { auditWhen } from "./audit.ts";
import { transact } from "./database.ts";
import { holds, type OrganizationVisitState, ownedBy, personOf, selectPlace } from "./organizationPlace.ts";
import type { OwnerAct } from "./organizationPolicy.ts";
import { dueMarks, markStatements } from "./organizationUses.ts";
import { putMarks } from "./revocation.ts";
import { memberships, users } from "./schema.ts";
import { signedInStatement, toSignedIn } from "./sessions.ts";

export interface Member {
  readonly userId: UserId;
  readonly name: string;
  readonly email: string;
  readonly role: "owner" | "member";
  readonly since: number;
}

export interface MemberList extends OrganizationVisitState {
  readonly members: readonly Member[];
  readonly hasMore: boolean;
  readonly total: number;
}

const PAGE_SIZE = 50;

/**
 * A page of the members, owners first, for owners; one trip. Undefined when nobody is signed in.
 * @param query `userId` for one of them alone
 */
export async function findMembers(
  deps: Deps,
  sessionId: string,
  name: string,
  { search, page, userId }: { readonly search: string; readonly page: number; readonly userId?: UserId },
): Promise<MemberList | undefined> {
  const at = deps.now();
  const here = sql`${memberships.organizationId} = ${ownedBy(sessionId, name, at)}`;
  const wanted = holds(sql`${users.name} || ' ' || ${users.email}`, search);
  const [signedIn, places, rows, totals] = await transact(deps.db, (db) => [
    signedInStatement(db, sessionId, at),
    selectPlace(db, sessionId, name, at),
    db
      .select({
        userId: users.id,
        name: users.name,
        email: users.email,
        role: memberships.role,
        since: memberships.createdAt,
      })
      .from(memberships)
      .innerJoin(users, eq(users.id, memberships.userId))
      .where(and(here, search === "" ? undefined : wanted, userId === undefined ? undefined : eq(users.id, userId)))
      .orderBy(desc(sql`${memberships.role} = 'owner'`), asc(sql`lower(${users.name})`), asc(users.id))
      .limit(PAGE_SIZE + 1)
      .offset(page * PAGE_SIZE),
    db
      .select({ total: sql<number>`count(*)`.as("total") })
      .from(memberships)
      .where(here),
  ]);
  const found = toSignedIn(signedIn);
  return (
    found && {
      ...found,
      place: places[0],
      members: rows.slice(0, PAGE_SIZE),
      hasMore: rows.length > PAGE_SIZE,
      total: totals[0]?.total ?? 0,
    }
  );
}

/** What is done to one member. `null` as a role takes them out; a person may take out themselves. */
export interface MemberChange {
  readonly userId: UserId;
  readonly role: "owner" | "member" | null;
}

/** `last_owner`: nobody else who could sign in would own it, so that nothing has changed. `unknown`: no such member, or no owner asked. */
export type MemberOutcome = "changed" | "unchanged" | "last_owner" | "unknown";

/**
 * Gives a member another role, or takes them out; an owner does, or they themselves. One owner who can sign in always stays. Who is
 * taken out no longer reaches the organization by any service: tokens that are out end. One batch, one trip; of two owners who take
 * each other's role at once, one keeps it.
 * @returns undefined when nobody is signed in
 */
export async function changeMember(
  deps: Deps,
  { sessionId, name, markedAt, whereabouts, at }: OwnerAct,
  { userId, role }: MemberChange,
): Promise<(OrganizationVisitState & { readonly outcome: MemberOutcome }) | undefined> {
  const me = personOf(sessionId, at);
  const leaves = role === null ? sql`memberships.user_id = ${me}` : sql`false`;
  const here = sql`(SELECT id FROM organizations WHERE name = ${name})`;
  const allowed = sql`memberships.user_id = ${userId} AND memberships.organization_id = ${here}
    AND (${leaves} OR memberships.organization_id = ${ownedBy(sessionId, name, at)})`;
  const anotherOwner = sql`(memberships.role <> 'owner' OR EXISTS (
    SELECT 1 FROM memberships AS other JOIN users ON users.id = other.user_id
    WHERE other.organization_id = memberships.organization_id AND other.user_id <> memberships.user_id
      AND other.role = 'owner' AND users.disabled_at IS NULL))`;
  const differs = role === null ? sql`true` : sql`memberships.role <> ${role}`;
  const changes = sql`FROM memberships WHERE ${allowed} AND ${anotherOwner} AND ${differs}`;
  const before = sql`SELECT ${anotherOwner} AS safe, ${differs} AS differs FROM memberships WHERE ${allowed}`;
  const [orphans, own] = withdrawals(
    userId,
    sql`organization_id = ${here} AND ${role === null ? 1 : 0} = 1 AND EXISTS (SELECT 1 ${changes})`,
  );
  const [signedIn, places, stood, , , , , , , taken, due] = await transact(deps.db, (db) => [
    signedInStatement(db, sessionId, at),
    selectPlace(db, sessionId, name, at),
    db.all<{ safe: number; differs: number }>(before),
    auditWhen(
      db,
      {
        at,
        action: role === null ? "member.removed" : "member.role_changed",
        actor: me,
        userId,
        organizationId: sql`memberships.organization_id`,
        whereabouts,
        detail: sql`json_object('from', memberships.role, 'to', ${role})`,
      },
      changes,
    ),
    ...markStatements(deps, db, markedAt, role === null ? grantsOf(userId, here, sql`EXISTS (SELECT 1 ${changes})`) : nothing),
    db.run(orphans),
    db.run(own),
    role === null
      ? db.run(sql`DELETE ${changes}`)
      : db.run(sql`UPDATE memberships SET role = ${role} WHERE ${allowed} AND ${anotherOwner} AND ${differs}`),
    // Where our own retry finds its work done, the row in the log is what is left of the member.
    db.all(sql`
      SELECT 1 FROM audit
      WHERE organization_id = ${here} AND at = ${at} AND action = 'member.removed' AND user_id = ${userId} AND ${role === null ? 1 : 0} = 1`),
    dueMarks(db, markedAt),
  ]);
  await putMarks(deps, due);
  const found = toSignedIn(signedIn);
  return found && { ...found, place: places[0], outcome: taken.length > 0 ? "changed" : outcomeOf(stood[0]) };
}

const outcomeOf = (stood: { readonly safe: number; readonly differs: number } | undefined): MemberOutcome => {
  if (stood === undefined) return "unknown";
  if (stood.differs === 0) return "unchanged";
  return stood.safe === 0 ? "last_owner" : "changed";
};

const nothing = sql`SELECT id, 0 AS used_at FROM grants WHERE false`;

const grantsOf = (userId: UserId, organizationId: SQL, condition: SQL): SQL => sql`
  SELECT id, coalesce(last_used_at, consented_at) AS used_at FROM grants
  WHERE user_id = ${userId} AND revoked_at IS NULL AND ${condition}
    AND (organizations IS NULL OR EXISTS (SELECT 1 FROM json_each(grants.organizations) WHERE value = ${organizationId}))`;
