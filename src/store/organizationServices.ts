import { and, asc, eq, type SQL, sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { Client } from "../model.ts";
import { logoColumn, toClient } from "./clients.ts";
import { columns, transact } from "./database.ts";
import { holds, type OrganizationVisitState, ownedBy, selectPlace } from "./organizationPlace.ts";
import { usesOf } from "./organizationUses.ts";
import { clients, organizationClients, users } from "./schema.ts";
import { signedInStatement, toSignedIn } from "./sessions.ts";

/** A service that members let in, or about which an owner has decided. */
export interface OrganizationService {
  readonly client: Client;
  readonly decision: "approved" | "denied" | "requested" | null;
  readonly decidedBy: string | null;
  readonly decidedAt: number | null;
  /** Members whose consent reaches the organization, and the names of some. */
  readonly people: number;
  readonly names: readonly string[];
  readonly since: number | null;
  readonly lastUsedAt: number | null;
  /** Whether the organization's own directory let it in for somebody. */
  readonly vouched: boolean;
}

export interface OrganizationServices extends OrganizationVisitState {
  readonly services: readonly OrganizationService[];
  readonly hasMore: boolean;
}

/** A member who asks, and what for. */
export interface OpenRequest {
  readonly clientId: string;
  readonly name: string;
  readonly email: string;
  readonly reason: string;
  readonly scopes: readonly string[];
  readonly createdAt: number;
}

export interface RequestedService {
  readonly client: Client;
  readonly requests: readonly OpenRequest[];
  /** How many people ask in all. */
  readonly people: number;
}

export interface RequestQueue extends OrganizationVisitState {
  readonly services: readonly RequestedService[];
  readonly hasMore: boolean;
}

const PAGE_SIZE = 25;
/** People who are named. */
const MAX_NAMES = 3;
const MAX_REQUESTS = 10;

const clientName = sql`json_extract(${clients.metadata}, '$.client_name')`;

/** A page of the services that have access, or that an owner decided about, for owners; one trip. Undefined when nobody is signed in. `clientId` for one alone. */
export async function findServices(
  deps: Deps,
  sessionId: string,
  name: string,
  { search, page, clientId }: { readonly search: string; readonly page: number; readonly clientId?: string },
): Promise<OrganizationServices | undefined> {
  const at = deps.now();
  const here = ownedBy(sessionId, name, at);
  const uses = sql`${usesOf(here, at, at)} AS uses`;
  const used = (what: SQL) => sql`(SELECT ${what} FROM ${uses} WHERE used_by = ${clients.clientId})`;
  const known = sql`(${clients.clientId} IN (SELECT used_by FROM ${uses}) OR ${organizationClients.status} IN ('approved', 'denied'))`;
  const [signedIn, places, rows] = await transact(deps.db, (db) => [
    signedInStatement(db, sessionId, at),
    selectPlace(db, sessionId, name, at),
    db
      .select({
        clients: columns(clients),
        logo: logoColumn,
        decision: sql<OrganizationService["decision"]>`${organizationClients.status}`.as("decision"),
        decidedAt: sql<number | null>`${organizationClients.decidedAt}`.as("said_at"),
        decidedBy: sql<string | null>`${users.name}`.as("said_by"),
        people: sql<number>`${used(sql`count(DISTINCT uses.user_id)`)}`.as("people"),
        names: sql<string>`(
          SELECT json_group_array(name) FROM (
            SELECT DISTINCT people.id, people.name FROM ${uses} JOIN users AS people ON people.id = uses.user_id
            WHERE used_by = ${clients.clientId} ORDER BY uses.used_at DESC LIMIT ${MAX_NAMES}))`.as("names"),
        since: sql<number | null>`${used(sql`min(uses.created_at)`)}`.as("since"),
        lastUsedAt: sql<number | null>`${used(sql`max(uses.used_at)`)}`.as("used_at"),
        vouched: sql<number | null>`${used(sql`max(uses.vouched)`)}`.as("vouched"),
      })
      .from(clients)
      .leftJoin(
        organizationClients,
        and(eq(organizationClients.clientId, clients.clientId), sql`${organizationClients.organizationId} = ${here}`),
      )
      .leftJoin(users, eq(users.id, organizationClients.decidedBy))
      .where(
        and(
          sql`${here} IS NOT NULL`,
          known,
          search === "" ? undefined : holds(clientName, search),
          clientId === undefined ? undefined : eq(clients.clientId, clientId),
        ),
      )
      .orderBy(asc(sql`lower(${clientName})`), asc(clients.clientId))
      .limit(PAGE_SIZE + 1)
      .offset(page * PAGE_SIZE),
  ]);
  const found = toSignedIn(signedIn);
  return (
    found && {
      ...found,
      place: places[0],
      services: rows.slice(0, PAGE_SIZE).map(({ clients: client, logo, names, vouched, ...row }) => ({
        ...row,
        client: toClient({ ...client, logo }),
        names: JSON.parse(names) as readonly string[],
        vouched: vouched === 1,
      })),
      hasMore: rows.length > PAGE_SIZE,
    }
  );
}

/** A page of the services that members ask for, the longest waiting first, for owners; one trip. Undefined when nobody is signed in. */
export async function findRequests(
  deps: Deps,
  sessionId: string,
  name: string,
  page: number,
): Promise<RequestQueue | undefined> {
  const at = deps.now();
  const here = ownedBy(sessionId, name, at);
  const asked = sql`FROM organization_clients WHERE organization_id = ${here} AND status = 'requested'`;
  const shown = sql`SELECT client_id ${asked} ORDER BY decided_at, client_id LIMIT ${PAGE_SIZE + 1} OFFSET ${page * PAGE_SIZE}`;
  const [signedIn, places, rows, requests] = await transact(deps.db, (db) => [
    signedInStatement(db, sessionId, at),
    selectPlace(db, sessionId, name, at),
    db
      .select({
        clients: columns(clients),
        logo: logoColumn,
        people: sql<number>`(
          SELECT count(*) FROM access_requests
          WHERE access_requests.client_id = ${clients.clientId} AND access_requests.organization_id = ${here})`.as("people"),
      })
      .from(clients)
      .innerJoin(
        organizationClients,
        and(eq(organizationClients.clientId, clients.clientId), sql`${organizationClients.organizationId} = ${here}`),
      )
      .where(sql`${clients.clientId} IN (${shown})`)
      .orderBy(asc(organizationClients.decidedAt), asc(clients.clientId)),
    db.all<Omit<OpenRequest, "scopes"> & { scopes: string }>(sql`
      SELECT client_id AS clientId, name, email, reason, scopes, created_at AS createdAt FROM (
        SELECT access_requests.*, users.name, users.email,
          row_number() OVER (PARTITION BY client_id ORDER BY access_requests.created_at) AS number
        FROM access_requests JOIN users ON users.id = access_requests.user_id
        WHERE organization_id = ${here} AND client_id IN (${shown}))
      WHERE number <= ${MAX_REQUESTS}`),
  ]);
  const found = toSignedIn(signedIn);
  return (
    found && {
      ...found,
      place: places[0],
      services: rows.slice(0, PAGE_SIZE).map(({ clients: client, logo, people }) => ({
        client: toClient({ ...client, logo }),
        people,
        requests: requests
          .filter(({ clientId }) => clientId === client.clientId)
          .map((request) => ({ ...request, scopes: JSON.parse(request.scopes) as readonly string[] })),
      })),
      hasMore: rows.length > PAGE_SIZE,
    }
  );
}
