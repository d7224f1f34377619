import { type SQL, sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { JsonObject, Whereabouts } from "../model.ts";
import type { AuditAction } from "./audit.ts";
import { transact } from "./database.ts";
import { type OrganizationVisitState, ownedBy, selectPlace } from "./organizationPlace.ts";
import { signedInStatement, toSignedIn } from "./sessions.ts";

/** What an organization's log holds by itself. */
export const organizationActions = [
  "policy.changed",
  "member.invited",
  "member.added",
  "member.removed",
  "member.role_changed",
  "access.requested",
  "access.approved",
  "access.denied",
  "access.undone",
  "access.revoked_for_all",
] as const satisfies readonly AuditAction[];

/** What members did with services, which stands there while they are members and their grant reaches the organization. */
export const memberActions = [
  "grant.consented",
  "grant.vouched",
  "grant.widened",
  "grant.replaced",
  "grant.narrowed",
  "grant.paused",
  "grant.resumed",
  "grant.revoked",
] as const satisfies readonly AuditAction[];

export type LoggedAction = (typeof organizationActions)[number] | (typeof memberActions)[number];

/** Which rows are wanted; empty for any. */
export interface LogFilter {
  readonly action: LoggedAction | "";
  /** In the name or the address of who did it, or to whom. */
  readonly person: string;
  /** In the name of the service, or its `client_id`. */
  readonly service: string;
  readonly from: number | null;
  /** Exclusive. */
  readonly until: number | null;
}

/** One row of the log. */
export interface LogRow {
  readonly id: string;
  readonly at: number;
  readonly action: LoggedAction;
  readonly actor: string;
  readonly actorName: string | null;
  readonly actorEmail: string | null;
  readonly personName: string | null;
  readonly personEmail: string | null;
  readonly clientId: string | null;
  readonly serviceName: string | null;
  readonly whereabouts: Whereabouts | null;
  readonly detail: JsonObject | null;
}

export interface OrganizationLog extends OrganizationVisitState {
  readonly rows: readonly LogRow[];
  readonly hasMore: boolean;
}

/**
 * Rows of an organization's log, the newest first, for owners; one trip. Undefined when nobody is signed in.
 * @param after the last row of the page before; null for the first
 */
export async function findLog(
  deps: Deps,
  sessionId: string,
  name: string,
  filter: LogFilter,
  { after, limit }: { readonly after: Pick<LogRow, "at" | "id"> | null; readonly limit: number },
): Promise<OrganizationLog | undefined> {
  const at = deps.now();
  const here = ownedBy(sessionId, name, at);
  const inTime = sql`audit.at >= ${filter.from ?? 0} AND audit.at < ${filter.until ?? Number.MAX_SAFE_INTEGER}
    ${after === null ? sql`` : sql`AND audit.at <= ${after.at}`}`;
  const wanted = sql.join(conditionsOf(filter, after), sql` AND `);
  const [signedIn, places, rows] = await transact(deps.db, (db) => [
    signedInStatement(db, sessionId, at),
    selectPlace(db, sessionId, name, at),
    db.all<Omit<LogRow, "whereabouts" | "detail"> & { whereabouts: string | null; detail: string | null }>(sql`
      SELECT rows.id, rows.at, rows.action, rows.actor, actors.name AS actorName, actors.email AS actorEmail,
        people.name AS personName, people.email AS personEmail, rows.client_id AS clientId,
        json_extract(clients.metadata, '$.client_name') AS serviceName, rows.whereabouts, rows.detail
      FROM (
        SELECT audit.* FROM audit WHERE audit.organization_id = ${here} AND ${inTime}
        UNION ALL
        SELECT audit.* FROM memberships
          JOIN grants ON grants.user_id = memberships.user_id
          JOIN audit ON audit.grant_id = grants.id AND audit.organization_id IS NULL
        WHERE memberships.organization_id = ${here} AND audit.at >= memberships.created_at AND ${inTime}
          AND audit.action IN ${[...memberActions]}
          AND (grants.organizations IS NULL OR EXISTS (SELECT 1 FROM json_each(grants.organizations) WHERE value = ${here}))
      ) AS rows
        LEFT JOIN users AS actors ON actors.id = rows.actor
        LEFT JOIN users AS people ON people.id = rows.user_id
        LEFT JOIN clients ON clients.client_id = rows.client_id
      WHERE ${wanted} ORDER BY rows.at DESC, rows.id DESC LIMIT ${limit + 1}`),
  ]);
  const found = toSignedIn(signedIn);
  return (
    found && {
      ...found,
      place: places[0],
      rows: rows.slice(0, limit).map((row) => ({
        ...row,
        whereabouts: row.whereabouts === null ? null : (JSON.parse(row.whereabouts) as Whereabouts),
        detail: row.detail === null ? null : (JSON.parse(row.detail) as JsonObject),
      })),
      hasMore: rows.length > limit,
    }
  );
}

function conditionsOf({ action, person, service }: LogFilter, after: Pick<LogRow, "at" | "id"> | null): SQL[] {
  const contains = (text: SQL, search: string) => sql`instr(lower(coalesce(${text}, '')), lower(${search})) > 0`;
  return [
    action === "" ? sql`rows.action IN ${[...organizationActions, ...memberActions]}` : sql`rows.action = ${action}`,
    ...(person === ""
      ? []
      : [
          sql`(${sql.join(
            [sql`actors.name`, sql`actors.email`, sql`people.name`, sql`people.email`].map((text) => contains(text, person)),
            sql` OR `,
          )})`,
        ]),
    ...(service === ""
      ? []
      : [
          sql`(${contains(sql`json_extract(clients.metadata, '$.client_name')`, service)} OR ${contains(sql`rows.client_id`, service)})`,
        ]),
    ...(after === null ? [] : [sql`(rows.at, rows.id) < (${after.at}, ${after.id})`]),
  ];
}
