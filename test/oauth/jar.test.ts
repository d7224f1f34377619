/** Signed request objects (RFC 9101): by value, by an address that the client registered, and pushed. */

import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { handle } from "../../src/app.ts";
import type { ClientMetadata } from "../../src/model.ts";
import { sha256 } from "../../src/tokens/encoding.ts";
import { Browser, type Page } from "../browser.ts";
import { API, addClient, addOrganization, addResource, addUser, CALLBACK, SECRET } from "../builders.ts";
import { type ClientKey, clientKey, sign } from "../clientKey.ts";
import { approve, CHALLENGE, codeRequest, post, responseOf, signIn, tokensOf } from "../flow.ts";
import { basic, createServer, empty, form, ISSUER, type Server, snapshot } from "../harness.ts";
import { encode } from "../proof.ts";

type Claims = Readonly<Record<string, unknown>>;

const ADDRESS = "https://buildboard.example/request.jwt";
const EVIL = "https://evil.example/callback";

let server: Server;
let browser: Browser;
let ada: { userId: string; email: string };
let key: ClientKey;
/** Every address that left the house, and what it found there. */
let asked: string[];
let network: () => Response | Promise<Response>;

beforeEach(async () => {
  await empty();
  asked = [];
  network = () => new Response("nothing here", { status: 404 });
  server = createServer();
  Object.assign(server.deps, {
    fetch: async (input: RequestInfo | URL) => {
      asked.push(String(input));
      return network();
    },
  });
  browser = new Browser(server);
  key = await clientKey("ES256");
  ada = await addUser("Ada");
  await addOrganization("contoso", "all", ada.userId);
  await addResource();
  await register({});
});

/** The client, with the one key and whatever else it registered. */
async function register(metadata: Partial<ClientMetadata>, keys: readonly ClientKey[] = [key]): Promise<void> {
  await env.DB.prepare("DELETE FROM clients WHERE client_id = 'buildboard'").run();
  await addClient("buildboard", { jwks: { keys: keys.map(({ jwk }) => jwk) }, ...metadata });
  server.deps.memory.clear();
}

const seconds = () => Math.floor(server.deps.now() / 1000);

/** The claims of a good object; undefined takes one away. */
const claimsOf = (changes: Claims = {}): Claims => ({
  iss: "buildboard",
  aud: ISSUER,
  nbf: seconds(),
  exp: seconds() + 300,
  client_id: "buildboard",
  response_type: "code",
  redirect_uri: CALLBACK,
  scope: "openid workitems.read",
  state: "inside",
  nonce: "n-inside",
  code_challenge: CHALLENGE,
  code_challenge_method: "S256",
  ...changes,
});

const objectOf = (changes: Claims = {}, header: Claims = {}, by = key) => sign(by, claimsOf(changes), header);

const url = (parameters: Readonly<Record<string, string>>) => `/authorize?${form({ client_id: "buildboard", ...parameters })}`;

const push = (parameters: Readonly<Record<string, string>>) => post(server, "/par", parameters, basic("buildboard", SECRET));

async function complete(page: Page): Promise<URLSearchParams> {
  let at = page;
  if (at.text.includes('action="/sign-in"')) at = await signIn(browser, at, ada.email);
  if (at.text.includes('action="/consent"')) at = await approve(browser, at);
  return responseOf(at);
}

/** Refused at both doors: at /authorize on a page of ours, with nothing beside the object that would lead away, and as JSON. */
async function expectRefused(object: string, error = "invalid_request_object"): Promise<void> {
  const before = await snapshot();
  await expectPage({ request: object }, error);
  const pushed = await push({ request: object });
  const body = await pushed.json<{ error: string }>();
  expect([pushed.status, body.error], JSON.stringify(body)).toEqual([400, error]);
  expect(pushed.headers.get("location")).toBeNull();
  expect(await snapshot()).toBe(before);
}

async function expectPage(parameters: Readonly<Record<string, string>>, error: string): Promise<void> {
  const response = await browser.send(url(parameters));
  const text = await response.text();
  expect([response.status, response.headers.get("location")], text).toEqual([400, null]);
  expect(text).toContain(`<code>${error}</code>`);
}

async function expectAccepted(object: string): Promise<void> {
  const pushed = await push({ request: object });
  expect(pushed.status, await pushed.text()).toBe(201);
  expect((await browser.open(url({ request: object }))).text).toContain('action="/sign-in"');
}

// CASES.md G 114
describe("a request object", () => {
  it.each(["ES256", "PS256", "EdDSA", "RS256"])("signed with %s yields a code", async (alg) => {
    const own = await clientKey(alg);
    await register({}, [own]);
    const response = await complete(await browser.open(url({ request: await objectOf({}, {}, own) })));
    expect(Object.fromEntries(response)).toEqual({ code: expect.any(String), state: "inside", iss: ISSUER });
    expect((await tokensOf(await post(server, "/token", codeRequest(response.get("code") ?? "")))).scope).toBe(
      "openid workitems.read",
    );
    expect(asked).toEqual([]);
  });

  it("alone counts: what stands outside it is not looked at", async () => {
    const outside = {
      response_type: "token",
      redirect_uri: EVIL,
      scope: "openid builds.read",
      state: "outside",
      response_mode: "fragment",
      prompt: "none",
      nonce: "outside",
    };
    const response = await complete(await browser.open(url({ request: await objectOf(), ...outside })));
    expect(response.get("state")).toBe("inside");
    expect((await tokensOf(await post(server, "/token", codeRequest(response.get("code") ?? "")))).scope).toBe(
      "openid workitems.read",
    );
  });

  it("is not completed by what stands outside it", async () => {
    const outside = { redirect_uri: CALLBACK, scope: "openid", response_type: "code", code_challenge: CHALLENGE };
    await expectPage({ request: await objectOf({ redirect_uri: undefined }), ...outside }, "invalid_request");
    const withoutChallenge = await objectOf({ code_challenge: undefined, code_challenge_method: undefined });
    const page = await browser.open(url({ request: withoutChallenge, ...outside, code_challenge_method: "S256" }));
    expect(Object.fromEntries(responseOf(page))).toMatchObject({ error: "invalid_request", state: "inside", iss: ISSUER });
  });

  it("may be pushed, and then the name stands for it", async () => {
    const pushed = await push({ request: await objectOf(), redirect_uri: EVIL, state: "outside" });
    const { request_uri } = await pushed.json<{ request_uri: string }>();
    expect((await complete(await browser.open(url({ request_uri })))).get("state")).toBe("inside");
  });

  it("may be sent to /authorize by POST", async () => {
    const body = form({ client_id: "buildboard", request: await objectOf() });
    expect((await complete(await browser.open("/authorize", { method: "POST", body }))).get("state")).toBe("inside");
  });

  it("holds numbers, repetitions and structures as JSON does", async () => {
    const details = [{ type: "organization_access", organizations: ["contoso"] }];
    const wanted = { userinfo: { email: { essential: true } } };
    const changes = { max_age: 600, resource: [API, ISSUER], claims: wanted, authorization_details: details, login_hint: null };
    const response = await push({ request: await objectOf(changes) });
    expect(response.status, await response.clone().text()).toBe(201);
    const row = await env.DB.prepare("SELECT request FROM pushed_requests").first<string>("request");
    expect(JSON.parse(row ?? "")).toMatchObject({
      maxAgeSeconds: 600,
      resources: [API, ISSUER],
      claims: { userinfo: { email: { essential: true } } },
      authorizationDetails: [{ type: "organization_access" }],
      loginHint: null,
    });
  });

  it("that is good brings what is wrong in it to the redirect URI within", async () => {
    const request = await objectOf({ scope: "openid everything" });
    const page = await browser.open(url({ request, redirect_uri: EVIL, state: "outside" }));
    expect(Object.fromEntries(responseOf(page))).toMatchObject({ error: "invalid_scope", state: "inside", iss: ISSUER });
  });

  it("that names a redirect URI of somebody else leads nowhere, whatever stands outside", async () => {
    await expectPage({ request: await objectOf({ redirect_uri: EVIL }), redirect_uri: CALLBACK }, "invalid_request");
    await expectRefused(await objectOf({ redirect_uri: EVIL }), "invalid_request");
  });

  it("that is bad never leads to a redirect URI that is not registered", async () => {
    await expectPage({ request: "x.y.z", redirect_uri: EVIL, state: "s" }, "invalid_request_object");
    await expectPage(
      { request: await objectOf({ aud: "https://other.example" }), redirect_uri: EVIL },
      "invalid_request_object",
    );
  });

  it.each([undefined, "JWT", "jwt", "oauth-authz-req+jwt", "application/oauth-authz-req+jwt", "application/jwt"])(
    "may have the type %s",
    async (typ) => expectAccepted(await objectOf({}, typ === undefined ? {} : { typ })),
  );

  it.each(["at+jwt", "dpop+jwt", "client-authentication+jwt", "logout+jwt", "token-introspection+jwt", ""])(
    "is none where its type is %j",
    async (typ) => expectRefused(await objectOf({}, { typ })),
  );

  it.each<[string, () => Claims]>([
    ["no client_id", () => ({ client_id: undefined })],
    ["another client_id than outside", () => ({ client_id: "other" })],
    ["another client as its issuer", () => ({ iss: "other" })],
    ["another server as its audience", () => ({ aud: "https://other.example" })],
    ["an audience that ours is the beginning of", () => ({ aud: `${ISSUER}.evil.example` })],
    ["the token endpoint as its audience", () => ({ aud: `${ISSUER}/token` })],
    ["the subject of a client assertion", () => ({ sub: "buildboard" })],
    ["a request object in it", () => ({ request: "x.y.z" })],
    ["a request_uri in it", () => ({ request_uri: ADDRESS })],
    ["an expiry that is past by a minute", () => ({ exp: seconds() - 60 })],
    ["a life of more than an hour", () => ({ exp: seconds() + 3700 })],
    ["a beginning in a minute", () => ({ nbf: seconds() + 60 })],
    ["a beginning more than an hour ago", () => ({ nbf: seconds() - 3700 })],
    ["an issue in a minute", () => ({ iat: seconds() + 60 })],
    ["an expiry that is a text", () => ({ exp: "tomorrow" })],
    ["a NUL in a parameter", () => ({ state: "a\0b" })],
  ])("with %s is refused", async (_, changes) => expectRefused(await objectOf(changes())));

  it.each<[string, () => Claims]>([
    ["names us among others", () => ({ aud: ["https://other.example", ISSUER] })],
    ["says nothing but its parameters", () => ({ iss: undefined, aud: undefined, nbf: undefined, exp: undefined })],
    ["begins in eight seconds", () => ({ nbf: seconds() + 8, iat: seconds() + 8 })],
    ["lives for an hour", () => ({ exp: seconds() + 3600 })],
  ])("that %s is accepted", async (_, changes) => expectAccepted(await objectOf(changes())));

  const unsigned = (header: Claims, signature = "", changes: Claims = {}) =>
    `${encode(JSON.stringify(header))}.${encode(JSON.stringify(claimsOf(changes)))}.${signature}`;

  it.each<[string, () => Promise<string>]>([
    ["has alg none", async () => unsigned({ alg: "none" })],
    ["has alg none in other letters", async () => unsigned({ alg: "nOnE" })],
    ["has no alg", async () => unsigned({ typ: "JWT" }, "AAAA")],
    ["has alg none and a good signature", async () => (await objectOf()).replace(/^[^.]+/, encode('{"alg":"none"}'))],
    ["is by the key of somebody else", async () => objectOf({}, {}, { ...(await clientKey("ES256", "other")), jwk: key.jwk })],
    ["brings its own key", async () => objectOf({}, { jwk: key.jwk }, await clientKey("ES256", "other"))],
    [
      "says where its key is",
      async () => objectOf({}, { jku: "https://evil.example/jwks" }, await clientKey("ES256", "other")),
    ],
    [
      "has an extension that nobody knows",
      async () => (await objectOf()).replace(/^[^.]+/, encode('{"alg":"ES256","crit":["x"],"x":1}')),
    ],
    ["was cut short", async () => (await objectOf()).slice(0, -2)],
    [
      "was changed",
      async () => (await objectOf()).replace(/\.[^.]+\./, `.${encode(JSON.stringify(claimsOf({ scope: "openid" })))}.`),
    ],
    ["is signed with nothing", async () => (await objectOf()).replace(/[^.]+$/, "A".repeat(86))],
    ["has a part more", async () => `${await objectOf()}.x`],
    ["is encrypted", async () => "a.b.c.d.e"],
    ["is JSON", async () => JSON.stringify(claimsOf())],
  ])("that %s is refused, with no request that leaves the house", async (_, forge) => {
    await expectRefused(await forge());
    expect(asked).toEqual([]);
  });

  // OpenID Connect Core 15.2: what a server with open registration takes, and what the certification's Dynamic profile sends.
  describe("with alg none, of a client that the operator allows it,", () => {
    const allowed = { accept_unsigned_request_object: true };

    it("counts for as much as parameters do, also where parameters beside it say otherwise", async () => {
      await register(allowed);
      await expectAccepted(await objectOf());
      await expectAccepted(unsigned({ alg: "none" }));
      const redirect_uri = "https://evil.example/callback";
      const page = await browser.open(url({ request: unsigned({ alg: "none", typ: "JWT" }), redirect_uri, state: "outside" }));
      expect((await complete(page)).get("state")).toBe("inside");
    });

    it.each<[string, Partial<ClientMetadata>, () => Promise<string>]>([
      [
        "the client signs with one algorithm alone",
        { request_object_signing_alg: "ES256" },
        async () => unsigned({ alg: "none" }),
      ],
      ["the client must sign", { require_signed_request_object: true }, async () => unsigned({ alg: "none" })],
      ["there is a signature", {}, async () => (await objectOf()).replace(/^[^.]+/, encode('{"alg":"none"}'))],
      ["the letters are others", {}, async () => unsigned({ alg: "nOnE" })],
      ["the header says more", {}, async () => unsigned({ alg: "none", crit: ["x"] })],
      ["it has expired", {}, async () => unsigned({ alg: "none" }, "", { exp: seconds() - 60 })],
      ["it is of another client", {}, async () => unsigned({ alg: "none" }, "", { client_id: "other" })],
    ])("is refused where %s", async (_, metadata, forge) => {
      await register({ ...allowed, ...metadata });
      await expectRefused(await forge());
    });
  });

  it("is not verified with our client's secret, nor with a public key taken for one", async () => {
    for (const secret of [SECRET, JSON.stringify(key.jwk)]) {
      const input = unsigned({ alg: "HS256", kid: key.jwk["kid"] }).slice(0, -1);
      const bytes = new TextEncoder().encode(secret);
      const hmac = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
      const signature = await crypto.subtle.sign("HMAC", hmac, new TextEncoder().encode(input));
      await expectRefused(`${input}.${encode(new Uint8Array(signature))}`);
    }
  });

  it("of more than 16 KB is refused at the door where it fits, and of more than 64 KB is no form", async () => {
    const object = await objectOf({ padding: "p".repeat(13_000) });
    expect(object.length).toBeGreaterThan(16 * 1024);
    const response = await push({ request: object });
    expect([response.status, await response.json()]).toMatchObject([400, { error: "invalid_request_object" }]);
    expect((await push({ request: "x".repeat(65_536) })).status).toBe(413);
  });

  it("of up to 16 KB may be pushed, if its parameters are not too many", async () => {
    expect((await push({ request: await objectOf({ padding: "p".repeat(11_000) }) })).status).toBe(201);
  });

  it("has the algorithm that the client registered, and no other", async () => {
    const eddsa = await clientKey("EdDSA");
    await register({ request_object_signing_alg: "EdDSA" }, [key, eddsa]);
    await expectAccepted(await objectOf({}, {}, eddsa));
    await expectRefused(await objectOf());
  });

  it("is refused where the client has no keys", async () => {
    const object = await objectOf();
    await env.DB.prepare("DELETE FROM clients WHERE client_id = 'buildboard'").run();
    await addClient("buildboard");
    server.deps.memory.clear();
    await expectRefused(object);
  });

  it("of another client is worth nothing here", async () => {
    const theirs = await clientKey("ES256", "theirs");
    await addClient("other", { jwks: { keys: [theirs.jwk] } });
    await expectRefused(await objectOf({ iss: "other", client_id: "other" }, {}, theirs));
    await expectRefused(await objectOf({}, {}, theirs));
  });

  it("does not stand beside a request_uri", async () => {
    await register({ request_uris: [ADDRESS] });
    await expectPage({ request: await objectOf(), request_uri: ADDRESS }, "invalid_request");
    expect(asked).toEqual([]);
  });
});

describe("a client that must sign its requests", () => {
  beforeEach(() => register({ require_signed_request_object: true }));

  it("gets its code for a signed one", async () => {
    expect((await complete(await browser.open(url({ request: await objectOf() })))).has("code")).toBe(true);
  });

  it("gets none without, at either door", async () => {
    const { iss: _iss, aud: _aud, nbf: _nbf, exp: _exp, ...plain } = claimsOf();
    const parameters = Object.fromEntries(Object.entries(plain).map(([name, value]) => [name, String(value)]));
    const before = await snapshot();
    expect(responseOf(await browser.open(url(parameters))).get("error")).toBe("invalid_request");
    const pushed = await push(parameters);
    expect([pushed.status, await pushed.json()]).toMatchObject([400, { error: "invalid_request" }]);
    expect(await snapshot()).toBe(before);
  });

  it.each<[string, () => Claims]>([
    ["no issuer", () => ({ iss: undefined })],
    ["no audience", () => ({ aud: undefined })],
    ["no beginning", () => ({ nbf: undefined })],
    ["no end", () => ({ exp: undefined })],
    ["a beginning in a minute", () => ({ nbf: seconds() + 60 })],
    ["a beginning 61 minutes ago", () => ({ nbf: seconds() - 3660 })],
    ["an end more than 60 minutes after its beginning", () => ({ nbf: seconds() - 1800, exp: seconds() + 1801 })],
  ])("may send no object with %s", async (_, changes) => expectRefused(await objectOf(changes())));

  it.each<[string, () => Claims]>([
    ["eight seconds ahead", () => ({ nbf: seconds() + 8 })],
    ["59 minutes ago", () => ({ nbf: seconds() - 3540, exp: seconds() + 60 })],
  ])("may send an object that begins %s", async (_, changes) => expectAccepted(await objectOf(changes())));
});

// CASES.md G 108, 109 and 113
describe("a request_uri that the client registered", () => {
  beforeEach(() => register({ request_uris: [ADDRESS] }));

  const serve = (body: string, status = 200, headers: Readonly<Record<string, string>> = {}) => {
    network = () => new Response(body, { status, headers });
  };

  it.each(["application/oauth-authz-req+jwt", "application/jwt", "text/plain"])(
    "is asked once for its object, of the media type %s or any",
    async (type) => {
      serve(`${await objectOf()}\n`, 200, { "content-type": type });
      const response = await complete(await browser.open(url({ request_uri: ADDRESS, state: "outside", redirect_uri: EVIL })));
      expect(response.get("state")).toBe("inside");
      expect(asked).toEqual([ADDRESS]);
    },
  );

  it("may be registered with the hash of its content, which then must be that", async () => {
    const object = await objectOf();
    const pinned = `${ADDRESS}#${await sha256(object)}`;
    await register({ request_uris: [pinned] });
    serve(object);
    expect((await complete(await browser.open(url({ request_uri: pinned })))).get("state")).toBe("inside");
    expect(asked).toEqual([ADDRESS]);
    serve(await objectOf({ state: "another" }));
    await expectPage({ request_uri: pinned }, "invalid_request_uri");
    // Without the hash it is another address, which nobody registered.
    await expectPage({ request_uri: ADDRESS }, "invalid_request_uri");
  });

  it("may be sent with a fragment that was not registered, which only says that older copies are stale", async () => {
    serve(await objectOf());
    expect((await complete(await browser.open(url({ request_uri: `${ADDRESS}#v2` })))).get("state")).toBe("inside");
    expect(asked).toEqual([ADDRESS]);
  });

  it("may hold no more than a request that travels by itself", async () => {
    serve(await objectOf({ state: "語".repeat(1500), nonce: "語".repeat(2100) }));
    const page = await browser.open(url({ request_uri: ADDRESS }));
    expect(Object.fromEntries(responseOf(page))).toMatchObject({ error: "invalid_request", state: "語".repeat(1500) });
  });

  it.each([
    "https://buildboard.example/other.jwt",
    `https://buildboard.example/other.jwt#${ADDRESS}`,
    `${ADDRESS}?x=1`,
    `${ADDRESS}/`,
    ADDRESS.toUpperCase(),
    "http://buildboard.example/request.jwt",
    "https://evil.example/request.jwt",
    "https://127.0.0.1/request.jwt",
    "urn:example:request",
    "data:text/plain,x",
    `${ISSUER}/par`,
  ])("is not %s, which nobody asks", async (request_uri) => {
    const before = await snapshot();
    await expectPage({ request_uri }, "invalid_request_uri");
    expect([asked, await snapshot()]).toEqual([[], before]);
  });

  it("is asked nothing where it is no public address, though it was registered", async () => {
    const inside = [
      "https://127.0.0.1/r",
      "https://[::1]/r",
      "https://169.254.169.254/r",
      `${ISSUER}/r`,
      "https://localhost/r",
    ];
    await register({ request_uris: inside });
    for (const request_uri of inside) await expectPage({ request_uri }, "invalid_request_uri");
    expect(asked).toEqual([]);
  });

  it.each<[string, () => Response | Promise<Response>]>([
    ["answers 404", () => new Response("", { status: 404 })],
    ["answers 500", () => new Response("", { status: 500 })],
    ["leads elsewhere", () => new Response(null, { status: 302, headers: { location: "https://169.254.169.254/" } })],
    ["cannot be reached", () => Promise.reject(new TypeError("no route"))],
    ["is too large", () => new Response("x".repeat(17 * 1024))],
  ])("that %s is refused, on a page of ours", async (_, answer) => {
    network = answer;
    const before = await snapshot();
    await expectPage({ request_uri: ADDRESS, redirect_uri: EVIL }, "invalid_request_uri");
    expect([asked, await snapshot()]).toEqual([[ADDRESS], before]);
  });

  it("may mend itself: a failure is not remembered", async () => {
    await expectPage({ request_uri: ADDRESS }, "invalid_request_uri");
    serve(await objectOf());
    expect((await complete(await browser.open(url({ request_uri: ADDRESS })))).get("state")).toBe("inside");
  });

  it("with an object that is not the client's is as bad as the object", async () => {
    serve(await objectOf({}, {}, await clientKey("ES256", "stranger")));
    await expectPage({ request_uri: ADDRESS }, "invalid_request_object");
    serve("<html>Sign in to the Wi-Fi</html>");
    await expectPage({ request_uri: ADDRESS }, "invalid_request_object");
  });

  it("is not for pushing", async () => {
    const pushed = await push({ request_uri: ADDRESS });
    expect([pushed.status, await pushed.json()]).toMatchObject([400, { error: "invalid_request" }]);
    expect(asked).toEqual([]);
  });
});

describe("RFC 9101's own example (section 4)", () => {
  const parts = [
    "eyJhbGciOiJSUzI1NiIsImtpZCI6ImsyYmRjIn0",
    "ewogICAgImlzcyI6ICJzNkJoZFJrcXQzIiwKICAgICJhdWQiOiAiaHR0cHM6Ly9zZXJ2ZXIuZXhhbXBsZS5jb20iLAogICAgInJlc3BvbnNlX3R5cGUiOiAiY29kZSBpZF90b2tlbiIsCiAgICAiY2xpZW50X2lkIjogInM2QmhkUmtxdDMiLAogICAgInJlZGlyZWN0X3VyaSI6ICJodHRwczovL2NsaWVudC5leGFtcGxlLm9yZy9jYiIsCiAgICAic2NvcGUiOiAib3BlbmlkIiwKICAgICJzdGF0ZSI6ICJhZjBpZmpzbGRraiIsCiAgICAibm9uY2UiOiAibi0wUzZfV3pBMk1qIiwKICAgICJtYXhfYWdlIjogODY0MDAKfQ",
    "Nsxa_18VUElVaPjqW_ToI1yrEJ67BgKb5xsuZRVqzGkfKrOIX7BCx0biSxYGmjK9KJPctH1OC0iQJwXu5YVY-vnW0_PLJb1C2HG-ztVzcnKZC2gE4i0vgQcpkUOCpW3SEYXnyWnKzuKzqSb1wAZALo5f89B_p6QA6j6JwBSRvdVsDPdulW8lKxGTbH82czCaQ50rLAg3EYLYaCb4ik4I1zGXE4fvim9FIMs8OCMmzwIB5S-ujFfzwFjoyuPEV4hJnoVUmXR_W9typPf846lGwA8h9G9oNTIuX8Ft2jfpnZdFmLg3_wr3Wa5q3a-lfbgF3S9H_8nN3j1i7tLR_5Nz-g",
  ];
  const jwk = {
    kty: "RSA",
    kid: "k2bdc",
    e: "AQAB",
    n: "x5RbkAZkmpRxia65qRQ1wwSMSxQUnS7gcpVTV_cdHmfmG2ltd2yabEO9XadD8pJNZubINPpmgHh3J1aD9WRwS05ucmFq3CfFsluLt13_7oX5yDRSKX7poXmT_5ko8k4NJZPMAO8fPToDTH7kHYbONSE2FYa5GZ60CUsFhSonI-dcMDJ0Ary9lxIw5k2z4TAdARVWcS7sD07VhlMMshrwsPHBQgTatlkxyIHXbYdtak8fqvNAwr7OlVEvM_Ipf5OfmdB8Sd-wjzaBsyP4VhJKoi_qdgSzpC694XZeYPq45Sw-q51iFUlcOlTCI7z6jltUtnR6ySn6XDGFnzH5Fe5ypw",
  };
  const answer = async (request: string): Promise<Response> => {
    await addClient("s6BhdRkqt3", { jwks: { keys: [jwk] }, redirect_uris: ["https://client.example.org/cb"] });
    const deps = { ...server.deps, config: { ...server.deps.config, issuer: "https://server.example.com" } };
    const query = form({ client_id: "s6BhdRkqt3", request });
    return handle(new Request(`https://server.example.com/authorize?${query}`, { redirect: "manual" }), deps);
  };

  it("is verified: its redirect URI and state learn that we have no code id_token", async () => {
    const location = new URL((await answer(parts.join("."))).headers.get("location") ?? "");
    expect(location.origin + location.pathname).toBe("https://client.example.org/cb");
    expect(Object.fromEntries(location.searchParams)).toMatchObject({
      error: "unsupported_response_type",
      state: "af0ifjsldkj",
      iss: "https://server.example.com",
    });
  });

  it("is refused with one bit of its signature changed", async () => {
    const response = await answer(parts.join(".").replace("Nsxa", "Nsxb"));
    expect([response.status, response.headers.get("location")]).toEqual([400, null]);
    expect(await response.text()).toContain("<code>invalid_request_object</code>");
  });
});
