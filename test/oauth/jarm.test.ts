/** How an authorization response travels: in the query, by a form, or as a JWT in either (JARM); and the acr that it stands for. */

import { env } from "cloudflare:workers";
import { compactDecrypt, createLocalJWKSet, exportJWK, generateKeyPair, type JWK, jwtVerify } from "jose";
import { beforeEach, describe, expect, it } from "vitest";
import type { ClientMetadata, ResponseMode } from "../../src/model.ts";
import { PASSWORD_ACR } from "../../src/rules/acr.ts";
import { Browser, fieldsOf, type Page, textOf } from "../browser.ts";
import { addClient, addOrganization, addResource, addUser, CALLBACK, SECRET } from "../builders.ts";
import { approve, authorizationUrl, authorize, codeRequest, post, responseOf, signIn, tokensOf } from "../flow.ts";
import { basic, createServer, empty, form, ISSUER, type Server, snapshot } from "../harness.ts";

type Changes = NonNullable<Parameters<typeof authorizationUrl>[0]>;
type Sent = Readonly<Record<string, unknown>>;

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

async function register(metadata: Partial<ClientMetadata>): Promise<void> {
  await env.DB.prepare("DELETE FROM clients WHERE client_id = 'buildboard'").run();
  await addClient("buildboard", metadata);
  server.deps.memory.clear();
}

/** Goes on until the browser is sent back, by a redirect or by a form. */
async function answerTo(changes: Changes): Promise<Page> {
  let page = await browser.open(authorizationUrl(changes));
  if (page.text.includes('action="/sign-in"')) page = await signIn(browser, page, ada.email);
  if (page.text.includes('action="/consent"')) page = await approve(browser, page);
  return page;
}

/** What the service gets, as it stands in the query or in the form. */
const sentIn = (page: Page, mode: string): Record<string, unknown> =>
  mode.startsWith("form_post") ? fieldsOf(page, CALLBACK) : Object.fromEntries(responseOf(page));

/** The claims of a response that is a JWT and nothing beside it. */
async function claimsOf(sent: Sent, alg = "RS256"): Promise<Record<string, unknown>> {
  expect(Object.keys(sent)).toEqual(["response"]);
  const keys = createLocalJWKSet(await (await server.fetch("/jwks")).json());
  const currentDate = new Date(server.deps.now());
  const verified = await jwtVerify(String(sent["response"]), keys, { issuer: ISSUER, audience: "buildboard", currentDate });
  expect(verified.protectedHeader).toEqual({ alg, typ: "JWT", kid: expect.any(String) });
  return verified.payload;
}

/** The parameters of a response, read as its mode wants it read. */
async function read(page: Page, mode: string): Promise<Sent> {
  const sent = sentIn(page, mode);
  if (!mode.endsWith("jwt")) return sent;
  const { aud: _aud, exp: _exp, iat: _iat, ...parameters } = await claimsOf(sent);
  return parameters;
}

const modes = ["query", "form_post", "jwt", "query.jwt", "form_post.jwt"];

describe("the response mode", () => {
  it.each(modes)("%s brings the code, the state and the issuer, and nothing else", async (response_mode) => {
    const response = await read(await answerTo({ response_mode }), response_mode);
    expect(response).toEqual({ code: expect.stringMatching(/^csc_/), state: "af0ifjsldkj", iss: ISSUER });
    const tokens = await tokensOf(await post(server, "/token", codeRequest(String(response["code"]))));
    expect(tokens.access_token).toBeTruthy();
  });

  it.each(modes)("%s brings no state where none was sent", async (response_mode) => {
    const response = await read(await answerTo({ response_mode, state: null }), response_mode);
    expect(response).toEqual({ code: expect.stringMatching(/^csc_/), iss: ISSUER });
  });

  it.each(modes)("%s brings errors too, of the request and of the person", async (response_mode) => {
    const error = { error_description: expect.any(String), state: "af0ifjsldkj", iss: ISSUER };
    const before = await snapshot();
    const silent = await browser.open(authorizationUrl({ response_mode, prompt: "none" }));
    expect(await read(silent, response_mode)).toEqual({ error: "login_required", ...error });
    const faulty = await browser.open(authorizationUrl({ response_mode, scope: "openid everything" }));
    expect(await read(faulty, response_mode)).toEqual({ error: "invalid_scope", ...error });
    expect(await snapshot()).toBe(before);
    const page = await signIn(browser, await browser.open(authorizationUrl({ response_mode })), ada.email);
    const denied = await browser.submit(page, "/consent", { decision: "deny" });
    expect(await read(denied, response_mode)).toEqual({ error: "access_denied", ...error });
    expect(await env.DB.prepare("SELECT count(*) AS count FROM families").first("count")).toBe(0);
  });

  it.each([...modes, "fragment", "web_message", "nonsense"])(
    "%s leads no browser to a redirect URI that is not registered",
    async (response_mode) => {
      for (const redirect_uri of [
        "https://evil.example/cb",
        `${CALLBACK}/`,
        `${CALLBACK}?x=1`,
        "https://buildboard.example@evil.example/",
      ]) {
        for (const fault of [{}, { scope: "everything" }, { response_type: "token" }, { prompt: "none" }]) {
          const response = await browser.send(authorizationUrl({ response_mode, redirect_uri, ...fault }));
          expect([response.status, response.headers.get("location")]).toEqual([400, null]);
          const text = await response.text();
          expect(text).not.toContain('method="post"');
          expect(text).toContain("<code>invalid_request</code>");
        }
      }
    },
  );

  it.each(["fragment", "web_message", "fragment.jwt", "FORM_POST", "query form_post", "__proto__", "toString"])(
    "%s is refused",
    async (response_mode) => {
      const response = responseOf(await browser.open(authorizationUrl({ response_mode })));
      expect(Object.fromEntries(response)).toMatchObject({ error: "invalid_request", state: "af0ifjsldkj", iss: ISSUER });
    },
  );

  it.each<[ResponseMode, readonly string[]]>([
    ["query", ["form_post", "jwt", "query.jwt", "form_post.jwt"]],
    ["form_post", ["query", "jwt", "query.jwt", "form_post.jwt"]],
    ["query.jwt", ["query", "form_post", "form_post.jwt"]],
    ["form_post.jwt", ["query", "form_post", "jwt", "query.jwt"]],
  ])("%s is the only one for a client that registered no other", async (registered, others) => {
    await register({ response_modes: [registered] });
    expect(await read(await answerTo({ response_mode: registered }), registered)).toHaveProperty("code");
    for (const response_mode of others) {
      const before = await snapshot();
      // The refusal itself goes back in the mode that there is.
      const page = await browser.open(authorizationUrl({ response_mode }));
      expect(await read(page, registered)).toMatchObject({ error: "invalid_request", state: "af0ifjsldkj" });
      expect(await snapshot()).toBe(before);
    }
  });

  it("query is not taken for granted where the client did not register it", async () => {
    await register({ response_modes: ["query.jwt"] });
    expect(await read(await browser.open(authorizationUrl()), "query.jwt")).toMatchObject({ error: "invalid_request" });
  });

  it("jwt is query.jwt", async () => {
    await register({ response_modes: ["query.jwt"] });
    expect(await read(await answerTo({ response_mode: "jwt" }), "jwt")).toHaveProperty("code");
  });

  it("of a pushed request is the one that was pushed", async () => {
    const fields = Object.fromEntries(new URL(authorizationUrl({ response_mode: "form_post.jwt" }), ISSUER).searchParams);
    const pushed = await (await post(server, "/par", fields)).json<{ request_uri: string }>();
    const query = form({ client_id: "buildboard", request_uri: pushed.request_uri, response_mode: "query" });
    let page = await browser.open(`/authorize?${query}`);
    page = await approve(browser, await signIn(browser, page, ada.email));
    expect(await read(page, "form_post.jwt")).toHaveProperty("code");
  });
});

const states: readonly (readonly [name: string, state: string])[] = [
  ["markup", `"><script>alert(1)</script>`],
  ["quotes and an ampersand", `'"&amp;&quot;&#39;<`],
  ["another code", "x&code=csc_forged&iss=https://evil.example"],
  ["emoji and other scripts", "🦊 é ‮ مرحبا \u{1F468}\u200D\u{1F469}"],
  ["percent signs and a plus", "%00%0d%0a+ %"],
  ["4096 characters", "s".repeat(4096)],
  ["2000 quotes", '"'.repeat(2000)],
];

describe("the state", () => {
  it.each(modes)("goes back as it was sent in %s, whatever it holds", async (response_mode) => {
    await authorize(browser, ada.email);
    for (const [name, state] of states) {
      server.pass(1);
      const page = await answerTo({ response_mode, state });
      expect(await read(page, response_mode), name).toEqual({ code: expect.stringMatching(/^csc_/), state, iss: ISSUER });
      if (!response_mode.startsWith("form_post")) expect(responseOf(page).getAll("code").length).toBeLessThan(2);
    }
  });
});

describe("a state with a line break", () => {
  it.each(["a\r\nb", "a\nb", "a\rb"])(
    "%j is refused with form_post, since a browser would write it otherwise",
    async (state) => {
      const page = await browser.open(authorizationUrl({ response_mode: "form_post", state }));
      expect(fieldsOf(page, CALLBACK)).toMatchObject({ error: "invalid_request" });
      expect(page.text).not.toContain('name="code"');
    },
  );

  it.each(["query", "jwt", "form_post.jwt"])("goes back as it was sent in %s", async (response_mode) => {
    const page = await browser.open(authorizationUrl({ response_mode, state: "a\r\nb\nc\rd", prompt: "none" }));
    expect(await read(page, response_mode)).toMatchObject({ error: "login_required", state: "a\r\nb\nc\rd" });
  });
});

describe("the page of form_post", () => {
  it("posts to the redirect URI by itself, with one script that its policy names by hash", async () => {
    const page = await answerTo({ response_mode: "form_post", state: `"><script>alert(1)</script>` });
    expect(page.status).toBe(200);
    const scripts = [...page.text.matchAll(/<script[^>]*>(.*?)<\/script>/gs)].map(([, script = ""]) => script);
    expect(scripts).toEqual(["document.forms[0].submit();"]);
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(scripts[0]));
    const hash = btoa(String.fromCharCode(...new Uint8Array(digest)));
    const policy = page.headers.get("content-security-policy") ?? "";
    expect(policy.split("; ")).toEqual(
      expect.arrayContaining([
        "default-src 'none'",
        `script-src 'sha256-${hash}'`,
        "form-action 'self' https://buildboard.example https:",
        "frame-ancestors 'none'",
      ]),
    );
    expect(policy).not.toContain("unsafe");
    // It is the first form of the page, which is the one that the script sends.
    expect([...page.text.matchAll(/<form [^>]*>/g)].map(([tag]) => tag)).toEqual([`<form method="post" action="${CALLBACK}">`]);
  });

  it("is kept by no cache and no frame, tells no other site where it was, and says where it leads", async () => {
    const page = await answerTo({ response_mode: "form_post" });
    expect(page.headers.get("cache-control")).toBe("no-store");
    expect(page.headers.get("referrer-policy")).toBe("no-referrer");
    expect(page.headers.get("x-frame-options")).toBe("DENY");
    expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(page.headers.get("location")).toBeNull();
    expect(textOf(page)).toContain("on your way back to Buildboard");
    expect(page.text).toContain('<button type="submit">Continue</button>');
  });

  it("leads to an app that registered a scheme of its own", async () => {
    const redirect_uri = "com.example.app:/callback";
    await addClient("app", { application_type: "native", token_endpoint_auth_method: "none", redirect_uris: [redirect_uri] });
    const page = await browser.open(
      authorizationUrl({ client_id: "app", redirect_uri, response_mode: "form_post", prompt: "none" }),
    );
    expect(fieldsOf(page, redirect_uri)).toMatchObject({ error: "login_required" });
    expect(page.headers.get("content-security-policy")).toContain("form-action 'self' com.example.app: https:;");
  });

  it("keeps the query that the redirect URI was registered with", async () => {
    const redirect_uri = "https://buildboard.example/callback?tenant=a&b=c";
    await register({ redirect_uris: [redirect_uri] });
    const page = await browser.open(authorizationUrl({ redirect_uri, response_mode: "form_post", prompt: "none" }));
    expect(fieldsOf(page, redirect_uri)).toMatchObject({ error: "login_required" });
  });
});

describe("a response that is a JWT", () => {
  it("is for the client, from us, and good for five minutes", async () => {
    const iat = Math.floor(server.deps.now() / 1000);
    const claims = await claimsOf(sentIn(await answerTo({ response_mode: "jwt" }), "jwt"));
    expect(claims).toEqual({
      iss: ISSUER,
      aud: "buildboard",
      iat,
      exp: iat + 300,
      code: expect.stringMatching(/^csc_/),
      state: "af0ifjsldkj",
    });
  });

  it.each(["ES256", "PS256", "EdDSA", "RS256"] as const)("is signed with %s where the client registered that", async (alg) => {
    await register({ authorization_signed_response_alg: alg });
    expect(await claimsOf(sentIn(await answerTo({ response_mode: "jwt" }), "jwt"), alg)).toHaveProperty("code");
  });

  it("cannot be turned into another's by a parameter of the request", async () => {
    const page = await browser.open(
      authorizationUrl({ response_mode: "jwt", prompt: "none", aud: "other", iss: "x", exp: "9" }),
    );
    expect(await claimsOf(sentIn(page, "jwt"))).toMatchObject({ aud: "buildboard", iss: ISSUER, error: "login_required" });
  });

  describe("and encrypted", () => {
    const encrypted = {
      authorization_encrypted_response_alg: "ECDH-ES",
      authorization_encrypted_response_enc: "A256GCM",
    } as const;
    const made = generateKeyPair("ECDH-ES", { extractable: true });
    const jwkOf = async (): Promise<JWK> => ({ ...(await exportJWK((await made).publicKey)), kid: "enc", use: "enc" });

    it.each(["query.jwt", "form_post.jwt"])("has the signed one within, in %s", async (response_mode) => {
      await register({ jwks: { keys: [{ ...(await jwkOf()) }] }, ...encrypted });
      const { response, ...others } = sentIn(await answerTo({ response_mode }), response_mode);
      expect(others).toEqual({});
      const { plaintext, protectedHeader } = await compactDecrypt(String(response), (await made).privateKey);
      expect(protectedHeader).toMatchObject({ alg: "ECDH-ES", enc: "A256GCM", cty: "JWT", kid: "enc" });
      expect(await claimsOf({ response: new TextDecoder().decode(plaintext) })).toHaveProperty("code");
    });

    it("is not made up for by a plain one where there is no key: no code comes of it, and a page says so", async () => {
      await authorize(browser, ada.email);
      server.pass(1);
      await register({ jwks_uri: "https://buildboard.example/jwks", ...encrypted });
      Object.assign(server.deps, { fetch: () => Promise.reject(new TypeError("no route")) });
      const before = await snapshot();
      for (const changes of [{}, { prompt: "none" }, { scope: "openid everything" }]) {
        const response = await browser.send(authorizationUrl({ response_mode: "jwt", ...changes }));
        expect([response.status, response.headers.get("location")]).toEqual([503, null]);
        expect(await response.text()).toContain("<code>temporarily_unavailable</code>");
      }
      expect(await snapshot()).toBe(before);
      // Whoever comes again when the key is back gets a code: nothing was used up.
      const jwk = await jwkOf();
      Object.assign(server.deps, { fetch: async () => Response.json({ keys: [jwk] }) });
      server.pass(31);
      expect(responseOf(await browser.open(authorizationUrl({ response_mode: "jwt" }))).has("response")).toBe(true);
    });
  });
});

describe("the acr", () => {
  const insisting = (request: object): string => JSON.stringify({ id_token: { acr: request } });

  it.each<[string, Changes]>([
    ["that acr_values prefer and none reaches", { acr_values: "urn:example:gold" }],
    ["that acr_values prefer among others", { acr_values: `urn:example:gold ${PASSWORD_ACR}` }],
    ["that claims would like", { claims: insisting({ values: ["urn:example:gold"] }) }],
    [
      "that claims insist on and a password reaches",
      { claims: insisting({ essential: true, values: ["urn:x", PASSWORD_ACR] }) },
    ],
    ["that claims insist on without a value", { claims: insisting({ essential: true }) }],
  ])("%s is no hindrance, and the ID token says which it was", async (_, changes) => {
    const response = await authorize(browser, ada.email, changes);
    const { id_token } = await tokensOf(await post(server, "/token", codeRequest(response.get("code") ?? "")));
    const [, payload = ""] = id_token.split(".");
    expect(JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/")))).toMatchObject({ acr: PASSWORD_ACR });
  });

  it.each<[string, object]>([
    ["by its value", { essential: true, value: "urn:example:gold" }],
    ["by several values", { essential: true, values: ["urn:example:gold", "urn:example:silver"] }],
  ])("that claims insist on %s and no sign-in reaches has an error of its own", async (_, request) => {
    const claims = insisting(request);
    const page = await signIn(browser, await browser.open(authorizationUrl({ claims })), ada.email);
    expect(responseOf(page).get("error")).toBe("unmet_authentication_requirements");
    server.pass(1);
    const silent = await browser.open(authorizationUrl({ claims, prompt: "none" }));
    expect(responseOf(silent).get("error")).toBe("unmet_authentication_requirements");
    expect(await env.DB.prepare("SELECT count(*) AS count FROM families").first("count")).toBe(0);
  });

  it("of an older sign-in that the request prefers another to is mended by signing in anew", async () => {
    await authorize(browser, ada.email);
    await env.DB.prepare("UPDATE sessions SET acr = 'urn:countersign:acr:older'").run();
    server.pass(1);
    const wanted = { acr_values: PASSWORD_ACR };
    expect(responseOf(await browser.open(authorizationUrl({ ...wanted, prompt: "none" }))).has("code")).toBe(true);
    server.pass(1);
    const page = await browser.open(authorizationUrl(wanted));
    expect(page.text).toContain('action="/sign-in"');
    const response = responseOf(await signIn(browser, page, ada.email));
    expect(response.has("code")).toBe(true);
  });
});

describe("a pushed request", () => {
  it.each(modes)("cannot bring a redirect URI along that is not registered, in %s", async (response_mode) => {
    const fields = Object.fromEntries(
      new URL(authorizationUrl({ response_mode, redirect_uri: "https://evil.example/" }), ISSUER).searchParams,
    );
    const before = await snapshot();
    const response = await post(server, "/par", fields, basic("buildboard", SECRET));
    expect([response.status, await response.json()]).toMatchObject([400, { error: "invalid_request" }]);
    expect(await snapshot()).toBe(before);
  });
});
