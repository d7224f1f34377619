/** Who publishes a service, proved by a file on their host; what the cron makes of it later. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { checkProof, proofLine, recheckPublishers, verifyPublisher } from "../../src/clients/publisher.ts";
import { work } from "../../src/cron.ts";
import type { Publisher } from "../../src/model.ts";
import { addClient, addUser, giveClient } from "../builders.ts";
import { createServer, empty, ISSUER, type Server, snapshot } from "../harness.ts";

const HOST = "northstar.example";
const FILE = `https://${HOST}/.well-known/countersign-publisher`;
const DAY = 24 * 3600;

let server: Server;
let ada: string;
let grace: string;
/** The internet: what lies at an address, or what becomes of a request for it. */
let files: Map<string, () => Promise<Response>>;
let asked: { url: string; init: RequestInit }[];

beforeEach(async () => {
  await empty();
  files = new Map();
  asked = [];
  server = createServer({
    fetch: async (input, init = {}) => {
      asked.push({ url: String(input), init });
      return (files.get(String(input)) ?? (async () => new Response("Not found", { status: 404 })))();
    },
  });
  ada = (await addUser("Ada")).userId;
  grace = (await addUser("Grace")).userId;
  for (const client of ["ledger", "till"]) {
    await addClient(client);
    await giveClient(client, ada);
  }
});

const put = (text: string, status = 200) => files.set(FILE, async () => new Response(text, { status }));
const publisherOf = async (clientId = "ledger"): Promise<Publisher | null> =>
  JSON.parse(
    (await env.DB.prepare("SELECT publisher FROM clients WHERE client_id = ?").bind(clientId).first<string>("publisher")) ??
      "null",
  );
const provedNow = () => ({
  host: HOST,
  provedAt: server.deps.now(),
  dueAt: server.deps.now() + 7 * DAY * 1000,
  failures: 0,
});
const updates = async (): Promise<readonly unknown[]> =>
  (await env.DB.prepare("SELECT actor, client_id, detail FROM audit WHERE action = 'client.updated' ORDER BY at, rowid").all())
    .results;
const verify = (clientId = "ledger") => verifyPublisher(server.deps, clientId, ada, HOST);

describe("the proof of a publisher", () => {
  it("is a line that is made from the person and the host, the same whenever it is asked for, and another for anybody else", async () => {
    const line = await proofLine(server.deps, ada, HOST);
    expect(line).toMatch(/^id\.example=[\w-]{43}$/);
    expect(await proofLine(createServer().deps, ada, HOST)).toBe(line);
    const others = [await proofLine(server.deps, grace, HOST), await proofLine(server.deps, ada, "northstar.test")];
    expect(new Set([line, ...others]).size).toBe(3);
  });

  it("is asked for at the well-known address, with nothing of ours, and follows no redirect", async () => {
    put(await proofLine(server.deps, ada, HOST));
    await checkProof(server.deps, ada, HOST);
    expect(asked.map(({ url }) => url)).toEqual([FILE]);
    expect(asked[0]?.init).toMatchObject({ method: "GET", redirect: "manual" });
    expect(Object.keys(asked[0]?.init.headers ?? {}).sort()).toEqual(["Accept", "User-Agent"]);
  });

  it("makes the host the verified publisher, under no other name, and one row in the log", async () => {
    put(await proofLine(server.deps, ada, HOST));
    const at = server.deps.now();
    expect(await verify()).toMatchObject({ finding: { kind: "proved" }, client: { clientId: "ledger" } });
    expect(await publisherOf()).toEqual({
      name: HOST,
      uri: "https://northstar.example/",
      verifiedAt: at,
      proof: { host: HOST, provedAt: at, dueAt: at + 7 * DAY * 1000, failures: 0 },
    });
    expect(await updates()).toEqual([{ actor: ada, client_id: "ledger", detail: '{"columns":["publisher"]}' }]);
  });

  it("serves all services of the person from one file, beside lines of others", async () => {
    put(`${await proofLine(server.deps, grace, HOST)}\n${await proofLine(server.deps, ada, HOST)}\nother.example=x\n`);
    await verify("ledger");
    await verify("till");
    expect([(await publisherOf("ledger"))?.name, (await publisherOf("till"))?.name]).toEqual([HOST, HOST]);
  });

  it("proves nothing of somebody else's service, and nothing to whom the line does not belong", async () => {
    put(await proofLine(server.deps, ada, HOST));
    const before = await snapshot();
    expect((await verifyPublisher(server.deps, "ledger", grace, HOST)).finding.kind).toBe("missing");
    put(await proofLine(server.deps, grace, HOST));
    expect(await verifyPublisher(server.deps, "ledger", grace, HOST)).toEqual({
      finding: { kind: "proved" },
      client: undefined,
    });
    expect(await snapshot()).toBe(before);
  });

  it.each<[string, () => Promise<Response>, "missing" | "unreachable", RegExp]>([
    ["nothing there", async () => new Response("no", { status: 404 }), "missing", /no such file/],
    ["a redirect", async () => Response.redirect("https://evil.example/"), "missing", /redirects/],
    ["more than 4 KB", async () => new Response("x".repeat(4097)), "missing", /larger than 4 KB/],
    ["a failure", async () => new Response("x", { status: 503 }), "unreachable", /status 503/],
    [
      "no connection",
      async () => Promise.reject(new TypeError("connection refused to 10.0.0.1")),
      "unreachable",
      /could not be reached/,
    ],
  ])("fails in words for %s, and changes nothing", async (_, answer, kind, words) => {
    files.set(FILE, answer);
    const before = await snapshot();
    const { finding } = await verify();
    expect(finding).toEqual({ kind, words: expect.stringMatching(words) });
    expect(JSON.stringify(finding)).not.toContain("10.0.0.1");
    expect(await snapshot()).toBe(before);
  });

  it("asks no host of our own or of a private network", async () => {
    for (const host of [new URL(ISSUER).hostname, "printer.local", "127.0.0.1"])
      expect((await verifyPublisher(server.deps, "ledger", ada, host)).finding.kind, host).toBe("unreachable");
    expect(asked).toEqual([]);
  });
});

describe("a proof that holds", () => {
  beforeEach(async () => {
    put(await proofLine(server.deps, ada, HOST));
    await verify();
    asked = [];
  });

  it("is looked at again after a week, and not before", async () => {
    server.pass(7 * DAY - 1);
    await work(server.deps);
    expect(asked).toEqual([]);
    server.pass(1);
    await work(server.deps);
    await work(server.deps);
    expect(asked.map(({ url }) => url)).toEqual([FILE]);
    expect((await publisherOf())?.proof).toEqual(provedNow());
    expect((await publisherOf())?.verifiedAt).not.toBeNull();
    expect(await updates()).toHaveLength(1);
  });

  it("is lost when the host says three times, a day apart, that there is none: with one row in the log", async () => {
    files.clear();
    server.pass(7 * DAY + 1);
    for (const failures of [1, 2]) {
      await recheckPublishers(server.deps);
      await recheckPublishers(server.deps);
      expect((await publisherOf())?.proof?.failures).toBe(failures);
      expect((await publisherOf())?.verifiedAt).not.toBeNull();
      server.pass(DAY + 1);
    }
    await recheckPublishers(server.deps);
    expect(await publisherOf()).toEqual({
      name: HOST,
      uri: "https://northstar.example/",
      verifiedAt: null,
    });
    expect(await updates()).toEqual([
      expect.anything(),
      { actor: "system", client_id: "ledger", detail: '{"columns":["publisher"]}' },
    ]);
    asked = [];
    server.pass(30 * DAY);
    await recheckPublishers(server.deps);
    expect(asked).toEqual([]);
  });

  it.each<[string, () => Promise<Response>]>([
    ["fails", async () => new Response("x", { status: 500 })],
    ["is silent", async () => Promise.reject(new Error("down"))],
  ])("is not lost while the host only %s, for up to thirty days since the line was there", async (_, answer) => {
    files.set(FILE, answer);
    const provedAt = server.deps.now();
    server.pass(7 * DAY);
    for (let day = 7; day < 30; day++) {
      await recheckPublishers(server.deps);
      expect(await publisherOf()).toMatchObject({ verifiedAt: provedAt, proof: { provedAt, failures: 0 } });
      server.pass(DAY);
    }
    expect(asked).toHaveLength(23);
    await recheckPublishers(server.deps);
    expect(await publisherOf()).toEqual({ name: HOST, uri: "https://northstar.example/", verifiedAt: null });
    expect((await updates()).at(-1)).toMatchObject({ actor: "system" });
  });

  it("begins anew once the file is back", async () => {
    const line = await proofLine(server.deps, ada, HOST);
    files.clear();
    server.pass(7 * DAY + 1);
    await recheckPublishers(server.deps);
    put(line);
    server.pass(DAY + 1);
    await recheckPublishers(server.deps);
    expect((await publisherOf())?.proof).toEqual(provedNow());
  });

  it("is one of five in a run, the oldest first, and in one trip where none is due", async () => {
    await env.DB.prepare(
      `INSERT INTO clients (client_id, metadata, secrets, publisher, origin, owner_id, created_at, updated_at)
       SELECT 'copy' || value, metadata, secrets, json_set(publisher, '$.proof.dueAt', value), origin, owner_id, created_at, updated_at
       FROM clients, json_each('[1,2,3,4,5,6,7]') WHERE client_id = 'ledger'`,
    ).run();
    await recheckPublishers(server.deps);
    expect(asked).toHaveLength(5);
    const due = await env.DB.prepare(
      "SELECT client_id FROM clients WHERE publisher ->> '$.proof.dueAt' < 100 ORDER BY client_id",
    ).all();
    expect(due.results).toEqual([{ client_id: "copy6" }, { client_id: "copy7" }]);
    await recheckPublishers(server.deps);
    server.trips.reset();
    await recheckPublishers(server.deps);
    expect([server.trips.d1, asked.length]).toEqual([1, 7]);
  });

  it("that the developer has replaced meanwhile is not written over", async () => {
    server.pass(7 * DAY + 1);
    const line = await proofLine(server.deps, ada, HOST);
    files.set(FILE, async () => {
      await env.DB.prepare("UPDATE clients SET publisher = json_set(publisher, '$.proof.host', 'other.example')").run();
      return new Response(line);
    });
    await recheckPublishers(server.deps);
    expect((await publisherOf())?.proof).toMatchObject({ host: "other.example", failures: 0 });
    expect((await publisherOf())?.proof?.provedAt).not.toBe(server.deps.now());
  });

  it("is not lost for a word that came while another was spoken: of the developer at another host, or of an operator", async () => {
    const stored = JSON.stringify(await publisherOf());
    const others = [stored.replaceAll(HOST, "other.example"), JSON.stringify({ name: "Northstar", verifiedAt: 5 })];
    server.pass(31 * DAY);
    for (const other of others) {
      await env.DB.prepare("UPDATE clients SET publisher = ?").bind(stored).run();
      files.set(FILE, async () => {
        await env.DB.prepare("UPDATE clients SET publisher = ?").bind(other).run();
        return new Response("no", { status: 404 });
      });
      await recheckPublishers(server.deps);
      expect(JSON.stringify(await publisherOf())).toBe(other);
    }
  });
});

it("publishers that the operator vouches for are not looked at", async () => {
  await addClient("operators", {}, { name: "Operator", verifiedAt: 1 });
  await recheckPublishers(server.deps);
  expect(asked).toEqual([]);
});
