import { and, asc, desc, eq, gt, inArray, isNotNull, isNull, or, sql } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { Client, ClientMetadata, FamilyId, Grant, GrantId, OrganizationReach, UserId } from "../model.ts";
import { logoColumn, toClient } from "./clients.ts";
import { columns, transact } from "./database.ts";
import { toGrant } from "./grants.ts";
import { clients, families, grants, memberships, organizationClients, organizations } from "./schema.ts";

/** A device on which a service holds an authorization: one token family. */
export interface AuthorizedDevice {
  readonly familyId: FamilyId;
  readonly device: string;
  readonly createdAt: number;
  readonly lastUsedAt: number;
}

/** What a person has allowed one service, with everything that the settings page says about it. */
export interface ListedAuthorization extends Grant {
  readonly client: Client;
  readonly lastUsedAt: number | null;
  readonly devices: readonly AuthorizedDevice[];
  /** Every organization of the person, as it stands to this service. */
  readonly reach: readonly OrganizationReach[];
}

export interface AuthorizationList {
  readonly authorizations: readonly ListedAuthorization[];
  readonly hasMore: boolean;
  /** What the caller asked about, if it is gone. */
  readonly ended: EndedAuthorization | undefined;
}

/** What one act of the person has ended: consents to services, or one device's authorization (`device`). */
export interface EndedAuthorization {
  readonly serviceNames: readonly string[];
  readonly device: string | null;
  readonly resources: readonly string[];
  /** Whether a directory had let one of them in. */
  readonly vouched: boolean;
  readonly endedAt: number;
}

/** Grants on one page of the list. */
const PAGE_SIZE = 25;
/** Live token families that are shown for one page: a service may have made any number of them. */
const MAX_DEVICES = 500;
/** Services that are named after all of them were let go. */
const MAX_ENDED = 100;

/**
 * The person's live grants, last used first, in one trip and from one snapshot.
 * @param page from 0
 * @param endedId a grant or a family whose end the caller wants confirmed; only the person's own counts
 */
export async function loadAuthorizations(deps: Deps, userId: UserId, page: number, endedId = ""): Promise<AuthorizationList> {
  const now = deps.now();
  const live = and(
    eq(grants.userId, userId),
    isNull(grants.revokedAt),
    or(isNull(grants.expiresAt), gt(grants.expiresAt, now)),
  );
  const [rows, devices, places, decisions, endedGrants, endedFamilies] = await transact(deps.db, (db) => {
    const shown = db
      .select({ id: grants.id })
      .from(grants)
      .where(live)
      .orderBy(desc(sql`coalesce(${grants.lastUsedAt}, ${grants.consentedAt})`), asc(grants.id))
      .limit(PAGE_SIZE + 1)
      .offset(page * PAGE_SIZE);
    const mine = db.select({ id: memberships.organizationId }).from(memberships).where(eq(memberships.userId, userId));
    return [
      db
        .select({ grants: columns(grants), clients: columns(clients), logo: logoColumn })
        .from(grants)
        .innerJoin(clients, eq(clients.clientId, grants.clientId))
        .where(inArray(grants.id, shown))
        .orderBy(desc(sql`coalesce(${grants.lastUsedAt}, ${grants.consentedAt})`), asc(grants.id)),
      db
        .select()
        .from(families)
        .where(
          and(
            inArray(families.grantId, shown),
            isNull(families.revokedAt),
            gt(families.generation, 0),
            gt(families.expiresAt, now),
            gt(families.idleExpiresAt, now),
          ),
        )
        .orderBy(desc(families.rotatedAt))
        .limit(MAX_DEVICES),
      db
        .select({ role: memberships.role, organization: columns(organizations) })
        .from(memberships)
        .innerJoin(organizations, eq(organizations.id, memberships.organizationId))
        .where(eq(memberships.userId, userId))
        .orderBy(organizations.displayName),
      db.select().from(organizationClients).where(inArray(organizationClients.organizationId, mine)),
      db
        .select({
          metadata: clients.metadata,
          resources: grants.resources,
          authority: grants.authority,
          endedAt: grants.revokedAt,
        })
        .from(grants)
        .innerJoin(clients, eq(clients.clientId, grants.clientId))
        .where(
          and(
            eq(grants.userId, userId),
            sql`${grants.revokedAt} = (SELECT revoked_at FROM grants WHERE id = ${endedId} AND user_id = ${userId})`,
          ),
        )
        .limit(MAX_ENDED),
      db
        .select({
          metadata: clients.metadata,
          resources: families.resources,
          device: families.device,
          authority: grants.authority,
          endedAt: families.revokedAt,
        })
        .from(families)
        .innerJoin(grants, eq(grants.id, families.grantId))
        .innerJoin(clients, eq(clients.clientId, families.clientId))
        .where(and(eq(families.id, endedId), eq(grants.userId, userId), isNotNull(families.revokedAt))),
    ] as const;
  });

  const reachOf = (clientId: string): readonly OrganizationReach[] =>
    places.map(({ role, organization: { id, name, displayName, policy } }) => {
      const said = decisions.find((row) => row.organizationId === id && row.clientId === clientId);
      return { organizationId: id, name, displayName, role, policy, decision: said?.status ?? null };
    });
  const devicesOf = (grantId: GrantId): readonly AuthorizedDevice[] =>
    devices
      .filter((row) => row.grantId === grantId)
      .map(({ id, device, createdAt, rotatedAt }) => ({ familyId: id, device, createdAt, lastUsedAt: rotatedAt }));

  return {
    authorizations: rows.slice(0, PAGE_SIZE).map(({ grants: grant, clients: client, logo }) => ({
      ...toGrant(grant),
      client: toClient({ ...client, logo }),
      lastUsedAt: grant.lastUsedAt,
      devices: devicesOf(grant.id),
      reach: reachOf(client.clientId),
    })),
    hasMore: rows.length > PAGE_SIZE,
    ended: toEnded([...endedGrants.map((row) => ({ ...row, device: null })), ...endedFamilies]),
  };
}

/** Rows of one act; undefined without any. */
function toEnded(
  rows: readonly {
    readonly metadata: ClientMetadata;
    readonly resources: readonly string[];
    readonly device: string | null;
    readonly authority: string | null;
    readonly endedAt: number | null;
  }[],
): EndedAuthorization | undefined {
  const [first] = rows;
  if (first === undefined || first.endedAt === null) return undefined;
  return {
    serviceNames: rows.map(({ metadata }) => metadata.client_name),
    device: first.device,
    resources: rows.flatMap(({ resources }) => resources),
    vouched: rows.some(({ authority }) => authority !== null),
    endedAt: first.endedAt,
  };
}
