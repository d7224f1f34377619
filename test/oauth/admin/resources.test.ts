import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { sha256 } from "../../../src/tokens/encoding.ts";
import { Browser } from "../../browser.ts";
import { API, addClient, addOrganization, addResource, addUser, SECRET } from "../../builders.ts";
import { authorizationUrl, obtainTokens, post, refreshRequest, responseOf } from "../../flow.ts";
import { basic, createServer, empty, ISSUER, type Server, snapshot } from "../../harness.ts";
import { makeDpopKey, proofBy } from "../../proof.ts";
import { addOperator, ask, ownToken } from "./operator.ts";

const NOTES = "https://notes.example/v1?tenant=a&b";
const at = (identifier: string): string => `/admin/resources/${encodeURIComponent(identifier)}`;
const PATH = at(NOTES);

const scope = { name: "notes.read", title: "Read", "title#de": "Lesen", description: "Reads.", access: "read", risk: "low" };
const notes = {
  name: "Notes",
  "name#de": "Notizen",
  scopes: [scope],
  authorization_details_types: [],
  access_token_seconds: 60,
};

let server: Server;
let browser: Browser;
let email: string;
let token: string;

beforeEach(async () => {
  await empty();
  server = createServer();
  browser = new Browser(server);
  const ada = await addUser("Ada");
  email = ada.email;
  await addOrganization("contoso", "all", ada.userId);
  await addResource();
  await addClient("buildboard");
  await addClient("contoso-devops", { grant_types: [], redirect_uris: [] });
  await addOperator();
  token = await ownToken(server);
});

const actions = async (): Promise<readonly unknown[]> => {
  const { results } = await env.DB.prepare(
    "SELECT action, actor, json_extract(detail, '$.resource') AS resource FROM audit WHERE action LIKE 'resource.%' ORDER BY rowid",
  ).all();
  return results;
};

describe("a resource", () => {
  it("is made, read, listed, changed and removed under its identifier, each change once in the log", async () => {
    const made = await ask(server, token, "PUT", PATH, notes);
    expect([made.status, made.body]).toEqual([201, { identifier: NOTES, ...notes }]);
    const read = await ask(server, token, "GET", PATH);
    expect([read.status, read.body, read.headers.get("etag")]).toEqual([200, made.body, made.headers.get("etag")]);
    expect(read.headers.get("cache-control")).toBe("no-store");
    const { resources } = (await ask(server, token, "GET", "/admin/resources")).body as { resources: { identifier: string }[] };
    expect(resources.map(({ identifier }) => identifier)).toEqual([API, NOTES]);
    const changed = await ask(server, token, "PUT", PATH, { ...notes, name: "Notebook" });
    expect([changed.status, changed.body["name"]]).toEqual([200, "Notebook"]);
    expect(changed.headers.get("etag")).not.toBe(made.headers.get("etag"));
    expect((await ask(server, token, "DELETE", PATH)).status).toBe(204);
    expect((await ask(server, token, "GET", PATH)).status).toBe(404);
    expect(await actions()).toEqual(
      ["resource.registered", "resource.updated", "resource.removed"].map((action) => ({
        action,
        actor: "operator",
        resource: NOTES,
      })),
    );
  });

  it("is there for clients at once in this isolate, and within a minute in the others", async () => {
    const other = createServer();
    const knows = async (isolate: Server) => {
      const { scopes_supported: known } = await (await isolate.fetch("/.well-known/openid-configuration")).json<{
        scopes_supported: string[];
      }>();
      return known.includes("notes.read");
    };
    expect([await knows(server), await knows(other)]).toEqual([false, false]);
    await ask(server, token, "PUT", PATH, notes);
    expect([await knows(server), await knows(other)]).toEqual([true, false]);
    other.pass(61);
    expect(await knows(other)).toBe(true);
  });

  it("put there again as it is changes nothing", async () => {
    const made = await ask(server, token, "PUT", PATH, notes);
    server.pass(60);
    const before = await snapshot();
    const again = await ask(server, token, "PUT", PATH, { ...made.body, owner_id: "somebody" });
    expect([again.status, again.headers.get("etag")]).toEqual([200, made.headers.get("etag")]);
    expect(await snapshot()).toBe(before);
  });

  it("put there twenty times at once is there once, and is once in the log", async () => {
    const isolates = Array.from({ length: 20 }, () => createServer());
    const answers = await Promise.all(isolates.map((isolate) => ask(isolate, token, "PUT", PATH, notes)));
    for (const { status } of answers) expect([200, 201]).toContain(status);
    expect(await actions()).toHaveLength(1);
  });

  it("gets another version with each change, however fast they come", async () => {
    const versions = new Set<string | null>();
    for (const name of ["A", "B", "C", "D"])
      versions.add((await ask(server, token, "PUT", PATH, { ...notes, name })).headers.get("etag"));
    expect(versions.size).toBe(4);
  });

  it("of a developer becomes the operator's", async () => {
    await ask(server, token, "PUT", PATH, notes);
    await env.DB.prepare("UPDATE resources SET owner_id = 'aaada' WHERE identifier = ?").bind(NOTES).run();
    const theirs = await ask(server, token, "GET", PATH);
    expect(theirs.body["owner_id"]).toBe("aaada");
    expect((await ask(server, token, "PUT", PATH, theirs.body)).body["owner_id"]).toBeUndefined();
  });
});

describe("a condition", () => {
  it("lets one of two changes through that were made of the same version", async () => {
    const etag = (await ask(server, token, "PUT", PATH, notes)).headers.get("etag") ?? "";
    expect((await ask(server, token, "PUT", PATH, { ...notes, name: "A" }, { "if-match": etag })).status).toBe(200);
    const before = await snapshot();
    const late = await ask(server, token, "PUT", PATH, { ...notes, name: "B" }, { "if-match": etag });
    expect([late.status, late.body["error"]]).toEqual([412, "precondition_failed"]);
    expect((await ask(server, token, "DELETE", PATH, undefined, { "if-match": etag })).status).toBe(412);
    expect(await snapshot()).toBe(before);
  });

  it("lets one of twenty changes at once through that were made of the same version, and one of twenty that make it", async () => {
    const send = (name: string, headers: Readonly<Record<string, string>>) =>
      Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          ask(createServer(), token, "PUT", PATH, { ...notes, name: `${name} ${index}` }, headers).then(({ status }) => status),
        ),
      );
    expect((await send("First", { "if-none-match": "*" })).toSorted()).toEqual([201, ...Array(19).fill(412)]);
    const etag = (await ask(server, token, "GET", PATH)).headers.get("etag") ?? "";
    server.pass(1);
    expect((await send("Second", { "if-match": etag })).toSorted()).toEqual([200, ...Array(19).fill(412)]);
    expect((await actions()).map((row) => (row as { action: string }).action)).toEqual([
      "resource.registered",
      "resource.updated",
    ]);
  });

  it.each<[Readonly<Record<string, string>>, boolean, number]>([
    [{ "if-none-match": "*" }, false, 201],
    [{ "if-none-match": "*" }, true, 412],
    [{ "if-match": "*" }, true, 200],
    [{ "if-match": "*" }, false, 412],
    [{ "if-match": '"1"' }, true, 412],
    [{ "if-match": '"1"' }, false, 412],
    [{ "if-match": 'W/"1", nonsense' }, true, 412],
    [{ "if-none-match": '"1"' }, true, 400],
    [{ "if-match": "*", "if-none-match": "*" }, true, 400],
  ])("of %j, where there is one: %s, is answered %i", async (headers, isThere, status) => {
    if (isThere) await ask(server, token, "PUT", PATH, { ...notes, name: "Before" });
    server.pass(1);
    expect((await ask(server, token, "PUT", PATH, notes, headers)).status).toBe(status);
  });
});

describe("a resource is refused, and nothing changes,", () => {
  it.each<[string, unknown, number, string, string]>([
    ["with no body", undefined, 400, "invalid_request", "The request body must be application/json."],
    ["with a list", [], 400, "invalid_request", "The request body is not a JSON object."],
    ["with half a body", '{"name":', 400, "invalid_request", "The request body is not valid JSON."],
    ["with a member twice", '{"name":"A","name":"B"}', 400, "invalid_request", "The request body has a member twice."],
    ["with a large body", { name: "x".repeat(70_000) }, 413, "payload_too_large", "larger than 64 KB"],
    ["without a name", { scopes: [] }, 400, "invalid_request", "name: is missing"],
    [
      "with another identifier",
      { ...notes, identifier: API },
      400,
      "invalid_request",
      "identifier: is not the one of the address",
    ],
    [
      "with a wildcard",
      { ...notes, scopes: [{ ...scope, name: "notes.*" }] },
      400,
      "invalid_request",
      "scopes[0].name: has a *",
    ],
    [
      "with our own scope",
      { ...notes, scopes: [{ ...scope, name: "admin" }] },
      400,
      "invalid_request",
      "scopes[0].name: is admin",
    ],
    [
      "with a scope of another",
      { ...notes, scopes: [{ ...scope, name: "builds.read" }] },
      409,
      "conflict",
      "Another resource defines builds.read already.",
    ],
    [
      "with a type of another",
      {
        ...notes,
        authorization_details_types: [{ type: "repository_access", title: "T", description: "D", access: "read", schema: {} }],
      },
      409,
      "conflict",
      "Another resource defines repository_access already.",
    ],
    [
      "with a client that there is not",
      { ...notes, client_id: "nobody" },
      400,
      "invalid_request",
      "client_id: there is no such client",
    ],
  ])("%s", async (_, body, status, error, description) => {
    const before = await snapshot();
    const answer = await ask(server, token, "PUT", PATH, body);
    expect([answer.status, answer.body["error"]]).toEqual([status, error]);
    expect(answer.body["error_description"]).toContain(description);
    expect(await snapshot()).toBe(before);
  });

  it.each([
    [at("relative"), "identifier: is not an absolute URI"],
    [at("https://a.example#b"), "identifier: has a fragment"],
    [at("https://id.example"), "identifier: is the issuer, which is no resource"],
    ["/admin/resources/%ff", "There is no such address."],
  ])("at %s", async (path, description) => {
    const before = await snapshot();
    const answer = await ask(server, token, "PUT", path, notes);
    expect(answer.body["error_description"]).toBe(description);
    expect(await snapshot()).toBe(before);
  });

  it("with a scope that live consents hold for the resource that defined it once", async () => {
    await obtainTokens(server, browser, email, { scope: "openid builds.read" });
    const devops = (await ask(server, token, "GET", at(API))).body as { scopes: { name: string }[] };
    const without = devops.scopes.filter(({ name }) => name !== "builds.read");
    expect((await ask(server, token, "PUT", at(API), { ...devops, scopes: without })).status).toBe(200);
    const taken = await ask(server, token, "PUT", PATH, { ...notes, scopes: [{ ...scope, name: "builds.read" }] });
    expect([taken.status, taken.body["error_description"]]).toEqual([
      409,
      "Live consents hold builds.read for a resource that defined it once, and would come to mean this one.",
    ]);
    expect((await ask(server, token, "PUT", at(API), devops)).status).toBe(200);
  });
});

describe("a resource that live consents reach", () => {
  it("stays, and nothing changes, until they are gone", async () => {
    const tokens = await obtainTokens(server, browser, email);
    const before = await snapshot();
    const refused = await ask(server, token, "DELETE", at(API));
    expect([refused.status, refused.body["error"], refused.body["error_description"]]).toEqual([
      409,
      "conflict",
      "Live consents reach the resource: 1. With consents=end they are ended too.",
    ]);
    expect(await snapshot()).toBe(before);
    expect((await post(server, "/token", refreshRequest(tokens.refresh_token))).status).toBe(200);
  });

  it("goes with them where that is asked for, each in the log, and its tokens are dead", async () => {
    const tokens = await obtainTokens(server, browser, email);
    expect((await ask(server, token, "DELETE", `${at(API)}?consents=end`)).status).toBe(204);
    expect((await post(server, "/token", refreshRequest(tokens.refresh_token))).status).toBe(400);
    const asked = await post(server, "/introspect", { token: tokens.access_token }, basic("contoso-devops", SECRET));
    expect(await asked.json()).toEqual({ active: false });
    const { results } = await env.DB.prepare("SELECT action, actor FROM audit WHERE actor = 'operator' ORDER BY rowid").all();
    expect(results).toEqual([
      { action: "grant.revoked", actor: "operator" },
      { action: "resource.removed", actor: "operator" },
    ]);
    const page = await browser.open(authorizationUrl());
    expect(responseOf(page).get("error")).toBe("invalid_scope");
  });

  it.each([
    ["another word", `${at(API)}?consents=keep`, {}, 400],
    ["a version that is not the present one", `${at(API)}?consents=end`, { "if-match": '"1"' }, 412],
    ["the name of another", `${at("https://none.example")}?consents=end`, {}, 404],
  ])("and its consents stay with %s", async (_, path, headers, status) => {
    await obtainTokens(server, browser, email);
    const before = await snapshot();
    expect((await ask(server, token, "DELETE", path, undefined, headers)).status).toBe(status);
    expect(await snapshot()).toBe(before);
  });
});

describe("the API for operators is closed to", () => {
  const paths = ["/admin/resources", PATH];

  it.each<[string, () => Promise<string | null>, number, string]>([
    ["whoever has no token", async () => null, 401, "invalid_token"],
    ["whoever makes one up", async () => "nonsense", 401, "invalid_token"],
    [
      "a person's token",
      async () => (await obtainTokens(server, browser, email, { scope: "openid" })).access_token,
      403,
      "insufficient_scope",
    ],
    [
      "a client without the scope",
      async () => {
        await addOperator("robot", "builds.read");
        return ownToken(server, "robot");
      },
      401,
      "invalid_token",
    ],
    [
      "a client that was disabled",
      async () => {
        await env.DB.prepare("UPDATE clients SET disabled_at = 1 WHERE client_id = 'operator'").run();
        return token;
      },
      401,
      "invalid_token",
    ],
    [
      "a client that the scope was taken from",
      async () => {
        await env.DB.prepare(
          "UPDATE clients SET metadata = json_set(metadata, '$.scope', 'builds.read') WHERE client_id = 'operator'",
        ).run();
        return token;
      },
      403,
      "insufficient_scope",
    ],
  ])("%s", async (_, tokenOf, status, error) => {
    const shown = await tokenOf();
    const before = await snapshot();
    for (const path of paths)
      for (const method of path === PATH ? ["GET", "PUT", "DELETE"] : ["GET"]) {
        const answer = await ask(server, shown, method, path, method === "PUT" ? notes : undefined);
        expect([method, answer.status, answer.body["error"]]).toEqual([method, status, error]);
        expect(answer.headers.get("www-authenticate")).toContain("Bearer realm=");
      }
    expect(await snapshot()).toBe(before);
  });

  it("whoever copied a token that is bound to a key: without a proof of it for this request it is worth nothing", async () => {
    const key = await makeDpopKey();
    const proof = (path: string, more = {}) =>
      proofBy(key, { htm: "POST", htu: `${ISSUER}${path}`, iat: Math.floor(server.deps.now() / 1000), ...more });
    const response = await server.fetch("/token", {
      method: "POST",
      body: new URLSearchParams({ grant_type: "client_credentials" }),
      headers: { authorization: basic("operator", SECRET), dpop: await proof("/token") },
    });
    const { access_token: bound } = await response.json<{ access_token: string }>();
    const before = await snapshot();
    expect((await ask(server, bound, "GET", "/admin/resources")).status).toBe(401);
    const get = (dpop: string) => server.fetch("/admin/resources", { headers: { authorization: `DPoP ${bound}`, dpop } });
    const ath = await sha256(bound);
    expect((await get(await proof("/admin/resources", { htm: "GET" }))).status).toBe(401);
    expect((await get(await proof("/admin/resources", { ath }))).status).toBe(401);
    const good = await proof("/admin/resources", { htm: "GET", ath });
    expect((await get(good)).status).toBe(200);
    expect((await get(good)).status).toBe(401);
    expect(await snapshot()).toBe(before);
  });

  it("a proof without the nonce that the operator demands, which the answer brings", async () => {
    const strict = createServer({ config: { requireDpopNonce: true } });
    const key = await makeDpopKey();
    const send = async (path: string, claims: object, init: RequestInit) => {
      const iat = Math.floor(strict.deps.now() / 1000);
      const dpop = await proofBy(key, { htm: init.method ?? "GET", htu: `${ISSUER}${path}`, iat, ...claims });
      return strict.fetch(path, { ...init, headers: { ...init.headers, dpop } });
    };
    const order = {
      method: "POST",
      body: new URLSearchParams({ grant_type: "client_credentials" }),
      headers: { authorization: basic("operator", SECRET) },
    };
    const first = (await send("/token", {}, order)).headers.get("dpop-nonce");
    const { access_token } = await (await send("/token", { nonce: first }, order)).json<{ access_token: string }>();
    const shown = { headers: { authorization: `DPoP ${access_token}` } };
    const ath = await sha256(access_token);
    const refused = await send("/admin/resources", { ath }, shown);
    expect([refused.status, await refused.json()]).toMatchObject([401, { error: "use_dpop_nonce" }]);
    const nonce = refused.headers.get("dpop-nonce");
    expect((await send("/admin/resources", { ath, nonce }, shown)).status).toBe(200);
  });

  it("a token in the query or in a form", async () => {
    expect((await ask(server, null, "GET", `/admin/resources?access_token=${token}`)).status).toBe(401);
    const response = await server.fetch("/admin/resources", {
      method: "POST",
      body: new URLSearchParams({ access_token: token }),
    });
    expect(response.status).toBe(405);
  });

  it("scripts of other origins: no answer is for them to read", async () => {
    const headers = { origin: "https://evil.example" };
    for (const method of ["GET", "OPTIONS"]) {
      const answer = await ask(server, token, method, "/admin/resources", undefined, headers);
      expect(answer.headers.get("access-control-allow-origin")).toBeNull();
    }
    expect((await ask(server, token, "OPTIONS", "/admin/resources", undefined, headers)).status).toBe(405);
  });

  it.each([
    ["/admin/resources", "GET, HEAD"],
    [PATH, "GET, HEAD, PUT, DELETE"],
  ])("other methods at %s", async (path, allow) => {
    for (const method of ["PATCH", "POST"]) {
      const answer = await ask(server, token, method, path);
      expect([answer.status, answer.headers.get("allow")]).toEqual([405, allow]);
    }
  });
});
