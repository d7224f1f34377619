import { readFile } from "node:fs/promises";
import { relative, resolve } from "node:path";
import { parseArgs, parseEnv } from "node:util";
import { type Database, openDatabase, openRemote } from "./database.ts";
import { findRunning } from "./door.ts";
import { migrate } from "./migrations.ts";
import { command, Refusal } from "./refusal.ts";
import { parseSeed } from "./seedFile.ts";
import { applySeed } from "./seeding.ts";
import { bareState, devVars, stateDirectories } from "./state.ts";
import { root } from "./wrangler.ts";

/** `npm run seed -- FILE.json [--remote]`: into the server that runs here, else into the data of `npm start -- --bare`. */
await command(async () => {
  const [file, remote] = parseArguments();
  const seed = parseSeed(await readJson(file));
  const [database, where] = remote ? ([openRemote(), "the database at Cloudflare"] as const) : await openLocal();
  try {
    if (!remote) await migrate(database);
    const written = await applySeed(database, seed, Date.now(), { masterSecret: await findMasterSecret(remote) });
    if (written > 0) await database.forget();
    const rows = written === 0 ? "nothing to change" : `${written} ${written === 1 ? "row" : "rows"} written`;
    console.log(`Seeded ${where} from ${file}: ${rows}.`);
  } finally {
    await database.close();
  }
});

/** Of the server that runs here, from where `npm start` keeps it; of one at Cloudflare only its operator knows it. */
async function findMasterSecret(remote: boolean): Promise<string | undefined> {
  const given = process.env["MASTER_SECRET"];
  if (given !== undefined || remote) return given;
  return parseEnv(await readFile(devVars, "utf8").catch(() => ""))["MASTER_SECRET"];
}

function parseArguments(): readonly [file: string, remote: boolean] {
  const usage = "Usage: npm run seed -- FILE.json [--remote]";
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: { remote: { type: "boolean", default: false } },
    });
    const [file, ...more] = positionals;
    if (file !== undefined && more.length === 0) return [file, values.remote];
  } catch {
    // An unknown option: the usage says which there are.
  }
  throw new Refusal(usage);
}

async function readJson(file: string): Promise<unknown> {
  // npm runs us in the repository, wherever the person stands.
  const path = resolve(process.env["INIT_CWD"] ?? ".", file);
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new Refusal(`${file} cannot be read: ${error.code === "ENOENT" ? "there is no such file" : error.code}.`);
  });
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Refusal(`${file} is not JSON: ${error instanceof Error ? error.message : error}`);
  }
}

async function openLocal(): Promise<readonly [Database, string]> {
  const found = (await Promise.all((await stateDirectories()).map(findRunning))).filter((running) => running !== undefined);
  const port = process.env["PORT"];
  const running = found.filter(({ origin }) => port === undefined || origin === `http://localhost:${port}`);
  if (running.length > 1)
    throw new Refusal(
      `Several servers run here: ${running.map(({ origin }) => origin).join(", ")}. Name one: PORT=8787 npm run seed -- FILE.json`,
    );
  const [only] = running;
  if (only) return [only.database, only.origin];
  return [await openDatabase(bareState), `${relative(root, bareState)}, which npm start -- --bare serves,`];
}
