import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "countersign-test-"));
});
afterAll(() => rm(home, { recursive: true, force: true }));

/** A command of ours, with its data in a directory of its own. */
const run = (script: string, args: readonly string[], variables: Readonly<Record<string, string>> = {}) =>
  watch(process.execPath, [join(root, "scripts", script), ...args], variables);

function watch(program: string, args: readonly string[], variables: Readonly<Record<string, string>>) {
  const env = { ...process.env, COUNTERSIGN_HOME: home, ...variables };
  const child = spawn(program, args, { cwd: root, env });
  let output = "";
  child.stdout.on("data", (chunk) => (output += chunk));
  child.stderr.on("data", (chunk) => (output += chunk));
  return {
    child,
    ended: once(child, "exit").then(([status]) => ({ status: status as number | null, output })),
    /** Resolves when the output has the text; rejects with the output when the process ends without it. */
    says: (text: string) =>
      new Promise<void>((resolve, reject) => {
        child.stdout.on("data", () => output.includes(text) && resolve());
        child.on("exit", () => reject(new Error(output)));
      }),
  };
}

/** A port that nobody listens on, and the server that listened to find it, for whoever wants it taken. */
async function takePort(): Promise<{ port: number; free(): Promise<void> }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("no port");
  return { port: address.port, free: () => new Promise((resolve) => server.close(() => resolve())) };
}

/** Every process below this one. */
function descendants(pid: number | undefined): readonly number[] {
  const table = execFileSync("ps", ["-eo", "pid=,ppid="]).toString().trim().split("\n");
  const pairs = table.map((line) => line.trim().split(/\s+/).map(Number));
  const below = (parent: number | undefined): number[] =>
    pairs.flatMap(([child = 0, above]) => (above === parent ? [child, ...below(child)] : []));
  return below(pid);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const seedOf = (name: string) => ({
  resources: [
    {
      identifier: `https://${name}.example`,
      name,
      scopes: [{ name: `${name}.read`, title: "Read", description: "Reads.", access: "read" }],
    },
  ],
  clients: [
    {
      client_id: name,
      client_name: name,
      redirect_uris: [`https://${name}.example/cb`],
      token_endpoint_auth_method: "none",
    },
  ],
});

/** Where an authorization request of a seeded client leads, asking for its own scope. */
async function authorize(origin: string, name: string): Promise<string | null> {
  const parameters = new URLSearchParams({
    response_type: "code",
    client_id: name,
    redirect_uri: `https://${name}.example/cb`,
    scope: `${name}.read`,
    code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    code_challenge_method: "S256",
    prompt: "none",
  });
  return (await fetch(`${origin}/authorize?${parameters}`, { redirect: "manual" })).headers.get("location");
}

describe("npm start -- --bare", () => {
  test("serves what was seeded before and what is seeded while it runs, and leaves no process behind", async () => {
    const taken = await takePort();
    await taken.free();
    const origin = `http://localhost:${taken.port}`;
    const PORT = String(taken.port);
    for (const name of ["early", "late"]) await writeFile(join(home, `${name}.json`), JSON.stringify(seedOf(name)));

    const early = await run("seed.mjs", [join(home, "early.json")]).ended;
    expect(early).toMatchObject({ status: 0, output: expect.stringContaining("2 rows written") });

    const server = run("start.mjs", ["--bare"], { PORT });
    await server.says(`Countersign runs at ${origin}`);
    expect((await stat(join(home, ".dev.vars"))).mode & 0o777).toBe(0o600);
    expect(await authorize(origin, "early")).toContain("error=login_required");
    expect(await authorize(origin, "late")).toBeNull();

    const late = await run("seed.mjs", [join(home, "late.json")]).ended;
    expect(late.output).toContain(`Seeded ${origin} from`);
    expect(await authorize(origin, "late")).toContain("error=login_required");

    const second = await run("start.mjs", ["--bare"], { PORT }).ended;
    expect(second.status).toBe(1);
    expect(second.output.trim().split("\n")).toEqual([expect.stringContaining(`Port ${PORT} is in use.`)]);

    const processes = descendants(server.child.pid);
    expect(processes.length).toBeGreaterThan(0);
    server.child.kill("SIGTERM");
    expect(await server.ended).toMatchObject({ status: 0 });
    expect(processes.filter(isAlive)).toEqual([]);
  });

  test("ends with the npm that started it", async () => {
    const taken = await takePort();
    await taken.free();
    const npm = watch("npm", ["start", "--", "--bare"], { PORT: String(taken.port) });
    await npm.says(`Countersign runs at http://localhost:${taken.port}`);
    const processes = descendants(npm.child.pid);
    expect(processes.length).toBeGreaterThan(1);
    npm.child.kill("SIGTERM");
    await npm.ended;
    await expect.poll(() => processes.filter(isAlive), { timeout: 5000 }).toEqual([]);
  });
});

test("a port that is taken on the demo's side is named too", async () => {
  const taken = await takePort();
  const { status, output } = await run("start.mjs", [], { PORT: String(taken.port - 1) }).ended;
  await taken.free();
  expect(status).toBe(1);
  expect(output.trim()).toMatch(new RegExp(`^Port (${taken.port - 1}|${taken.port}) is in use\\..*$`));
});

test.concurrent.each([
  ["a port that is none", "start.mjs", [], { PORT: "eighty" }, "PORT is eighty; it must be a number from 1 to 65533."],
  ["an unknown option", "start.mjs", ["--naked"], {}, "Usage: npm start [-- --bare]"],
  ["a seed without a file", "seed.mjs", [], {}, "Usage: npm run seed -- FILE.json [--remote]"],
  ["a seed file that is not there", "seed.mjs", ["none.json"], {}, "none.json cannot be read: there is no such file."],
  ["a seed file that is not JSON", "seed.mjs", ["LICENSE"], {}, /^LICENSE is not JSON: [^\n]*$/],
  ["a deployment without a database", "deploy.mjs", [], {}, /^wrangler\.toml has no database yet: [^\n]*$/],
])("%s ends with one line and exit code 1", async (_, script, args, variables, line) => {
  const { status, output } = await run(script, args, variables).ended;
  expect(status).toBe(1);
  expect(output.trim()).toMatch(line);
});

test("a .dev.vars without a real secret ends the start with one line", async () => {
  const elsewhere = await mkdtemp(join(home, "vars-"));
  await writeFile(join(elsewhere, ".dev.vars"), "MASTER_SECRET=changeme\n");
  const { status, output } = await run("start.mjs", ["--bare"], { COUNTERSIGN_HOME: elsewhere }).ended;
  expect(status).toBe(1);
  expect(output.trim()).toMatch(/^\.dev\.vars must have a MASTER_SECRET of at least 43 characters\.[^\n]*$/);
});
