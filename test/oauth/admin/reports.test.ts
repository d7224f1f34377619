import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { open } from "../../../src/store/database.ts";
import { reports } from "../../../src/store/schema.ts";
import { createServer, empty, type Server, snapshot } from "../../harness.ts";
import { addOperator, ask, ownToken } from "./operator.ts";

let server: Server;
let token: string;

beforeEach(async () => {
  await empty();
  server = createServer();
  await addOperator();
  token = await ownToken(server);
});

const add = (id: string, createdAt: number) =>
  open(env.DB).insert(reports).values({ id, clientId: "buildboard", userId: "aaada", reason: "other", text: "", createdAt });

const idsOf = (body: Readonly<Record<string, unknown>>) =>
  (body["reports"] as readonly { readonly id: string }[]).map(({ id }) => id);

describe("/admin/reports", () => {
  it("lists what people reported, the latest first", async () => {
    await add("first", 1000);
    await add("second", 2000);
    const { status, body } = await ask(server, token, "GET", "/admin/reports");
    expect(status).toBe(200);
    expect(body).toEqual({
      reports: [
        { id: "second", client_id: "buildboard", user_id: "aaada", reason: "other", text: "", created_at: 2 },
        { id: "first", client_id: "buildboard", user_id: "aaada", reason: "other", text: "", created_at: 1 },
      ],
    });
  });

  it("lists 200 at once, and goes on after the last", async () => {
    for (let index = 0; index < 205; index++) await add(`r${String(index).padStart(3, "0")}`, 1000);
    const first = (await ask(server, token, "GET", "/admin/reports")).body;
    expect(idsOf(first)).toHaveLength(200);
    const next = (await ask(server, token, "GET", `/admin/reports?after=${first["next"]}`)).body;
    expect(idsOf(next)).toEqual(["r004", "r003", "r002", "r001", "r000"]);
    expect(next).not.toHaveProperty("next");
  });

  it("marks one as handled, once, and leaves it out of the open ones", async () => {
    await add("first", 1000);
    await add("second", 2000);
    const handled = await ask(server, token, "POST", "/admin/reports/second/handled");
    expect([handled.status, handled.body["handled_at"]]).toEqual([200, Math.floor(server.deps.now() / 1000)]);
    server.pass(5);
    const again = await ask(server, token, "POST", "/admin/reports/second/handled");
    expect(again.body).toEqual(handled.body);
    expect(idsOf((await ask(server, token, "GET", "/admin/reports?state=open")).body)).toEqual(["first"]);
    expect(idsOf((await ask(server, token, "GET", "/admin/reports")).body)).toEqual(["second", "first"]);
    const { results } = await env.DB.prepare("SELECT actor, client_id FROM audit WHERE action = 'report.handled'").all();
    expect(results).toEqual([{ actor: "operator", client_id: "buildboard" }]);
  });

  it.each([
    ["a report that there is not", "POST", "/admin/reports/nothing/handled", 404],
    ["a state that there is not", "GET", "/admin/reports?state=closed", 400],
  ])("refuses %s", async (_, method, path, status) => {
    const before = await snapshot();
    expect((await ask(server, token, method, path)).status).toBe(status);
    expect(await snapshot()).toBe(before);
  });

  it.each([
    ["GET", "/admin/reports"],
    ["POST", "/admin/reports/first/handled"],
  ])("%s %s answers nobody without the scope", async (method, path) => {
    await add("first", 1000);
    expect((await ask(server, null, method, path)).status).toBe(401);
    expect(await env.DB.prepare("SELECT handled_at FROM reports").first("handled_at")).toBeNull();
  });
});
