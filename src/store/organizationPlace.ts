import { and, asc, desc, eq, type SQL, sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { OrganizationPolicy, Session, User } from "../model.ts";
import { type Database, transact } from "./database.ts";
import { memberships, organizations, users } from "./schema.ts";
import { signedInStatement, toSignedIn } from "./sessions.ts";

/** An organization as a member of it finds it. */
export interface OrganizationPlace {
  readonly organizationId: string;
  readonly name: string;
  readonly displayName: string;
  readonly policy: OrganizationPolicy;
  readonly role: "owner" | "member";
}

export interface ListedOrganization extends OrganizationPlace {
  /** Services that wait for an owner to decide; 0 for who is none. */
  readonly requests: number;
}

export interface OrganizationList {
  readonly user: User;
  readonly session: Session;
  readonly organizations: readonly ListedOrganization[];
  readonly hasMore: boolean;
  /** Of how many the person is a member. */
  readonly total: number;
}

const PAGE_SIZE = 50;

/** Whose session it is, if they may sign in. */
export const personOf = (sessionId: string, at: number): SQL => sql`(
  SELECT user_id FROM sessions JOIN users ON users.id = user_id
  WHERE sessions.id = ${sessionId} AND sessions.expires_at > ${at} AND users.disabled_at IS NULL)`;

/** The id of the organization of that name, if whoever's session it is owns it: a condition of every act and every look of owners. */
export const ownedBy = (sessionId: string, name: string, at: number): SQL => sql`(
  SELECT organizations.id FROM organizations JOIN memberships ON memberships.organization_id = organizations.id
  WHERE organizations.name = ${name} AND memberships.role = 'owner' AND memberships.user_id = ${personOf(sessionId, at)})`;

/** That a text holds what is searched, both lower-cased as far as SQLite can; a pattern of LIKE ends at 50 bytes in D1. */
export const holds = (text: SQL, search: string): SQL => sql`instr(lower(${text}), lower(${search})) > 0`;

/** Selects the organization of that name, if the person belongs to it. */
export const selectPlace = (db: Database, sessionId: string, name: string, at: number) =>
  db
    .select({
      organizationId: organizations.id,
      name: organizations.name,
      displayName: organizations.displayName,
      policy: organizations.policy,
      role: memberships.role,
    })
    .from(organizations)
    .innerJoin(memberships, eq(memberships.organizationId, organizations.id))
    .where(and(eq(organizations.name, name), sql`${memberships.userId} = ${personOf(sessionId, at)}`));

/** A page of the organizations of the person whose session it is, in one trip; undefined when nobody is signed in. */
export async function findOrganizations(
  deps: Deps,
  sessionId: string,
  { search, page }: { readonly search: string; readonly page: number },
): Promise<OrganizationList | undefined> {
  const at = deps.now();
  const mine = sql`${memberships.userId} = ${personOf(sessionId, at)}`;
  const wanted = holds(sql`${organizations.displayName} || ' ' || ${organizations.name}`, search);
  const [signedIn, rows, totals] = await transact(deps.db, (db) => [
    signedInStatement(db, sessionId, at),
    db
      .select({
        organizationId: organizations.id,
        name: organizations.name,
        displayName: organizations.displayName,
        policy: organizations.policy,
        role: memberships.role,
        requests: sql<number>`(
          SELECT count(*) FROM organization_clients AS said
          WHERE said.organization_id = ${organizations.id} AND said.status = 'requested' AND ${memberships.role} = 'owner')`.as(
          "requests",
        ),
      })
      .from(memberships)
      .innerJoin(organizations, eq(organizations.id, memberships.organizationId))
      .where(search === "" ? mine : and(mine, wanted))
      .orderBy(desc(sql`requests > 0`), asc(sql`lower(${organizations.displayName})`), asc(organizations.id))
      .limit(PAGE_SIZE + 1)
      .offset(page * PAGE_SIZE),
    db
      .select({ total: sql<number>`count(*)`.as("total") })
      .from(memberships)
      .where(mine),
  ]);
  const found = toSignedIn(signedIn);
  return (
    found && {
      ...found,
      organizations: rows.slice(0, PAGE_SIZE),
      hasMore: rows.length > PAGE_SIZE,
      total: totals[0]?.total ?? 0,
    }
  );
}

/** What every page of one organization begins with. */
export interface OrganizationVisitState {
  readonly user: User;
  readonly session: Session;
  /** Undefined for who is no member, and where there is no such organization. */
  readonly place: OrganizationPlace | undefined;
}

/** The person and the organization, in one trip; undefined when nobody is signed in. */
export async function findPlace(deps: Deps, sessionId: string, name: string): Promise<OrganizationVisitState | undefined> {
  const at = deps.now();
  const [signedIn, places] = await transact(deps.db, (db) => [
    signedInStatement(db, sessionId, at),
    selectPlace(db, sessionId, name, at),
  ]);
  const found = toSignedIn(signedIn);
  return found && { ...found, place: places[0] };
}

/** What the first page of an organization shows. */
export interface OrganizationOverview extends OrganizationVisitState {
  readonly owners: readonly string[];
  readonly members: number;
  readonly requests: number;
  readonly domains: readonly string[];
}

/** Owners that are named. */
const MAX_OWNERS = 50;
const MAX_DOMAINS = 100;

/** The first page of an organization, for any member of it, in one trip; undefined when nobody is signed in. */
export async function findOverview(deps: Deps, sessionId: string, name: string): Promise<OrganizationOverview | undefined> {
  const at = deps.now();
  const here = sql`(SELECT id FROM organizations WHERE name = ${name})`;
  const [signedIn, places, owners, counts, domains] = await transact(deps.db, (db) => [
    signedInStatement(db, sessionId, at),
    selectPlace(db, sessionId, name, at),
    db
      .select({ name: users.name })
      .from(memberships)
      .innerJoin(users, eq(users.id, memberships.userId))
      .where(sql`${memberships.organizationId} = ${here} AND ${memberships.role} = 'owner' AND ${users.disabledAt} IS NULL`)
      .orderBy(asc(users.name))
      .limit(MAX_OWNERS),
    db.all<{ members: number; requests: number }>(sql`
      SELECT (SELECT count(*) FROM memberships WHERE organization_id = ${here}) AS members,
        (SELECT count(*) FROM organization_clients WHERE organization_id = ${here} AND status = 'requested') AS requests`),
    db.all<{ domain: string }>(sql`
      SELECT domain FROM organization_domains WHERE organization_id = ${here} ORDER BY domain LIMIT ${MAX_DOMAINS}`),
  ]);
  const found = toSignedIn(signedIn);
  return (
    found && {
      ...found,
      place: places[0],
      owners: owners.map(({ name }) => name),
      members: counts[0]?.members ?? 0,
      requests: counts[0]?.requests ?? 0,
      domains: domains.map(({ domain }) => domain),
    }
  );
}
