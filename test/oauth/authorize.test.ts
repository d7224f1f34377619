import { beforeEach, describe, expect, it } from "vitest";
import { handle } from "../../src/app.ts";
import { Browser, type Page, textOf } from "../browser.ts";
import { API, addClient, addOrganization, addResource, addUser, CALLBACK, SECRET } from "../builders.ts";
import {
  approve,
  authorizationUrl,
  authorize,
  CHALLENGE,
  codeRequest,
  post,
  responseOf,
  signIn,
  tokensOf,
  VERIFIER,
} from "../flow.ts";
import { basic, createServer, empty, form, ISSUER, type Server, snapshot } from "../harness.ts";

type Changes = NonNullable<Parameters<typeof authorizationUrl>[0]>;

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
});

/** The error page of a request that must lead nowhere, and that must have changed nothing. */
async function expectNoRedirect(path: string, init: RequestInit = {}): Promise<Page> {
  const before = await snapshot();
  const response = await browser.send(path, init);
  expect(response.status).toBeGreaterThanOrEqual(400);
  expect(response.status).toBeLessThan(500);
  expect(response.headers.get("location")).toBeNull();
  expect(response.headers.get("refresh")).toBeNull();
  expect(await snapshot()).toBe(before);
  return { status: response.status, url: path, headers: response.headers, text: await response.text() };
}

/** The error that goes back to the service, with nothing beside it but what belongs there. */
async function expectError(changes: Changes, error: string): Promise<void> {
  const before = await snapshot();
  const page = await browser.open(authorizationUrl(changes));
  const response = responseOf(page, typeof changes["redirect_uri"] === "string" ? changes["redirect_uri"] : CALLBACK);
  expect(Object.fromEntries(response)).toEqual({
    error,
    error_description: expect.stringMatching(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/),
    state: "af0ifjsldkj",
    iss: ISSUER,
  });
  expect(await snapshot()).toBe(before);
}

describe("a redirect URI", () => {
  it.each(
    // One of each kind; test/rules/redirectUri.test.ts has them all.
    [
      `${CALLBACK}/`,
      `${CALLBACK}/../evil`,
      `${CALLBACK}/%2e%2e/evil`,
      `${CALLBACK}/%252e%252e/evil`,
      `${CALLBACK};x`,
      `${CALLBACK}@evil.example`,
      `${CALLBACK}\\`,
      `${CALLBACK}\0`,
      `${CALLBACK}\t`,
      `${CALLBACK}/more`,
      `${CALLBACK}?x=1`,
      `${CALLBACK}#x`,
      `${CALLBACK}%23x`,
      "https://BUILDBOARD.example/callback",
      "https://buildboard.example./callback",
      "https://buildboard.example:443/callback",
      "https://buildboard.example/Callback",
      "https://buildboard.example",
      "https://buildboard.example@evil.example/callback",
      "https://evil.example\\@buildboard.example/callback",
      "https://buildboard.example%40evil.example/callback",
      "https://a@b@evil.example/callback",
      "http://buildboard.example/callback",
      "//buildboard.example/callback",
      "javascript:alert(1)",
      "JaVaScRiPt:alert(1)",
      " javascript:alert(1)",
      "java\tscript:alert(1)",
      "data:text/html,x",
      "vbscript:x",
      "blob:https://buildboard.example/x",
      "file:///etc/passwd",
      "about:blank",
    ],
  )("spelt %j, which is not the registered one, is never gone to", async (redirect_uri) => {
    const page = await expectNoRedirect(authorizationUrl({ redirect_uri }));
    expect(page.text).not.toContain("evil.example");
  });

  it.each([1, 2])("must be sent, also where the client has %i", async (count) => {
    await addClient("several", { redirect_uris: [CALLBACK, "https://buildboard.example/other"].slice(0, count) });
    await expectNoRedirect(authorizationUrl({ client_id: "several", redirect_uri: null }));
  });

  it("of an unknown client is never gone to", async () => {
    const page = await expectNoRedirect(authorizationUrl({ client_id: "nobody", redirect_uri: "https://evil.example/cb" }));
    expect(page.text).not.toContain("evil.example");
  });

  it.each<[string, Changes]>([
    ["response_type is unknown", { response_type: "token" }],
    ["response_type is missing", { response_type: null }],
    ["the scope is unknown", { scope: "everything" }],
    ["the scope is missing", { scope: null }],
    ["nobody is signed in and prompt is none", { prompt: "none" }],
    ["the resource is unknown", { resource: "https://elsewhere.example" }],
    ["PKCE is missing", { code_challenge: null, code_challenge_method: null }],
    ["response_mode is fragment", { response_mode: "fragment" }],
    ["response_mode is web_message", { response_mode: "web_message" }],
    ["a request object comes with it", { request: "eyJhbGciOiJub25lIn0.e30." }],
    ["claims are no JSON", { claims: "{" }],
  ])("that is not registered is not gone to either when %s", async (_, changes) => {
    await expectNoRedirect(authorizationUrl({ ...changes, redirect_uri: "https://evil.example/cb" }));
  });

  it("with a query of its own keeps it, with the response behind it", async () => {
    const redirect_uri = "https://buildboard.example/callback?tenant=a%2Bb&x=1";
    await addClient("tenant", { redirect_uris: [redirect_uri] });
    const page = await browser.open(authorizationUrl({ client_id: "tenant", redirect_uri, prompt: "none" }));
    expect(page.url.startsWith(`${redirect_uri}&error=login_required&`)).toBe(true);
  });

  it.each([
    ["http://127.0.0.1:51004/cb", true],
    ["http://127.0.0.1/cb", true],
    ["http://127.0.0.1:65535/cb", true],
    ["http://127.0.0.1:65536/cb", false],
    ["http://127.0.0.1:0/cb", false],
    ["http://127.0.0.1:1@evil.example/cb", false],
    ["http://127.0.0.1.evil.example:1/cb", false],
    ["http://localhost:1/cb", false],
    ["http://[::1]:1/cb", false],
    ["http://127.0.0.1:1/other", false],
    ["https://127.0.0.1:1/cb", false],
    ["http://0x7f000001:1/cb", false],
    ["http://127.1:1/cb", false],
    ["http://[::ffff:127.0.0.1]:1/cb", false],
  ])("%s: whether a native client with http://127.0.0.1/cb may use it is %j", async (redirect_uri, allowed) => {
    await addClient("cli", {
      token_endpoint_auth_method: "none",
      application_type: "native",
      redirect_uris: ["http://127.0.0.1/cb"],
    });
    const path = authorizationUrl({ client_id: "cli", redirect_uri });
    if (!allowed) return void (await expectNoRedirect(path));
    expect((await authorize(browser, ada.email, { client_id: "cli", redirect_uri })).get("code")).toMatch(/^csc_/);
  });

  it("of a web client has the registered port alone, also on loopback", async () => {
    await addClient("local", { redirect_uris: ["http://127.0.0.1:8788/cb"] });
    await expectNoRedirect(authorizationUrl({ client_id: "local", redirect_uri: "http://127.0.0.1:8789/cb" }));
  });
});

describe("an authorization error", () => {
  it.each<[string, string, Changes]>([
    ["response_type is token", "unsupported_response_type", { response_type: "token" }],
    ["response_type is code id_token", "unsupported_response_type", { response_type: "code id_token" }],
    ["response_type is missing", "invalid_request", { response_type: null }],
    ["response_type is empty", "invalid_request", { response_type: "" }],
    ["a scope is unknown", "invalid_scope", { scope: "openid everything" }],
    ["a scope is a part of a known one", "invalid_scope", { scope: "openid workitems" }],
    ["a scope is in other case", "invalid_scope", { scope: "openid Builds.read" }],
    ["the scope holds a quote", "invalid_scope", { scope: 'openid "' }],
    ["the scope is not ASCII", "invalid_scope", { scope: "openid ｂuilds.read" }],
    ["the scope has 5000 words", "invalid_scope", { scope: "a ".repeat(5000) }],
    ["the scope is missing and none is registered", "invalid_scope", { scope: null }],
    ["a resource is unknown", "invalid_target", { resource: "https://elsewhere.example" }],
    ["a resource has a slash more", "invalid_target", { resource: `${API}/` }],
    ["a resource has a fragment", "invalid_target", { resource: `${API}#x` }],
    ["one of two resources is unknown", "invalid_target", { resource: [API, "https://elsewhere.example"] }],
    ["a scope belongs to a resource that was not named", "invalid_scope", { resource: ISSUER }],
    ["the code_challenge is missing", "invalid_request", { code_challenge: null, code_challenge_method: null }],
    ["the method came without a code_challenge", "invalid_request", { code_challenge: null }],
    ["code_challenge_method is plain", "invalid_request", { code_challenge_method: "plain" }],
    ["code_challenge_method is missing, which means plain", "invalid_request", { code_challenge_method: null }],
    ["code_challenge_method is unknown", "invalid_request", { code_challenge_method: "S512" }],
    ["code_challenge_method is in other case", "invalid_request", { code_challenge_method: "s256" }],
    ["the code_challenge has 42 characters", "invalid_request", { code_challenge: CHALLENGE.slice(1) }],
    ["the code_challenge has 44 characters", "invalid_request", { code_challenge: `${CHALLENGE}=` }],
    ["the code_challenge is in another alphabet", "invalid_request", { code_challenge: `${CHALLENGE.slice(1)}+` }],
    ["the nonce is longer than 4096 characters", "invalid_request", { nonce: "n".repeat(4097) }],
    ["prompt is unknown", "invalid_request", { prompt: "create" }],
    ["max_age is no number", "invalid_request", { max_age: "soon" }],
    ["max_age is negative", "invalid_request", { max_age: "-1" }],
    ["claims are no JSON", "invalid_request", { claims: "{" }],
    ["claims are an array", "invalid_request", { claims: "[]" }],
    ["a claim is asked for by a number", "invalid_request", { claims: '{"id_token":{"email":1}}' }],
    ["id_token_hint is garbage", "invalid_request", { id_token_hint: "x.y.z" }],
    ["there is a registration", "registration_not_supported", { registration: "{}" }],
    ["nobody is signed in and prompt is none", "login_required", { prompt: "none" }],
  ])("goes back to the service when %s", async (_, error, changes) => {
    await expectError(changes, error);
  });

  it.each(["fragment", "web_message", "fragment.jwt", "cookie", "constructor"])(
    "goes back in the query, and not as response_mode=%s asks",
    async (response_mode) => {
      await expectError({ response_mode }, "invalid_request");
    },
  );

  it("tells a client that asks beyond its registered scope", async () => {
    await addClient("small", { scope: "openid builds.read" });
    await expectError({ client_id: "small", scope: "openid workitems.read" }, "invalid_scope");
  });

  it("tells a client that is not registered for codes", async () => {
    await addClient("none", { grant_types: [], response_types: [] });
    await expectError({ client_id: "none" }, "unauthorized_client");
  });

  it("tells a public client without PKCE", async () => {
    await addClient("spa", { token_endpoint_auth_method: "none" });
    await expectError({ client_id: "spa", code_challenge: null, code_challenge_method: null }, "invalid_request");
  });

  it("has no state when none was sent", async () => {
    const response = responseOf(await browser.open(authorizationUrl({ state: null, prompt: "none" })));
    expect([...response.keys()].toSorted()).toEqual(["error", "error_description", "iss"]);
  });

  it("goes back with access_denied when the person denies, and nothing is stored", async () => {
    const page = await signIn(browser, await browser.open(authorizationUrl()), ada.email);
    const before = await snapshot();
    const denied = responseOf(await browser.submit(page, "/consent", { decision: "deny" }));
    expect(denied.get("error")).toBe("access_denied");
    expect(denied.get("state")).toBe("af0ifjsldkj");
    expect(denied.get("iss")).toBe(ISSUER);
    expect(denied.has("code")).toBe(false);
    expect(await snapshot()).toBe(before);
  });
});

describe("a parameter sent twice", () => {
  it.each<[string, readonly string[]]>([
    ["redirect_uri", [CALLBACK, "https://evil.example/cb"]],
    ["redirect_uri", ["https://evil.example/cb", CALLBACK]],
    ["redirect_uri", [CALLBACK, CALLBACK]],
    ["client_id", ["buildboard", "other"]],
    ["response_type", ["code", "token"]],
    ["scope", ["openid", "openid profile"]],
    ["state", ["a", "b"]],
    ["nonce", ["a", "b"]],
    ["code_challenge", [CHALLENGE, CHALLENGE]],
    ["unknown", ["a", "b"]],
  ])("leads nowhere: %s=%j", async (name, values) => {
    await expectNoRedirect(authorizationUrl({ [name]: values }));
    const { search } = new URL(authorizationUrl({ [name]: values }), ISSUER);
    await expectNoRedirect("/authorize", { method: "POST", body: new URLSearchParams(search) });
  });

  it("may be resource, which names each API that the tokens are for", async () => {
    await addResource("https://wiki.contoso.example", "wiki.");
    const response = await authorize(browser, ada.email, {
      scope: "openid builds.read wiki.builds.read",
      resource: [API, "https://wiki.contoso.example"],
    });
    const tokens = await tokensOf(await post(server, "/token", codeRequest(response.get("code") ?? "")));
    expect(tokens.scope).toBe("openid builds.read wiki.builds.read");
  });

  it.each(["redirect_uri[]", "redirect_uri[0]", "Redirect_uri"])("under the name %s is not the redirect_uri", async (name) => {
    await expectNoRedirect(authorizationUrl({ redirect_uri: null, [name]: CALLBACK }));
    const response = responseOf(await browser.open(authorizationUrl({ [name]: "https://evil.example/cb", prompt: "none" })));
    expect(response.get("error")).toBe("login_required");
  });
});

describe("the state", () => {
  it.each([
    ["4 kB", "s".repeat(4096)],
    ["markup", `"><script>alert(1)</script>`],
    ["CR LF", "a\r\nSet-Cookie: x=y\r\n\r\nb"],
    ["what is encoded already", "%00%0d%0a%2526"],
    ["emoji", "🦊é日本"],
    ["parameters", "&code=x&iss=https://evil.example#code=y"],
    ["spaces and plus signs", " a + b "],
    ["base64", "eyJhIjoxfQ==/+"],
    ["a backslash and quotes", `\\"'`],
  ])("of %s comes back as it was, in a success and in an error", async (_, state) => {
    const refused = responseOf(await browser.open(authorizationUrl({ state, prompt: "none" })));
    expect(refused.getAll("state")).toEqual([state]);
    expect(refused.has("code")).toBe(false);
    const page = await signIn(browser, await browser.open(authorizationUrl({ state })), ada.email);
    expect(page.text).not.toContain("<script>");
    const response = responseOf(await approve(browser, page));
    expect(response.getAll("state")).toEqual([state]);
    expect(response.getAll("iss")).toEqual([ISSUER]);
    expect(response.getAll("code")).toEqual([expect.stringMatching(/^csc_/)]);
  });

  it.each([
    ["longer than 4096 characters", `state=${"s".repeat(4097)}`],
    ["with a NUL", "state=a%00b"],
    ["in no valid UTF-8", "state=%ff"],
    ["in overlong UTF-8", "state=%c0%af"],
    ["with half a surrogate pair", "state=%ed%a0%80"],
  ])("%s is refused, as it could not come back as it was", async (_, query) => {
    const before = await snapshot();
    const response = await browser.send(`${authorizationUrl({ state: null })}&${query}`);
    const location = response.headers.get("location");
    if (location === null) expect(response.status).toBe(400);
    else expect(new URL(location).searchParams.get("error")).toBe("invalid_request");
    expect(await snapshot()).toBe(before);
  });
});

describe("an authorization response", () => {
  it("carries the code, the state and the issuer, and nothing else", async () => {
    const response = await authorize(browser, ada.email);
    expect(Object.fromEntries(response)).toEqual({
      code: expect.stringMatching(/^csc_aa/),
      state: "af0ifjsldkj",
      iss: ISSUER,
    });
  });

  it("is a 303 with an empty fragment of its own, and no cache or referrer keeps the code", async () => {
    await authorize(browser, ada.email);
    const response = await browser.send(authorizationUrl());
    expect(response.status).toBe(303);
    expect(response.headers.get("location")).toMatch(/^https:\/\/buildboard\.example\/callback\?code=[^#]+#$/);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("referrer-policy")).toBe("no-referrer");
  });

  it("goes by the registered default scope when the request names none", async () => {
    await addClient("small", { scope: "openid builds.read" });
    const response = await authorize(browser, ada.email, { client_id: "small", scope: null });
    const answer = await post(server, "/token", codeRequest(response.get("code") ?? ""), basic("small", SECRET));
    expect((await tokensOf(answer)).scope).toBe("openid builds.read");
  });

  it("may be asked for as response_mode=query", async () => {
    expect((await authorize(browser, ada.email, { response_mode: "query" })).has("code")).toBe(true);
  });

  it("is given once, however often the person presses Approve", async () => {
    const page = await signIn(browser, await browser.open(authorizationUrl()), ada.email);
    const code = responseOf(await approve(browser, page)).get("code") ?? "";
    const before = await snapshot();
    server.pass(1);
    const again = await approve(browser, page);
    expect(again.status).toBe(400);
    expect(textOf(again)).toContain("This request was answered before");
    expect(await snapshot()).toBe(before);
    expect((await post(server, "/token", codeRequest(code))).status).toBe(200);
  });

  it("is given once when two clicks on Approve arrive together", async () => {
    const page = await signIn(browser, await browser.open(authorizationUrl()), ada.email);
    const pages = await Promise.all([approve(browser, page), approve(browser, page)]);
    const codes = pages.filter(({ url }) => url.startsWith(CALLBACK)).map((sent) => responseOf(sent).get("code"));
    expect(codes).toHaveLength(1);
    expect(JSON.parse(await snapshot())[1][1]).toHaveLength(1);
  });

  it("grants what the person ticked, and nothing that was not asked for", async () => {
    const page = await signIn(browser, await browser.open(authorizationUrl()), ada.email);
    const scope = ["profile", "builds.read", "workitems.write"];
    const code = responseOf(await approve(browser, page, { scope })).get("code") ?? "";
    const tokens = await tokensOf(await post(server, "/token", codeRequest(code)));
    expect(tokens.scope).toBe("openid profile offline_access builds.read");
  });

  it("does not heed client, scope and redirect URI as a changed form has them", async () => {
    await addClient("other", { redirect_uris: ["https://evil.example/cb"] });
    const page = await signIn(browser, await browser.open(authorizationUrl()), ada.email);
    const changed = { client_id: "other", redirect_uri: "https://evil.example/cb", state: "other", response_type: "token" };
    const response = responseOf(await approve(browser, page, changed));
    expect(response.get("state")).toBe("af0ifjsldkj");
    expect((await post(server, "/token", codeRequest(response.get("code") ?? ""))).status).toBe(200);
  });
});

describe("a request by POST", () => {
  const send = (changes: Changes = {}, init: RequestInit = {}) => {
    const { searchParams } = new URL(authorizationUrl(changes), ISSUER);
    return browser.open("/authorize", { method: "POST", body: searchParams, ...init });
  };

  it("is the same as one by GET, also from a service's own page", async () => {
    const headers = { origin: "https://buildboard.example", "sec-fetch-site": "cross-site" };
    const page = await send({ state: "a+b &c=é#" }, { headers });
    const response = responseOf(await approve(browser, await signIn(browser, page, ada.email)));
    expect(response.get("state")).toBe("a+b &c=é#");
    const tokens = await post(server, "/token", codeRequest(response.get("code") ?? "", { code_verifier: VERIFIER }));
    expect(tokens.status).toBe(200);
  });

  it("is sent on with 303, so that the form is not posted once more", async () => {
    const response = await browser.send("/authorize", { method: "POST", body: form({ client_id: "buildboard" }) });
    expect(response.status).toBe(303);
    expect(response.headers.get("location")).toBe(`${ISSUER}/authorize?client_id=buildboard`);
  });

  it("goes by its body, whatever the query says", async () => {
    const { searchParams } = new URL(authorizationUrl({ prompt: "none" }), ISSUER);
    const path = "/authorize?redirect_uri=https://evil.example/cb&client_id=evil";
    expect(responseOf(await browser.open(path, { method: "POST", body: searchParams })).get("error")).toBe("login_required");
  });

  it.each([
    ["line breaks", "state=a\r\nX-Evil: 1"],
    ["raw characters beyond ASCII", "state=🦊日本"],
    ["a raw number sign", "state=a#b"],
    ["a raw space", "state=a b"],
  ])("with %s in the body is read as a form, and breaks nothing", async (_, tail) => {
    const { search } = new URL(authorizationUrl({ state: null, prompt: "none" }), ISSUER);
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const page = await browser.open("/authorize", { method: "POST", body: `${search.slice(1)}&${tail}`, headers });
    expect(responseOf(page).get("state")).toBe(tail.slice("state=".length));
  });

  it.each<[string, number, RequestInit]>([
    ["JSON", 400, { body: "{}", headers: { "content-type": "application/json" } }],
    ["multipart", 400, { body: new FormData() }],
    ["of no type", 400, { body: new TextEncoder().encode("client_id=buildboard") }],
    ["without client_id", 400, { body: "a=b", headers: { "content-type": "application/x-www-form-urlencoded" } }],
    ["longer than 10 KB", 400, { body: form({ client_id: "buildboard", state: "s".repeat(13_000) }) }],
    ["longer than 64 KB", 413, { body: form({ client_id: "buildboard", state: "s".repeat(70_000) }) }],
  ])("that is %s gets an error page", async (_, status, init) => {
    expect((await expectNoRedirect("/authorize", { method: "POST", ...init })).status).toBe(status);
  });

  it("by GET is no longer than by POST", async () => {
    expect((await expectNoRedirect(authorizationUrl({ state: "s".repeat(11_000) }))).status).toBe(400);
  });
});

describe("a page of the flow", () => {
  const policy = async () => {
    const signInPage = await browser.open(authorizationUrl());
    const consentPage = await signIn(browser, signInPage, ada.email);
    const errorPage = await browser.open(authorizationUrl({ redirect_uri: "https://evil.example/cb" }));
    return { signInPage, consentPage, errorPage };
  };

  it.each(["signInPage", "consentPage", "errorPage"] as const)(
    "(%s) is kept by no cache, framed by nobody, sends no referrer and loads nothing foreign",
    async (name) => {
      const page = (await policy())[name];
      expect(page.headers.get("cache-control")).toBe("no-store");
      expect(page.headers.get("referrer-policy")).toBe("no-referrer");
      expect(page.headers.get("x-frame-options")).toBe("DENY");
      expect(page.headers.get("x-content-type-options")).toBe("nosniff");
      const directives = page.headers.get("content-security-policy") ?? "";
      expect(directives).toContain("frame-ancestors 'none'");
      expect(directives).not.toContain("unsafe");
      expect(page.headers.get("access-control-allow-origin")).toBeNull();
      const loaded = [...page.text.matchAll(/<(?:img|script|iframe|link|source)\b[^>]*?\b(?:src|href)="([^"]*)"/g)];
      expect(loaded.length).toBeGreaterThan(0);
      for (const [, address = ""] of loaded) expect(new URL(address, ISSUER).origin).toBe(ISSUER);
    },
  );

  it("answers a form with 303 and never with a redirect that repeats the POST", async () => {
    const page = await browser.open(authorizationUrl());
    for (const action of ["/sign-in", "/consent"]) {
      const shown = action === "/sign-in" ? page : await browser.open(authorizationUrl());
      const content = new Map([...shown.text.matchAll(/name="(csrf|continue)" value="([^"]*)"/g)].map(([, a, b]) => [a, b]));
      const response = await browser.send(action, {
        method: "POST",
        body: form({
          csrf: content.get("csrf") ?? "",
          continue: content.get("continue") ?? "",
          email: ada.email,
          password: "correct-horse-battery-9",
          decision: "deny",
        }),
      });
      expect([action, response.status]).toEqual([action, 303]);
    }
  });
});

describe("who is asking", () => {
  it("is told by the first of two session cookies, always, and never by one without the prefix", async () => {
    const grace = await addUser("Grace");
    const other = new Browser(server);
    await authorize(browser, ada.email);
    await authorize(other, grace.email);
    const name = "__Host-countersign-session";
    const [own = "", foreign = ""] = [browser.cookies.get(name), other.cookies.get(name)];
    const noise = Array.from({ length: 200 }, (_, index) => `c${index}=${"v".repeat(20)}`).join("; ");
    const subject = async (cookie: string) => {
      const response = await server.fetch("/settings/authorizations", { headers: { cookie } });
      const text = await response.text();
      return ["Ada Example", "Grace Example"].filter((person) => text.includes(person)).join();
    };
    expect(own).not.toBe("");
    expect(await subject(`${name}=${own}; ${name}=${foreign}`)).toBe("Ada Example");
    expect(await subject(`${noise}; ${name}=${own}; ${noise}; ${name}=${foreign}`)).toBe("Ada Example");
    expect(await subject(`countersign-session=${foreign}; ${name}=${own}`)).toBe("Ada Example");
    expect(await subject(`countersign-session=${foreign}`)).toBe("");
  });

  it.each([
    ["x-forwarded-host", "evil.example"],
    ["x-forwarded-proto", "http"],
    ["forwarded", "host=evil.example;proto=http"],
    ["x-original-url", "/evil"],
    ["x-rewrite-url", "/evil"],
  ])("does not change where we send the browser: %s: %s", async (name, value) => {
    const response = await server.fetch(authorizationUrl(), { headers: { [name]: value } });
    expect(response.headers.get("location")).toMatch(/^https:\/\/id\.example\/sign-in\?continue=[\w-]+$/);
  });

  it("does not change our address by calling us under another name", async () => {
    const response = await handle(
      new Request(`https://evil.example${authorizationUrl()}`, { redirect: "manual" }),
      server.deps,
    );
    expect(response.headers.get("location")).toMatch(/^https:\/\/id\.example\/sign-in\?continue=[\w-]+$/);
  });

  it.each(["a.", "%", "((((", "a b ", "\u212a", "https://", "é"])("may send 6 kB of %j everywhere", async (unit) => {
    const hostile = unit.repeat(Math.ceil(6000 / unit.length));
    const headers = { "user-agent": "Mozilla/".repeat(800), "accept-language": "en-".repeat(2000) };
    for (const name of ["scope", "redirect_uri", "client_id", "login_hint", "prompt", "max_age", "claims", "id_token_hint"]) {
      const response = await server.fetch(authorizationUrl({ [name]: hostile }), { headers });
      expect([name, response.status < 500]).toEqual([name, true]);
    }
  });
});
