/** Pushed authorization requests (RFC 9126), from the client's back channel to the code that comes of them. */

import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { handle } from "../../src/app.ts";
import { Browser, type Fields, type Page, textOf } from "../browser.ts";
import { addClient, addOrganization, addResource, addUser, CALLBACK, SECRET } from "../builders.ts";
import { ASSERTION_TYPE, assertionClaims, clientKey, sign } from "../clientKey.ts";
import { approve, authorizationUrl, CHALLENGE, codeRequest, post, responseOf, signIn, tokensOf, VERIFIER } from "../flow.ts";
import { basic, createServer, empty, form, ISSUER, type Server, snapshot } from "../harness.ts";
import { type DpopKey, makeDpopKey, proofBy } from "../proof.ts";

let server: Server;
let browser: Browser;
let ada: { userId: string; email: string };

beforeEach(async () => {
  await empty();
  server = createServer();
  browser = new Browser(server);
  ada = await addUser("Ada");
  await addOrganization("contoso", "all", ada.userId);
  await addResource();
  await addClient("buildboard");
  await addClient("other");
});

const AUTHORIZATION = basic("buildboard", SECRET);

/** The fields of a good request, changed; null takes one away. */
function requestOf(changes: Readonly<Record<string, string | readonly string[] | null>> = {}): Fields {
  const query = new URL(authorizationUrl(changes), ISSUER).searchParams;
  return Object.fromEntries([...new Set(query.keys())].map((name) => [name, query.getAll(name)]));
}

const push = (changes: Parameters<typeof requestOf>[0] = {}, authorization: string | null = AUTHORIZATION) =>
  post(server, "/par", requestOf(changes), authorization);

/** The name of a request that was pushed well. */
async function pushed(changes: Parameters<typeof requestOf>[0] = {}, authorization = AUTHORIZATION): Promise<string> {
  const response = await push(changes, authorization);
  const body = await response.json<{ request_uri: string }>();
  expect(response.status, JSON.stringify(body)).toBe(201);
  return body.request_uri;
}

const authorizeUrl = (request_uri: string, changes: Readonly<Record<string, string>> = {}) =>
  `/authorize?${form({ client_id: "buildboard", request_uri, ...changes })}`;

/** Goes through sign-in and approval as far as they are asked for. */
async function complete(page: Page): Promise<URLSearchParams> {
  let at = page;
  if (at.text.includes('action="/sign-in"')) at = await signIn(browser, at, ada.email);
  if (at.text.includes('action="/consent"')) at = await approve(browser, at);
  return responseOf(at);
}

const countPushed = async (): Promise<number | null> =>
  env.DB.prepare("SELECT count(*) AS count FROM pushed_requests").first<number>("count");

/** JSON that says no, of which nothing was kept. */
async function expectRefused(response: Response, status: number, error: string, kept = 0): Promise<void> {
  const body = await response.json<{ error: string; error_description: string }>();
  expect([response.status, body.error], JSON.stringify(body)).toEqual([status, error]);
  expect(Object.keys(body)).toEqual(["error", "error_description"]);
  expect(body.error_description).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/);
  expect(response.headers.get("location")).toBeNull();
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(response.headers.get("content-type")).toMatch(/^application\/json/);
  expect(await countPushed()).toBe(kept);
}

/** A page of ours that names the error, and leads nowhere. */
async function expectPage(path: string, code: string): Promise<void> {
  const before = await snapshot();
  const response = await browser.send(path);
  expect(response.status).toBe(400);
  expect(response.headers.get("location")).toBeNull();
  expect(await response.text()).toContain(`<code>${code}</code>`);
  expect(await snapshot()).toBe(before);
}

describe("a pushed request", () => {
  it("gets a name that lasts a minute and that no cache keeps", async () => {
    const response = await push();
    expect(response.status).toBe(201);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(await response.json()).toEqual({
      request_uri: expect.stringMatching(/^urn:ietf:params:oauth:request_uri:[\w-]{22,}$/),
      expires_in: 60,
    });
  });

  it("yields a code by its name and the client_id alone, and tokens for it", async () => {
    const response = await complete(await browser.open(authorizeUrl(await pushed())));
    expect(Object.fromEntries(response)).toEqual({ code: expect.any(String), state: "af0ifjsldkj", iss: ISSUER });
    const tokens = await tokensOf(await post(server, "/token", codeRequest(response.get("code") ?? "")));
    expect(tokens.scope).toBe("openid profile offline_access workitems.read builds.read");
  });

  it("is not changed by anything that stands beside its name", async () => {
    const beside = {
      response_type: "token",
      redirect_uri: "https://evil.example/cb",
      scope: "openid builds.read",
      state: "other",
      prompt: "none",
      response_mode: "form_post",
      request: "x.y.z",
      code_challenge: "B".repeat(43),
    };
    const response = await complete(await browser.open(authorizeUrl(await pushed(), beside)));
    expect(response.get("state")).toBe("af0ifjsldkj");
    const tokens = await tokensOf(await post(server, "/token", codeRequest(response.get("code") ?? "")));
    expect(tokens.scope).toBe("openid profile offline_access workitems.read builds.read");
  });

  it("may be sent to /authorize by POST", async () => {
    const body = form({ client_id: "buildboard", request_uri: await pushed() });
    expect((await complete(await browser.open("/authorize", { method: "POST", body }))).get("code")).toMatch(/^csc_/);
  });

  it("costs one trip to D1 to push, and one more than another to answer", async () => {
    await pushed();
    server.trips.reset();
    const name = await pushed();
    expect(server.trips).toMatchObject({ d1: 1, kv: 0 });
    await complete(await browser.open(authorizeUrl(name)));
    const next = await pushed({ prompt: "none" });
    server.trips.reset();
    await browser.send(authorizeUrl(next));
    expect(server.trips.d1).toBe(3);
  });

  it("of two clients has two names, as have two of one", async () => {
    const names = [await pushed(), await pushed(), await pushed({ client_id: "other" }, basic("other", SECRET))];
    expect(new Set(names).size).toBe(3);
  });

  it("takes its parameters from the body alone, not from the URL", async () => {
    const { redirect_uri: _, ...fields } = requestOf();
    const path = `/par?${form({ redirect_uri: CALLBACK })}`;
    await expectRefused(await post(server, path, fields, AUTHORIZATION), 400, "invalid_request");
  });

  it("takes its client from the authentication where the body does not name it", async () => {
    expect((await complete(await browser.open(authorizeUrl(await pushed({ client_id: null }))))).get("code")).toMatch(/^csc_/);
  });

  it("may have 4 kB of state and repeat resource, and keeps both", async () => {
    const state = `${"s".repeat(4070)}"><script>é🦊`;
    const name = await pushed({ state, resource: ["https://devops.contoso.example", ISSUER] });
    expect((await complete(await browser.open(authorizeUrl(name)))).get("state")).toBe(state);
  });
});

// CASES.md G 113
describe("the name of a pushed request", () => {
  it("may be opened again, in this browser and another, until a code came of it", async () => {
    const name = await pushed();
    await browser.open(authorizeUrl(name));
    await new Browser(server).open(authorizeUrl(name));
    expect((await complete(await browser.open(authorizeUrl(name)))).get("code")).toMatch(/^csc_/);
    await expectPage(authorizeUrl(name), "invalid_request_uri");
    await expectPage(authorizeUrl(name, { redirect_uri: CALLBACK, state: "x" }), "invalid_request_uri");
  });

  it("yields one code, though it was opened in two tabs", async () => {
    const name = await pushed();
    const first = await signIn(browser, await browser.open(authorizeUrl(name)), ada.email);
    const second = await browser.open(authorizeUrl(name));
    expect(responseOf(await approve(browser, first)).get("code")).toMatch(/^csc_/);
    const late = await approve(browser, second);
    expect([late.status, new URL(late.url).origin]).toEqual([400, ISSUER]);
    expect(textOf(late)).toContain("answered before");
    expect(await env.DB.prepare("SELECT count(*) AS count FROM families").first("count")).toBe(1);
  });

  it("yields one code, though 20 browsers ask for it at once", async () => {
    await complete(await browser.open(authorizationUrl()));
    const name = await pushed({ prompt: "none" });
    const responses = await Promise.all(Array.from({ length: 20 }, () => browser.send(authorizeUrl(name))));
    const sent = responses.filter((response) => (response.headers.get("location") ?? "").startsWith(`${CALLBACK}?code=`));
    expect(sent).toHaveLength(1);
    for (const response of responses) if (response !== sent[0]) expect(response.status).toBe(400);
  });

  it("is refused once its minute is over, and not before", async () => {
    const name = await pushed();
    server.pass(59);
    const page = await browser.open(authorizeUrl(name));
    expect(page.text).toContain('action="/sign-in"');
    server.pass(1);
    await expectPage(authorizeUrl(name), "invalid_request_uri");
    // Who has come in time may take longer than a minute over it.
    server.pass(600);
    expect((await complete(page)).get("code")).toMatch(/^csc_/);
  });

  it("is worth nothing to another client", async () => {
    const name = await pushed();
    await expectPage(authorizeUrl(name, { client_id: "other" }), "invalid_request_uri");
    await expectPage(authorizeUrl(name, { client_id: "nobody" }), "invalid_request");
    await expectPage(`/authorize?${form({ request_uri: name })}`, "invalid_request");
    expect((await complete(await browser.open(authorizeUrl(name)))).get("code")).toMatch(/^csc_/);
  });

  it.each([
    ["guessed", "urn:ietf:params:oauth:request_uri:aa00000000000000000000"],
    ["empty", "urn:ietf:params:oauth:request_uri:"],
    ["a pattern", "urn:ietf:params:oauth:request_uri:%"],
    ["SQL", "urn:ietf:params:oauth:request_uri:' OR 1=1 --"],
    ["of 8 kB", `urn:ietf:params:oauth:request_uri:${"a".repeat(8000)}`],
    ["of another kind", "urn:example:bwc4JK-ESC0w8acc191e-Y1LTC2"],
    ["an address", "https://buildboard.example/request.jwt"],
    ["an address of ours", `${ISSUER}/par`],
  ])("that is %s is refused", async (_, name) => {
    await pushed();
    await expectPage(authorizeUrl(name), "invalid_request_uri");
  });

  it("of a request with prompt=none brings its error to the service", async () => {
    const response = responseOf(await browser.open(authorizeUrl(await pushed({ prompt: "none" }))));
    expect(Object.fromEntries(response)).toMatchObject({ error: "login_required", state: "af0ifjsldkj", iss: ISSUER });
  });
});

describe("the pushed request endpoint refuses", () => {
  it.each<[string, Parameters<typeof requestOf>[0], string]>([
    ["an unregistered redirect_uri", { redirect_uri: "https://evil.example/cb" }, "invalid_request"],
    ["a redirect_uri with a slash more", { redirect_uri: `${CALLBACK}/` }, "invalid_request"],
    ["no redirect_uri", { redirect_uri: null }, "invalid_request"],
    ["a request_uri", { request_uri: "urn:ietf:params:oauth:request_uri:x" }, "invalid_request"],
    ["a request_uri beside a request", { request_uri: "https://buildboard.example/r", request: "x.y.z" }, "invalid_request"],
    ["no response_type", { response_type: null }, "invalid_request"],
    ["another response_type", { response_type: "code id_token" }, "unsupported_response_type"],
    ["response_mode=fragment", { response_mode: "fragment" }, "invalid_request"],
    ["response_mode=web_message", { response_mode: "web_message" }, "invalid_request"],
    ["an unknown scope", { scope: "openid everything" }, "invalid_scope"],
    ["no scope", { scope: null }, "invalid_scope"],
    ["an unknown resource", { resource: "https://elsewhere.example" }, "invalid_target"],
    ["no code_challenge", { code_challenge: null, code_challenge_method: null }, "invalid_request"],
    ["a plain code_challenge", { code_challenge_method: "plain" }, "invalid_request"],
    ["a code_challenge without its method", { code_challenge_method: null }, "invalid_request"],
    ["a method without its code_challenge", { code_challenge: null }, "invalid_request"],
    ["a code_challenge of 42 characters", { code_challenge: CHALLENGE.slice(1) }, "invalid_request"],
    ["a prompt of none and login", { prompt: "none login" }, "invalid_request"],
    ["an unknown prompt", { prompt: "create" }, "invalid_request"],
    ["a max_age that is no number", { max_age: "soon" }, "invalid_request"],
    ["claims that are no JSON", { claims: "{" }, "invalid_request"],
    ["authorization_details that are no JSON", { authorization_details: "{" }, "invalid_authorization_details"],
    ["an id_token_hint that is not ours", { id_token_hint: "x.y.z" }, "invalid_request"],
    ["a registration", { registration: "{}" }, "registration_not_supported"],
    ["a dpop_jkt that is none", { dpop_jkt: "short" }, "invalid_request"],
    ["a request object that is none", { request: "garbage" }, "invalid_request_object"],
    ["a request object of empty parts", { request: ".." }, "invalid_request_object"],
    ["a state of more than 4096 characters", { state: "s".repeat(4097) }, "invalid_request"],
    ["a state twice", { state: ["a", "b"] }, "invalid_request"],
    ["a redirect_uri twice", { redirect_uri: [CALLBACK, "https://evil.example/cb"] }, "invalid_request"],
    ["a NUL", { nonce: "a\0b" }, "invalid_request"],
    ["half a surrogate pair", { nonce: "\ud800" }, "invalid_request"],
    ["more than 10 KB", { state: "s".repeat(4096), nonce: "n".repeat(4096), login_hint: "l".repeat(4096) }, "invalid_request"],
    ["more than 10 KB in UTF-8", { state: "語".repeat(2000), nonce: "語".repeat(2000) }, "invalid_request"],
    ["another client's client_id", { client_id: "other" }, "invalid_request"],
  ])("%s", async (_, changes, error) => {
    const before = await snapshot();
    await expectRefused(await push(changes), 400, error);
    expect(await snapshot()).toBe(before);
  });

  // CASES.md C 45
  it.each<[string, string | null]>([
    ["a confidential client without its secret", null],
    ["a wrong secret", basic("buildboard", `${SECRET}x`)],
    ["an unknown client", basic("nobody", SECRET)],
    ["a secret of another method's form", "Bearer x"],
  ])("%s, whatever it pushes", async (_, authorization) => {
    const changes = { client_id: authorization === null ? "buildboard" : null };
    await expectRefused(await push(changes, authorization), 401, "invalid_client");
    const evil = { ...changes, redirect_uri: "https://evil.example/cb" };
    await expectRefused(await push(evil, authorization), 401, "invalid_client");
  });

  it("two ways of authentication at once", async () => {
    await expectRefused(await push({ client_secret: SECRET }), 400, "invalid_request");
  });

  it.each([
    ["JSON", "application/json", JSON.stringify({ client_id: "buildboard" })],
    ["text", "text/plain", "client_id=buildboard"],
    ["nothing", "", ""],
    ["another charset", "application/x-www-form-urlencoded; charset=latin1", "client_id=buildboard"],
  ])("a body of %s", async (_, type, body) => {
    const headers = { authorization: AUTHORIZATION, "content-type": type };
    await expectRefused(await server.fetch("/par", { method: "POST", headers, body }), 400, "invalid_request");
  });

  it("a body of more than 64 KB", async () => {
    await expectRefused(await push({ request: "r".repeat(70_000) }), 413, "payload_too_large");
  });

  it.each(["GET", "PUT", "DELETE"])("the method %s", async (method) => {
    const response = await server.fetch(`/par?${form(requestOf())}`, { method, headers: { authorization: AUTHORIZATION } });
    expect(response.headers.get("allow")).toBe("POST");
    await expectRefused(response, 405, "method_not_allowed");
  });

  it("a client that is not registered for codes", async () => {
    await addClient("none", { grant_types: [], response_types: [] });
    await expectRefused(await push({ client_id: "none" }, basic("none", SECRET)), 400, "unauthorized_client");
  });

  it("PKCE left out by a public client", async () => {
    await addClient("spa", { token_endpoint_auth_method: "none" });
    const changes = { client_id: "spa", code_challenge: null, code_challenge_method: null };
    await expectRefused(await push(changes, null), 400, "invalid_request");
    expect((await push({ client_id: "spa" }, null)).status).toBe(201);
  });
});

describe("a client that must push", () => {
  const must = () => addClient("pusher", { require_pushed_authorization_requests: true });

  it("is told so, at the redirect URI that it registered and at no other", async () => {
    await must();
    const before = await snapshot();
    const response = responseOf(await browser.open(authorizationUrl({ client_id: "pusher" })));
    expect(Object.fromEntries(response)).toMatchObject({ error: "invalid_request", state: "af0ifjsldkj", iss: ISSUER });
    await expectPage(authorizationUrl({ client_id: "pusher", redirect_uri: "https://evil.example/cb" }), "invalid_request");
    expect(await snapshot()).toBe(before);
  });

  it("cannot send an object or an address instead", async () => {
    await must();
    for (const changes of [{ request: "x.y.z" }, { request_uri: "https://buildboard.example/r" }]) {
      const response = responseOf(await browser.open(authorizationUrl({ client_id: "pusher", ...changes })));
      expect(response.get("error")).toBe("invalid_request");
    }
  });

  it("gets its code for what it pushed", async () => {
    await must();
    const name = await pushed({ client_id: "pusher" }, basic("pusher", SECRET));
    expect((await complete(await browser.open(authorizeUrl(name, { client_id: "pusher" })))).get("code")).toMatch(/^csc_/);
  });

  it("is every client, where the server says so", async () => {
    const config = { ...server.deps.config, requirePushedAuthorizationRequests: true };
    const open = (path: string) => handle(new Request(`${ISSUER}${path}`, { redirect: "manual" }), { ...server.deps, config });
    const response = await open(authorizationUrl());
    expect(new URL(response.headers.get("location") ?? "").searchParams.get("error")).toBe("invalid_request");
    const page = await open(authorizeUrl(await pushed()));
    expect(page.headers.get("location")).toMatch(/^https:\/\/id\.example\/sign-in\?/);
  });
});

describe("PKCE and the code of a pushed request", () => {
  const codeOf = async (changes: Parameters<typeof requestOf>[0] = {}, name = "buildboard"): Promise<string> => {
    const uri = await pushed({ client_id: name, ...changes }, basic(name, SECRET));
    return (await complete(await browser.open(authorizeUrl(uri, { client_id: name })))).get("code") ?? "";
  };

  it.each([
    ["no verifier", { code_verifier: "" }],
    ["another verifier", { code_verifier: "x".repeat(43) }],
    ["the challenge as verifier", { code_verifier: CHALLENGE }],
    ["another redirect_uri", { redirect_uri: `${CALLBACK}2` }],
  ])("with %s are refused, and the code stays good", async (_, changes) => {
    const code = await codeOf();
    server.pass(1);
    const before = await snapshot();
    const response = await post(server, "/token", codeRequest(code, changes));
    expect([response.status, (await response.json<{ error: string }>()).error]).toEqual([400, "invalid_grant"]);
    expect(await snapshot()).toBe(before);
    await tokensOf(await post(server, "/token", codeRequest(code)));
  });

  it("without a challenge, as an exempt client may push it, take no verifier", async () => {
    await addClient("exempt", { require_pkce: false });
    const code = await codeOf({ code_challenge: null, code_challenge_method: null }, "exempt");
    const authorization = basic("exempt", SECRET);
    const response = await post(server, "/token", codeRequest(code, { code_verifier: VERIFIER }), authorization);
    expect((await response.json<{ error: string }>()).error).toBe("invalid_grant");
    const { code_verifier: _, ...bare } = codeRequest(code);
    await tokensOf(await post(server, "/token", bare, authorization));
  });

  it("are worth nothing to another client", async () => {
    const code = await codeOf();
    const response = await post(server, "/token", codeRequest(code), basic("other", SECRET));
    expect((await response.json<{ error: string }>()).error).toBe("invalid_grant");
    await tokensOf(await post(server, "/token", codeRequest(code)));
  });

  it("keep the nonces and states of two requests apart", async () => {
    const names = [await pushed({ state: "s1", nonce: "n1" }), await pushed({ state: "s2", nonce: "n2" })];
    const [first = "", second = ""] = names;
    const [one, two] = [await browser.open(authorizeUrl(first)), await browser.open(authorizeUrl(second))];
    const late = await complete(two);
    server.pass(1);
    const early = await complete(one);
    expect([early.get("state"), late.get("state")]).toEqual(["s1", "s2"]);
    for (const [response, nonce] of [
      [early, "n1"],
      [late, "n2"],
    ] as const) {
      const tokens = await tokensOf(await post(server, "/token", codeRequest(response.get("code") ?? "")));
      expect(JSON.parse(atob(tokens.id_token.split(".")[1]?.replaceAll("-", "+").replaceAll("_", "/") ?? "")).nonce).toBe(
        nonce,
      );
    }
  });
});

describe("a DPoP proof at the pushed request endpoint", () => {
  let key: DpopKey;
  const iat = () => Math.floor(server.deps.now() / 1000);
  const prove = (by: DpopKey, path: string) => proofBy(by, { htm: "POST", htu: `${ISSUER}${path}`, iat: iat() });
  const send = (path: string, fields: Fields, dpop: string) =>
    server.fetch(path, { method: "POST", body: form(fields), headers: { authorization: AUTHORIZATION, dpop } });

  beforeEach(async () => {
    key = await makeDpopKey();
  });

  it("binds the code to its key, and the answer brings a nonce", async () => {
    const response = await send("/par", requestOf(), await prove(key, "/par"));
    expect([response.status, response.headers.get("dpop-nonce")]).toEqual([201, expect.stringMatching(/^\S{16,}$/)]);
    const { request_uri } = await response.json<{ request_uri: string }>();
    const code = (await complete(await browser.open(authorizeUrl(request_uri)))).get("code") ?? "";
    const before = await snapshot();
    const stranger = await send("/token", codeRequest(code), await prove(await makeDpopKey(), "/token"));
    expect((await stranger.json<{ error: string }>()).error).toBe("invalid_grant");
    const bare = await post(server, "/token", codeRequest(code));
    expect(bare.status).toBe(400);
    expect(await snapshot()).toBe(before);
    expect((await tokensOf(await send("/token", codeRequest(code), await prove(key, "/token")))).token_type).toBe("DPoP");
  });

  it("must be by the key that dpop_jkt names, if there is both", async () => {
    const other = await makeDpopKey();
    const mismatch = requestOf({ dpop_jkt: other.jkt });
    await expectRefused(await send("/par", mismatch, await prove(key, "/par")), 400, "invalid_request");
    expect((await send("/par", requestOf({ dpop_jkt: key.jkt }), await prove(key, "/par"))).status).toBe(201);
  });

  it("counts once, also when two requests race", async () => {
    const proof = await prove(key, "/par");
    const responses = await Promise.all([1, 2, 3].map(() => send("/par", requestOf(), proof)));
    expect(responses.map(({ status }) => status).toSorted()).toEqual([201, 400, 400]);
    await expectRefused(await send("/par", requestOf(), proof), 400, "invalid_dpop_proof", 1);
  });

  it("for another endpoint is refused", async () => {
    await expectRefused(await send("/par", requestOf(), await prove(key, "/token")), 400, "invalid_dpop_proof");
  });
});

describe("a client assertion at the pushed request endpoint", () => {
  it("counts once, and not for a request that was refused", async () => {
    const key = await clientKey("ES256");
    await addClient("signer", { token_endpoint_auth_method: "private_key_jwt", jwks: { keys: [key.jwk] } });
    const asserted = {
      client_id: "signer",
      client_assertion_type: ASSERTION_TYPE,
      client_assertion: await sign(key, assertionClaims("signer", server.deps.now())),
    };
    await expectRefused(await push({ ...asserted, scope: "everything" }, null), 400, "invalid_scope");
    const responses = await Promise.all([1, 2, 3, 4].map(() => push(asserted, null)));
    expect(responses.map(({ status }) => status).toSorted()).toEqual([201, 401, 401, 401]);
    await expectRefused(await push(asserted, null), 401, "invalid_client", 1);
  });

  it.each([`${ISSUER}/par`, [ISSUER], "https://other.example"])("must be for the issuer, not for %j", async (aud) => {
    const key = await clientKey("ES256");
    await addClient("signer", { token_endpoint_auth_method: "private_key_jwt", jwks: { keys: [key.jwk] } });
    const client_assertion = await sign(key, assertionClaims("signer", server.deps.now(), { aud }));
    const asserted = { client_id: "signer", client_assertion_type: ASSERTION_TYPE, client_assertion };
    await expectRefused(await push(asserted, null), 401, "invalid_client");
  });
});
