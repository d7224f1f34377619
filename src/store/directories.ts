import { eq } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { DirectorySettings } from "../model.ts";
import { columns, transact } from "./database.ts";
import { remember } from "./memory.ts";
import { directories, organizations } from "./schema.ts";

/** An OpenID provider at which people sign in with the account of their employer. */
export interface Directory {
  readonly id: string;
  readonly displayName: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly sealedSecret: string | null;
  readonly settings: DirectorySettings;
  readonly organization: { readonly organizationId: string; readonly displayName: string } | null;
  /** Another one after each change. */
  readonly version: number;
}

/** What this isolate remembers them under. */
export const DIRECTORIES_KEY = "directories";

/**
 * Every directory, as of `config.cacheSeconds` ago at most. They are remembered all together, so that no trip answers to whoever
 * makes up directories or addresses.
 */
export const loadDirectories = (deps: Deps): Promise<readonly Directory[]> =>
  remember(deps, DIRECTORIES_KEY, async () => {
    const [rows] = await transact(deps.db, (db) => [
      db
        .select({ directory: columns(directories), organization: organizations.displayName })
        .from(directories)
        .leftJoin(organizations, eq(organizations.id, directories.organizationId))
        .orderBy(directories.id),
    ]);
    return rows.map(({ directory, organization }) => ({
      id: directory.id,
      displayName: directory.displayName,
      issuer: directory.issuer,
      clientId: directory.clientId,
      sealedSecret: directory.sealedSecret,
      settings: directory.settings,
      organization:
        directory.organizationId === null || organization === null
          ? null
          : { organizationId: directory.organizationId, displayName: organization },
      version: directory.updatedAt,
    }));
  });

/** The directory of that id, out of what this isolate remembers. */
export const findDirectory = async (deps: Deps, id: string): Promise<Directory | undefined> =>
  (await loadDirectories(deps)).find((directory) => directory.id === id);
