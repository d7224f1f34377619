/** What the pages have looked at already holds once more at the moment of the change. */
import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import { putResource, removeResource } from "../../src/store/resourceChanges.ts";
import { findResource } from "../../src/store/resources.ts";
import { addClient, addResource, addUser, giveClient } from "../builders.ts";
import { createServer, empty, type Server, snapshot } from "../harness.ts";

const NOTES = "https://api.northstar.example";

let server: Server;
let ada: string;
let grace: string;

beforeEach(async () => {
  await empty();
  server = createServer();
  [ada, grace] = [(await addUser("Ada")).userId, (await addUser("Grace")).userId];
  await addResource(NOTES, "notes.");
  await env.DB.prepare("UPDATE resources SET owner_id = ?").bind(ada).run();
});

const change = async (ownerId: string | null, clientId: string | null = null) => {
  const found = await findResource(server.deps, NOTES);
  if (found === undefined) throw new Error("no such resource");
  const resource = { ...found.resource, name: "Taken over", ownerId, clientId };
  return putResource(server.deps, { resource, translations: {}, precondition: { kind: "present" }, by: ownerId ?? "operator" });
};

it("a person's word changes no resource of another, and an operator's does", async () => {
  const before = await snapshot();
  expect(await change(grace)).toEqual({ kind: "unmet" });
  expect(await snapshot()).toBe(before);
  expect(await change(ada)).toMatchObject({ kind: "stored" });
  expect(await change(null)).toMatchObject({ kind: "stored" });
  expect(await change(ada)).toEqual({ kind: "unmet" });
});

it("a person names no service of another to introspect with, and an operator names any", async () => {
  await addClient("ledger");
  await giveClient("ledger", grace);
  const before = await snapshot();
  expect(await change(ada, "ledger")).toEqual({ kind: "no_client" });
  expect(await snapshot()).toBe(before);
  await giveClient("ledger", ada);
  expect(await change(ada, "ledger")).toMatchObject({ kind: "stored" });
  await giveClient("ledger", grace);
  expect(await change(null, "ledger")).toMatchObject({ kind: "stored" });
});

it("a person's word removes no resource of another, nor a consent that reaches it, and an operator's does", async () => {
  const remove = (ownerId: string | null) =>
    removeResource(server.deps, NOTES, {
      ownerId,
      precondition: { kind: "any" },
      by: ownerId ?? "operator",
      endsConsents: true,
    });
  const before = await snapshot();
  expect(await remove(grace)).toMatchObject({ kind: expect.not.stringMatching("removed") });
  expect(await snapshot()).toBe(before);
  expect(await remove(null)).toEqual({ kind: "removed" });
});
