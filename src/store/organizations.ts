import { and, eq, ne } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { ClientId } from "../model.ts";
import { type Database, transact } from "./database.ts";
import { remember } from "./memory.ts";
import { organizationClients, organizations } from "./schema.ts";

/** Names of the organizations that approved the client, as of `config.cacheSeconds` ago at most; no trip when this isolate knows them. */
export const findApprovals = (deps: Deps, clientId: ClientId): Promise<readonly string[]> =>
  remember(deps, `approvals:${clientId}`, async () => {
    const [rows] = await transact(deps.db, (db) => [selectApprovals(db, clientId)]);
    return rows.map(({ name }) => name);
  });

/** The organizations that approved the client, save those whose policy lets no service in. */
export const selectApprovals = (db: Database, clientId: ClientId) =>
  db
    .select({ name: organizations.name })
    .from(organizationClients)
    .innerJoin(organizations, eq(organizations.id, organizationClients.organizationId))
    .where(
      and(
        eq(organizationClients.clientId, clientId),
        eq(organizationClients.status, "approved"),
        ne(organizations.policy, "none"),
      ),
    )
    .orderBy(organizations.name);
