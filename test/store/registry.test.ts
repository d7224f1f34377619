/** Clients come, change and go: each act once, twice and with a lost answer, with its row in the log. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { handle } from "../../src/app.ts";
import { work } from "../../src/cron.ts";
import type { Client, ClientMetadata } from "../../src/model.ts";
import { findClient } from "../../src/store/clients.ts";
import { changePublisher, insertClient, type NewClient, removeClient, updateClient } from "../../src/store/registry.ts";
import { checkToken, createResourceServer } from "../../src/verify/index.ts";
import { Browser } from "../browser.ts";
import { API, addClient, addOrganization, addResource, addUser, decideClient, SECRET } from "../builders.ts";
import { introspect, obtainTokens, post, refreshRequest, tokensOf } from "../flow.ts";
import { basic, createServer, empty, ISSUER, type Server } from "../harness.ts";

const TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";

const buildboardUris = ["https://buildboard.example/callback"];

let server: Server;
let buildboard: Client;

beforeEach(async () => {
  await empty();
  server = createServer();
  await addClient("buildboard");
  await addClient("other");
  const found = await findClient(server.deps, "buildboard");
  if (found === undefined) throw new Error("no client");
  buildboard = found;
});

/** A D1 whose first answer is lost after the batch was carried out. */
const losing = () => {
  let lost = false;
  const db = (inner: D1Database) =>
    new Proxy(inner, {
      get: (target, name) => {
        const value = Reflect.get(target, name);
        if (name !== "batch") return typeof value === "function" ? value.bind(target) : value;
        return async (statements: D1PreparedStatement[]) => {
          const results = await target.batch(statements);
          if (lost) return results;
          lost = true;
          throw new Error("D1_ERROR: Network connection lost.");
        };
      },
    });
  return createServer({ db, clock: { now: server.deps.now() } }).deps;
};

const newClient = (clientId: string, changes: Partial<NewClient> = {}): NewClient => ({
  ...buildboard,
  clientId,
  origin: "developer",
  ownerId: "ada",
  createdAt: server.deps.now(),
  ...changes,
});

const logged = async () => {
  const { results } = await env.DB.prepare("SELECT action, actor, user_id, client_id, detail FROM audit ORDER BY action").all<{
    action: string;
    detail: string;
  }>();
  return results.map((row) => ({ ...row, detail: JSON.parse(row.detail) as unknown }));
};

const renamed = "Buildboard Two";

describe("a new client", () => {
  it("stands once, and is logged once, whether it is put in once, at once, or with a lost answer", async () => {
    const client = newClient("new");
    const both = await Promise.all([insertClient(server.deps, client, "ada"), insertClient(server.deps, client, "ada")]);
    expect(both).toEqual([expect.objectContaining({ clientId: "new", origin: "developer", ownerId: "ada" }), both[0]]);
    expect(await insertClient(losing(), newClient("second"), "ada")).toMatchObject({ clientId: "second" });
    const row = { action: "client.registered", actor: "ada", user_id: "ada" };
    const detail = { origin: "developer", client_name: "Buildboard" };
    expect(await logged()).toEqual([
      { ...row, client_id: "new", detail },
      { ...row, client_id: "second", detail },
    ]);
  });

  it("does not take the place of one that is there, which is what comes back", async () => {
    const client = newClient("buildboard", { metadata: { ...buildboard.metadata, client_name: renamed } });
    expect(await insertClient(server.deps, client, "ada")).toEqual(buildboard);
    expect(await logged()).toEqual([]);
  });
});

describe("a change", () => {
  const metadata = () => ({ ...buildboard.metadata, client_name: renamed });

  it("is seen at once by the isolate that made it, and logged once", async () => {
    expect(await updateClient(server.deps, "buildboard", { metadata: metadata() }, "ada")).toMatchObject({
      metadata: metadata(),
    });
    expect((await findClient(server.deps, "buildboard"))?.metadata.client_name).toBe(renamed);
    expect(await updateClient(losing(), "buildboard", { metadata: metadata() }, "ada")).toBeDefined();
    expect(
      await changePublisher(losing(), "buildboard", { publisher: { name: "N", verifiedAt: 1 }, markedAt: 1 }, "ada"),
    ).toBeDefined();
    expect((await logged()).map(({ detail }) => detail)).toEqual([{ columns: ["metadata"] }, { columns: ["publisher"] }]);
  });

  it("is logged with what differs alone, and written as it stands leaves the row as it is", async () => {
    const { metadata, secrets } = buildboard;
    const row = () => env.DB.prepare("SELECT * FROM clients WHERE client_id = 'buildboard'").first();
    const before = await row();
    server.pass(1);
    await updateClient(server.deps, "buildboard", { metadata, secrets }, "ada");
    expect([await row(), await logged()]).toEqual([before, []]);
    await updateClient(server.deps, "buildboard", { metadata: { ...metadata, client_name: "Board" }, secrets }, "ada");
    expect((await logged()).map(({ detail }) => detail)).toEqual([{ columns: ["metadata"] }]);
    expect(await row()).toMatchObject({ updated_at: server.deps.now() });
  });

  it("of when a document was read is not logged", async () => {
    expect(await updateClient(server.deps, "buildboard", { documentFreshUntil: 5 }, "system")).toBeDefined();
    expect(await logged()).toEqual([]);
  });

  it.each<[string, Partial<ClientMetadata>, boolean]>([
    ["another name", { client_name: "Another" }, true],
    ["another name in a language", { "client_name#de": "Ein anderer" }, true],
    ["a redirect URI more", { redirect_uris: [...buildboardUris, "https://new.example/cb"] }, true],
    ["a redirect URI less", { redirect_uris: [] }, false],
    ["other pages and rules", { client_uri: "https://new.example/", require_pkce: false }, false],
    ["what it had", {}, false],
  ])("of a client that describes itself to %s tells whether it has become another", async (_, changes, isAnother) => {
    const metadata = { ...buildboard.metadata, redirect_uris: buildboardUris };
    for (const origin of ["operator", "developer", "registration", "document"] as const) {
      await env.DB.prepare("UPDATE clients SET metadata = ?, origin = ?, changed_at = 1")
        .bind(JSON.stringify(metadata), origin)
        .run();
      const changed = await updateClient(losing(), "buildboard", { metadata: { ...metadata, ...changes } }, "system");
      const describesItself = origin === "registration" || origin === "document";
      expect(changed?.changedAt, origin).toBe(isAnother && describesItself ? server.deps.now() : 1);
    }
  });

  it("is not made where the guard does not hold", async () => {
    const guards = [{ ownerId: "eve" }, { registrationTokenSha256: "x" }, { secrets: [] }];
    for (const guard of guards)
      expect(await updateClient(server.deps, "buildboard", { metadata: metadata() }, "eve", guard)).toBeUndefined();
    expect(await updateClient(server.deps, "nobody", { metadata: metadata() }, "eve")).toBeUndefined();
    expect(await findClient(server.deps, "buildboard")).toEqual(buildboard);
    expect(await logged()).toEqual([]);
  });

  it("of secrets is made of what the caller read, or not at all, so that two at once do not undo each other", async () => {
    const add = (name: string) =>
      updateClient(
        server.deps,
        "buildboard",
        { secrets: [...buildboard.secrets, { sha256: name, createdAt: 1, expiresAt: null }] },
        "ada",
        { secrets: buildboard.secrets },
      );
    const results = await Promise.all([add("one"), add("two")]);
    expect(results.filter((result) => result === undefined)).toHaveLength(1);
    expect((await findClient(server.deps, "buildboard"))?.secrets).toHaveLength(2);
    expect(await logged()).toHaveLength(1);
  });

  it("with a lost answer is known to have been made", async () => {
    const secrets = [...buildboard.secrets, { sha256: "one", createdAt: 1, expiresAt: null }];
    expect(await updateClient(losing(), "buildboard", { secrets }, "ada", { secrets: buildboard.secrets })).toMatchObject({
      secrets,
    });
  });
});

describe("a removed client", () => {
  it("leaves nothing that works, and a log of its name", async () => {
    const ada = await addUser("Ada");
    const contoso = await addOrganization("contoso", "all", ada.userId);
    await decideClient(contoso, "buildboard", "denied");
    await decideClient(contoso, "buildboard", "approved");
    await addResource();
    await addClient("contoso-devops", { grant_types: [], redirect_uris: [] });
    const browser = new Browser(server);
    const tokens = await obtainTokens(server, browser, ada.email);
    expect(await introspect(server, tokens.access_token)).toMatchObject({ active: true });
    await env.DB.prepare("INSERT INTO client_logos VALUES ('buildboard', 'u', 'image/png', x'00', 'digest', 1)").run();
    await env.DB.prepare("INSERT INTO client_errors VALUES ('buildboard', 'k', 'e', 'x', 't', 1, 1, 1)").run();

    server.pass(1);
    server.trips.reset();
    expect(await removeClient(server.deps, "buildboard", "system")).toBe(true);
    expect(server.trips).toMatchObject({ d1: 1, kv: 1 });
    expect(await server.deps.kv.get("revoked:client:buildboard")).toBe(String(server.deps.now() + 60_000));

    expect(await introspect(server, tokens.access_token)).toEqual({ active: false });
    const refused = await post(server, "/token", refreshRequest(tokens.refresh_token));
    expect([refused.status, await refused.json()]).toMatchObject([401, { error: "invalid_client" }]);
    for (const table of ["clients", "client_logos", "client_errors"])
      expect(await env.DB.prepare(`SELECT count(*) AS n FROM ${table} WHERE client_id = 'buildboard'`).first("n"), table).toBe(
        0,
      );
    const live =
      "SELECT (SELECT count(*) FROM grants WHERE revoked_at IS NULL) + (SELECT count(*) FROM families WHERE revoked_at IS NULL) AS n";
    expect(await env.DB.prepare(live).first("n")).toBe(0);
    const kept = (await logged()).filter(({ action }) => action === "client.removed" || action === "grant.revoked");
    expect(kept).toEqual([
      {
        action: "client.removed",
        actor: "system",
        user_id: null,
        client_id: "buildboard",
        detail: { origin: "operator", client_name: "Buildboard" },
      },
      { action: "grant.revoked", actor: "system", user_id: ada.userId, client_id: "buildboard", detail: null },
    ]);
    expect(await env.DB.prepare("SELECT count(*) AS n FROM organization_clients").first("n")).toBe(1);
  });

  it("is removed once, however often it is asked, and with a lost answer too", async () => {
    expect(await removeClient(losing(), "buildboard", "system")).toBe(true);
    server.pass(1);
    expect(await removeClient(server.deps, "buildboard", "system")).toBe(false);
    expect(await removeClient(server.deps, "nobody", "system")).toBe(false);
    expect(await logged()).toHaveLength(1);
  });

  it("stays where the guard does not hold", async () => {
    expect(await removeClient(server.deps, "buildboard", "eve", { ownerId: "eve" })).toBe(false);
    expect(await removeClient(server.deps, "buildboard", "eve", { registrationTokenSha256: "x" })).toBe(false);
    expect(await findClient(createServer().deps, "buildboard")).toEqual(buildboard);
    expect(await logged()).toEqual([]);
  });

  it("takes along what another client got by exchange for its approval: here at once, at the edge with the next cron", async () => {
    const ada = await addUser("Ada");
    await addResource();
    const LEDGER = "https://ledger.contoso.example";
    await addResource(LEDGER, "ledger.");
    const token_exchange = { resources: [LEDGER], impersonation: true, delegation: false };
    const machine = {
      grant_types: [TOKEN_EXCHANGE],
      response_types: [],
      redirect_uris: [],
      scope: "ledger.builds.read",
    } as const;
    await addClient("contoso-devops", { ...machine, token_exchange });
    const changes = { scope: "offline_access builds.read ledger.builds.read" };
    const { refresh_token } = await obtainTokens(server, new Browser(server), ada.email, changes);
    const narrowed = await tokensOf(await post(server, "/token", refreshRequest(refresh_token, { resource: API })));
    const fields = {
      grant_type: TOKEN_EXCHANGE,
      subject_token: narrowed.access_token,
      subject_token_type: "urn:ietf:params:oauth:token-type:access_token",
      resource: LEDGER,
    };
    const { access_token } = await tokensOf(await post(server, "/token", fields, basic("contoso-devops", SECRET)));
    const resourceServer = createResourceServer({
      issuer: ISSUER,
      audience: LEDGER,
      revocations: server.deps.kv,
      now: server.deps.now,
      fetch: (input, init) => handle(new Request(input, init), server.deps),
    });
    expect((await checkToken(access_token, resourceServer)).client_id).toBe("contoso-devops");
    server.pass(1);
    expect(await removeClient(server.deps, "buildboard", "system")).toBe(true);
    expect(await introspect(server, access_token)).toEqual({ active: false });
    await work(server.deps);
    await expect(checkToken(access_token, resourceServer)).rejects.toMatchObject({ code: "invalid_token" });
  });

  it("takes no other client's consents along", async () => {
    const ada = await addUser("Ada");
    await addResource();
    const tokens = await obtainTokens(server, new Browser(server), ada.email, { scope: "openid" });
    server.pass(1);
    expect(await removeClient(server.deps, "other", "system")).toBe(true);
    expect((await post(server, "/introspect", { token: tokens.access_token })).status).toBe(200);
    expect(await env.DB.prepare("SELECT count(*) AS n FROM grants WHERE revoked_at IS NULL").first("n")).toBe(1);
  });
});
