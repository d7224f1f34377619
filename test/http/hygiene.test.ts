import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { handle } from "../../src/app.ts";
import routeTable from "../../src/app.ts?raw";
import { Browser, fieldsOf } from "../browser.ts";
import { addClient, addOrganization, addResource, addUser, CALLBACK, PASSWORD, SECRET } from "../builders.ts";
import {
  authorizationUrl,
  authorize,
  codeRequest,
  obtainTokens,
  post,
  refreshRequest,
  responseOf,
  signIn,
  type Tokens,
} from "../flow.ts";
import { basic, createServer, empty, form, ISSUER, type Server, snapshot } from "../harness.ts";

const SETTINGS = "/settings/authorizations";

let server: Server;
let browser: Browser;
let ada: { userId: string; email: string };
let grace: { userId: string; email: string };
let tokens: Tokens;

beforeAll(async () => {
  await empty();
  ada = await addUser("Ada");
  grace = await addUser("Grace");
  await addOrganization("contoso", "all", ada.userId);
  await addResource();
  await addClient("buildboard");
  await addClient("contoso-devops", { grant_types: [], redirect_uris: [] });
  server = createServer();
  browser = new Browser(server);
  tokens = await obtainTokens(server, browser, ada.email);
});

beforeEach(() => {
  server = createServer();
  server.pass(1);
});

/** Every URL, by whom it is for and what it answers to; of a URL with a parameter, one that names nothing. */
const routes: readonly (readonly [path: string, audience: "browser client" | "machine" | "person", allow: string])[] = [
  ["/.well-known/oauth-authorization-server", "browser client", "GET, HEAD"],
  ["/.well-known/openid-configuration", "browser client", "GET, HEAD"],
  ["/jwks", "browser client", "GET, HEAD"],
  ["/register", "browser client", "POST"],
  ["/register/nobody", "browser client", "GET, HEAD, PUT, DELETE"],
  ["/par", "browser client", "POST"],
  ["/device_authorization", "browser client", "POST"],
  ["/token", "browser client", "POST"],
  ["/revoke", "browser client", "POST"],
  ["/userinfo", "browser client", "GET, HEAD, POST"],
  ["/grants/nobodys", "browser client", "GET, HEAD, DELETE"],
  ["/introspect", "machine", "POST"],
  ["/admin/resources", "machine", "GET, HEAD"],
  ["/admin/resources/nothing", "machine", "GET, HEAD, PUT, DELETE"],
  ["/admin/trusted-issuers", "machine", "GET, HEAD"],
  ["/admin/trusted-issuers/nobody", "machine", "GET, HEAD, PUT, DELETE"],
  ["/admin/directories", "machine", "GET, HEAD"],
  ["/admin/directories/nobody", "machine", "GET, HEAD, PUT, DELETE"],
  ["/admin/initial-access-tokens", "machine", "GET, HEAD, POST"],
  ["/admin/initial-access-tokens/nothing", "machine", "DELETE"],
  ["/admin/reports", "machine", "GET, HEAD"],
  ["/admin/reports/nothing/handled", "machine", "POST"],
  ["/admin/clients", "machine", "GET, HEAD"],
  ["/admin/clients/nobody", "machine", "GET, HEAD, DELETE"],
  ["/admin/clients/nobody/disable", "machine", "POST"],
  ["/authorize", "person", "GET, HEAD, POST"],
  ["/sign-in", "person", "GET, HEAD, POST"],
  ["/sign-in/work/nobody", "person", "GET, HEAD"],
  ["/sign-in/work/nobody/callback", "person", "GET, HEAD"],
  ["/settings/account/identities", "person", "GET, HEAD, POST"],
  ["/sign-in/code", "person", "GET, HEAD, POST"],
  ["/create-account", "person", "GET, HEAD, POST"],
  ["/forgot-password", "person", "GET, HEAD, POST"],
  ["/sign-out", "person", "GET, HEAD, POST"],
  ["/logout", "person", "GET, HEAD, POST"],
  ["/initiate-login", "person", "GET, HEAD"],
  ["/consent", "person", "POST"],
  ["/report/nobody", "person", "GET, HEAD, POST"],
  ["/device", "person", "GET, HEAD, POST"],
  ["/device/decision", "person", "POST"],
  [SETTINGS, "person", "GET, HEAD, POST"],
  [`${SETTINGS}/nothing`, "person", "GET, HEAD, POST"],
  [`${SETTINGS}/nothing/history.csv`, "person", "GET, HEAD"],
  [`${SETTINGS}/nothing/history.json`, "person", "GET, HEAD"],
  ["/sign-in/passkey", "person", "GET, HEAD, POST"],
  ["/sign-in/second", "person", "GET, HEAD, POST"],
  ["/settings/security", "person", "GET, HEAD, POST"],
  ["/settings/security/events", "person", "GET, HEAD"],
  ["/settings/security/passkeys", "person", "GET, HEAD, POST"],
  ["/settings/security/passkeys/new", "person", "GET, HEAD, POST"],
  ["/settings/security/authenticators", "person", "GET, HEAD, POST"],
  ["/settings/security/authenticators/new", "person", "GET, HEAD, POST"],
  ["/settings/security/recovery-codes", "person", "GET, HEAD, POST"],
  ["/settings/security/recovery-codes/file", "person", "POST"],
  ["/settings/account", "person", "GET, HEAD, POST"],
  ["/settings/account/email", "person", "GET, HEAD, POST"],
  ["/settings/account/password", "person", "GET, HEAD, POST"],
  ["/settings/account/export", "person", "GET, HEAD, POST"],
  ["/settings/account/delete", "person", "GET, HEAD, POST"],
  ["/settings/organizations", "person", "GET, HEAD"],
  ["/settings/organizations/nothing", "person", "GET, HEAD"],
  ["/settings/organizations/nothing/members", "person", "GET, HEAD, POST"],
  ["/settings/organizations/nothing/remove/nobody", "person", "GET, HEAD, POST"],
  ["/settings/organizations/nothing/invitations", "person", "POST"],
  ["/settings/organizations/nothing/access", "person", "GET, HEAD, POST"],
  ["/settings/organizations/nothing/services", "person", "GET, HEAD, POST"],
  ["/settings/organizations/nothing/requests", "person", "GET, HEAD, POST"],
  ["/settings/organizations/nothing/log", "person", "GET, HEAD"],
  ["/settings/organizations/nothing/log.csv", "person", "GET, HEAD"],
  ["/settings/organizations/nothing/log.json", "person", "GET, HEAD"],
  ["/settings/organizations/join/nothing", "person", "GET, HEAD, POST"],
  ["/settings/developer", "person", "GET, HEAD"],
  ["/settings/developer/new", "person", "GET, HEAD, POST"],
  ["/settings/developer/callback", "person", "GET, HEAD"],
  ["/settings/developer/resources", "person", "GET, HEAD"],
  ["/settings/developer/resources/new", "person", "GET, HEAD, POST"],
  ["/settings/developer/resources/nothing", "person", "GET, HEAD, POST"],
  ["/settings/developer/resources/nothing/delete", "person", "GET, HEAD, POST"],
  ["/settings/developer/nobody", "person", "GET, HEAD"],
  ["/settings/developer/nobody/edit", "person", "GET, HEAD, POST"],
  ["/settings/developer/nobody/secrets", "person", "GET, HEAD, POST"],
  ["/settings/developer/nobody/publisher", "person", "GET, HEAD, POST"],
  ["/settings/developer/nobody/try", "person", "GET, HEAD, POST"],
  ["/settings/developer/nobody/delete", "person", "GET, HEAD, POST"],
  ["/mailbox", "person", "GET, HEAD"],
  ["/", "person", "GET, HEAD"],
  ["/language", "person", "GET, HEAD, POST"],
  ["/brand", "person", "GET, HEAD"],
  ["/logos/nobody", "person", "GET, HEAD"],
  ["/style.css", "person", "GET, HEAD"],
  ["/icon.svg", "person", "GET, HEAD"],
];

it("the table names every URL of the server", () => {
  const written = [...routeTable.matchAll(/\[\s*"(\/[^"]*)",\s*"(?:person|machine|browser)/g)].map(([, path = ""]) => path);
  const patterns = written.map((path) => new RegExp(`^${path.replaceAll(".", "\\.").replace(/:\w+/g, "[^/]+")}$`));
  expect(written.length).toBeGreaterThan(30);
  expect(written.filter((_, index) => !routes.some(([path]) => patterns[index]?.test(path)))).toEqual([]);
});

const documents = routes.slice(0, 3).map(([path]) => path);
const pages = routes.filter(([path, audience]) => audience === "person" && !path.includes(".")).map(([path]) => path);

describe.each(routes)("%s", (path, audience, allow) => {
  it(`answers to ${allow}, and with 405 and Allow to every other method`, async () => {
    const before = await snapshot();
    const methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "TRACE", "OPTIONS"];
    for (const method of methods) {
      const isPreflight = method === "OPTIONS" && audience === "browser client";
      const response = await server.fetch(path, { method });
      if (allow.includes(method) || isPreflight) {
        expect(response.status, method).not.toBe(405);
        expect(response.status, method).toBeLessThan(500);
        continue;
      }
      expect(response.status, method).toBe(405);
      expect(response.headers.get("allow"), method).toBe(allow);
      const text = await response.text();
      if (method === "HEAD") expect(text).toBe("");
      else if (audience === "person") expect(text).toContain("This address cannot be opened like that");
      else expect(JSON.parse(text)).toMatchObject({ error: "method_not_allowed" });
    }
    expect(await snapshot()).toBe(before);
  });

  it(
    audience === "browser client"
      ? "may be read by scripts of every origin, without cookies, errors included"
      : "may be read by no script of another origin",
    async () => {
      const origins = ["https://spa.example", "https://evil.example", "null", ISSUER];
      for (const origin of origins)
        for (const method of ["GET", "POST", "PUT", "OPTIONS"]) {
          const preflight = { "access-control-request-method": "POST", "access-control-request-headers": "authorization" };
          const headers = { origin, ...(method === "OPTIONS" ? preflight : {}) };
          const response = await server.fetch(path, { method, headers });
          const allowed = audience === "browser client" ? "*" : null;
          expect(response.headers.get("access-control-allow-origin"), `${method} of ${origin}`).toBe(allowed);
          expect(response.headers.get("access-control-allow-credentials")).toBeNull();
          if (audience !== "browser client") expect(response.headers.get("access-control-allow-methods")).toBeNull();
        }
    },
  );
});

it.each(routes.filter(([, , allow]) => allow.includes("HEAD")))(
  "%s answers HEAD as it answers GET, without the body",
  async (path) => {
    const [get, head] = [await server.fetch(path), await server.fetch(path, { method: "HEAD" })];
    expect(head.status).toBe(get.status);
    expect(head.headers.get("content-type")).toBe(get.headers.get("content-type"));
    expect(await head.text()).toBe("");
  },
);

describe("a preflight", () => {
  // CASES.md H 120
  it.each(routes.filter(([, audience]) => audience === "browser client"))(
    "to %s allows what a client in a browser sends, and the methods that there are",
    async (path, _, allow) => {
      const response = await server.fetch(path, { method: "OPTIONS", headers: { origin: "https://spa.example" } });
      expect([response.status, await response.text()]).toEqual([204, ""]);
      expect(response.headers.get("access-control-allow-methods")).toBe(allow.replace("HEAD, ", "").replace(", HEAD", ""));
      const headers = (response.headers.get("access-control-allow-headers") ?? "").split(", ");
      expect(headers).toEqual(["Authorization", "Content-Type", "DPoP", "MCP-Protocol-Version"]);
      expect(response.headers.get("access-control-max-age")).toBe("86400");
    },
  );

  it("is followed by an answer whose error a script can read", async () => {
    const response = await server.fetch("/userinfo", { headers: { origin: "https://spa.example" } });
    expect(response.status).toBe(401);
    expect(response.headers.get("access-control-expose-headers")).toContain("WWW-Authenticate");
  });
});

describe("an address that we do not have", () => {
  const places = [
    "/nothing",
    "/token/",
    "/Token",
    "//token",
    "/authorize/x",
    "/.well-known/",
    "/.git/config",
    "/%00",
    "/%ff",
    "/..%2ftoken",
  ];
  it.each(places)("%s is a page that says so, and reflects nothing of it", async (path) => {
    const response = await server.fetch(`${path}?probe=%3Cscript%3E`);
    expect(response.status).toBe(404);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(await response.text()).not.toContain("probe");
  });
});

describe("headers that claim another host", () => {
  const forged = {
    host: "evil.example",
    "x-forwarded-host": "evil.example",
    "x-forwarded-proto": "http",
    "x-original-url": "/evil",
    "x-rewrite-url": "/evil",
    forwarded: "host=evil.example;proto=http",
    "x-http-method-override": "DELETE",
  };

  it.each(documents)("change nothing in %s, nor does the request's own host", async (path) => {
    const plain = await (await server.fetch(path)).text();
    expect(await (await server.fetch(path, { headers: forged })).text()).toBe(plain);
    expect(await (await handle(new Request(`https://evil.example${path}`), server.deps)).text()).toBe(plain);
  });

  it("change nothing in where a browser is sent, nor in a page", async () => {
    const requests = [`https://evil.example${authorizationUrl()}`, `https://evil.example${SETTINGS}`];
    for (const url of requests) {
      const response = await handle(new Request(url, { headers: forged }), server.deps);
      expect(response.headers.get("location")).toMatch(/^https:\/\/id\.example\/sign-in/);
    }
    for (const path of ["/", "/sign-in", "/nothing"]) {
      const response = await handle(new Request(`https://evil.example${path}`, { headers: forged }), server.deps);
      expect(await response.text()).not.toContain("evil");
      expect(JSON.stringify([...response.headers])).not.toContain("evil");
    }
  });

  it("change nothing in the issuer of a token or of an authorization response", async () => {
    const visitor = new Browser(server);
    await signIn(visitor, await visitor.open("/sign-in"), ada.email);
    const response = await visitor.send(authorizationUrl(), { headers: forged });
    const answer = new URL(response.headers.get("location") ?? "").searchParams;
    expect(answer.get("iss")).toBe(ISSUER);
    const request = {
      method: "POST",
      body: form(codeRequest(answer.get("code") ?? "")),
      headers: { ...forged, authorization: basic("buildboard", SECRET) },
    };
    const { access_token } = await (await server.fetch("/token", request)).json<Tokens>();
    expect(JSON.parse(atob(access_token.split(".")[1]?.replace(/-/g, "+").replace(/_/g, "/") ?? ""))).toMatchObject({
      iss: ISSUER,
    });
  });
});

describe("caches", () => {
  it.each(documents)("may keep %s, which is the same whatever the request says", async (path) => {
    const plain = await server.fetch(path);
    expect(plain.headers.get("cache-control")).toBe("public, max-age=300");
    expect(plain.headers.getSetCookie()).toEqual([]);
    const text = await plain.text();
    const headers = {
      cookie: "__Host-countersign-session=x",
      "accept-language": "sv",
      accept: "text/html",
      origin: "https://a.example",
      range: "bytes=0-1",
    };
    for (const response of [await server.fetch(`${path}?x=1&callback=evil`), await server.fetch(path, { headers })]) {
      expect(await response.text()).toBe(text);
      expect(response.headers.get("cache-control")).toBe("public, max-age=300");
    }
  });

  it.each(pages)("keep nothing of %s, whether somebody is signed in or not", async (path) => {
    for (const visitor of [browser, new Browser(server)])
      for (const method of ["GET", "POST"]) {
        const response = await visitor.send(path, { method });
        expect(response.headers.get("cache-control"), method).toBe("no-store");
      }
  });

  it("keep nothing of what a program is told", async () => {
    const as = basic("contoso-devops", SECRET);
    const answers = [
      await post(server, "/introspect", { token: tokens.access_token }, as),
      await post(server, "/revoke", { token: "x" }),
      await server.fetch("/userinfo", { headers: { authorization: `Bearer ${tokens.access_token}` } }),
      await server.fetch("/userinfo"),
    ];
    for (const answer of answers) expect(answer.headers.get("cache-control")).toBe("no-store");
  });
});

/** The page without the one script that its policy names by hash, if there is one. */
async function withoutOwnScript(text: string, policy: string): Promise<string> {
  const [, named] = /script-src 'sha256-([^']+)'/.exec(policy) ?? [];
  const [whole = "", script = ""] = /<script>([\s\S]*?)<\/script>/.exec(text) ?? [];
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(script));
  return named === btoa(String.fromCharCode(...new Uint8Array(digest))) ? text.replace(whole, "") : text;
}

describe("every page", () => {
  it.each([...pages, "/nothing", "/authorize?client_id=nobody"])(
    "of %s is framed by nobody, and runs and leaks nothing",
    async (path) => {
      const response = await browser.send(path);
      const policy = response.headers.get("content-security-policy") ?? "";
      expect(response.headers.get("referrer-policy")).toBe("no-referrer");
      if (response.status === 303) return;
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/unsafe|\*/);
      expect(response.headers.get("x-frame-options")).toBe("DENY");
      expect(response.headers.get("x-content-type-options")).toBe("nosniff");
      expect(response.headers.get("strict-transport-security")).toContain("max-age=");
      const text = await withoutOwnScript(await response.text(), policy);
      expect(text).not.toMatch(/<script|<iframe|\son\w+=|style=|javascript:/i);
      for (const [, url = ""] of text.matchAll(/(?:src|href|action)="([^"]*)"/g)) expect(url).toMatch(/^(?:[/#]|otpauth:)/);
    },
  );
});

describe("input that is made to take long", () => {
  const hostile = ["a.", "%", "((((", "a@", "=", "\u0000", " ", "http://a:", "[::", "é", "\u202e", "<b>", "../", '","'];
  const of = (text: string, length = 50_000) => text.repeat(Math.ceil(length / text.length)).slice(0, length);

  /** A tenth of a second at most, on a busy machine, and no fault of ours. */
  async function expectQuick(request: () => Promise<Response>, name: string) {
    const startedAt = performance.now();
    const response = await request();
    await response.text();
    expect(response.status, name).toBeLessThan(500);
    expect(performance.now() - startedAt, name).toBeLessThan(500);
  }

  it.each(hostile)(
    "“%s”, fifty thousand characters of it, is answered at once as every parameter of /authorize",
    async (text) => {
      const before = await snapshot();
      const names = [
        "client_id",
        "redirect_uri",
        "scope",
        "state",
        "nonce",
        "prompt",
        "max_age",
        "claims",
        "id_token_hint",
        "login_hint",
        "code_challenge",
        "resource",
        "acr_values",
        "ui_locales",
        "continue",
        "response_type",
      ];
      for (const name of names) await expectQuick(() => browser.send(authorizationUrl({ [name]: of(text) })), name);
      expect(await snapshot()).toBe(before);
    },
  );

  it.each(hostile)("“%s”, fifty thousand characters of it, is answered at once as every parameter of a form", async (text) => {
    const before = await snapshot();
    const value = of(text, 20_000);
    for (const name of ["grant_type", "code", "redirect_uri", "code_verifier", "client_id", "resource"])
      await expectQuick(() => post(server, "/token", codeRequest("csc_x", { [name]: value })), name);
    for (const name of ["refresh_token", "scope"])
      await expectQuick(() => post(server, "/token", refreshRequest("csr_x", { [name]: value })), name);
    for (const path of ["/revoke", "/introspect"]) await expectQuick(() => post(server, path, { token: value }), path);
    await expectQuick(() => server.fetch("/userinfo", { method: "POST", body: form({ access_token: value }) }), "userinfo");
    const visitor = new Browser(server);
    const fields = fieldsOf(await visitor.open("/sign-in"), "/sign-in");
    for (const name of ["email", "password", "csrf", "continue", "choice"])
      await expectQuick(() => visitor.send("/sign-in", { method: "POST", body: form({ ...fields, [name]: value }) }), name);
    expect(await snapshot()).toBe(before);
  });

  it.each([
    "authorization",
    "cookie",
    "user-agent",
    "accept-language",
    "origin",
    "sec-fetch-site",
    "cf-connecting-ip",
    "content-type",
  ])("is answered at once in the header %s", async (name) => {
    for (const text of ["a.", "%", "((((", "a=", "Bearer ", "Basic =", ":", "a;b,"]) {
      const headers = { [name]: of(text).trim() };
      for (const path of ["/", "/sign-in", "/userinfo", authorizationUrl()])
        await expectQuick(() => server.fetch(path, { headers }), path);
      for (const path of ["/token", "/introspect", "/consent", SETTINGS])
        await expectQuick(() => server.fetch(path, { method: "POST", body: form({ grant_type: "x" }), headers }), path);
    }
  });

  it.each(routes.filter(([, , allow]) => allow.includes("POST")))("as a body of a megabyte is refused by %s", async (path) => {
    const before = await snapshot();
    const visitor = path === "/token" || path === "/introspect" ? new Browser(server) : browser;
    const body = form({ client_id: "buildboard", csrf: "x", pad: "x".repeat(1_048_576) });
    const response = await visitor.send(path, { method: "POST", body, headers: { origin: ISSUER } });
    // Registration asks for its token before it reads anything.
    expect(response.status).toBe(path === "/register" ? 401 : 413);
    expect(await snapshot()).toBe(before);
  });
});

describe("text in odd encodings", () => {
  it.each([
    ["an overlong slash", "%C0%AF"],
    ["half a surrogate pair", "%ED%A0%80"],
    ["a byte that UTF-8 does not have", "%FF"],
    ["a NUL", "%00"],
  ])("is refused in a query and in a form: %s", async (_, encoded) => {
    const query = authorizationUrl({ state: "STATE" }).replace("STATE", encoded);
    const response = await browser.send(query);
    expect([response.status, response.headers.get("location")]).toEqual([400, null]);
    const headers = { authorization: basic("buildboard", SECRET), "content-type": "application/x-www-form-urlencoded" };
    const body = `grant_type=refresh_token&refresh_token=${encoded}`;
    const answer = await server.fetch("/token", { method: "POST", body, headers });
    expect(await answer.json()).toMatchObject({ error: "invalid_request" });
  });

  it.each([
    ["a decomposed é", "e\u0301"],
    ["a Kelvin sign", "\u212a"],
    ["an emoji", "\u{1f9fe}"],
    ["line breaks and markup", '\r\n"><script>&code=x#'],
  ])("comes back to the service as it came: %s", async (_, state) => {
    const response = await browser.send(authorizationUrl({ state }));
    const answer = new URL(response.headers.get("location") ?? "").searchParams;
    expect(answer.getAll("state")).toEqual([state]);
    expect(answer.getAll("code")).toHaveLength(1);
  });

  it.each(["buildboard\u0000", "buildboard ", "Buildboard", "buildboar\u217e", "build\u200bboard", "%62uildboard"])(
    "makes no other client of “%s”",
    async (clientId) => {
      const response = await browser.send(authorizationUrl({ client_id: clientId }));
      expect(response.status).toBe(400);
      expect(response.headers.get("location")).toBeNull();
      expect((await post(server, "/token", refreshRequest("csr_x"), basic(clientId, SECRET))).status).toBe(401);
    },
  );
});

describe("cookies", () => {
  const signedIn = async (email: string) => {
    const visitor = new Browser(server);
    await signIn(visitor, await visitor.open("/sign-in"), email);
    return visitor.cookies.get("__Host-countersign-session") ?? "";
  };
  const whoIs = async (cookie: string) => {
    const text = await (await server.fetch("/", { headers: { cookie } })).text();
    return /Ada|Grace/.exec(text)?.[0];
  };

  it("are bound to our host, out of the reach of scripts, and not sent along by foreign forms", async () => {
    const visitor = new Browser(server);
    const page = await visitor.send("/sign-in");
    const fields = {
      ...fieldsOf({ status: 200, url: ISSUER, headers: page.headers, text: await page.text() }, "/sign-in"),
      email: ada.email,
      password: PASSWORD,
    };
    const answer = await visitor.send("/sign-in", { method: "POST", body: form(fields), headers: { origin: ISSUER } });
    const lines = [...page.headers.getSetCookie(), ...answer.headers.getSetCookie()];
    expect(lines.map((line) => line.split("=")[0])).toEqual(["__Host-countersign-browser", "__Host-countersign-session"]);
    for (const line of lines) {
      for (const attribute of ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"]) expect(line).toContain(attribute);
      expect(line).not.toMatch(/domain/i);
    }
  });

  it("of which there are two hundred are read all the same", async () => {
    const own = `__Host-countersign-session=${await signedIn(ada.email)}`;
    const others = Array.from({ length: 200 }, (_, index) => `c${index}=${"x".repeat(20)}`);
    expect(await whoIs([...others, own].join("; "))).toBe("Ada");
  });

  it("of which there are two of one name count by the first, always", async () => {
    const [adas, graces] = [await signedIn(ada.email), await signedIn(grace.email)];
    const [one, two] = [`__Host-countersign-session=${adas}`, `__Host-countersign-session=${graces}`];
    expect(await whoIs(`${one}; ${two}`)).toBe("Ada");
    expect(await whoIs(`${two}; ${one}`)).toBe("Grace");
    expect(await whoIs(`__Host-countersign-session=x; ${one}`)).toBeUndefined();
  });

  it.each(["countersign-session", "__host-countersign-session", "__Secure-countersign-session", " __Host-countersign-sessio"])(
    "that a sibling domain could plant are not looked at: %s",
    async (name) => {
      expect(await whoIs(`${name}=${await signedIn(ada.email)}`)).toBeUndefined();
    },
  );

  it.each(["", '""', "x", "%00", "x".repeat(4_000), "../../etc", "' OR 1=1 --"])(
    "that say nothing sign nobody in: “%s”",
    async (value) => {
      expect(await whoIs(`__Host-countersign-session=${value}`)).toBeUndefined();
      expect((await server.fetch(SETTINGS, { headers: { cookie: `__Host-countersign-session=${value}` } })).status).toBe(303);
    },
  );
});

describe("a HEAD request to /authorize", () => {
  it("gives nobody a code that anybody could read twice", async () => {
    const response = await browser.send(authorizationUrl(), { method: "HEAD" });
    const page = { status: response.status, url: response.headers.get("location") ?? "", headers: response.headers, text: "" };
    const code = responseOf(page, CALLBACK).get("code") ?? "";
    expect((await post(server, "/token", codeRequest(code))).status).toBe(200);
    expect((await authorize(browser, ada.email)).get("code")).not.toBe(code);
  });
});
