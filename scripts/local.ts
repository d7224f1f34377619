/**
 * Countersign and its demo in one workerd, as `npm start` runs it and as tests start it:
 *
 *   const local = await startLocal({ seed, workers: ["buildboard", "contoso-devops"] });
 *   await fetch(`${local.urls.server}/.well-known/openid-configuration`);
 *   await local.database.batch(["SELECT * FROM grants"]);   // rows of each statement
 *   await local.scheduled();                                // what the cron does every minute
 *   await local.stop();
 *
 * Without options: free ports, a temporary directory that `stop` removes, a random master secret, no demo, no rows.
 */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  convertV4MiniflareOptions,
  Log,
  LogLevel,
  Miniflare,
  type Request as OutboundRequest,
  Response as OutboundResponse,
} from "miniflare";
import { bundle } from "./bundle.ts";
import { batchOf, type Database, resourcesIn } from "./database.ts";
import { findRunning, openDoor } from "./door.ts";
import { migrate } from "./migrations.ts";
import { Refusal } from "./refusal.ts";
import { parseSeed } from "./seedFile.ts";
import { applySeed } from "./seeding.ts";
import { root } from "./wrangler.ts";

type DemoWorker = "buildboard" | "contoso-devops";

export interface LocalOptions {
  /** Of the server, Buildboard and Contoso DevOps. */
  readonly ports?: readonly [number, number, number];
  /** Where D1 and KV live: what `wrangler --persist-to` names. */
  readonly persist?: string;
  readonly masterSecret?: string;
  readonly workers?: readonly DemoWorker[];
  /** What a seed file holds. The default origins of the demo in it (ports 8787 to 8789) become the actual ones. */
  readonly seed?: unknown;
  /**
   * The internet as the server sees it: answers every request that it sends out, so that tests may keep documents and keys at hosts
   * such as https://client.example. Without it the server reaches public addresses, and those alone.
   */
  readonly outside?: (request: Request) => Response | Promise<Response>;
  /** Gets each line that a Worker logs. */
  readonly log?: (line: string) => void;
}

export interface Local {
  /** Origins, without a trailing slash. */
  readonly urls: { readonly server: string; readonly buildboard: string; readonly contosoDevops: string };
  readonly database: Database;
  scheduled(): Promise<void>;
  stop(): Promise<void>;
}

const SERVER = "countersign";

const DEFAULT_PORTS = [8787, 8788, 8789] as const;

/** Starts everything; returns when it answers. @throws Refusal for a taken port or directory, or a seed that is not well-formed */
export async function startLocal(options: LocalOptions = {}): Promise<Local> {
  if (options.ports) return startAt(options.ports, options);
  // A port that was free a moment ago may belong to another process by the time that workerd opens it.
  for (let attempt = 1; ; attempt++) {
    try {
      return await startAt(await findFreePorts(), options);
    } catch (error) {
      if (attempt === 5 || !isTakenPort(error)) throw error;
    }
  }
}

async function startAt(ports: readonly [number, number, number], options: LocalOptions): Promise<Local> {
  const { workers = [], masterSecret = randomBytes(32).toString("base64url"), log = () => {} } = options;
  const [server, buildboard, contosoDevops] = originsAt(ports);
  const seed = options.seed === undefined ? undefined : parseSeed(withOrigins(options.seed, ports));
  await Promise.all(ports.slice(0, workers.length === 0 ? 1 : 3).map(checkPort));
  const persist = options.persist ?? (await mkdtemp(join(tmpdir(), "countersign-state-")));
  const running = await findRunning(persist);
  if (running) throw new Refusal(`${running.origin} runs on the data in ${persist} already. Stop it first.`);

  const demo = {
    buildboard: { ISSUER: server, API: contosoDevops, ORIGIN: buildboard },
    "contoso-devops": { ISSUER: server, AUDIENCE: contosoDevops },
  };
  const made = await Promise.all([
    worker(SERVER, "", ports[0], { ISSUER: server, MASTER_SECRET: masterSecret, REGISTRATION: "open", EMAIL: "mailbox" }).then(
      (made) => ({
        ...made,
        ...(options.outside && { outboundService: outboundOf(options.outside) }),
      }),
    ),
    ...workers.map((name) => worker(name, join("demo", name), ports[name === "buildboard" ? 1 : 2], demo[name])),
  ]);
  const settingsOf = (workers: (typeof made)[number][]) =>
    convertV4MiniflareOptions({
      resourcePersistencePath: resourcesIn(persist),
      logRequests: false,
      log: new Log(LogLevel.ERROR),
      handleStructuredLogs: ({ message }) => log(message),
      workers,
    });
  const settings = settingsOf(made);
  // The ports open when there is something behind them: whoever asks earlier is not answered with errors.
  const miniflare = new Miniflare(settingsOf(made.map((options) => ({ ...options, unsafeDirectSockets: [] }))));
  const database: Database = {
    batch: async (statements) => batchOf(await miniflare.getD1Database("DB", SERVER))(statements),
    // New isolates remember nothing.
    forget: () => miniflare.setOptions(settings),
    close: async () => {},
  };
  const stop = async () => {
    await miniflare.dispose();
    if (options.persist === undefined) await rm(persist, { recursive: true, force: true });
  };
  try {
    await migrate(database);
    if (seed) await applySeed(database, seed, Date.now(), { masterSecret });
    await miniflare.setOptions(settings);
  } catch (error) {
    await stop();
    throw error;
  }
  const door = await openDoor(persist, server, database);
  return {
    urls: { server, buildboard, contosoDevops },
    database,
    scheduled: async () => {
      await (await miniflare.getWorker(SERVER)).scheduled({ cron: "* * * * *" });
    },
    stop: async () => {
      await door.close();
      await stop();
    },
  };
}

async function worker(name: string, directory: string, port: number, vars: Readonly<Record<string, string>>) {
  const options = await bundle(join(root, directory, "wrangler.toml"));
  return {
    ...options,
    name,
    bindings: { ...options.bindings, ...vars },
    unsafeDirectSockets: [{ host: "localhost", port }],
  };
}

/** Miniflare speaks in requests and answers of its own, which those of the process are not. */
const outboundOf =
  (outside: NonNullable<LocalOptions["outside"]>) =>
  async (sent: OutboundRequest): Promise<OutboundResponse> => {
    const body = sent.body === null ? null : await sent.arrayBuffer();
    const answer = await outside(new Request(sent.url, { method: sent.method, headers: [...sent.headers], body }));
    return new OutboundResponse(await answer.arrayBuffer(), { status: answer.status, headers: [...answer.headers] });
  };

type Origins = readonly [string, string, string];

const originsAt = (ports: readonly [number, number, number]): Origins => {
  const [server, buildboard, contosoDevops] = ports;
  return [`http://localhost:${server}`, `http://localhost:${buildboard}`, `http://localhost:${contosoDevops}`];
};

/** The seed with the demo's default origins at these ports. */
function withOrigins(seed: unknown, ports: readonly [number, number, number]): unknown {
  const actual = originsAt(ports);
  const pattern = new RegExp(`(?<=")http://localhost:(${DEFAULT_PORTS.join("|")})(?=["/?])`, "g");
  const portOf = (text: string) => DEFAULT_PORTS.findIndex((port) => String(port) === text);
  return JSON.parse(JSON.stringify(seed).replace(pattern, (whole, port: string) => actual[portOf(port)] ?? whole));
}

/** Three ports that nobody listens on now. */
async function findFreePorts(): Promise<readonly [number, number, number]> {
  const [a, b, c] = await Promise.all([listen(0), listen(0), listen(0)]);
  const ports = [a.port, b.port, c.port] as const;
  await Promise.all([a.close(), b.close(), c.close()]);
  return ports;
}

/** A browser takes `localhost` for either loopback address, so that neither may belong to somebody else. */
async function checkPort(port: number): Promise<void> {
  for (const host of ["127.0.0.1", "::1"]) {
    try {
      await (await listen(port, host)).close();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EADDRINUSE")
        throw new TakenPort(`Port ${port} is in use. Stop what listens there, or choose another: PORT=9000 npm start`);
      if (code === "EACCES")
        throw new Refusal(`Port ${port} may not be opened by this user. Choose another: PORT=9000 npm start`);
    }
  }
}

class TakenPort extends Refusal {}

/** Whether somebody else was at the port first, as our own look says it, or workerd when it opens the port. */
const isTakenPort = (error: unknown): boolean =>
  error instanceof TakenPort || (error as { code?: unknown } | null)?.code === "ERR_ADDRESS_IN_USE";

async function listen(port: number, host = "127.0.0.1"): Promise<{ port: number; close(): Promise<void> }> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, host, resolve));
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
