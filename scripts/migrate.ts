import { openDatabase } from "./database.ts";
import { migrate } from "./migrations.ts";
import { command } from "./refusal.ts";
import { bareState } from "./state.ts";
import { runWrangler } from "./wrangler.ts";

/** `npm run migrate [-- --remote]`: brings the database here, or at Cloudflare, to the schema of this version. */
await command(async () => {
  if (process.argv.includes("--remote")) return runWrangler("d1", "migrations", "apply", "DB", "--remote");
  const database = await openDatabase(bareState);
  try {
    const applied = await migrate(database);
    console.log(applied.length === 0 ? "The database is up to date." : `Applied ${applied.join(", ")}.`);
  } finally {
    await database.close();
  }
});
