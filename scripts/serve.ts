import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { parseArgs, parseEnv } from "node:util";
import { type Local, startLocal } from "./local.ts";
import { command, Refusal } from "./refusal.ts";
import { bareState, demoState, devVars } from "./state.ts";
import { root } from "./wrangler.ts";

const parent = process.ppid;
const MINUTE = 60_000;
/** 256 bits in base64url. */
const SECRET_LENGTH = 43;

/** `npm start [-- --bare]`: the server, and unless bare the demo around it, until a signal comes or whoever started us is gone. */
await command(async () => {
  const port = parsePort(process.env["PORT"]);
  const { bare } = parseArguments();
  const masterSecret = await loadMasterSecret();
  const persist = bare ? bareState : demoState(port);
  const seed: unknown = bare ? undefined : JSON.parse(await readFile(join(root, "demo/seed.json"), "utf8"));
  const local = await startLocal({
    ports: [port, port + 1, port + 2],
    persist,
    masterSecret,
    seed,
    workers: bare ? [] : ["buildboard", "contoso-devops"],
    log: console.log,
  });
  console.log(welcome(local, bare, seed, relative(root, persist)));
  const cron = setInterval(() => local.scheduled().catch((error: unknown) => console.error(error)), MINUTE);
  await untilStopped();
  clearInterval(cron);
  await local.stop();
});
process.exit();

function parsePort(text: string | undefined): number {
  const port = Number(text ?? 8787);
  if (!Number.isInteger(port) || port < 1 || port > 65_533)
    throw new Refusal(`PORT is ${text}; it must be a number from 1 to 65533.`);
  return port;
}

function parseArguments(): { readonly bare: boolean } {
  try {
    const { values } = parseArgs({ options: { bare: { type: "boolean", default: false } } });
    return values;
  } catch {
    throw new Refusal("Usage: npm start [-- --bare]");
  }
}

/** From .dev.vars, where wrangler looks too; a first start makes one. */
async function loadMasterSecret(): Promise<string> {
  const fresh = randomBytes(32).toString("base64url");
  try {
    await writeFile(devVars, `MASTER_SECRET=${fresh}\n`, { mode: 0o600, flag: "wx" });
    return fresh;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  const secret = parseEnv(await readFile(devVars, "utf8"))["MASTER_SECRET"] ?? "";
  if (secret.length >= SECRET_LENGTH) return secret;
  throw new Refusal(
    `.dev.vars must have a MASTER_SECRET of at least ${SECRET_LENGTH} characters. Add one (openssl rand -base64 32), or delete the file and start again.`,
  );
}

/** npm does not always pass a SIGTERM on, so that losing our parent means as much as a signal. */
function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    setInterval(() => process.ppid !== parent && resolve(), 250);
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      // Miniflare's own listener would end the process before `stop` is through.
      process.removeAllListeners(signal);
      process.on(signal, () => resolve());
    }
  });
}

function welcome({ urls }: Local, bare: boolean, seed: unknown, persist: string): string {
  const stop = `Ctrl-C stops it. The data stay in ${persist}; delete that directory to begin anew.`;
  if (bare)
    return `
Countersign runs at ${urls.server}, with what has been seeded and nothing else.

  npm run seed -- FILE.json    fills it while it runs

${stop}
`;
  const [account] = (seed as { readonly users: readonly { readonly email: string; readonly password: string }[] }).users;
  return `
Countersign and its demo run.

  Buildboard        ${urls.buildboard}    a service that wants to show your builds: begin here
  Countersign       ${urls.server}    where you sign in, approve, and revoke
  Contoso DevOps    ${urls.contosoDevops}    the API that has your builds and work items

  Sign in as        ${account?.email}
  with password     ${account?.password}

1. Open ${urls.buildboard} and connect it.
2. Revoke it at ${urls.server}/settings/authorizations.
3. Look at Buildboard again.

${stop}
`;
}
