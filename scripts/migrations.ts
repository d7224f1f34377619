import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Database } from "./database.ts";
import { root } from "./wrangler.ts";

/** Wrangler's own table, so that `wrangler d1 migrations` and we agree on what has been applied. */
const TABLE = `CREATE TABLE IF NOT EXISTS d1_migrations (
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
)`;

/** Applies the migrations that the database has not seen, each in one transaction with its entry in the table. */
export async function migrate(database: Database): Promise<readonly string[]> {
  const [, rows = []] = await database.batch([TABLE, "SELECT name FROM d1_migrations"]);
  const directory = join(root, "migrations");
  const names = (await readdir(directory)).filter((name) => name.endsWith(".sql")).sort();
  const missing = names.filter((name) => !rows.some((row) => row["name"] === name));
  for (const name of missing) {
    const statements = (await readFile(join(directory, name), "utf8")).split("--> statement-breakpoint");
    await database.batch([...statements, `INSERT INTO d1_migrations (name) VALUES ('${name}')`]);
  }
  return missing;
}
