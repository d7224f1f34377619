import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { findTrustedIssuer } from "../../../src/store/trustedIssuers.ts";
import { addClient, addOrganization, addUser } from "../../builders.ts";
import { createServer, empty, type Server, snapshot } from "../../harness.ts";
import { addOperator, ask, ownToken } from "./operator.ts";

let server: Server;
let token: string;

beforeEach(async () => {
  await empty();
  server = createServer();
  await addOrganization("contoso", "all", (await addUser("Ada")).userId);
  await addClient("buildboard");
  await addOperator();
  token = await ownToken(server);
});

const logOf = async (): Promise<readonly unknown[]> => {
  const { results } = await env.DB.prepare("SELECT action FROM audit WHERE actor = 'operator' ORDER BY rowid").all();
  return results.map((row) => row["action"]);
};

const DIRECTORY = "https://directory.contoso.example/tenant/1";
const PATH = `/admin/trusted-issuers/${encodeURIComponent(DIRECTORY)}`;
const trust = { purposes: ["id_jag"], jwks_uri: "https://directory.contoso.example/jwks", organization: "contoso" };

describe("a trusted issuer", () => {
  it("is trusted, looked at, changed and distrusted, each once in the log", async () => {
    const made = await ask(server, token, "PUT", PATH, trust);
    expect([made.status, made.body]).toEqual([201, { issuer: DIRECTORY, match_email: false, ...trust }]);
    const read = await ask(server, token, "GET", PATH);
    expect([read.body, read.headers.get("etag")]).toEqual([made.body, made.headers.get("etag")]);
    expect((await ask(server, token, "GET", "/admin/trusted-issuers")).body).toEqual({ trusted_issuers: [made.body] });
    server.pass(1);
    const again = await ask(server, token, "PUT", PATH, made.body);
    expect([again.status, again.headers.get("etag")]).toEqual([200, made.headers.get("etag")]);
    const changed = await ask(server, token, "PUT", PATH, {
      ...trust,
      clients: ["buildboard", "https://app.example/client.json"],
    });
    expect([changed.status, changed.body["clients"]]).toEqual([200, ["buildboard", "https://app.example/client.json"]]);
    expect((await ask(server, token, "DELETE", PATH)).status).toBe(204);
    server.pass(1);
    expect((await ask(server, token, "DELETE", PATH)).status).toBe(404);
    expect((await ask(server, token, "GET", PATH)).status).toBe(404);
    expect(await logOf()).toEqual(["issuer.trusted", "issuer.updated", "issuer.distrusted"]);
  });

  it("counts at once in this isolate, and within a minute in the others", async () => {
    const other = createServer();
    const knows = async ({ deps }: Server) => (await findTrustedIssuer(deps, DIRECTORY)) !== undefined;
    expect([await knows(server), await knows(other)]).toEqual([false, false]);
    await ask(server, token, "PUT", PATH, trust);
    expect([await knows(server), await knows(other)]).toEqual([true, false]);
    other.pass(61);
    expect(await knows(other)).toBe(true);
    await ask(server, token, "DELETE", PATH);
    expect(await knows(server)).toBe(false);
  });

  it("changes under the version that was looked at, and under no other", async () => {
    const etag = (await ask(server, token, "PUT", PATH, trust, { "if-none-match": "*" })).headers.get("etag") ?? "";
    expect((await ask(server, token, "PUT", PATH, { ...trust, tenant: "1" }, { "if-match": etag })).status).toBe(200);
    const before = await snapshot();
    expect((await ask(server, token, "PUT", PATH, { ...trust, tenant: "2" }, { "if-match": etag })).status).toBe(412);
    expect((await ask(server, token, "PUT", PATH, { ...trust, tenant: "2" }, { "if-none-match": "*" })).status).toBe(412);
    expect((await ask(server, token, "DELETE", PATH, undefined, { "if-match": etag })).status).toBe(412);
    expect(await snapshot()).toBe(before);
  });

  it.each<[string, object, string]>([
    ["of nothing", { ...trust, purposes: [] }, "purposes: is empty: it would be trusted for nothing"],
    [
      "of something else",
      { ...trust, purposes: ["everything"] },
      "purposes[0]: is not one of jwt_bearer, id_jag, software_statement",
    ],
    ["of no keys", { ...trust, jwks_uri: undefined }, "jwks_uri: is missing, or jwks"],
    [
      "of keys on a private network",
      { ...trust, jwks_uri: "https://10.0.0.1/jwks" },
      "jwks_uri: has an address that is not public",
    ],
    ["of no organization", { ...trust, organization: undefined }, "organization: is missing: id_jag is the word of"],
    [
      "of an organization that there is not",
      { ...trust, organization: "tailspin" },
      "organization: there is no such organization",
    ],
    ["of a client that there is not", { ...trust, clients: ["buildboard", "nobody"] }, "clients[1]: there is no such client"],
    ["under another name", { ...trust, issuer: "https://b.example" }, "issuer: is not the one of the address"],
    ["of a misspelt member", { ...trust, scope: [] }, "scope: is not a member that we know"],
  ])("is refused with trust %s, and nothing changes", async (_, body, description) => {
    const before = await snapshot();
    const answer = await ask(server, token, "PUT", PATH, body);
    expect([answer.status, answer.body["error"]]).toEqual([400, "invalid_request"]);
    expect(answer.body["error_description"]).toContain(description);
    expect(await snapshot()).toBe(before);
  });

  it.each(["http://directory.example", "relative", "https://a.example?x", "https://id.example"])(
    "is not of the name %s",
    async (issuer) => {
      const before = await snapshot();
      const answer = await ask(server, token, "PUT", `/admin/trusted-issuers/${encodeURIComponent(issuer)}`, trust);
      expect([answer.status, answer.body["error"]]).toEqual([400, "invalid_request"]);
      expect(await snapshot()).toBe(before);
    },
  );
});

describe("an initial access token", () => {
  const here = "/admin/initial-access-tokens";
  const register = (bearer: string) =>
    server.fetch("/register", {
      method: "POST",
      headers: { authorization: `Bearer ${bearer}`, "content-type": "application/json" },
      body: JSON.stringify({ client_name: "App", redirect_uris: ["https://app.example/cb"] }),
    });

  it("is told once, lets as many clients register as it says, and is kept as a digest alone", async () => {
    const made = await ask(server, token, "POST", here, { label: "CI", uses: 2, expires_in: 3600 });
    expect([made.status, made.headers.get("cache-control")]).toEqual([201, "no-store"]);
    const { token: secret, ...shown } = made.body as { token: string; id: string };
    expect(secret).toMatch(/^csi_[A-Za-z0-9_-]{43}$/);
    expect(shown).toMatchObject({ label: "CI", uses_left: 2, created_by: "operator" });
    for (const status of [201, 201, 401]) expect((await register(secret)).status).toBe(status);
    const { body } = await ask(server, token, "GET", here);
    expect(body).toEqual({ initial_access_tokens: [{ ...shown, uses_left: 0 }] });
    expect(await snapshot()).not.toContain(secret);
  });

  it("ends when it says, and when it is taken back", async () => {
    const { token: brief } = (await ask(server, token, "POST", here, { label: "A", expires_in: 60 })).body;
    const { token: taken, id } = (await ask(server, token, "POST", here, { label: "B", uses: null })).body;
    expect((await register(String(taken))).status).toBe(201);
    expect((await ask(server, token, "DELETE", `${here}/${id}`)).status).toBe(204);
    server.pass(1);
    expect((await ask(server, token, "DELETE", `${here}/${id}`)).status).toBe(404);
    expect((await register(String(taken))).status).toBe(401);
    server.pass(61);
    expect((await register(String(brief))).status).toBe(401);
    expect(await logOf()).toEqual([
      "initial_access_token.created",
      "initial_access_token.created",
      "initial_access_token.removed",
    ]);
  });

  it.each<[object, string]>([
    [{}, "label: is missing"],
    [{ label: " " }, "label: is empty"],
    [{ label: "A", uses: 0 }, "uses: is not a whole number from 1 to 1000000"],
    [{ label: "A", expires_in: 59 }, "expires_in: is not a whole number from 60 to 315360000"],
    [{ label: "A", grant_types: ["authorization_code"], scope: "x" }, "grant_types[0]: is not one of client_credentials"],
    [{ label: "A", grant_types: ["client_credentials"] }, "scope: is missing"],
    [{ label: "A", scope: "admin" }, "scope: has admin, which no client can register for"],
    [{ label: "A", scope: 'a"b' }, "scope: is not a list of scopes"],
    [{ label: "A", token: "csi_x" }, "token: is not a member that we know"],
  ])("is not made by %j", async (body, description) => {
    const before = await snapshot();
    const answer = await ask(server, token, "POST", here, body);
    expect([answer.status, answer.body["error"]]).toEqual([400, "invalid_request"]);
    expect(answer.body["error_description"]).toContain(description);
    expect(await snapshot()).toBe(before);
  });
});
