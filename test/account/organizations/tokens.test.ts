/** What an owner decides reaches every kind of token: at introspection, at the next one, and where a resource server looks by itself. */
import { beforeEach, describe, expect, it } from "vitest";
import { recheckPublishers } from "../../../src/clients/publisher.ts";
import { markAt } from "../../../src/rules/pause.ts";
import { changePublisher } from "../../../src/store/registry.ts";
import { checkRequest, createResourceServer } from "../../../src/verify/index.ts";
import { Browser } from "../../browser.ts";
import { API, addClient, addResource, decideClient, SECRET } from "../../builders.ts";
import { addDirectory, addIdentity, GRANT_TYPE, idJagClaims, signIdJag } from "../../directory.ts";
import { introspect, obtainTokens, post, refreshRequest, tokensOf } from "../../flow.ts";
import { basic, ISSUER } from "../../harness.ts";
import { browserOf, HERE, makePlace, type Place, rows } from "./place.ts";

const TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";

let place: Place;

beforeEach(async () => {
  place = await makePlace("all");
});

const act = async (page: "services" | "access", fields: Readonly<Record<string, string>>): Promise<void> => {
  const owner = await browserOf(place.server, place.owner.email);
  const path = `${HERE}/${page}`;
  expect((await owner.submit(await owner.open(path), path, fields)).status).toBe(200);
};

const obtain = () => obtainTokens(place.server, new Browser(place.server), place.member.email);

/** Whether a resource server with marks at hand lets the token in. */
const letsIn = (token: string): Promise<boolean> => {
  const api = createResourceServer({
    issuer: ISSUER,
    audience: API,
    fetch: (input) => place.server.fetch(new URL(String(input)).pathname),
    now: place.server.deps.now,
    revocations: place.server.deps.kv,
  });
  const request = new Request(API, { headers: { authorization: `Bearer ${token}` } });
  return checkRequest(request, api, "builds.read").then(
    () => true,
    () => false,
  );
};

describe("a decision of an owner", () => {
  it.each([
    ["no service at all", () => act("access", { policy: "none" })],
    ["only those that are approved", () => act("access", { policy: "approved" })],
    ["only those of verified publishers", () => act("access", { policy: "verified" })],
    ["not this one", () => act("services", { action: "revoke", client_id: "buildboard" })],
  ])(
    "for %s ends a token where a resource server looks, and the next one is let in without the organization",
    async (_, decide) => {
      const { access_token, refresh_token } = await obtain();
      expect(await letsIn(access_token)).toBe(true);
      await decide();
      expect(await letsIn(access_token)).toBe(false);
      expect(await introspect(place.server, access_token)).toEqual({ active: false });
      const next = await tokensOf(await post(place.server, "/token", refreshRequest(refresh_token)));
      expect(await letsIn(next.access_token)).toBe(true);
      expect((await introspect(place.server, next.access_token))["organizations"]).toEqual([]);
    },
  );

  it("comes before the answer, also where KV is down: the mark waits in D1", async () => {
    place = await makePlace("all", {
      kv: (kv) =>
        new Proxy(kv, {
          get: (target, name) => (name === "put" ? () => Promise.reject(new Error("down")) : Reflect.get(target, name)),
        }),
    });
    const { access_token } = await obtain();
    await act("access", { policy: "none" });
    expect(await introspect(place.server, access_token)).toEqual({ active: false });
    expect(await rows("SELECT kind FROM revocations WHERE delivered_at IS NULL")).toEqual([{ kind: "grant" }]);
  });

  it("against a service that exchanged a token of another ends what it holds, and what it gets lacks the organization", async () => {
    await addResource("https://ledger.example", "ledger.");
    await rows(
      "UPDATE clients SET metadata = json_set(metadata, '$.grant_types', json(?), '$.token_exchange', json(?)) WHERE client_id = 'contoso-devops'",
      JSON.stringify([TOKEN_EXCHANGE]),
      JSON.stringify({ resources: [API], impersonation: true, delegation: false }),
    );
    const exchange = async () =>
      tokensOf(
        await post(
          place.server,
          "/token",
          {
            grant_type: TOKEN_EXCHANGE,
            subject_token: (await obtain()).access_token,
            subject_token_type: ACCESS_TOKEN,
            resource: API,
          },
          basic("contoso-devops", SECRET),
        ),
      );
    const before = await exchange();
    expect(await introspect(place.server, before.access_token)).toMatchObject({ organizations: ["contoso"] });
    await decideClient(place.organizationId, "contoso-devops", "approved");
    await act("services", { action: "deny", client_id: "contoso-devops" });
    expect(await introspect(place.server, before.access_token)).toEqual({ active: false });
    place.server.pass(5);
    expect(await introspect(place.server, (await exchange()).access_token)).toMatchObject({ active: true, organizations: [] });
  });

  it("outweighs the organization's own directory", async () => {
    await addClient("agent", { grant_types: [GRANT_TYPE], redirect_uris: [], response_types: [], client_name: "Agent" });
    const directory = await addDirectory(["id_jag"], { organizationId: place.organizationId });
    await addIdentity("ada@directory", place.owner.userId);
    const send = async () => {
      const claims = idJagClaims(place.server, { scope: "builds.read", resource: API });
      const assertion = await signIdJag(directory, claims, {});
      return post(place.server, "/token", { grant_type: GRANT_TYPE, assertion }, basic("agent", SECRET));
    };
    const { access_token } = await tokensOf(await send());
    expect(await introspect(place.server, access_token)).toMatchObject({ organizations: ["contoso"] });
    await act("services", { action: "revoke", client_id: "agent" });
    expect(await introspect(place.server, access_token)).toEqual({ active: false });
    const response = await send();
    const body = await response.json<Record<string, unknown>>();
    expect([response.status, body["error"]]).toEqual([400, "invalid_grant"]);
  });
});

describe("a publisher that is verified no longer", () => {
  const DAY = 24 * 3600;
  const setPolicy = (policy: string) => rows("UPDATE organizations SET policy = ?", policy);
  const lose = () =>
    changePublisher(place.server.deps, "buildboard", { publisher: null, markedAt: markAt(place.server.deps.now()) }, "system");

  beforeEach(async () => {
    place = await makePlace("verified", { fetch: async () => new Response("no", { status: 404 }) });
    await rows(
      "UPDATE clients SET owner_id = ?, publisher = ? WHERE client_id = 'buildboard'",
      place.owner.userId,
      JSON.stringify({ name: "n.example", verifiedAt: 1, proof: { host: "n.example", provedAt: 1, dueAt: 1, failures: 2 } }),
    );
  });

  it.each<[string, () => Promise<unknown>]>([
    ["the file on its host has been gone three times", () => recheckPublishers(place.server.deps)],
    ["its developer took it away, or an operator", lose],
  ])("ends what it let in: %s", async (_, loses) => {
    const { access_token, refresh_token } = await obtain();
    expect((await introspect(place.server, access_token))["organizations"]).toEqual(["contoso"]);
    expect(await letsIn(access_token)).toBe(true);
    await loses();
    expect(await letsIn(access_token)).toBe(false);
    expect(await introspect(place.server, access_token)).toEqual({ active: false });
    const next = await tokensOf(await post(place.server, "/token", refreshRequest(refresh_token)));
    expect(await letsIn(next.access_token)).toBe(true);
    expect((await introspect(place.server, next.access_token))["organizations"]).toEqual([]);
  });

  it.each<[string, () => Promise<unknown>]>([
    ["whose policy asks for none", () => setPolicy("all")],
    [
      "whose directory let the service in",
      () => rows("UPDATE grants SET authority = 'directory', organizations = json_array(?)", place.organizationId),
    ],
    ["that approved the service", () => decideClient(place.organizationId, "buildboard", "approved")],
  ])("ends nothing in an organization %s", async (_, arrange) => {
    const { access_token } = await obtain();
    await arrange();
    await lose();
    expect(await letsIn(access_token)).toBe(true);
    expect(await introspect(place.server, access_token)).toMatchObject({ active: true, organizations: ["contoso"] });
  });

  it("ends nothing for who may not say so, and nothing twice", async () => {
    const { access_token } = await obtain();
    const change = { publisher: null, markedAt: markAt(place.server.deps.now()) };
    const guard = { ownerId: place.member.userId };
    expect(await changePublisher(place.server.deps, "buildboard", change, place.member.userId, guard)).toBeUndefined();
    expect(await letsIn(access_token)).toBe(true);
    await lose();
    const marks = "SELECT id, revoked_at FROM revocations";
    const before = await rows(marks);
    expect(before).toHaveLength(1);
    place.server.pass(10);
    await lose();
    expect(await rows(marks)).toEqual(before);
  });

  it("ends nothing of a consent that leaves the organization out, and nothing at a first failure", async () => {
    const { access_token } = await obtain();
    await rows("UPDATE grants SET organizations = '[]'");
    await lose();
    expect(await rows("SELECT id FROM revocations")).toEqual([]);
    await rows(
      "UPDATE clients SET publisher = ? WHERE client_id = 'buildboard'",
      JSON.stringify({
        name: "n.example",
        verifiedAt: 1,
        proof: { host: "n.example", provedAt: place.server.deps.now() - DAY * 1000, dueAt: 1, failures: 0 },
      }),
    );
    await rows("UPDATE grants SET organizations = NULL");
    await recheckPublishers(place.server.deps);
    expect(await letsIn(access_token)).toBe(true);
  });

  it("ends what it got by exchange from another service's token", async () => {
    await rows(
      "UPDATE clients SET publisher = json_object('name', 'C', 'verifiedAt', 1), metadata = json_set(metadata, '$.grant_types', json(?), '$.token_exchange', json(?)) WHERE client_id = 'contoso-devops'",
      JSON.stringify([TOKEN_EXCHANGE]),
      JSON.stringify({ resources: [API], impersonation: true, delegation: false }),
    );
    const { access_token: subject_token } = await obtain();
    const fields = { grant_type: TOKEN_EXCHANGE, subject_token, subject_token_type: ACCESS_TOKEN, resource: API };
    const exchanged = await tokensOf(await post(place.server, "/token", fields, basic("contoso-devops", SECRET)));
    expect(await introspect(place.server, exchanged.access_token)).toMatchObject({ organizations: ["contoso"] });
    const change = { publisher: { name: "C", verifiedAt: null }, markedAt: markAt(place.server.deps.now()) };
    await changePublisher(place.server.deps, "contoso-devops", change, "system");
    expect(await letsIn(exchanged.access_token)).toBe(false);
  });
});
