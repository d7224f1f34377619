/** The TypeScript SDK of the Model Context Protocol, by those who make the protocol, against Countersign and the demo's MCP server. */
import { auth, Client, DpopSession, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { challenge, checkRequest, createResourceServer } from "countersign/verify";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import demo from "../../demo/seed.json" with { type: "json" };
import { type Local, startLocal } from "../../scripts/local.ts";
import { Assistant, clientMetadata, type Introduction, Provider } from "./assistant.ts";
import { Person } from "./person.ts";

const DOCUMENT = "https://assistant.example/client.json";

const CRAWLER_SECRET = "a-secret-of-forty-three-characters-00000000";

/** How a client may come, and somebody who has approved no other that came in that way. */
const ways = ["registered beforehand", "registering itself", "described by a document"] as const;
type Way = (typeof ways)[number];
const emailOf = (way: Way): string => `${way.replaceAll(" ", "-")}@contoso.example`;

let local: Local;
/** Of the MCP server. */
let url: string;

beforeAll(async () => {
  const [contoso, ...others] = demo.organizations;
  const seed = {
    ...demo,
    users: [...demo.users, ...ways.map((way) => ({ ...demo.users[1], email: emailOf(way), preferred_username: undefined }))],
    organizations: [
      { ...contoso, members: [...(contoso?.members ?? []), ...ways.map((way) => ({ email: emailOf(way), role: "member" }))] },
      ...others,
    ],
    clients: [
      ...demo.clients,
      {
        client_id: "crawler",
        client_name: "Crawler",
        client_secret: CRAWLER_SECRET,
        grant_types: ["client_credentials"],
        redirect_uris: [],
        scope: "mcp.read",
      },
    ],
  };
  local = await startLocal({
    seed,
    workers: ["contoso-devops"],
    outside: (request) =>
      request.url === DOCUMENT
        ? Response.json({ client_id: DOCUMENT, client_uri: "https://assistant.example/", ...clientMetadata })
        : new Response(null, { status: 404 }),
  });
  url = `${local.urls.contosoDevops}/mcp`;
});
afterAll(() => local.stop());

// It warns each time that it throws tokens away, which is what some of these tests are about.
beforeEach(() => vi.spyOn(console, "warn").mockImplementation(() => undefined));
afterEach(() => vi.restoreAllMocks());

const introductions: Readonly<Record<Way, () => Introduction>> = {
  "registered beforehand": () => ({ client: { client_id: "northstar-assistant", issuer: local.urls.server } }),
  "registering itself": () => ({}),
  "described by a document": () => ({ documentUrl: DOCUMENT }),
};

const create = (way: Way, email?: string): Assistant =>
  new Assistant(url, new Person(local.urls.server, email), introductions[way]());

/** A client that the person has let in, with nothing in its list of requests yet. */
async function connect(way: Way, email?: string): Promise<Assistant> {
  const assistant = create(way, email);
  await assistant.connect();
  assistant.exchanges.length = 0;
  return assistant;
}

const scopesOf = (authorizationUrl: URL) => authorizationUrl.searchParams.get("scope")?.split(" ").toSorted();
const move = { organization: "contoso", id: 1206, state: "resolved" };

describe.each(ways)("a client %s", (way) => {
  it("is led by a 401 through both metadata to the person's approval, and calls a tool", async () => {
    const assistant = create(way);
    await assistant.connect();
    expect(assistant.exchanges).toEqual([
      "POST /mcp 401",
      "GET /.well-known/oauth-protected-resource/mcp 200",
      "GET /.well-known/oauth-authorization-server 200",
      ...(way === "registering itself" ? ["POST /register 201"] : []),
      "POST /token 200",
      "POST /mcp 200",
    ]);
    const { searchParams } = assistant.provider.authorizationUrl;
    expect(Object.fromEntries(searchParams)).toMatchObject({ resource: url, code_challenge_method: "S256" });
    // The scope is that of the challenge. The SDK adds offline_access, since we list it, and then asks for consent each time.
    expect(scopesOf(assistant.provider.authorizationUrl)).toEqual(["mcp.read", "offline_access"]);
    expect(searchParams.get("prompt")).toBe("consent");
    if (way === "described by a document") expect(searchParams.get("client_id")).toBe(DOCUMENT);
    expect(assistant.provider.tokens()).toMatchObject({ token_type: "Bearer", scope: "mcp.read offline_access" });

    expect(await assistant.tools()).toEqual(["list_organizations", "list_builds", "list_work_items", "move_work_item"]);
    expect(await assistant.call("list_builds", { organization: "contoso" })).toMatchObject({
      builds: [{ number: 4821 }, {}, {}, {}, {}, {}],
    });
    await expect(assistant.call("list_builds", { organization: "northwind" })).rejects.toThrow("does not reach");
    await assistant.close();
  });

  it("refreshes by itself when its access token is no more", async () => {
    const assistant = await connect(way);
    const before = assistant.provider.tokens();
    // Nobody waits until it expires: the client gives it back, and the server then refuses it in the same words. Of every 401 the
    // SDK takes a refresh for the cure, once.
    const body = new URLSearchParams({
      token: before?.access_token ?? "",
      client_id: assistant.provider.clientInformation()?.client_id ?? "",
    });
    expect((await fetch(`${local.urls.server}/revoke`, { method: "POST", body })).status).toBe(200);
    expect(await assistant.call("list_organizations")).toMatchObject({ organizations: [{ name: "contoso" }] });
    expect(assistant.exchanges).toEqual(["POST /mcp 401", "POST /token 200", "POST /mcp 200"]);
    const after = assistant.provider.tokens();
    expect(after?.refresh_token).not.toBe(before?.refresh_token);
    expect(after?.scope).toBe(before?.scope);
    await assistant.close();
  });

  it("asks the person for more when a tool needs it, and keeps what it had", async () => {
    const assistant = await connect(way);
    expect(await assistant.call("move_work_item", move)).toMatchObject({ id: 1206, state: "resolved" });
    // The 403 names every scope of the call; the SDK adds those that it asked for before. Where it registered itself, it did so
    // with the scope of its first request alone, which therefore must not bound it (rules/scope.ts).
    expect(assistant.exchanges).toEqual(["POST /mcp 403", "POST /token 200", "POST /mcp 200"]);
    expect(scopesOf(assistant.provider.authorizationUrl)).toEqual(["mcp.read", "mcp.write", "offline_access"]);
    assistant.exchanges.length = 0;
    await assistant.call("list_work_items", { organization: "contoso" });
    await assistant.call("move_work_item", { ...move, state: "active" });
    expect(assistant.exchanges).toEqual(["POST /mcp 200", "POST /mcp 200"]);
    await assistant.close();
  });

  it("begins anew after the person revoked it", async () => {
    const assistant = await connect(way, emailOf(way));
    const before = assistant.provider.tokens();
    const person = new Person(local.urls.server, emailOf(way));
    await person.arrive(`${local.urls.server}/sign-in`);
    await person.revoke();
    expect(await assistant.call("list_organizations")).toMatchObject({ organizations: [{ name: "contoso" }] });
    // Its refresh token is dead: 400 and invalid_grant, at which the SDK forgets its tokens and opens the browser.
    expect(assistant.exchanges).toEqual(["POST /mcp 401", "POST /token 400", "POST /token 200", "POST /mcp 200"]);
    expect(assistant.provider.tokens()?.access_token).not.toBe(before?.access_token);
    await assistant.close();
  });

  it("hears that the person said no, and has nothing", async () => {
    const assistant = create(way);
    assistant.decision = "deny";
    await expect(assistant.connect()).rejects.toMatchObject({ code: "access_denied" });
    expect(assistant.provider.tokens()).toBeUndefined();
  });
});

it("a client that speaks the protocol's earlier revisions gets on as well", async () => {
  const assistant = create("registered beforehand");
  await assistant.connect("legacy");
  expect(assistant.exchanges.filter((exchange) => exchange.startsWith("POST")).slice(0, 3)).toEqual([
    "POST /mcp 401",
    "POST /token 200",
    "POST /mcp 200",
  ]);
  expect(await assistant.call("move_work_item", move)).toMatchObject({ state: "resolved" });
  await assistant.close();
});

it("a client with a DPoP key gets tokens that are of use to it alone", async () => {
  const dpop = await DpopSession.create();
  const person = new Person(local.urls.server);
  const assistant = new Assistant(url, person, { ...introductions["registered beforehand"](), dpop });
  await assistant.connect();
  expect(assistant.provider.tokens()?.token_type).toBe("DPoP");
  expect(await assistant.call("list_organizations")).toMatchObject({ organizations: [{ name: "contoso" }] });
  expect(await assistant.call("move_work_item", move)).toMatchObject({ state: "resolved" });
  const stolen = await fetch(url, {
    method: "POST",
    headers: { authorization: `Bearer ${assistant.provider.tokens()?.access_token}` },
  });
  expect([stolen.status, stolen.headers.get("www-authenticate")]).toEqual([
    401,
    expect.stringContaining('error="invalid_token"'),
  ]);
  await assistant.close();
});

it("auth(), called by an application itself, redirects, redeems the code, and refreshes", async () => {
  const provider = new Provider(introductions["registered beforehand"]());
  expect(await auth(provider, { serverUrl: url })).toBe("REDIRECT");
  // Asked without a challenge it begins with what the resource's metadata lists.
  expect(scopesOf(provider.authorizationUrl)).toEqual(["mcp.read", "offline_access"]);
  const { searchParams } = await new Person(local.urls.server).authorize(provider.authorizationUrl);
  const response = { authorizationCode: searchParams.get("code") ?? "", iss: searchParams.get("iss") ?? "" };
  await expect(auth(provider, { serverUrl: url, ...response, iss: "https://evil.example" })).rejects.toThrow(/issuer/i);
  expect(await auth(provider, { serverUrl: url, ...response })).toBe("AUTHORIZED");
  const first = provider.tokens();
  expect(await auth(provider, { serverUrl: url })).toBe("AUTHORIZED");
  expect(provider.tokens()?.access_token).not.toBe(first?.access_token);
});

it("the SDK does not read what a step-up to another sign-in asks for (RFC 9470): it refreshes once and gives up", async () => {
  const { provider } = await connect("registered beforehand");
  const before = provider.tokens();
  const resourceServer = createResourceServer({ issuer: local.urls.server, audience: url });
  // An MCP server that needs a way to sign in which this person did not use. So docs/verify.md advises to keep this off tools.
  const answer = (request: Request) =>
    checkRequest(request, resourceServer, { scopes: ["mcp.read"], acrValues: ["urn:example:two-persons"] }).then(
      () => new Response(null, { status: 204 }),
      (error: unknown) => challenge(error, resourceServer),
    );
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    authProvider: provider,
    fetch: async (input, init) =>
      String(input) === url ? answer(new Request(input, init as RequestInit)) : fetch(input, init),
  });
  const client = new Client({ name: "assistant", version: "1.0.0" });
  await expect(client.connect(transport)).rejects.toMatchObject({ data: { status: 401 } });
  expect(provider.tokens()?.refresh_token).not.toBe(before?.refresh_token);
});

describe("the metadata of the authorization server", () => {
  const load = async (name: string) => (await fetch(`${local.urls.server}/.well-known/${name}`)).json();

  it.each(["oauth-authorization-server", "openid-configuration"])(
    "at %s has all that clients of the protocol look for",
    async (name) => {
      const issuer = local.urls.server;
      const listed = (...some: readonly string[]) => expect.arrayContaining([...some]);
      expect(await load(name)).toMatchObject({
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        registration_endpoint: `${issuer}/register`,
        revocation_endpoint: `${issuer}/revoke`,
        introspection_endpoint: `${issuer}/introspect`,
        jwks_uri: `${issuer}/jwks`,
        protected_resources: listed(url),
        response_types_supported: ["code"],
        response_modes_supported: listed("query"),
        grant_types_supported: listed("authorization_code", "refresh_token"),
        // Some use their document only where "none" is listed.
        token_endpoint_auth_methods_supported: listed("none", "private_key_jwt", "client_secret_basic", "client_secret_post"),
        token_endpoint_auth_signing_alg_values_supported: listed("RS256", "ES256"),
        code_challenge_methods_supported: ["S256"],
        scopes_supported: listed("mcp.read", "mcp.write", "offline_access"),
        client_id_metadata_document_supported: true,
        authorization_response_iss_parameter_supported: true,
        subject_types_supported: listed("public"),
        id_token_signing_alg_values_supported: listed("RS256"),
      });
    },
  );

  it.each([
    "/.well-known/oauth-authorization-server",
    "/.well-known/openid-configuration",
    "/jwks",
    "/register",
    "/token",
    "/revoke",
  ])(
    "and what it names at %s may be asked by a client in a browser, which sends the version of the protocol along",
    async (path) => {
      const headers = {
        origin: "https://inspector.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type,mcp-protocol-version",
      };
      const response = await fetch(local.urls.server + path, { method: "OPTIONS", headers });
      expect([response.status, response.headers.get("access-control-allow-origin")]).toEqual([204, "*"]);
      expect(response.headers.get("access-control-allow-headers")).toContain("MCP-Protocol-Version");
    },
  );
});

describe("the demo's MCP server", () => {
  const metadataAt = async (path: string) =>
    (await fetch(`${local.urls.contosoDevops}/.well-known/oauth-protected-resource${path}`)).json();

  it("has metadata of its own beside the API's", async () => {
    const shared = { authorization_servers: [local.urls.server], bearer_methods_supported: ["header"] };
    expect(await metadataAt("/mcp")).toMatchObject({ ...shared, resource: url, scopes_supported: ["mcp.read"] });
    expect(await metadataAt("")).toMatchObject({ ...shared, resource: local.urls.contosoDevops });
  });

  it("takes no token for the API, and the API none for it", async () => {
    const assistant = await connect("registered beforehand");
    const authorization = `Bearer ${assistant.provider.tokens()?.access_token}`;
    const atApi = await fetch(`${local.urls.contosoDevops}/api/organizations`, { headers: { authorization } });
    expect([atApi.status, await atApi.json()]).toMatchObject([401, { error: "invalid_token" }]);
    await assistant.close();
  });

  it("takes no token that a machine got for itself: its tools show what a person may see", async () => {
    const authorization = `Basic ${Buffer.from(`crawler:${CRAWLER_SECRET}`).toString("base64")}`;
    const body = new URLSearchParams({ grant_type: "client_credentials", resource: url });
    const response = await fetch(`${local.urls.server}/token`, { method: "POST", body, headers: { authorization } });
    const { access_token, scope } = (await response.json()) as Readonly<Record<string, string>>;
    expect(scope).toBe("mcp.read");
    const refused = await fetch(url, { method: "POST", headers: { authorization: `Bearer ${access_token}` } });
    expect([refused.status, await refused.json()]).toMatchObject([401, { error: "insufficient_user_authentication" }]);
  });

  it.each<[string, RequestInit, number]>([
    ["GET", {}, 401],
    ["nonsense", { method: "POST", body: "{" }, 401],
    [
      "a batch with a tool that needs more",
      { method: "POST", body: '[{"method":"tools/call","params":{"name":"move_work_item"}}]' },
      401,
    ],
    [
      "a tool that is a word of the language",
      { method: "POST", body: '{"method":"tools/call","params":{"name":"constructor"}}' },
      401,
    ],
    ["a call of nothing", { method: "POST", body: '{"method":"tools/call","params":null}' }, 401],
    ["100 KB", { method: "POST", body: "x".repeat(100_000) }, 413],
  ])("answers %s without a token by the challenge, or not at all", async (what, init, status) => {
    const response = await fetch(url, init);
    expect(response.status).toBe(status);
    const challenge = response.headers.get("www-authenticate") ?? "";
    if (status === 401)
      expect(challenge).toContain(what.startsWith("a batch") ? 'scope="mcp.read mcp.write"' : 'scope="mcp.read"');
    if (status === 401)
      expect(challenge).toContain(`resource_metadata="${local.urls.contosoDevops}/.well-known/oauth-protected-resource/mcp"`);
  });

  it("can be used by scripts of any origin, which send a token and no cookies", async () => {
    const headers = {
      origin: "https://inspector.example",
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization,content-type,mcp-protocol-version",
    };
    const response = await fetch(url, { method: "OPTIONS", headers });
    expect(response.status).toBe(204);
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(response.headers.get("access-control-allow-headers")).toBe("authorization,content-type,mcp-protocol-version");
    expect(response.headers.has("access-control-allow-credentials")).toBe(false);
  });
});
