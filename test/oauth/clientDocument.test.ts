/** Clients that are described by the document that their client_id is the address of, from /authorize to /revoke. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { work } from "../../src/cron.ts";
import type { JsonObject } from "../../src/model.ts";
import { Browser, fieldsOf, type Page, textOf } from "../browser.ts";
import { addOrganization, addResource, addUser } from "../builders.ts";
import { type ClientHost, createClientHost, DOCUMENT, documentOf, HOSTED_CALLBACK } from "../clientHost.ts";
import { ASSERTION_TYPE, assertionClaims, clientKey, sign } from "../clientKey.ts";
import {
  approve,
  authorizationUrl,
  authorize,
  codeRequest,
  post,
  refreshRequest,
  responseOf,
  signIn,
  type Tokens,
  tokensOf,
} from "../flow.ts";
import { createServer, empty, ISSUER, type Server, snapshot } from "../harness.ts";

let host: ClientHost;
let server: Server;
let browser: Browser;
let ada: { userId: string; email: string };

beforeEach(async () => {
  await empty();
  host = createClientHost();
  host.serve(DOCUMENT, documentOf());
  server = createServer({ fetch: host.fetch });
  browser = new Browser(server);
  ada = await addUser("Ada");
  await addOrganization("contoso", "all", ada.userId);
  await addResource();
});

const request = (changes: Parameters<typeof authorizationUrl>[0] = {}) => ({
  client_id: DOCUMENT,
  redirect_uri: HOSTED_CALLBACK,
  scope: "offline_access builds.read",
  ...changes,
});

const open = (changes: Parameters<typeof authorizationUrl>[0] = {}, by = browser): Promise<Page> =>
  by.open(authorizationUrl(request(changes)));

const codeOf = async (changes: Parameters<typeof authorizationUrl>[0] = {}, by = browser): Promise<string> =>
  (await authorize(by, ada.email, request(changes))).get("code") ?? "";

const redeem = (code: string, changes = {}, at = server) =>
  post(at, "/token", codeRequest(code, { client_id: DOCUMENT, redirect_uri: HOSTED_CALLBACK, ...changes }), null);

const refresh = (tokens: Tokens, changes = {}, at = server) =>
  post(at, "/token", refreshRequest(tokens.refresh_token, { client_id: DOCUMENT, ...changes }), null);

const rowOf = (clientId = DOCUMENT) =>
  env.DB.prepare("SELECT * FROM clients WHERE client_id = ?").bind(clientId).first<Record<string, unknown>>();

const audited = async (action: string): Promise<number | null> =>
  env.DB.prepare("SELECT count(*) AS count FROM audit WHERE action = ?").bind(action).first<number>("count");

const assertionBy = async (changes: JsonObject = {}) => ({
  client_assertion_type: ASSERTION_TYPE,
  client_assertion: await sign(await clientKey("RS256"), assertionClaims(DOCUMENT, server.deps.now(), changes)),
});

/** A page of ours that says this, and leads nowhere. */
function expectRefused(page: Page, words: string): void {
  expect([page.status, page.headers.get("location")]).toEqual([400, null]);
  expect(textOf(page)).toContain(words);
}

it("is announced, unless the operator turned it off", async () => {
  const metadata = await (await server.fetch("/.well-known/oauth-authorization-server")).json();
  expect(metadata).toMatchObject({ client_id_metadata_document_supported: true });
  const without = createServer({ fetch: host.fetch, config: { clientIdMetadataDocuments: false } });
  const other = await (await without.fetch("/.well-known/oauth-authorization-server")).json();
  expect(other).toMatchObject({ client_id_metadata_document_supported: false });
  expectRefused(await open({}, new Browser(without)), "its client_id is unknown");
  expect(host.asked).toEqual([]);
});

describe("a client that nobody has named before", () => {
  it("is read once, kept with the metadata of its document, and goes through the whole flow", async () => {
    const code = await codeOf();
    const tokens = await tokensOf(await redeem(code));
    expect(host.asked).toEqual([DOCUMENT]);
    expect(await rowOf()).toMatchObject({ origin: "document", owner_id: null, publisher: null, secrets: "[]" });
    expect(JSON.parse(String((await rowOf())?.["metadata"]))).toMatchObject({
      client_name: "Fieldnotes",
      token_endpoint_auth_method: "none",
      redirect_uris: [HOSTED_CALLBACK],
    });
    const next = await tokensOf(await refresh(tokens));
    expect(next.refresh_token).not.toBe(tokens.refresh_token);
    expect((await post(server, "/revoke", { token: next.refresh_token, client_id: DOCUMENT }, null)).status).toBe(200);
    const dead = await refresh(next);
    expect([dead.status, await dead.json()]).toMatchObject([400, { error: "invalid_grant" }]);
    expect([await audited("client.registered"), await audited("client.updated")]).toEqual([1, 0]);
  });

  it("may begin with a pushed request", async () => {
    const query = new URL(authorizationUrl(request()), ISSUER).searchParams;
    const pushed = await post(server, "/par", Object.fromEntries(query), null);
    const { request_uri } = await pushed.json<{ request_uri: string }>();
    expect(pushed.status).toBe(201);
    const page = await browser.open(`/authorize?${new URLSearchParams({ client_id: DOCUMENT, request_uri })}`);
    const answer = responseOf(await approve(browser, await signIn(browser, page, ada.email)), HOSTED_CALLBACK);
    expect((await redeem(answer.get("code") ?? "")).status).toBe(200);
  });

  it("is read once by requests side by side, and registered once", async () => {
    const pages = await Promise.all(Array.from({ length: 20 }, () => open({}, new Browser(server))));
    expect(new Set(pages.map(({ status }) => status))).toEqual(new Set([200]));
    expect([host.asked, await audited("client.registered")]).toEqual([[DOCUMENT], 1]);
  });

  it("costs a network an attempt, of which it has thirty in a quarter of an hour", async () => {
    const from = (network: string, index: number) =>
      server.fetch(authorizationUrl(request({ client_id: `${DOCUMENT}?${index}` })), {
        headers: { "cf-connecting-ip": network },
      });
    for (let index = 0; index < 30; index++) expect((await from("198.51.100.7", index)).status).toBe(400);
    expect(host.asked).toHaveLength(30);
    const remembered = server.deps.memory.size;
    const late = await from("198.51.100.8", 30);
    expect([late.status, Number(late.headers.get("retry-after"))]).toEqual([429, 900]);
    expect(await late.text()).toContain("too many services named from this network");
    expect([host.asked.length, server.deps.memory.size]).toEqual([30, remembered]);
    expect((await from("203.0.113.7", 30)).status).toBe(400);
    // What we know already costs nothing.
    host.serve(DOCUMENT, documentOf());
    expect((await open()).status).toBe(200);
    const known = authorizationUrl(request());
    expect((await server.fetch(known, { headers: { "cf-connecting-ip": "198.51.100.8" } })).status).toBe(303);
  });
});

it("of the networks of one site, which IPv6 has by the thousand, three hundred are named in a quarter of an hour", async () => {
  const from = (network: string, index: number) =>
    server.fetch(authorizationUrl(request({ client_id: `${DOCUMENT}?${index}` })), {
      headers: { "cf-connecting-ip": network },
    });
  for (let index = 0; index < 300; index++) expect((await from(`2001:db8:1:${index.toString(16)}::1`, index)).status).toBe(400);
  expect((await from("2001:db8:1:ffff::1", 300)).status).toBe(429);
  expect((await from("2001:db8:2:1::1", 300)).status).toBe(400);
});

// CASES.md G 108 to 111
describe("a document that cannot be used", () => {
  const big = documentOf({ contacts: ["x".repeat(5 * 1024)] });
  const body =
    (text: BodyInit, type = "application/json") =>
    () =>
      new Response(text, { headers: { "content-type": type } });
  it.each<[string, JsonObject | (() => Response | Promise<Response>), string]>([
    ["has no host", () => Promise.reject(new TypeError("internal error; reference = 4711")), "its host cannot be reached"],
    ["is not there", () => new Response("gone", { status: 404 }), "its host answered 404"],
    ["is gone", () => new Response("gone", { status: 410 }), "its host answered 410"],
    ["is behind a fault", () => new Response("oh", { status: 500 }), "its host answered 500"],
    ["is created", () => Response.json(documentOf(), { status: 201 }), "its host answered 201"],
    ["leads elsewhere", () => Response.redirect("https://client.example/other.json", 302), "its host answered 302"],
    ["leads inside", () => Response.redirect("https://169.254.169.254/latest", 307), "its host answered 307"],
    ["is a page", body(JSON.stringify(documentOf()), "text/html"), "its Content-Type is text/html"],
    ["is of no type", () => new Response(new TextEncoder().encode("{}")), "its Content-Type is missing"],
    ["is larger than 5 KB", big, "the answer is larger than 5120 bytes"],
    ["is no JSON", body("<html>"), "it is not valid JSON"],
    ["is empty", body(""), "it is not valid JSON"],
    ["is not in UTF-8", body(new Uint8Array([0x22, 0xff, 0x22])), "it is not in UTF-8"],
    ["is an array", body("[]"), "it is not a JSON object"],
    ["is null", body("null"), "it is not a JSON object"],
    ["is one thing to one reader", body(JSON.stringify(documentOf()).replace("{", '{"client_id":"x",')), "has a member twice"],
    ["has no end", body("[".repeat(2000) + "]".repeat(2000)), "it is not a JSON object"],
    [
      "is deep",
      documentOf({ extension: JSON.parse(`${'{"a":'.repeat(12)}1${"}".repeat(12)}`) }),
      "it is deeper than 12 levels",
    ],
    ["is another client's", documentOf({ client_id: "https://client.example/other" }), "client_id: is not the address"],
    ["has a secret", documentOf({ client_secret: "x" }), "client_secret: has no place"],
    ["wants a secret", documentOf({ token_endpoint_auth_method: "client_secret_post" }), "token_endpoint_auth_method: needs"],
    ["has no redirect URI", documentOf({ redirect_uris: [] }), "redirect_uris: must have at least one URI"],
    ["has quotes in what is wrong", documentOf({ redirect_uris: ['app:"\\x'] }), "redirect_uris[0]: "],
  ])("because it %s is told on a page, and kept by nobody", async (_, answer, words) => {
    host.serve(DOCUMENT, answer);
    const before = await snapshot();
    const page = await open();
    expectRefused(page, words);
    expect(textOf(page)).not.toContain("4711");
    expect(page.text).toContain("<code>invalid_client_metadata</code>");
    expect(host.asked).toEqual([DOCUMENT]);
    expect(await snapshot()).toBe(before);
    const pushed = await post(server, "/par", { client_id: DOCUMENT }, null);
    const error = await pushed.json<{ error: string; error_description: string }>();
    expect([pushed.status, error.error]).toEqual([401, "invalid_client"]);
    expect(error.error_description).toContain(words);
    expect(error.error_description).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/);
    expect(await snapshot()).toBe(before);
  });

  it.each([
    "https://client.example",
    "https://client.example/",
    "https://user@client.example/c",
    "https://client.example/c#f",
    "https://client.example/a/../c",
    "https://127.0.0.1/c",
    "https://[::ffff:7f00:1]/c",
    "https://169.254.169.254/c",
    "https://localhost./c",
    `${ISSUER}/jwks`,
  ])("is asked of nobody at %s", async (client_id) => {
    const before = await snapshot();
    expectRefused(await open({ client_id }), "cannot be the address of a document");
    expect([host.asked, await snapshot()]).toEqual([[], before]);
  });

  // OpenID Connect Dynamic Client Registration section 5
  it.each<[string, JsonObject | (() => Response | Promise<Response>), string]>([
    ["names others", () => Response.json(["https://other.example/cb"]), `does not list ${HOSTED_CALLBACK}`],
    ["cannot be had", () => Promise.reject(new TypeError("internal error; reference = 4711")), "its host cannot be reached"],
  ])("because the document of its sector %s is told on a page", async (_, answer, words) => {
    const sector = "https://client.example/sector.json";
    host.serve(DOCUMENT, documentOf({ subject_type: "pairwise", sector_identifier_uri: sector }));
    host.serve(sector, answer);
    const before = await snapshot();
    const page = await open();
    expectRefused(page, `sector_identifier_uri: `);
    expect(textOf(page)).toContain(words);
    expect(textOf(page)).not.toContain("4711");
    expect([host.asked, await snapshot()]).toEqual([[DOCUMENT, sector], before]);
    host.serve(sector, () => Response.json([HOSTED_CALLBACK]));
    server.pass(30);
    expect((await open()).status).toBe(200);
  });

  it("by http is the id of a client that we do not know", async () => {
    expectRefused(await open({ client_id: "http://client.example/c" }), "its client_id is unknown");
    expect(host.asked).toEqual([]);
  });

  it("is tried again after half a minute, and not sooner", async () => {
    host.serve(DOCUMENT, documentOf({ client_name: "" }));
    expectRefused(await open(), "client_name: is empty");
    host.serve(DOCUMENT, documentOf());
    server.pass(29);
    expectRefused(await open(), "client_name: is empty");
    expect(host.asked).toHaveLength(1);
    server.pass(1);
    expect((await open()).status).toBe(200);
    expect(host.asked).toHaveLength(2);
  });

  it("is given up after ten seconds, whatever the host sends by then", async () => {
    host.serve(DOCUMENT, () => new Promise(() => {}));
    const timer = globalThis.setTimeout;
    const waits = vi
      .spyOn(globalThis, "setTimeout")
      .mockImplementation(((work: () => void, ms: number) => timer(work, ms === 10_000 ? 10 : ms)) as typeof setTimeout);
    try {
      expectRefused(await open(), "no answer within 10 s");
    } finally {
      waits.mockRestore();
    }
  });

  it("of a request with a redirect URI that it does not name leads nowhere", async () => {
    expectRefused(await open({ redirect_uri: "https://evil.example/cb" }), "redirect_uri is not one that this service");
  });
});

describe("a document that was read", () => {
  const cached = (seconds: number, document = documentOf()) =>
    host.serve(DOCUMENT, () => Response.json(document, { headers: { "cache-control": `max-age=${seconds}` } }));

  it.each([
    [600, 600],
    [5, 60],
    [1_000_000, 86_400],
  ])("with max-age=%i is not asked for again for %i seconds, in any isolate", async (maxAge, seconds) => {
    cached(maxAge);
    await open();
    server.pass(seconds - 1);
    await open();
    await open({}, new Browser(createServer({ fetch: host.fetch, clock: { now: server.deps.now() } })));
    expect(host.asked).toHaveLength(1);
    server.pass(61);
    await open();
    expect(host.asked).toHaveLength(2);
  });

  it("counts as it is now, once it is read again", async () => {
    cached(60);
    await tokensOf(await redeem(await codeOf()));
    cached(60, documentOf({ client_name: "Fieldnotes 2", redirect_uris: ["https://client.example/new"] }));
    server.pass(121);
    expectRefused(await open(), "redirect_uri is not one that this service");
    const page = await open({ redirect_uri: "https://client.example/new", prompt: "consent" });
    expect(textOf(page)).toContain("Fieldnotes 2");
    expect([await audited("client.registered"), await audited("client.updated")]).toEqual([1, 1]);
  });

  it("and has not changed leaves nothing in the log", async () => {
    cached(60);
    await open();
    server.pass(121);
    await open();
    expect([host.asked.length, await audited("client.updated")]).toEqual([2, 0]);
  });

  // CASES.md G 112
  it("and changes its redirect URIs meanwhile leaves a code bound to the one that it was asked for", async () => {
    cached(60);
    const other = "https://client.example/other";
    const codes = [await codeOf(), await codeOf(), await codeOf()];
    cached(60, documentOf({ redirect_uris: [HOSTED_CALLBACK, other] }));
    // Codes live for a minute: the isolate that redeems has never seen the client, and D1 says that it is stale.
    await env.DB.prepare("UPDATE clients SET document_fresh_until = 0").run();
    const at = createServer({ fetch: host.fetch, clock: { now: server.deps.now() + 1000 } });
    expect((await redeem(codes[0] ?? "", { redirect_uri: other }, at)).status).toBe(400);
    expect((await redeem(codes[1] ?? "", {}, at)).status).toBe(200);
    expect(host.asked).toHaveLength(2);
    // One that is no longer named is no longer the client's (CASES.md B 36).
    cached(60, documentOf({ redirect_uris: [other] }));
    await env.DB.prepare("UPDATE clients SET document_fresh_until = 0").run();
    const later = createServer({ fetch: host.fetch, clock: { now: server.deps.now() + 2000 } });
    const refused = await redeem(codes[2] ?? "", {}, later);
    expect([refused.status, await refused.json()]).toMatchObject([400, { error: "invalid_grant" }]);
  });

  it("and has another redirect URI since is approved anew, and not behind the person's back", async () => {
    const other = "https://evil.example/cb";
    cached(60);
    await codeOf();
    server.pass(121);
    expect(responseOf(await open(), HOSTED_CALLBACK).get("code")).toMatch(/^csc_/);
    cached(60, documentOf({ redirect_uris: [HOSTED_CALLBACK, other] }));
    server.pass(121);
    const silent = await open({ redirect_uri: other, prompt: "none" });
    expect(new URL(silent.url).searchParams.get("error")).toBe("consent_required");
    const page = await open({ redirect_uri: other });
    expect(textOf(page)).toContain("This service has changed since you approved it");
    server.pass(1);
    expect(responseOf(await approve(browser, page), other).get("code")).toMatch(/^csc_/);
    expect(responseOf(await open(), HOSTED_CALLBACK).get("code")).toMatch(/^csc_/);
  });

  it("and no longer names the redirect URI of a person who is on the way leads them nowhere", async () => {
    cached(60, documentOf({ redirect_uris: [HOSTED_CALLBACK, "https://client.example/other"] }));
    const consent = await signIn(browser, await open(), ada.email);
    cached(60, documentOf({ redirect_uris: ["https://client.example/other"] }));
    server.pass(121);
    const page = await approve(browser, consent);
    expectRefused(page, "The service has no longer registered the address that you would go back to.");
    expect(await env.DB.prepare("SELECT count(*) AS n FROM families").first("n")).toBe(0);
  });

  it("and that the operator disabled is found no more, and does not come back by being read", async () => {
    cached(60);
    await open();
    await env.DB.prepare("UPDATE clients SET disabled_at = 1").run();
    server.pass(121);
    expectRefused(await open(), "its client_id is unknown");
    expect(await rowOf()).toMatchObject({ disabled_at: 1 });
  });

  it("is forgotten after thirty days in which nobody approved it, and else stays", async () => {
    const other = `${DOCUMENT}?other`;
    host.serve(other, documentOf({ client_id: other }));
    await codeOf();
    await open({ client_id: other });
    server.pass(30 * 24 * 3600 + 1);
    await work(server.deps);
    expect([await rowOf(other), (await rowOf())?.["expires_at"]]).toEqual([null, null]);
    expect((await open({ client_id: other })).status).toBe(200);
    expect(await rowOf(other)).toMatchObject({ origin: "document" });
  });

  it("gives way to what the operator registered under its address", async () => {
    await open();
    await env.DB.prepare(
      "UPDATE clients SET origin = 'operator', metadata = json_set(metadata, '$.client_name', 'Ours')",
    ).run();
    server.pass(7200);
    expect(textOf(await open())).toContain("Ours");
    expect(host.asked).toHaveLength(1);
  });

  it("gives way to that also while it is being read again", async () => {
    cached(60);
    await open();
    server.pass(121);
    host.serve(DOCUMENT, async () => {
      await env.DB.prepare(
        "UPDATE clients SET origin = 'operator', metadata = json_set(metadata, '$.client_name', 'Ours')",
      ).run();
      return Response.json(documentOf());
    });
    expect(textOf(await open())).toContain("Ours");
    expect(JSON.parse(String((await rowOf())?.["metadata"]))).toMatchObject({ client_name: "Ours" });
  });
});

// CASES.md F-26
describe.each<[string, () => Response | Promise<Response>]>([
  ["whose host is down", () => Promise.reject(new TypeError("connection refused"))],
  ["whose host fails", () => new Response("oh", { status: 503 })],
  ["that is gone", () => new Response("gone", { status: 404 })],
  ["that has become a bad one", () => Response.json(documentOf({ redirect_uris: [] }))],
])("a stale document %s", (_, answer) => {
  let tokens: Tokens;
  beforeEach(async () => {
    tokens = await tokensOf(await redeem(await codeOf()));
    host.serve(DOCUMENT, answer);
    server.pass(3600);
  });

  it("lets nobody begin anew, and is told on a page", async () => {
    expectRefused(await open(), "cannot be used");
    expectRefused(await open(), "cannot be used");
    expect(host.asked).toHaveLength(2);
  });

  it("goes on for a day for what was authorized before, and then ends", async () => {
    const next = await tokensOf(await refresh(tokens));
    server.pass(24 * 3600 - 1);
    const last = await tokensOf(await refresh(next));
    server.pass(61);
    const refused = await refresh(last);
    expect([refused.status, await refused.json()]).toMatchObject([401, { error: "invalid_client" }]);
    host.serve(DOCUMENT, documentOf());
    server.pass(31);
    expect((await refresh(last)).status).toBe(200);
  });

  it("does not keep a client from taking its tokens back", async () => {
    expect((await post(server, "/revoke", { token: tokens.refresh_token, client_id: DOCUMENT }, null)).status).toBe(200);
    expect((await refresh(tokens)).status).toBe(400);
  });
});

describe("a client with keys", () => {
  const JWKS = "https://client.example/jwks";
  beforeEach(async () => {
    host.serve(DOCUMENT, documentOf({ token_endpoint_auth_method: "private_key_jwt", jwks_uri: JWKS }));
    host.serve(JWKS, { keys: [(await clientKey("RS256")).jwk] });
  });

  it.each([ISSUER, `${ISSUER}/token`])("authenticates by a JWT for %s, and keeps its refresh token", async (aud) => {
    const tokens = await tokensOf(await redeem(await codeOf(), await assertionBy({ aud })));
    const next = await tokensOf(await refresh(tokens, await assertionBy({ aud })));
    expect(next.refresh_token).toBe(tokens.refresh_token);
    expect(host.asked).toEqual([DOCUMENT, JWKS]);
  });

  it("that calls itself public may prove itself or not, and is refused with a proof that fails", async () => {
    host.serve(
      DOCUMENT,
      documentOf({
        token_endpoint_auth_method: "none",
        token_endpoint_auth_methods_supported: ["none", "private_key_jwt"],
        jwks_uri: JWKS,
      }),
    );
    const tokens = await tokensOf(await redeem(await codeOf(), await assertionBy()));
    expect((await redeem(await codeOf(), await assertionBy({ exp: 1 }))).status).toBe(401);
    const next = await tokensOf(await refresh(tokens));
    // Whoever steals its refresh token needs no key for it, so that it rotates.
    expect(next.refresh_token).not.toBe(tokens.refresh_token);
    expect((await refresh(next, await assertionBy())).status).toBe(200);
  });

  it.each(["client-authentication+jwt", "oauth-client-auth+jwt"])("may call its JWT a %s", async (typ) => {
    const client_assertion = await sign(await clientKey("RS256"), assertionClaims(DOCUMENT, server.deps.now()), { typ });
    const code = await codeOf();
    expect((await redeem(code, { client_assertion_type: ASSERTION_TYPE, client_assertion })).status).toBe(200);
  });

  it("is refused without one, and with one that is for others", async () => {
    const code = await codeOf();
    const before = await snapshot();
    expect((await redeem(code)).status).toBe(401);
    for (const aud of ["https://other.example", `${ISSUER}/par`, [ISSUER, "https://other.example"]])
      expect((await redeem(code, await assertionBy({ aud }))).status).toBe(401);
    expect(await snapshot()).toBe(before);
    expect((await redeem(code, await assertionBy())).status).toBe(200);
  });

  it("uses the keys that its document has now", async () => {
    const keyed = async (kid: string) =>
      host.serve(
        DOCUMENT,
        documentOf({ token_endpoint_auth_method: "private_key_jwt", jwks: { keys: [(await clientKey("RS256", kid)).jwk] } }),
      );
    const by = async (kid: string) => ({
      client_assertion_type: ASSERTION_TYPE,
      client_assertion: await sign(await clientKey("RS256", kid), assertionClaims(DOCUMENT, server.deps.now())),
    });
    await keyed("first");
    const tokens = await tokensOf(await redeem(await codeOf(), await by("first")));
    await keyed("second");
    server.pass(3599);
    expect((await refresh(tokens, await by("first"))).status).toBe(200);
    server.pass(61);
    expect((await refresh(tokens, await by("first"))).status).toBe(401);
    expect((await refresh(tokens, await by("second"))).status).toBe(200);
  });
});

// RFC 9700 section 4.11.2
describe("a faulty request of a client that nobody has looked at", () => {
  const faulty = { scope: "nonsense" };

  it("is told on a page, from which the person goes back or does not", async () => {
    const page = await open({ ...faulty, state: 'a"><b>&' });
    expectRefused(page, "Nobody has checked the service at client.example . Go there only if that is where you came from.");
    expect(page.text).toContain("<code>invalid_scope</code>");
    const href =
      /<a href="(https:[^"]+)"[^>]*>Go back to (?:<[^>]+>)*client.example/.exec(page.text)?.[1]?.replaceAll("&amp;", "&") ?? "";
    const { origin, pathname, searchParams } = new URL(href);
    expect(origin + pathname).toBe(HOSTED_CALLBACK);
    expect(Object.fromEntries(searchParams)).toEqual({
      error: "invalid_scope",
      error_description: expect.any(String),
      state: 'a"><b>&',
      iss: ISSUER,
    });
  });

  it("goes back by a form, where the request asked for one", async () => {
    const page = await open({ ...faulty, response_mode: "form_post" });
    expectRefused(page, "Nobody has checked the service at client.example");
    expect(fieldsOf(page, HOSTED_CALLBACK)).toMatchObject({ error: "invalid_scope", state: "af0ifjsldkj", iss: ISSUER });
    expect(page.text).not.toContain("<script");
    expect(page.headers.get("content-security-policy")).toContain("form-action 'self' https://client.example");
  });

  it.each<[string, Parameters<typeof authorizationUrl>[0], string]>([
    ["an app on the device", { ...faulty, redirect_uri: "http://127.0.0.1:4711/cb" }, "invalid_scope"],
    ["a client that asked for no page", { prompt: "none" }, "login_required"],
  ])("goes back by itself to %s", async (_, changes, error) => {
    host.serve(DOCUMENT, documentOf({ redirect_uris: [HOSTED_CALLBACK, "http://127.0.0.1/cb"] }));
    const page = await open(changes);
    expect([page.status, new URL(page.url).searchParams.get("error")]).toEqual([303, error]);
  });

  it("goes back by itself where the person denied", async () => {
    const page = await signIn(browser, await open(), ada.email);
    const denied = await browser.submit(page, "/consent", { decision: "deny" });
    expect(responseOf(denied, HOSTED_CALLBACK).get("error")).toBe("access_denied");
  });

  it("goes back by itself once its publisher has been checked", async () => {
    await open();
    await env.DB.prepare("UPDATE clients SET publisher = ?")
      .bind(JSON.stringify({ name: "Fieldnotes", verifiedAt: 1 }))
      .run();
    const page = await open(faulty, new Browser(createServer({ fetch: host.fetch })));
    expect(responseOf(page, HOSTED_CALLBACK).get("error")).toBe("invalid_scope");
  });

  it("has no link of ours that leads to its host, save on our own pages", async () => {
    host.serve(DOCUMENT, documentOf({ initiate_login_uri: "https://client.example/login" }));
    await open();
    const link = `/initiate-login?${new URLSearchParams({ client_id: DOCUMENT })}`;
    for (const site of ["cross-site", "same-site", "none", undefined]) {
      const response = await server.fetch(link, { headers: site === undefined ? {} : { "sec-fetch-site": site } });
      expect([response.status, response.headers.get("location")]).toEqual([400, null]);
    }
    const ours = await server.fetch(link, { headers: { "sec-fetch-site": "same-origin" } });
    expect(ours.headers.get("location")).toMatch(/^https:\/\/client\.example\/login\?iss=/);
  });
});

// CASES.md F-01, F-02
describe("with D1 failing under it, a client that nobody has named before", () => {
  /** A D1 whose n-th call goes as `fault` says. */
  const faulty = (nth: number, fault: (call: () => Promise<unknown>) => Promise<unknown>) => {
    let calls = 0;
    const db = (real: D1Database): D1Database =>
      new Proxy(real, {
        get(target, name) {
          const value = Reflect.get(target, name);
          if (typeof value !== "function") return value;
          if (name !== "batch") return value.bind(target);
          return (statements: D1PreparedStatement[]) => {
            const call = () => target.batch(statements);
            return ++calls === nth ? fault(call) : call();
          };
        },
      });
    return createServer({ fetch: host.fetch, db });
  };

  it.each([1, 2, 3, 4])("is not refused but told to come again, when call %i fails, and then let in", async (nth) => {
    const broken = faulty(nth, () => Promise.reject(new Error("D1_ERROR: internal error; reference = 0123456789")));
    const response = await broken.fetch(authorizationUrl(request()));
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "5"]);
    expect((await broken.fetch(authorizationUrl(request()))).status).toBe(303);
    expect([await audited("client.registered"), await audited("client.updated")]).toEqual([1, 0]);
  });

  it.each([1, 2, 3, 4])("is registered once, when the answer of call %i is lost", async (nth) => {
    const broken = faulty(nth, async (call) => {
      await call();
      throw new Error("D1_ERROR: Network connection lost.");
    });
    expect((await broken.fetch(authorizationUrl(request()))).status).toBe(303);
    expect([await audited("client.registered"), await audited("client.updated"), host.asked.length]).toEqual([1, 0, 1]);
  });
});
