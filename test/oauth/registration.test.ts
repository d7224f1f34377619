/** Clients that register themselves (RFC 7591; OpenID Connect Dynamic Client Registration): who may, and what becomes of what they ask. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { Config } from "../../src/config.ts";
import { work } from "../../src/cron.ts";
import { toBase64url, toUtf8 } from "../../src/tokens/encoding.ts";
import { Browser } from "../browser.ts";
import { addInitialAccessToken, addOrganization, addResource, addUser, CALLBACK, INITIAL_ACCESS_TOKEN } from "../builders.ts";
import { type ClientHost, createClientHost } from "../clientHost.ts";
import { ASSERTION_TYPE, assertionClaims, clientKey, sign } from "../clientKey.ts";
import { authorizationUrl, authorize, codeRequest, post, tokensOf } from "../flow.ts";
import { basic, createServer, empty, form, ISSUER, type Server, snapshot } from "../harness.ts";

const DAY = 24 * 3600;

let server: Server;
let host: ClientHost;
let email: string;

/** A house in which anybody may register, unless `config` says otherwise. */
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
});

type Metadata = Readonly<Record<string, unknown>>;

/** What an honest web service sends. */
const asked = (changes: Metadata = {}): Metadata => ({ client_name: "Fieldnotes", redirect_uris: [CALLBACK], ...changes });

const send = (body: unknown, headers: Readonly<Record<string, string>> = {}) =>
  server.fetch("/register", {
    method: "POST",
    body: typeof body === "string" ? body : JSON.stringify(body),
    headers: { "content-type": "application/json", ...headers },
  });

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

interface Registered extends Metadata {
  readonly client_id: string;
  readonly client_secret: string;
  readonly registration_access_token: string;
  readonly registration_client_uri: string;
}

/** A registration that must succeed. */
async function register(changes: Metadata = {}, headers?: Readonly<Record<string, string>>): Promise<Registered> {
  const response = await send(asked(changes), headers);
  const body = await response.json<Registered>();
  expect(response.status, JSON.stringify(body)).toBe(201);
  return body;
}

/** JSON that says no in words that a header may carry, after which everything is as it was. */
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

const rowOf = (clientId: string) =>
  env.DB.prepare("SELECT * FROM clients WHERE client_id = ?").bind(clientId).first<Record<string, unknown>>();
const usesLeft = () => env.DB.prepare("SELECT uses_left FROM initial_access_tokens").first<number | null>("uses_left");

describe("a registration", () => {
  it("is told everything that was registered, defaults included, and works", async () => {
    const response = await send(asked());
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    const client = await response.json<Registered>();
    expect(client).toEqual({
      client_id: expect.stringMatching(/^aa[\w-]{20}$/),
      client_id_issued_at: Math.floor(server.deps.now() / 1000),
      client_secret: expect.stringMatching(/^css_[\w-]{43}$/),
      client_secret_expires_at: 0,
      registration_access_token: expect.stringMatching(/^csm_[\w-]{43}$/),
      registration_client_uri: `${ISSUER}/register/${client.client_id}`,
      client_name: "Fieldnotes",
      application_type: "web",
      redirect_uris: [CALLBACK],
      grant_types: ["authorization_code"],
      response_types: ["code"],
      token_endpoint_auth_method: "client_secret_basic",
      id_token_signed_response_alg: "RS256",
      authorization_signed_response_alg: "RS256",
      introspection_signed_response_alg: "RS256",
      subject_type: "public",
      require_pkce: true,
      refresh_overlap_seconds: 90,
    });
    const answer = await authorize(new Browser(server), email, { client_id: client.client_id, scope: "openid builds.read" });
    const credentials = basic(client.client_id, client.client_secret);
    const tokens = await tokensOf(await post(server, "/token", codeRequest(answer.get("code") ?? ""), credentials));
    expect(tokens.scope).toBe("openid builds.read");
  });

  it("keeps of the secret and of the token no more than a hash, and logs itself without either", async () => {
    const client = await register();
    const row = JSON.stringify([await rowOf(client.client_id), (await env.DB.prepare("SELECT * FROM audit").all()).results]);
    expect(row).not.toContain(client.client_secret);
    expect(row).not.toContain(client.registration_access_token);
    const { results } = await env.DB.prepare("SELECT action, actor, client_id, detail FROM audit").all();
    const detail = JSON.stringify({ origin: "registration", client_name: "Fieldnotes" });
    expect(results).toEqual([{ action: "client.registered", actor: client.client_id, client_id: client.client_id, detail }]);
  });

  it("is nobody's: its publisher is unknown, and no person owns it", async () => {
    const { client_id } = await register({ publisher: { name: "Contoso" }, owner_id: email });
    expect(await rowOf(client_id)).toMatchObject({ origin: "registration", publisher: null, owner_id: null });
  });

  it("gets an id of its own each time, which is never the address of a document", async () => {
    const ids = [await register(), await register(), await register({ client_id: "https://evil.example/client" })].map(
      ({ client_id }) => client_id,
    );
    expect(new Set(ids).size).toBe(3);
    expect(ids.some((id) => id.startsWith("https://"))).toBe(false);
  });

  it.each<[string, Metadata, boolean]>([
    ["none", {}, false],
    ["client_secret_post", {}, true],
    ["client_secret_jwt", {}, true],
    ["private_key_jwt", { jwks_uri: "https://client.example/jwks" }, false],
    ["tls_client_auth", { tls_client_auth_san_dns: "client.example" }, false],
  ])("for %s has a secret where that needs one", async (token_endpoint_auth_method, more, hasSecret) => {
    const client = await register({ token_endpoint_auth_method, ...more });
    expect(["client_secret" in client, "client_secret_expires_at" in client]).toEqual([hasSecret, hasSecret]);
    expect(client).toMatchObject({ token_endpoint_auth_method, ...more });
  });

  it("for client_secret_jwt gets a secret that is a key", async () => {
    const client = await register({ token_endpoint_auth_method: "client_secret_jwt" });
    const secret = new TextEncoder().encode(client.client_secret);
    const key = await crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, true, ["sign"]);
    const signer = { alg: "HS256", jwk: { kid: "k" }, privateKey: key, publicKey: key };
    const assertion = await sign(signer, assertionClaims(client.client_id, server.deps.now()));
    const fields = { token: "x", client_assertion: assertion, client_assertion_type: ASSERTION_TYPE };
    expect((await post(server, "/introspect", fields, null)).status).toBe(200);
  });

  it("ignores members that nobody knows (RFC 7591 section 2)", async () => {
    const client = await register({ mcp_version: "2026-07-28", extension: { deep: [1, 2, { three: 3 }] } });
    expect(client).not.toHaveProperty("mcp_version");
    expect(client).not.toHaveProperty("extension");
  });

  it("tells names and pages in other languages as they were sent", async () => {
    const localized = {
      "client_name#ja-Jpan-JP": "\u30af\u30e9\u30a4\u30a2\u30f3\u30c8\u540d",
      "tos_uri#fr": "https://client.example/fr",
    };
    expect(await register(localized)).toMatchObject(localized);
  });

  it("takes null and the empty text as if the member were left out", async () => {
    const client = await register({ logo_uri: "", tos_uri: "", policy_uri: null, scope: "", contacts: null });
    for (const name of ["logo_uri", "tos_uri", "policy_uri", "scope", "contacts"]) expect(client).not.toHaveProperty(name);
  });

  it("fetches the logo there and then, so that browsers get it from here", async () => {
    const header = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52];
    const png = Uint8Array.from([...header, ...new Uint8Array(16)]);
    host.serve("https://client.example/logo.png", () => new Response(png));
    const { client_id } = await register({ logo_uri: "https://client.example/logo.png" });
    expect(host.asked).toEqual(["https://client.example/logo.png"]);
    expect((await server.fetch(`/logos/${client_id}`)).headers.get("content-type")).toBe("image/png");
  });

  // CASES.md C 44 and 45
  it("is for one method, and by no other is its client known", async () => {
    const jwks = { keys: [(await clientKey("ES256")).jwk] };
    const keyed = await register({ token_endpoint_auth_method: "private_key_jwt", jwks });
    const posting = await register({ token_endpoint_auth_method: "client_secret_post" });
    const fields = { token: "x" };
    for (const [more, authorization] of [
      [{ client_id: keyed.client_id }, null],
      [{ client_id: keyed.client_id, client_secret: posting.client_secret }, null],
      [{}, basic(posting.client_id, posting.client_secret)],
      [{ client_id: posting.client_id }, null],
    ] as const)
      expect((await post(server, "/introspect", { ...fields, ...more }, authorization)).status).toBe(401);
    const { client_id, client_secret } = posting;
    expect((await post(server, "/introspect", { ...fields, client_id, client_secret }, null)).status).toBe(200);
  });

  // CASES.md C 57
  it("has a secret, a token and an id that nobody guesses", async () => {
    const clients = await Promise.all(Array.from({ length: 50 }, () => register()));
    for (const name of ["client_secret", "registration_access_token", "client_id"] as const) {
      const values = clients.map((client) => client[name].replace(/^(?:css_|csm_|aa)/, ""));
      expect(new Set(values).size).toBe(50);
      for (let at = 0; at < 20; at++) expect(new Set(values.map((value) => value[at])).size).toBeGreaterThan(15);
    }
  });

  it("of a client with keys at an address does not ask there yet", async () => {
    await register({ token_endpoint_auth_method: "private_key_jwt", jwks_uri: "https://client.example/jwks" });
    expect(host.asked).toEqual([]);
  });
});

describe("today's MCP clients", () => {
  it.each<[string, Metadata, string]>([
    ["of a loopback address", { redirect_uris: ["http://localhost:7777/oauth/callback"] }, "native"],
    ["of a scheme of their own", { redirect_uris: ["cursor://anysphere.cursor-mcp/oauth/callback"] }, "native"],
    ["of both kinds", { redirect_uris: ["https://vscode.dev/redirect", "http://127.0.0.1:33418/"] }, "native"],
    ["of a web page", { redirect_uris: ["https://claude.ai/api/mcp/auth_callback"] }, "web"],
  ])("that leave application_type out are taken for what their redirect URIs are: %s", async (_, changes, type) => {
    const mcp = { token_endpoint_auth_method: "none", grant_types: ["authorization_code", "refresh_token"] };
    expect(await register({ ...mcp, response_types: ["code"], ...changes })).toMatchObject({ application_type: type, ...mcp });
  });

  it("listen at whatever port is free when the person comes back", async () => {
    const { client_id } = await register({ redirect_uris: ["http://localhost/cb"], token_endpoint_auth_method: "none" });
    const redirect_uri = "http://localhost:52001/cb";
    const answer = await authorize(new Browser(server), email, { client_id, redirect_uri, scope: "openid" });
    const fields = codeRequest(answer.get("code") ?? "", { redirect_uri, client_id });
    expect((await tokensOf(await post(server, "/token", fields, null))).scope).toBe("openid");
  });

  it.each<[string, readonly string[], string]>([
    ["the host that they lead back to", ["https://tool.example/cb"], "tool.example"],
    ["no name at all", ["http://127.0.0.1/cb"], "Unnamed service"],
  ])("that leave client_name out go by %s", async (_, redirect_uris, client_name) => {
    expect(await register({ client_name: undefined, redirect_uris })).toMatchObject({ client_name });
  });
});

// CASES.md G 107
describe("what a client cannot give itself", () => {
  it("is cut, where it would only weaken or widen", async () => {
    const client = await register({
      require_pkce: false,
      accept_token_endpoint_audience: true,
      refresh_overlap_seconds: 300,
      token_exchange: { resources: ["https://devops.contoso.example"], impersonation: true },
    });
    expect(client).toMatchObject({ require_pkce: true, refresh_overlap_seconds: 90 });
    expect(client).not.toHaveProperty("accept_token_endpoint_audience");
    expect(client).not.toHaveProperty("token_exchange");
    const query = { client_id: client.client_id, code_challenge: null, code_challenge_method: null };
    const page = await new Browser(server).open(authorizationUrl(query));
    expect(page.text).toContain("<code>invalid_request</code>");
  });

  it("is cut from its scope: what does not exist, what is for operators, and for a public client the management of grants", async () => {
    const scope = "openid admin builds.read builds.* grant_management_query nonsense";
    expect(await register({ scope })).toMatchObject({ scope: "openid builds.read grant_management_query" });
    expect(await register({ scope, token_endpoint_auth_method: "none" })).toMatchObject({ scope: "openid builds.read" });
  });

  it("cannot be had by leaving the scope out either", async () => {
    const { client_id } = await register();
    const page = await new Browser(server).open(authorizationUrl({ client_id, scope: "openid admin" }));
    expect(page.text).toContain("<code>invalid_scope</code>");
  });

  it.each<[string, Metadata, string]>([
    ["the scope of operators alone", { scope: "admin" }, "scope: has no scope that this client may have here"],
    ["a password grant", { grant_types: ["authorization_code", "password"] }, "grant_types[1]: is not one of"],
    ["an implicit grant", { grant_types: ["implicit"] }, "grant_types[0]: is not one of"],
    ["an implicit response", { response_types: ["code", "id_token"] }, "response_types[1]: is not code"],
    ["an unknown method", { token_endpoint_auth_method: "client_secret" }, "token_endpoint_auth_method: is not one of"],
    ["a grant without its response", { response_types: [] }, "response_types: must have code"],
    [
      "a response without its grant",
      { grant_types: ["urn:ietf:params:oauth:grant-type:device_code"], response_types: ["code"], redirect_uris: [] },
      "response_types: must not have code",
    ],
    [
      "refresh tokens of nothing",
      { grant_types: ["refresh_token"], redirect_uris: [] },
      "grant_types: has refresh_token without",
    ],
    ...[
      "client_credentials",
      "urn:ietf:params:oauth:grant-type:token-exchange",
      "urn:ietf:params:oauth:grant-type:jwt-bearer",
    ].map((type): [string, Metadata, string] => [
      type,
      { grant_types: ["authorization_code", type], scope: "builds.read" },
      `grant_types: has ${type}`,
    ]),
    ["no algorithm", { id_token_signed_response_alg: "none" }, "id_token_signed_response_alg: is not one of"],
    ["keys nowhere", { token_endpoint_auth_method: "private_key_jwt" }, "token_endpoint_auth_method: needs keys"],
    ["keys in two places", { jwks: { keys: [] }, jwks_uri: "https://client.example/jwks" }, "jwks.keys: is empty"],
    ["a login page by http", { initiate_login_uri: "http://client.example/login" }, "initiate_login_uri: is not https"],
    ["a logo at our own host", { logo_uri: `${ISSUER}/icon.svg` }, "logo_uri: is on our own host"],
    [
      "51 request URIs",
      { request_uris: Array.from({ length: 51 }, (_, i) => `https://c.example/${i}`) },
      "request_uris: has more than 50",
    ],
    ["21 contacts", { contacts: Array.from({ length: 21 }, (_, i) => `${i}@c.example`) }, "contacts: has more than 20"],
    ["a name that is no text", { client_name: { ja: "x" } }, "client_name: is not a string"],
    ["a name in no language", { "client_name#": "x" }, "client_name#: does not end in a language tag"],
  ])("%s is refused", async (_, changes, description) => {
    expect(await expectRefused(() => send(asked(changes)), 400, "invalid_client_metadata")).toContain(description);
  });

  // CASES.md G 106, and group C as far as it concerns what is registered
  it.each<[string, readonly unknown[], Metadata?]>([
    ["none at all", []],
    ["a fragment", [`${CALLBACK}#here`]],
    ["an empty fragment", [`${CALLBACK}#`]],
    ["a wildcard host", ["https://*.buildboard.example/cb"]],
    ["a wildcard path that hides a dot", ["https://buildboard.example/%2e%2e/cb"]],
    ["http on the internet", ["http://buildboard.example/cb"]],
    ["http on a host that looks like this machine", ["http://localhost.evil.example/cb"]],
    ["http on loopback for a web client", ["http://localhost:3000/cb"], { application_type: "web" }],
    ["http on loopback for a web client, beside a good one", [CALLBACK, "http://127.0.0.1/cb"], { application_type: "web" }],
    ["a private scheme for a web client", ["com.example.app:/cb"], { application_type: "web" }],
    ["a script", ["javascript:alert(1)"], { application_type: "native" }],
    ["data", ["data:text/html,hello"], { application_type: "native" }],
    ["a file", ["file:///etc/passwd"], { application_type: "native" }],
    ["a user in it", ["https://user@buildboard.example/cb"]],
    ["dot segments", ["https://buildboard.example/a/../cb"]],
    ["capital letters in the host", ["https://BUILDBOARD.example/cb"]],
    ["a backslash", ["https://buildboard.example\\@evil.example/cb"]],
    ["a space", ["https://buildboard.example/c b"]],
    ["a relative path", ["/cb"]],
    ["a number", [7]],
    ["more than 2048 characters", [`https://buildboard.example/${"a".repeat(2048)}`]],
  ])("a redirect URI with %s is refused", async (_, redirect_uris, more = {}) => {
    await expectRefused(() => send(asked({ redirect_uris, ...more })), 400, "invalid_redirect_uri");
  });

  it("is a redirect URI for each of its people: 51 are refused", async () => {
    const redirect_uris = Array.from({ length: 51 }, (_, index) => `https://client.example/${index}`);
    await expectRefused(() => send(asked({ redirect_uris })), 400, "invalid_client_metadata");
  });
});

// CASES.md G 108: every URL that the server would ask, in every spelling of an address that only it can reach
describe("an address that the server would ask", () => {
  const inner = [
    "https://127.0.0.1/x",
    "https://0.0.0.0/x",
    "https://[::1]/x",
    "https://[::ffff:7f00:1]/x",
    "https://[fd00::1]/x",
    "https://[fe80::1]/x",
    "https://10.0.0.1/x",
    "https://172.16.0.1/x",
    "https://192.168.0.1/x",
    "https://100.64.0.1/x",
    "https://169.254.169.254/latest/meta-data",
    "https://2130706433/x",
    "https://0x7f.1/x",
    "https://0177.0.0.1/x",
    "https://localhost/x",
    "https://localhost./x",
    "https://metadata.internal/x",
    "https://printer/x",
    "http://client.example/x",
    "file:///etc/passwd",
    "https://user:pass@client.example/x",
    `${ISSUER}/jwks`,
  ];
  const members: readonly (readonly [member: string, of: (url: string) => Metadata])[] = [
    ["jwks_uri", (jwks_uri) => ({ jwks_uri })],
    ["sector_identifier_uri", (sector_identifier_uri) => ({ sector_identifier_uri, subject_type: "pairwise" })],
    ["logo_uri", (logo_uri) => ({ logo_uri })],
    ["logo_uri#ja", (url) => ({ "logo_uri#ja": url })],
    ["request_uris[0]", (url) => ({ request_uris: [url] })],
    ["backchannel_logout_uri", (backchannel_logout_uri) => ({ backchannel_logout_uri })],
  ];

  it.each(members.flatMap(([member, of]) => inner.map((url) => [member, url, of(url)] as const)))(
    "is refused as %s: %s",
    async (member, _, changes) => {
      const description = await expectRefused(() => send(asked(changes)), 400, "invalid_client_metadata");
      expect(description).toContain(`${member}: `);
      expect(host.asked).toEqual([]);
    },
  );
});

// CASES.md G 108 and OpenID's oidcc-registration-sector-uri, oidcc-registration-sector-bad
describe("a sector_identifier_uri", () => {
  const SECTOR = "https://sector.example/redirect_uris.json";
  const changes = { subject_type: "pairwise", sector_identifier_uri: SECTOR };

  it("is read, and names every redirect URI", async () => {
    host.serve(SECTOR, () => Response.json(["https://other.example/cb", CALLBACK]));
    expect(await register(changes)).toMatchObject(changes);
    expect(host.asked).toEqual([SECTOR]);
  });

  it.each<[string, () => Response, string]>([
    ["names others", () => Response.json(["https://other.example/cb"]), `does not list ${CALLBACK}`],
    ["is no array", () => Response.json({ redirect_uris: [CALLBACK] }), "is not a JSON array"],
    ["is no JSON", () => new Response('"\\ <html>'), "is not a JSON array"],
    ["is not there", () => new Response(null, { status: 404 }), "cannot be loaded: it answered 404"],
    ["leads elsewhere", () => new Response(null, { status: 302, headers: { location: "https://10.0.0.1/" } }), "answered 302"],
    ["is endless", () => new Response("x".repeat(70_000)), "cannot be loaded: the answer is larger"],
  ])("that %s is refused", async (_, answer, description) => {
    host.serve(SECTOR, answer);
    expect(await expectRefused(() => send(asked(changes)), 400, "invalid_client_metadata")).toContain(description);
    expect(host.asked).toEqual([SECTOR]);
  });

  it("whose host cannot be reached is refused", async () => {
    await expectRefused(() => send(asked(changes)), 400, "invalid_client_metadata");
  });
});

describe("a request that is none", () => {
  const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;

  it.each<[string, string, string?]>([
    ["no JSON", "redirect_uris=x"],
    ["nothing", ""],
    ["an array", "[]"],
    ["null", "null"],
    ["a member twice", '{"client_name":"A","redirect_uris":["https://a.example/cb"],"client_name":"B"}'],
    ["a member twice in two spellings", '{"client_name":"A","client\\u005fname":"B"}'],
    ["a member twice within a member", '{"jwks":{"keys":[],"keys":[]}}'],
    ["objects without end", nested(13)],
    ["arrays without end", `{"contacts":${"[".repeat(30_000)}${"]".repeat(30_000)}}`],
    ["a form", "client_name=A", "application/x-www-form-urlencoded"],
    ["text", "{}", "text/plain"],
  ])("of %s is refused", async (_, body, type = "application/json") => {
    await expectRefused(() => send(body, { "content-type": type }), 400, "invalid_request");
  });

  it("of more than 64 KB is refused", async () => {
    await expectRefused(() => send(asked({ extension: "x".repeat(64 * 1024) })), 413, "payload_too_large");
  });

  it("of bytes that are no UTF-8 is refused", async () => {
    const request = {
      method: "POST",
      body: Uint8Array.from([0x7b, 0xff, 0x7d]),
      headers: { "content-type": "application/json" },
    };
    await expectRefused(() => server.fetch("/register", request), 400, "invalid_request");
  });

  // CASES.md C 39
  it("takes neither metadata nor a token from the query", async () => {
    const token = await addInitialAccessToken();
    build({ registration: "closed" });
    const init = { method: "POST", body: JSON.stringify(asked()), headers: { "content-type": "application/json" } };
    await expectRefused(() => server.fetch(`/register?access_token=${token}`, init), 401, "invalid_token");
    const query = new URLSearchParams({ client_name: "Evil", redirect_uris: "https://evil.example/cb" });
    const headers = { ...init.headers, ...bearer(token) };
    const response = await server.fetch(`/register?${query}`, { ...init, headers });
    expect(await response.json()).toMatchObject({ client_name: "Fieldnotes", redirect_uris: [CALLBACK] });
  });

  it("by another method is refused", async () => {
    await expectRefused(() => server.fetch("/register"), 405, "method_not_allowed");
  });
});

// CASES.md G 106
describe("where registration is closed", () => {
  beforeEach(() => build({ registration: "closed" }));

  it("is what a server is that nobody has told otherwise", async () => {
    const response = await createServer().fetch("/register", { method: "POST", body: "{}" });
    expect([response.status, response.headers.get("www-authenticate")]).toEqual([401, 'Bearer realm="Countersign"']);
  });

  it.each<[string, Readonly<Record<string, string>>, RegExp]>([
    ["no token", {}, /^Bearer realm="Countersign"$/],
    ["a made-up token", bearer("csi_made-up"), /error="invalid_token"/],
    ["a token in another scheme", { authorization: basic("a", "b") }, /error="invalid_token"/],
  ])("%s is refused with a challenge", async (_, headers, challenge) => {
    await addInitialAccessToken();
    await expectRefused(() => send(asked(), headers), 401, "invalid_token");
    expect((await send(asked(), headers)).headers.get("www-authenticate")).toMatch(challenge);
  });

  it("a token is good for so many registrations, which then last", async () => {
    const token = await addInitialAccessToken({ usesLeft: 2 });
    const { client_id } = await register({}, bearer(token));
    expect([await usesLeft(), (await rowOf(client_id))?.["expires_at"]]).toEqual([1, null]);
    await register({}, bearer(token));
    await expectRefused(() => send(asked(), bearer(token)), 401, "invalid_token");
    expect(await usesLeft()).toBe(0);
    const detail = await env.DB.prepare("SELECT detail FROM audit").first<string>("detail");
    expect(detail).toBe('{"origin":"registration","client_name":"Fieldnotes","initial_access_token":"for tests"}');
  });

  it("a token is not used up by a registration that is refused", async () => {
    const token = await addInitialAccessToken();
    await expectRefused(() => send(asked({ redirect_uris: [] }), bearer(token)), 400, "invalid_redirect_uri");
    await register({}, bearer(token));
  });

  it("a token for one registration makes one, however many come at once", async () => {
    const token = await addInitialAccessToken();
    const answers = await Promise.all(Array.from({ length: 8 }, () => send(asked(), bearer(token))));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, ...Array(7).fill(401)]);
    expect(await env.DB.prepare("SELECT count(*) AS n FROM clients").first("n")).toBe(1);
    expect(await usesLeft()).toBe(0);
  });

  it("a token without a number of uses has no end, and one with a time ends then", async () => {
    const token = await addInitialAccessToken({ usesLeft: null, expiresAt: server.deps.now() + 1000 });
    await register({}, bearer(token));
    await register({}, bearer(token));
    expect(await usesLeft()).toBe(null);
    server.pass(1);
    await expectRefused(() => send(asked(), bearer(token)), 401, "invalid_token");
  });

  it("a token may vouch for a machine, as far as it says", async () => {
    const token = await addInitialAccessToken({
      usesLeft: null,
      grantTypes: ["client_credentials"],
      scopes: ["builds.read", "workitems.read"],
    });
    const machine = {
      grant_types: ["client_credentials"],
      redirect_uris: undefined,
      scope: "builds.read workitems.write admin",
    };
    const client = await register(machine, bearer(token));
    expect(client).toMatchObject({ grant_types: ["client_credentials"], scope: "builds.read", redirect_uris: [] });
    const credentials = basic(client.client_id, client.client_secret);
    const tokens = await tokensOf(await post(server, "/token", { grant_type: "client_credentials" }, credentials));
    expect(tokens.scope).toBe("builds.read");
    const type = "urn:ietf:params:oauth:grant-type:token-exchange";
    await expectRefused(
      () => send(asked({ grant_types: ["authorization_code", type] }), bearer(token)),
      400,
      "invalid_client_metadata",
    );
  });

  it("a token's word reaches no further for a client that names no scope", async () => {
    const type = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    const token = await addInitialAccessToken({ grantTypes: [type], scopes: ["builds.read"] });
    const { client_id, scope } = await register({ grant_types: ["authorization_code", type] }, bearer(token));
    expect(scope).toBe("builds.read");
    const page = await new Browser(server).open(authorizationUrl({ client_id, scope: "builds.read workitems.read" }));
    expect(page.text).toContain("<code>invalid_scope</code>");
  });

  it("the metadata names the endpoint all the same", async () => {
    const metadata = await (await server.fetch("/.well-known/oauth-authorization-server")).json();
    expect(metadata).toMatchObject({ registration_endpoint: `${ISSUER}/register` });
  });
});

describe("where registration is off", () => {
  it("nobody registers, not even with a token, and the metadata has no endpoint", async () => {
    build({ registration: "off" });
    await addInitialAccessToken();
    await expectRefused(() => send(asked()), 404, "not_found");
    await expectRefused(() => send(asked(), bearer(INITIAL_ACCESS_TOKEN)), 404, "not_found");
    for (const path of ["oauth-authorization-server", "openid-configuration"])
      expect(await (await server.fetch(`/.well-known/${path}`)).json()).not.toHaveProperty("registration_endpoint");
  });
});

// CASES.md G 106
describe("where anybody may register", () => {
  it("one network registers sixty clients in an hour, and then has to wait; another goes on", async () => {
    const from = (address: string) => ({ "cf-connecting-ip": address });
    for (let index = 0; index < 60; index++) expect((await send(asked(), from("192.0.2.1"))).status).toBe(201);
    await expectRefused(() => send(asked(), from("192.0.2.9")), 429, "slow_down");
    const refused = await send(asked(), from("192.0.2.1"));
    expect(refused.headers.get("retry-after")).toBe("3600");
    expect((await send(asked(), from("198.51.100.1"))).status).toBe(201);
    server.pass(3600);
    expect((await send(asked(), from("192.0.2.1"))).status).toBe(201);
  });

  it("the networks of one site, which IPv6 has by the thousand, register six hundred together", async () => {
    const from = (address: string) => ({ "cf-connecting-ip": address });
    await env.DB.prepare("DELETE FROM attempts").run();
    expect((await send(asked(), from("2001:db8:1:1::1"))).status).toBe(201);
    await env.DB.prepare("UPDATE attempts SET count = 599 WHERE key LIKE 'registration_site:%'").run();
    expect((await send(asked(), from("2001:db8:1:2::1"))).status).toBe(201);
    await expectRefused(() => send(asked(), from("2001:db8:1:3::1")), 429, "slow_down");
    expect((await send(asked(), from("2001:db8:2:1::1"))).status).toBe(201);
  });

  it("a holder of a token is not counted", async () => {
    const token = await addInitialAccessToken({ usesLeft: null });
    for (let index = 0; index < 61; index++) expect((await send(asked(), bearer(token))).status).toBe(201);
  });

  it("a registration that nobody has approved ends after thirty days", async () => {
    const client = await register();
    const credentials = basic(client.client_id, client.client_secret);
    server.pass(30 * DAY - 1);
    expect((await post(server, "/introspect", { token: "x" }, credentials)).status).toBe(200);
    server.pass(61);
    expect((await post(server, "/introspect", { token: "x" }, credentials)).status).toBe(401);
    await work(server.deps);
    expect(await rowOf(client.client_id)).toBe(null);
    const { results } = await env.DB.prepare("SELECT action, actor, detail FROM audit WHERE action = 'client.removed'").all();
    const detail = '{"origin":"registration","client_name":"Fieldnotes"}';
    expect(results).toEqual([{ action: "client.removed", actor: "system", detail }]);
    await work(server.deps);
    expect(await env.DB.prepare("SELECT count(*) AS n FROM audit WHERE action = 'client.removed'").first("n")).toBe(1);
  });

  it("the first approval makes it last", async () => {
    const client = await register();
    expect((await rowOf(client.client_id))?.["expires_at"]).toBe(server.deps.now() + 30 * DAY * 1000);
    const query = { client_id: client.client_id, scope: "openid" };
    await authorize(new Browser(server), email, query);
    expect((await rowOf(client.client_id))?.["expires_at"]).toBe(null);
    server.pass(31 * DAY);
    await work(server.deps);
    const answer = await authorize(new Browser(server), email, query);
    const credentials = basic(client.client_id, client.client_secret);
    expect((await post(server, "/token", codeRequest(answer.get("code") ?? ""), credentials)).status).toBe(200);
  });

  it("no code comes of one that ran out while its person was thinking", async () => {
    const { client_id } = await register();
    server.pass(30 * DAY - 60);
    const browser = new Browser(server);
    const page = await browser.open(authorizationUrl({ client_id, scope: "openid" }));
    expect(page.text).toContain("Fieldnotes");
    server.pass(120);
    expect((await browser.open(authorizationUrl({ client_id, scope: "openid" }))).status).toBe(400);
  });
});

// The operator's word for OpenID's certification, which knows no PKCE and names the token endpoint in assertions
describe("where registration is lenient", () => {
  beforeEach(() => build({ lenientRegistration: true }));

  it("a client that authenticates may do without PKCE, and a public one may not", async () => {
    const client = await register();
    const query = { client_id: client.client_id, code_challenge: null, code_challenge_method: null, scope: "openid" };
    expect((await authorize(new Browser(server), email, query)).get("code")).toMatch(/^csc_/);
    const { client_id } = await register({ token_endpoint_auth_method: "none" });
    const page = await new Browser(server).open(authorizationUrl({ ...query, client_id }));
    expect(page.text).toContain("<code>invalid_request</code>");
  });

  it("a request object that lies at the client's own address may be unsigned", async () => {
    const address = "https://fieldnotes.example/request";
    const { client_id } = await register({ request_uris: [address] });
    const claims = Object.fromEntries(new URL(authorizationUrl({ client_id, scope: "openid" }), ISSUER).searchParams);
    const encode = (value: object) => toBase64url(toUtf8(JSON.stringify(value)));
    const object = `${encode({ alg: "none" })}.${encode(claims)}.`;
    host.serve(address, () => new Response(object));
    const page = await new Browser(server).open(`/authorize?${form({ client_id, request_uri: address })}`);
    expect(page.text).toContain('action="/sign-in"');
  });

  it("an assertion may name the token endpoint", async () => {
    const key = await clientKey("RS256");
    const changes = { token_endpoint_auth_method: "private_key_jwt", jwks: { keys: [key.jwk] } };
    const statusOf = async () => {
      const { client_id } = await register(changes);
      const assertion = await sign(key, assertionClaims(client_id, server.deps.now(), { aud: `${ISSUER}/token` }));
      const fields = { token: "x", client_assertion: assertion, client_assertion_type: ASSERTION_TYPE };
      return (await post(server, "/introspect", fields, null)).status;
    };
    expect(await statusOf()).toBe(200);
    build();
    expect(await statusOf()).toBe(401);
  });
});
