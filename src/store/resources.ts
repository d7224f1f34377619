import type { Deps } from "../config.ts";
import type { Resource } from "../model.ts";
import { transact } from "./database.ts";
import { remember } from "./memory.ts";
import { resources } from "./schema.ts";

/** Every registered resource, as of `config.cacheSeconds` ago at most; no trip when this isolate knows them. */
export const loadResources = (deps: Deps): Promise<readonly Resource[]> =>
  remember(deps, "resources", async () => {
    const [rows] = await transact(deps.db, (db) => [db.select().from(resources).orderBy(resources.identifier)]);
    return rows.map((row) => ({
      identifier: row.identifier,
      name: row.name,
      ...row.translations,
      scopes: row.scopes,
      authorizationDetailsTypes: row.authorizationDetailsTypes,
      accessTokenSeconds: row.accessTokenSeconds,
      clientId: row.clientId,
      ownerId: row.ownerId,
    }));
  });
