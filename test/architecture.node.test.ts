import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";

const root = new URL("../", import.meta.url).pathname;
const src = join(root, "src");

/** Who may import whom, by room: a folder of src/, or a file beside them. Everyone may import `model`, `errors` and the types of `config`. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  worker: ["app", "cron", "config"],
  app: ["oauth", "account", "http"],
  cron: ["backchannel", "clients", "keyring", "mail", "store"],
  oauth: ["http", "rules", "tokens", "store", "keyring", "clients", "mail", "messages"],
  account: ["http", "rules", "tokens", "store", "keyring", "backchannel", "clients", "directories", "messages", "mail"],
  mail: ["http", "rules", "tokens", "store", "messages"],
  clients: ["http", "rules", "tokens", "store"],
  directories: ["http", "rules", "tokens", "store", "keyring"],
  http: ["rules", "tokens", "store", "messages"],
  keyring: ["tokens", "store"],
  backchannel: ["http", "rules", "tokens", "store", "keyring"],
  verify: ["tokens"],
  rules: ["messages"],
  messages: [],
  tokens: [],
  store: [],
  config: ["rules"],
  model: [],
  errors: ["messages"],
};

/** Files of store/ that http/ may know: whose session this is, how often somebody guessed, and what became an error, for whom. */
const storeForHttp = ["store/sessions.ts", "store/attempts.ts", "store/clientErrors.ts"];

/** Packages that belong to one room. */
const packages: readonly (readonly [name: RegExp, where: RegExp])[] = [
  [/^jose$/, /^tokens\//],
  [/^drizzle-orm/, /^store\//],
  [/^@cfworker\/json-schema$/, /^rules\/authorizationDetails\.ts$/],
  [/^@phi-ag\/argon2/, /^account\/password\.ts$/],
  [/^@simplewebauthn\/server/, /^account\/passkey\//],
  [/^oauth4webapi$/, /^directories\//],
  [/^uqr$/, /^account\//],
  [/^cloudflare:email$/, /^mail\//],
  [/^hono$/, /^(app\.ts|verify\/hono\.ts)$/],
  [/^hono\/(jsx|utils\/cookie)/, /^(account|http)\//],
  [/^node:/, /^(http\/style|tokens\/certificate)\.ts$/],
];

/** Time, randomness and the network are arguments, which two files provide: ours, and that of the package for resource servers. */
const providers = ["config.ts", "verify/resourceServer.ts"];
const banned = [
  /\bDate\.now\b/,
  /\bnew Date\(\)/,
  /\bMath\.random\b/,
  /\bcrypto\.(randomUUID|getRandomValues)\b/,
  /(?<![.\w])fetch\(/,
];

const files = readdirSync(src, { recursive: true, encoding: "utf8" })
  .map((name) => name.replaceAll("\\", "/"))
  .filter((name) => /(?<!\.d)\.tsx?$/.test(name))
  .map((name) => ({ name, text: readFileSync(join(src, name), "utf8") }));

const roomOf = (name: string): string => (name.includes("/") ? (name.split("/")[0] ?? "") : name.replace(/\.tsx?$/, ""));

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

const imports: readonly Import[] = files.flatMap(({ name, text }) =>
  [...text.matchAll(/^(?:import|export) (type )?[^;"]*?from "([^"]+)"|^import "([^"]+)"/gm)].map(([, type, from, bare]) => {
    const specifier = from ?? bare ?? "";
    const to = specifier.startsWith(".") ? relative(src, join(src, dirname(name), specifier)).replaceAll("\\", "/") : specifier;
    return { from: name, to, typeOnly: type !== undefined };
  }),
);

const inside = imports.filter(({ to }) => /\.tsx?$/.test(to));
const outside = imports.filter(({ to }) => !/\.tsx?$/.test(to) && !to.endsWith(".wasm"));

describe("the house", () => {
  it("has rooms that the import table knows, and no others", () => {
    expect(new Set(files.map(({ name }) => roomOf(name)))).toEqual(new Set(Object.keys(mayImport)));
    expect(files.length).toBeGreaterThan(50);
    expect(inside.length).toBeGreaterThan(100);
  });

  it("is built so that each room imports only what the table allows", () => {
    const wrong = inside.filter(({ from, to, typeOnly }) => {
      const [room, target] = [roomOf(from), roomOf(to)];
      if (room === target || target === "model" || target === "errors" || (target === "config" && typeOnly)) return false;
      if (room === "http" && target === "store") return !storeForHttp.includes(to);
      return !mayImport[room]?.includes(target);
    });
    expect(wrong).toEqual([]);
  });

  it("keeps each package in its room", () => {
    const wrong = outside.filter(({ from, to }) => !packages.some(([name, where]) => name.test(to) && where.test(from)));
    expect(wrong).toEqual([]);
  });

  it("asks for time, randomness and the network in one place", () => {
    const code = (text: string) => text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
    const wrong = files.flatMap(({ name, text }) =>
      providers.includes(name)
        ? []
        : banned.filter((pattern) => pattern.test(code(text))).map((pattern) => `${name}: ${pattern}`),
    );
    expect(wrong).toEqual([]);
  });

  it("imports in no circle", () => {
    const edges = new Map<string, string[]>();
    for (const { from, to, typeOnly } of inside) if (!typeOnly) edges.set(from, [...(edges.get(from) ?? []), to]);
    const done = new Set<string>();
    const visit = (name: string, path: readonly string[]): void => {
      if (path.includes(name)) throw new Error(`a circle: ${[...path.slice(path.indexOf(name)), name].join(" → ")}`);
      if (done.has(name)) return;
      for (const next of edges.get(name) ?? []) visit(next, [...path, name]);
      done.add(name);
    };
    expect(() => files.forEach(({ name }) => void visit(name, []))).not.toThrow();
    expect(done.size).toBe(files.length);
  });

  it("has no file that needs a table of contents", () => {
    const long = files.filter(
      ({ name, text }) => text.split("\n").length > 250 && !/schema\.ts$|style\.ts$|\.tsx$|model\.ts$|^messages\//.test(name),
    );
    expect(long.map(({ name }) => name)).toEqual([]);
  });
});
