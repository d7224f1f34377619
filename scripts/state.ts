import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { root } from "./wrangler.ts";

/** The repository, unless the environment names another place for what one machine keeps to itself, as our tests do. */
const home = process.env["COUNTERSIGN_HOME"] ?? root;

const directory = join(home, ".wrangler");

/** The variables of this machine, in the file that wrangler reads too. */
export const devVars = join(home, ".dev.vars");

/** Wrangler's own place, so that `wrangler d1 execute DB --local` sees the same: what you seeded, and nothing else. */
export const bareState = join(directory, "state");

/** The demo's data name its origins, so that each port has its own. */
export const demoState = (port: number): string => join(directory, `demo-${port}`);

/** Every directory that a server may run on. */
export async function stateDirectories(): Promise<readonly string[]> {
  const names = await readdir(directory).catch(() => []);
  return [bareState, ...names.filter((name) => /^demo-\d+$/.test(name)).map((name) => join(directory, name))];
}
