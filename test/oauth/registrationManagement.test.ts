/** Clients that manage their registration (RFC 7592): read it, replace it whole, end it with all that it holds. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { handle } from "../../src/app.ts";
import type { Config } from "../../src/config.ts";
import { checkToken, createResourceServer } from "../../src/verify/index.ts";
import { Browser } from "../browser.ts";
import { API, addClient, addInitialAccessToken, addOrganization, addResource, addUser, CALLBACK, SECRET } from "../builders.ts";
import { type ClientHost, createClientHost } from "../clientHost.ts";
import { authorizationUrl, authorize, codeRequest, introspect, post, refreshRequest, tokensOf } from "../flow.ts";
import { basic, createServer, empty, ISSUER, type Server, snapshot } from "../harness.ts";

let server: Server;
let host: ClientHost;
let email: string;
let client: Registered;

type Metadata = Readonly<Record<string, unknown>>;

interface Registered extends Metadata {
  readonly client_id: string;
  readonly client_secret: string;
  readonly registration_access_token: string;
  readonly registration_client_uri: string;
}

function build(config: Partial<Config> = {}): void {
  host = createClientHost();
  server = createServer({ fetch: host.fetch, config: { registration: "open", ...config } });
}

beforeEach(async () => {
  await empty();
  build();
  const ada = await addUser("Ada");
  email = ada.email;
  await addOrganization("contoso", "all", ada.userId);
  await addResource();
  await addClient("contoso-devops", { grant_types: [], redirect_uris: [] });
  client = await register();
});

const asked = { client_name: "Fieldnotes", redirect_uris: [CALLBACK], grant_types: ["authorization_code", "refresh_token"] };

async function register(changes: Metadata = {}, token?: string): Promise<Registered> {
  const headers = { "content-type": "application/json", ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
  const response = await server.fetch("/register", { method: "POST", body: JSON.stringify({ ...asked, ...changes }), headers });
  const body = await response.json<Registered>();
  expect(response.status, JSON.stringify(body)).toBe(201);
  return body;
}

/** A request to the address that the client was told, with its token unless `token` says otherwise. */
function manage(method: string, of = client, body?: Metadata, token: string | null = of.registration_access_token) {
  const headers = {
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    ...(body === undefined ? {} : { "content-type": "application/json" }),
  };
  const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  return server.fetch(new URL(of.registration_client_uri).pathname, init);
}

const replace = (changes: Metadata = {}, of = client) => manage("PUT", of, { ...asked, client_id: of.client_id, ...changes });

/** A replacement that must succeed. */
async function replaced(changes: Metadata = {}, of = client): Promise<Registered> {
  const response = await replace(changes, of);
  const body = await response.json<Registered>();
  expect(response.status, JSON.stringify(body)).toBe(200);
  return body;
}

async function expectRefused(answer: () => Promise<Response>, status: number, error: string): Promise<string> {
  const before = await snapshot();
  const response = await answer();
  const body = await response.json<{ error: string; error_description: string }>();
  expect([response.status, body.error], JSON.stringify(body)).toEqual([status, error]);
  expect(body.error_description).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/);
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(await snapshot()).toBe(before);
  return body.error_description;
}

const logged = async () => {
  const { results } = await env.DB.prepare(
    "SELECT action, actor, detail FROM audit WHERE action LIKE 'client.%' ORDER BY rowid",
  ).all();
  return results.map(({ action, actor, detail }) => [action, actor, JSON.parse(String(detail))]);
};

/** Tokens of the client, got by the person's approval. */
async function obtain(of = client) {
  server.pass(1);
  const answer = await authorize(new Browser(server), email, { client_id: of.client_id });
  const credentials = basic(of.client_id, of.client_secret);
  return tokensOf(await post(server, "/token", codeRequest(answer.get("code") ?? ""), credentials));
}

describe("reading", () => {
  it("tells what stands there, with the token that asked and without the secret, which nobody here knows", async () => {
    const response = await manage("GET");
    const { client_secret: _, ...told } = client;
    expect([response.status, await response.json()]).toEqual([200, told]);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
  });

  it("works where registration has been closed or turned off since", async () => {
    for (const registration of ["closed", "off"] as const) {
      build({ registration });
      expect((await manage("GET")).status).toBe(200);
    }
  });
});

// CASES.md G 115
describe("a client is known by its own token alone", () => {
  const tokens: readonly (readonly [name: string, token: () => Promise<string | null>])[] = [
    ["no token", async () => null],
    ["a made-up token", async () => "csm_made-up"],
    ["the token of another client", async () => (await register()).registration_access_token],
    ["an initial access token", async () => addInitialAccessToken()],
    ["its secret", async () => client.client_secret],
    ["an access token of a person", async () => (await obtain()).access_token],
    [
      "what is kept of its token",
      async () =>
        String(
          await env.DB.prepare("SELECT registration_token_sha256 AS t FROM clients WHERE client_id = ?")
            .bind(client.client_id)
            .first("t"),
        ),
    ],
  ];

  it.each(tokens.flatMap(([name, token]) => ["GET", "PUT", "DELETE"].map((method) => [method, name, token] as const)))(
    "and not, to %s, by %s",
    async (method, _, token) => {
      const shown = await token();
      const body = method === "PUT" ? { ...asked, client_id: client.client_id, client_name: "Evil" } : undefined;
      await expectRefused(() => manage(method, client, body, shown), 401, "invalid_token");
      const challenge = (await manage(method, client, body, shown)).headers.get("www-authenticate");
      expect(challenge).toMatch(shown === null ? /^Bearer realm="Countersign"$/ : /^Bearer .*error="invalid_token"/);
    },
  );

  it("and an unknown client looks like one with another token", async () => {
    const unknown = { ...client, registration_client_uri: `${ISSUER}/register/aanobody0000000000000` };
    const strange = { ...client, registration_client_uri: `${ISSUER}/register/%ff` };
    const description = await expectRefused(() => manage("GET", client, undefined, "csm_made-up"), 401, "invalid_token");
    for (const of of [unknown, strange])
      expect(await expectRefused(() => manage("GET", of), 401, "invalid_token")).toBe(description);
  });

  it("and a client that the operator or a developer put here, or a document describes, has none", async () => {
    const sha256 = await env.DB.prepare("SELECT registration_token_sha256 AS t FROM clients WHERE client_id = ?")
      .bind(client.client_id)
      .first("t");
    for (const origin of ["operator", "developer", "document"]) {
      await env.DB.prepare("UPDATE clients SET origin = ?, registration_token_sha256 = ?").bind(origin, sha256).run();
      await expectRefused(() => manage("DELETE"), 401, "invalid_token");
    }
  });

  it("and not once it is disabled, or has run out", async () => {
    await env.DB.prepare("UPDATE clients SET disabled_at = 1").run();
    await expectRefused(() => manage("GET"), 401, "invalid_token");
    await env.DB.prepare("UPDATE clients SET disabled_at = NULL, expires_at = ?").bind(server.deps.now()).run();
    for (const method of ["GET", "DELETE"]) await expectRefused(() => manage(method), 401, "invalid_token");
    await expectRefused(() => replace(), 401, "invalid_token");
  });

  it("and not once the operator has made it theirs, even a moment before the change is written", async () => {
    const real = server.deps.db;
    const takeover = "UPDATE clients SET origin = 'operator', metadata = json_set(metadata, '$.client_name', 'Ours')";
    for (const method of ["PUT", "DELETE"]) {
      await env.DB.prepare("UPDATE clients SET origin = 'registration' WHERE client_id = ?").bind(client.client_id).run();
      let trips = 0;
      const db = new Proxy(real, {
        get(target, name) {
          const value = Reflect.get(target, name);
          if (name !== "batch") return typeof value === "function" ? value.bind(target) : value;
          return async (statements: D1PreparedStatement[]) => {
            const answer = await target.batch(statements);
            if (++trips === 1) await env.DB.prepare(takeover).run();
            return answer;
          };
        },
      });
      const raced = createServer({ db: () => db, config: { registration: "open" } });
      const response = await raced.fetch(`/register/${client.client_id}`, {
        method,
        headers: { "content-type": "application/json", authorization: `Bearer ${client.registration_access_token}` },
        ...(method === "PUT" ? { body: JSON.stringify({ ...asked, client_id: client.client_id, client_name: "Evil" }) } : {}),
      });
      expect(response.status).toBe(401);
      const name = env.DB.prepare("SELECT json_extract(metadata, '$.client_name') AS n FROM clients WHERE client_id = ?");
      expect(await name.bind(client.client_id).first("n")).toBe("Ours");
    }
  });

  it("and other methods are refused by name", async () => {
    const response = await manage("PATCH", client, asked);
    expect([response.status, response.headers.get("allow")]).toEqual([405, "GET, HEAD, PUT, DELETE"]);
  });
});

describe("replacing", () => {
  it("puts what is sent in the place of what was there, and members left out go back to their defaults", async () => {
    const first = await replaced({ tos_uri: "https://client.example/terms", default_max_age: 60 });
    expect(first).toMatchObject({ tos_uri: "https://client.example/terms", default_max_age: 60 });
    const second = await replaced({ client_name: "Fieldnotes 2", redirect_uris: ["https://client.example/new"] });
    expect(second).toMatchObject({ client_name: "Fieldnotes 2", redirect_uris: ["https://client.example/new"] });
    expect(second).not.toHaveProperty("tos_uri");
    expect(second).not.toHaveProperty("default_max_age");
    expect(await (await manage("GET")).json()).toEqual(second);
  });

  it("takes effect at once where it was done, and after a minute everywhere", async () => {
    const elsewhere = createServer({ clock: { now: server.deps.now() } });
    const url = authorizationUrl({ client_id: client.client_id, redirect_uri: "https://client.example/new" });
    for (const place of [server, elsewhere]) expect((await place.fetch(url)).status).toBe(400);
    await replaced({ redirect_uris: ["https://client.example/new"] });
    expect([(await server.fetch(url)).status, (await elsewhere.fetch(url)).status]).toEqual([303, 400]);
    elsewhere.pass(60);
    expect((await elsewhere.fetch(url)).status).toBe(303);
  });

  it("leaves the secret, the token and what was authorized as they are", async () => {
    const tokens = await obtain();
    const answer = await replaced({ client_name: "Fieldnotes 2", client_secret: client.client_secret });
    expect(answer).not.toHaveProperty("client_secret");
    expect(answer).toMatchObject({ client_secret_expires_at: 0, registration_access_token: client.registration_access_token });
    const credentials = basic(client.client_id, client.client_secret);
    await tokensOf(await post(server, "/token", refreshRequest(tokens.refresh_token), credentials));
  });

  it("is logged once, by the client itself, and not at all where nothing changes", async () => {
    await replaced({ client_name: "Fieldnotes 2" });
    await replaced({ client_name: "Fieldnotes 2" });
    expect((await logged()).slice(1)).toEqual([["client.updated", client.client_id, { columns: ["metadata"] }]]);
  });

  it("gives a secret to a client that had none and now needs one, and takes it from one that needs it no more", async () => {
    const publicly = await replaced({ token_endpoint_auth_method: "none" });
    for (const name of ["client_secret", "client_secret_expires_at"]) expect(publicly).not.toHaveProperty(name);
    server.pass(61);
    const old = basic(client.client_id, client.client_secret);
    expect((await post(server, "/introspect", { token: "x" }, old)).status).toBe(401);
    const { client_secret } = await replaced({ token_endpoint_auth_method: "client_secret_basic" });
    expect(client_secret).toMatch(/^css_/);
    expect(client_secret).not.toBe(client.client_secret);
    expect((await post(server, "/introspect", { token: "x" }, basic(client.client_id, client_secret))).status).toBe(200);
  });

  it("gives a new secret for client_secret_jwt, of which a hash is no key, and that one does for the other methods", async () => {
    const { client_secret } = await replaced({ token_endpoint_auth_method: "client_secret_jwt" });
    expect(client_secret).not.toBe(client.client_secret);
    expect(await replaced({ token_endpoint_auth_method: "client_secret_basic" })).not.toHaveProperty("client_secret");
    expect((await post(server, "/introspect", { token: "x" }, basic(client.client_id, client_secret))).status).toBe(200);
  });

  it("with another name has people approve it anew, so that a stolen token yields nothing that they gave", async () => {
    const browser = new Browser(server);
    const query = { client_id: client.client_id };
    await authorize(browser, email, query);
    const url = authorizationUrl({ ...query, prompt: "none" });
    expect(new URL((await browser.open(url)).url).searchParams.get("code")).toMatch(/^csc_/);
    server.pass(1);
    await replaced({ tos_uri: "https://client.example/terms" });
    expect(new URL((await browser.open(url)).url).searchParams.get("code")).toMatch(/^csc_/);
    await replaced({ client_name: "Contoso Bank" });
    expect(new URL((await browser.open(url)).url).searchParams.get("error")).toBe("consent_required");
  });

  it("cannot touch what the operator alone decides, and leaves it as the operator set it", async () => {
    await env.DB.prepare("UPDATE clients SET metadata = json_set(metadata, '$.refresh_overlap_seconds', 7) WHERE client_id = ?")
      .bind(client.client_id)
      .run();
    const answer = await replaced({ refresh_overlap_seconds: 300, require_pkce: false, accept_token_endpoint_audience: true });
    expect(answer).toMatchObject({ refresh_overlap_seconds: 7, require_pkce: true });
    expect(answer).not.toHaveProperty("accept_token_endpoint_audience");
  });

  it("keeps a machine within what was vouched for it", async () => {
    const token = await addInitialAccessToken({
      grantTypes: ["client_credentials"],
      scopes: ["builds.read", "workitems.read"],
    });
    const machine = { grant_types: ["client_credentials"], redirect_uris: undefined, scope: "builds.read workitems.read" };
    const of = await register(machine, token);
    const wider = "builds.read workitems.write";
    expect(await replaced({ ...machine, scope: wider }, of)).toMatchObject({ scope: "builds.read" });
    const other = [...machine.grant_types, "urn:ietf:params:oauth:grant-type:token-exchange"];
    await expectRefused(() => replace({ ...machine, grant_types: other }, of), 400, "invalid_client_metadata");
    await expectRefused(
      () => replace({ grant_types: ["authorization_code", "client_credentials"], scope: "builds.read" }),
      400,
      "invalid_client_metadata",
    );
  });

  it.each<[string, Metadata, string]>([
    ["no client_id", { client_id: undefined }, "invalid_request"],
    ["another client_id", { client_id: "contoso-devops" }, "invalid_request"],
    ["another secret", { client_secret: SECRET }, "invalid_request"],
    ["a secret that is none", { client_secret: 7 }, "invalid_request"],
    ["a token", { registration_access_token: "csm_chosen" }, "invalid_request"],
    ["an address", { registration_client_uri: `${ISSUER}/register/x` }, "invalid_request"],
    ["a time of issue", { client_id_issued_at: 0 }, "invalid_request"],
    ["an end of its secret", { client_secret_expires_at: 1 }, "invalid_request"],
    ["no redirect URI", { redirect_uris: [] }, "invalid_redirect_uri"],
    ["a fragment", { redirect_uris: [`${CALLBACK}#x`] }, "invalid_redirect_uri"],
    ["an address within", { jwks_uri: "https://10.0.0.1/jwks" }, "invalid_client_metadata"],
    ["the scope of operators", { scope: "admin" }, "invalid_client_metadata"],
    ["a password grant", { grant_types: ["password"] }, "invalid_client_metadata"],
  ])("with %s is refused", async (_, changes, error) => {
    await expectRefused(() => replace(changes), 400, error);
  });

  it("asks for the sector again", async () => {
    const sector = "https://sector.example/uris.json";
    host.serve(sector, () => Response.json([CALLBACK]));
    const pairwise = { subject_type: "pairwise", sector_identifier_uri: sector };
    expect(await replaced(pairwise)).toMatchObject(pairwise);
    const moved = { ...pairwise, redirect_uris: ["https://client.example/new"] };
    await expectRefused(() => replace(moved), 400, "invalid_client_metadata");
  });

  it("is done thirty times in a quarter of an hour, and then has to wait; reading and another client go on", async () => {
    const logo_uri = "https://client.example/logo.png";
    for (let index = 0; index < 30; index++) expect((await replace({ logo_uri })).status).toBe(200);
    const asked = host.asked.length;
    await expectRefused(() => replace({ logo_uri }), 429, "slow_down");
    await expectRefused(() => replace({ client_name: "Two" }), 429, "slow_down");
    expect((await replace()).headers.get("retry-after")).toBe("900");
    expect(host.asked).toHaveLength(asked);
    expect((await manage("GET")).status).toBe(200);
    const other = await register();
    expect((await replace({ logo_uri }, other)).status).toBe(200);
    server.pass(900);
    expect((await replace({ logo_uri })).status).toBe(200);
  });

  it("by two requests at once never leaves a secret that neither was told", async () => {
    await replaced({ token_endpoint_auth_method: "none" });
    const answers = await Promise.all(
      ["client_secret_basic", "client_secret_post"].map((token_endpoint_auth_method) =>
        replace({ token_endpoint_auth_method }),
      ),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    const told = await Promise.all(answers.map((answer) => answer.json<Registered & { error?: string }>()));
    expect(told.find(({ error }) => error !== undefined)?.error).toBe("conflict");
    const winner: Partial<Registered> = told.find((one) => "client_secret" in one) ?? {};
    const { client_secret = "" } = winner;
    const token_endpoint_auth_method = winner["token_endpoint_auth_method"];
    expect(await (await manage("GET")).json()).toMatchObject({ token_endpoint_auth_method });
    const isBasic = token_endpoint_auth_method === "client_secret_basic";
    const fields = { token: "x", ...(isBasic ? {} : { client_id: client.client_id, client_secret }) };
    const credentials = isBasic ? basic(client.client_id, client_secret) : null;
    expect((await post(server, "/introspect", fields, credentials)).status).toBe(200);
  });

  it("and ending at once leave either the new registration or none", async () => {
    const [put, removed] = await Promise.all([replace({ client_name: "Two" }), manage("DELETE")]);
    expect(removed.status).toBe(204);
    expect([200, 401]).toContain(put.status);
    expect(
      await env.DB.prepare("SELECT count(*) AS n FROM clients WHERE client_id = ?").bind(client.client_id).first("n"),
    ).toBe(0);
  });
});

// CASES.md G 115
describe("ending", () => {
  it("kills everything that the client was ever given", async () => {
    const tokens = await obtain();
    const unused = await authorize(new Browser(server), email, { client_id: client.client_id });
    const resourceServer = createResourceServer({
      issuer: ISSUER,
      audience: API,
      revocations: server.deps.kv,
      now: server.deps.now,
      fetch: (input, init) => handle(new Request(input, init), server.deps),
    });
    expect((await checkToken(tokens.access_token, resourceServer)).client_id).toBe(client.client_id);
    server.pass(1);
    const response = await manage("DELETE");
    expect([response.status, await response.text(), response.headers.get("cache-control")]).toEqual([204, "", "no-store"]);

    expect(await introspect(server, tokens.access_token)).toEqual({ active: false });
    await expect(checkToken(tokens.access_token, resourceServer)).rejects.toMatchObject({ code: "invalid_token" });
    const credentials = basic(client.client_id, client.client_secret);
    for (const fields of [refreshRequest(tokens.refresh_token), codeRequest(unused.get("code") ?? "")])
      expect((await post(server, "/token", fields, credentials)).status).toBe(401);
    expect((await server.fetch(authorizationUrl({ client_id: client.client_id }))).status).toBe(400);
    const userinfo = { headers: { authorization: `Bearer ${tokens.access_token}` } };
    expect((await server.fetch("/userinfo", userinfo)).status).toBe(401);
  });

  it("ends the token as well", async () => {
    expect((await manage("DELETE")).status).toBe(204);
    server.pass(1);
    for (const method of ["GET", "DELETE"]) await expectRefused(() => manage(method), 401, "invalid_token");
    await expectRefused(() => replace(), 401, "invalid_token");
  });

  it("is logged with the client's name, and takes the consents of people along, each with its row", async () => {
    await obtain();
    server.pass(1);
    await manage("DELETE");
    expect((await logged()).at(-1)).toEqual([
      "client.removed",
      client.client_id,
      { origin: "registration", client_name: "Fieldnotes" },
    ]);
    const { results } = await env.DB.prepare("SELECT client_id FROM audit WHERE action = 'grant.revoked'").all();
    expect(results).toEqual([{ client_id: client.client_id }]);
  });

  it("leaves other clients alone", async () => {
    const other = await register();
    await manage("DELETE");
    expect((await manage("GET", other)).status).toBe(200);
    expect(await env.DB.prepare("SELECT count(*) AS n FROM clients").first("n")).toBe(2);
  });
});
