/** A server under test: the whole app in workerd with real D1 and KV, and with a clock that the test moves. */
import { env } from "cloudflare:workers";
import { handle } from "../src/app.ts";
import { type Deps, loadDeps } from "../src/config.ts";

export const ISSUER = "https://id.example";

/** 2026-11-24T12:00:00.250Z: not on a whole second, so that rounding shows. */
const START = Date.UTC(2026, 10, 24, 12, 0, 0, 250);

export interface Server {
  readonly deps: Deps;
  /** Moves the clock on. */
  readonly pass: (seconds: number) => void;
  /** Sends a request as it would come from outside; `path` begins with a slash. */
  readonly fetch: (path: string, init?: RequestInit) => Promise<Response>;
  /** Trips to D1 and KV since `reset`. */
  readonly trips: { d1: number; kv: number; reset(): void };
}

/** What a test may replace in the bindings. */
export interface Faults {
  readonly db?: (db: D1Database) => D1Database;
  readonly kv?: (kv: KVNamespace) => KVNamespace;
  readonly clock?: { now: number };
  /** The internet, as the server sees it. */
  readonly fetch?: typeof fetch;
  readonly sendEmail?: SendEmail;
  readonly config?: Partial<Deps["config"]>;
}

/** A fresh isolate over the D1 and KV of this test file: it remembers nothing, and knows only what stands in D1. */
export function createServer(faults: Faults = {}): Server {
  const clock = faults.clock ?? { now: START };
  const trips = { d1: 0, kv: 0, reset: () => Object.assign(trips, { d1: 0, kv: 0 }) };
  const base = loadDeps(env);
  const db = counted(env.DB, ["batch", "exec", "dump"], () => trips.d1++);
  const kv = counted(env.KV, ["get", "put", "delete", "list", "getWithMetadata"], () => trips.kv++);
  const deps: Deps = {
    ...base,
    config: { ...base.config, email: { kind: "mailbox" }, ...faults.config },
    fetch: faults.fetch ?? base.fetch,
    sendEmail: faults.sendEmail ?? null,
    db: faults.db?.(db) ?? db,
    kv: faults.kv?.(kv) ?? kv,
    now: () => clock.now,
    memory: new Map(),
  };
  return {
    deps,
    trips,
    pass: (seconds) => {
      clock.now += seconds * 1000;
    },
    fetch: (path, init) => handle(new Request(`${ISSUER}${path}`, { redirect: "manual", ...init }), deps),
  };
}

/** The binding, counting each call of these methods. D1 statements run by themselves would be trips too, so there are none. */
export function counted<T extends object>(target: T, methods: readonly string[], count: (method: string) => void): T {
  return new Proxy(target, {
    get(object, name) {
      const value = Reflect.get(object, name);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        if (methods.includes(String(name))) count(String(name));
        return value.apply(object, args);
      };
    },
  });
}

/** Deletes every row, so that a test begins with an empty house. The signing keys stay: to make them takes longer than a test. */
export async function empty(): Promise<void> {
  const { results } = await env.DB.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT IN ('d1_migrations', 'signing_keys') AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
  ).all<{ name: string }>();
  const statements = ["PRAGMA defer_foreign_keys = on", ...results.map(({ name }) => `DELETE FROM "${name}"`)];
  await env.DB.batch(statements.map((statement) => env.DB.prepare(statement)));
  const { keys } = await env.KV.list();
  await Promise.all(keys.map(({ name }) => env.KV.delete(name)));
}

/** Every row of the tables that a refused request must not have touched. */
export async function snapshot(): Promise<string> {
  const tables = [
    "grants",
    "families",
    "revocations",
    "audit",
    "sessions",
    "session_clients",
    "logouts",
    "pushed_requests",
    "clients",
    "device_codes",
    "initial_access_tokens",
    "identities",
    "passkeys",
    "authenticators",
    "recovery_codes",
    "resources",
    "trusted_issuers",
    "memberships",
    "organization_domains",
    "directories",
  ];
  const rows = await env.DB.batch(tables.map((table) => env.DB.prepare(`SELECT * FROM ${table} ORDER BY rowid`)));
  return JSON.stringify(rows.map(({ results }, index) => [tables[index], results]));
}

/** A body as HTML forms and OAuth clients send it. */
export const form = (fields: Readonly<Record<string, string | readonly string[]>>): URLSearchParams =>
  new URLSearchParams(
    Object.entries(fields).flatMap(([name, value]) => [value].flat().map((one): [string, string] => [name, one])),
  );

/** The Authorization header of client_secret_basic. */
export const basic = (clientId: string, secret: string): string =>
  `Basic ${btoa(`${encodeURIComponent(clientId)}:${encodeURIComponent(secret)}`)}`;
