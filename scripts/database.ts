/** The one D1 database, wherever it is: in a running server, in a directory, or at Cloudflare. */
import { join } from "node:path";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { unstable_readConfig } from "wrangler";
import { findRunning } from "./door.ts";
import { Refusal } from "./refusal.ts";
import { askWrangler, root } from "./wrangler.ts";

export type Row = Readonly<Record<string, string | number | null>>;

export interface Database {
  /** Runs the statements as one transaction, all of them or none; the rows of each. */
  batch(statements: readonly string[]): Promise<readonly (readonly Row[])[]>;
  /** Makes a local server see at once what it would else see when it next looks, in a minute at most. */
  forget(): Promise<void>;
  close(): Promise<void>;
}

const nothing = async (): Promise<void> => {};

/** What a D1 binding in Node offers us; Miniflare's type of it is a copy of the Workers type under another name. */
interface Binding {
  prepare(sql: string): unknown;
  batch(statements: never[]): Promise<{ results: unknown[] }[]>;
}

/** A program's argument is no longer than 128 KiB on Linux, and a statement of D1 no longer than 100 KB. */
const MAX_REMOTE_LENGTH = 100_000;

/** Where wrangler keeps local data under a persistence directory. */
export const resourcesIn = (persist: string): string => join(persist, "v3");

/** The server's database in a persistence directory: through the server that runs on it, or else opened here. */
export async function openDatabase(persist: string): Promise<Database> {
  return (await findRunning(persist))?.database ?? openDirectory(persist);
}

async function openDirectory(persist: string): Promise<Database> {
  const [d1] = unstable_readConfig({ config: join(root, "wrangler.toml") }).d1_databases;
  const options = convertV4MiniflareOptions({
    resourcePersistencePath: resourcesIn(persist),
    compatibilityDate: "2026-10-01",
    modules: [{ type: "ESModule", path: "none.mjs", contents: "export default {}" }],
    d1Databases: { DB: d1?.database_id ?? "" },
  });
  const miniflare = new Miniflare(options);
  return { batch: batchOf(await miniflare.getD1Database("DB")), forget: nothing, close: () => miniflare.dispose() };
}

/** Our face of a D1 binding. */
export const batchOf =
  (binding: Binding): Database["batch"] =>
  async (statements) => {
    if (statements.length === 0) return [];
    const results = await binding.batch(statements.map((sql) => binding.prepare(sql) as never));
    return results.map(({ results: rows }) => rows as readonly Row[]);
  };

/** The database at Cloudflare, through wrangler. Several statements in one query are one transaction there. */
export function openRemote(): Database {
  const batch: Database["batch"] = async (statements) => {
    if (statements.length === 0) return [];
    const sql = statements.join(";\n");
    if (sql.length > MAX_REMOTE_LENGTH)
      throw new Refusal("This is too much for one transaction at Cloudflare. Split the file.");
    const output = await askWrangler("d1", "execute", "DB", "--remote", "--yes", "--json", "--command", sql);
    const results = JSON.parse(output) as readonly { readonly results: readonly Row[]; readonly success: boolean }[];
    if (!results.every(({ success }) => success)) throw new Refusal(`Cloudflare refused the statements.\n${output}`);
    return results.map(({ results: rows }) => rows);
  };
  return { batch, forget: nothing, close: nothing };
}
