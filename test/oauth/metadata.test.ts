import { env } from "cloudflare:workers";
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from "jose";
import { beforeEach, describe, expect, it } from "vitest";
import { handle } from "../../src/app.ts";
import { work } from "../../src/cron.ts";
import worker from "../../src/worker.ts";
import { Browser } from "../browser.ts";
import { API, addClient, addOrganization, addResource, addUser } from "../builders.ts";
import { authorize, codeRequest, obtainTokens, post } from "../flow.ts";
import { createServer, empty, ISSUER, type Server, snapshot } from "../harness.ts";

const DOCUMENTS = ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"];
const DAY = 24 * 3600;

let clock: { now: number };
let server: Server;
let browser: Browser;
let ada: { userId: string; email: string };

beforeEach(async () => {
  await empty();
  clock = { now: Date.UTC(2026, 10, 24, 12, 0, 0, 250) };
  server = createServer({ clock });
  browser = new Browser(server);
  ada = await addUser("Ada");
  await addOrganization("contoso", "all", ada.userId);
  await addResource();
  await addClient("buildboard");
  await addClient("contoso-devops", { grant_types: [], redirect_uris: [] });
});

type Json = Readonly<Record<string, unknown>>;
const read = async (path: string, on = server): Promise<Json> => (await on.fetch(path)).json();

describe("the metadata", () => {
  it("is the same at both well-known addresses, for everybody and for five minutes", async () => {
    const [openid, oauth] = await Promise.all(DOCUMENTS.map((path) => server.fetch(path)));
    expect(await openid?.text()).toBe(await oauth?.text());
    for (const response of [openid, oauth]) {
      expect(response?.headers.get("content-type")).toBe("application/json");
      expect(response?.headers.get("cache-control")).toBe("public, max-age=300");
      expect(response?.headers.get("access-control-allow-origin")).toBe("*");
      expect(response?.headers.get("set-cookie")).toBeNull();
    }
  });

  it("says what a client needs to know, and nothing that we do not do", async () => {
    expect(await read("/.well-known/openid-configuration")).toMatchObject({
      issuer: ISSUER,
      protected_resources: [API],
      response_types_supported: ["code"],
      response_modes_supported: ["query", "form_post", "jwt", "query.jwt", "form_post.jwt"],
      grant_types_supported: [
        "authorization_code",
        "refresh_token",
        "client_credentials",
        "urn:ietf:params:oauth:grant-type:token-exchange",
        "urn:ietf:params:oauth:grant-type:device_code",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
      ],
      code_challenge_methods_supported: ["S256"],
      authorization_response_iss_parameter_supported: true,
      id_token_signing_alg_values_supported: expect.arrayContaining(["RS256", "ES256"]),
      request_parameter_supported: true,
      request_uri_parameter_supported: true,
      require_request_uri_registration: true,
      require_pushed_authorization_requests: false,
      claims_parameter_supported: true,
      scopes_supported: expect.arrayContaining(["openid", "offline_access", "workitems.read"]),
    });
  });

  it("is not made longer by developers, whose APIs work without standing in it", async () => {
    const before = await read("/.well-known/openid-configuration");
    const theirs = await addResource(`https://api.northstar.example/${"long/".repeat(400)}`, "northstar/");
    await env.DB.prepare("UPDATE resources SET owner_id = ? WHERE identifier = ?").bind(ada.userId, theirs).run();
    const later = createServer({ clock });
    expect(await read("/.well-known/openid-configuration", later)).toEqual(before);
    const params = { scope: "northstar/workitems.read", resource: theirs };
    expect((await authorize(new Browser(later), ada.email, params)).has("code")).toBe(true);
  });

  it("names no endpoint that does not answer", async () => {
    const document = await read("/.well-known/openid-configuration");
    const endpoints = Object.entries(document).filter(([name]) => /_endpoint$|^jwks_uri$/.test(name));
    expect(endpoints.map(([name]) => name).toSorted()).toEqual([
      "authorization_endpoint",
      "device_authorization_endpoint",
      "end_session_endpoint",
      "grant_management_endpoint",
      "introspection_endpoint",
      "jwks_uri",
      "pushed_authorization_request_endpoint",
      "registration_endpoint",
      "revocation_endpoint",
      "token_endpoint",
      "userinfo_endpoint",
    ]);
    for (const [name, address] of endpoints) {
      const { origin, pathname } = new URL(String(address));
      expect(origin).toBe(ISSUER);
      const method = /token|revocation|introspection|pushed|registration|device/.test(name) ? "POST" : "GET";
      // A grant is asked for by its id (Grant Management for OAuth 2.0, draft 03, section 6.3).
      const path = name === "grant_management_endpoint" ? `${pathname}/aagrant` : pathname;
      const { status } = await server.fetch(path, { method });
      expect([name, status, status !== 404 && status !== 405 && status < 500]).toEqual([name, status, true]);
    }
  });

  it.each([
    ["Host", "evil.example"],
    ["X-Forwarded-Host", "evil.example"],
    ["X-Forwarded-Proto", "http"],
    ["X-Forwarded-Port", "1234"],
    ["Forwarded", "host=evil.example;proto=http"],
    ["X-Original-URL", "/evil.example"],
    ["Origin", "https://evil.example"],
    ["Accept-Language", "evil.example"],
    ["User-Agent", "evil.example"],
  ])("and the keys say nothing of the request: %s: %s", async (name, value) => {
    for (const path of [...DOCUMENTS, "/jwks"]) {
      const plain = await server.fetch(path);
      const odd = await server.fetch(`${path}?evil.example=%22%3E%3Cscript%3E&issuer=evil.example`, {
        headers: { [name]: value },
      });
      expect(odd.status).toBe(200);
      expect(await odd.text()).toBe(await plain.text());
      expect(JSON.stringify([...odd.headers])).toBe(JSON.stringify([...plain.headers]));
      expect(JSON.stringify([...odd.headers])).not.toContain("evil");
    }
  });

  it("names the configured issuer also where the request came by another name or port", async () => {
    for (const origin of ["https://evil.example", "http://id.example", "https://id.example:8443", "https://id.example."]) {
      const response = await handle(new Request(origin + DOCUMENTS[0]), server.deps);
      const text = await response.text();
      expect(text).toContain(`"issuer":"${ISSUER}"`);
      expect(text).toBe(await (await server.fetch(DOCUMENTS[0] ?? "")).text());
    }
  });
});

describe("the methods of an endpoint", () => {
  const readable = [...DOCUMENTS, "/jwks"];

  it.each([
    ...readable.map((path) => [path, "GET, HEAD"]),
    ["/token", "POST"],
    ["/par", "POST"],
    ["/revoke", "POST"],
    ["/introspect", "POST"],
    ["/userinfo", "GET, HEAD, POST"],
    ["/authorize", "GET, HEAD, POST"],
    ["/sign-in", "GET, HEAD, POST"],
    ["/consent", "POST"],
  ])("%s are %s, and every other gets 405 with Allow", async (path, allow) => {
    const before = await snapshot();
    for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "PROPFIND"]) {
      const { status, headers } = await server.fetch(path, { method });
      const allowed = allow.split(", ").includes(method);
      expect([method, status === 405, headers.get("allow")]).toEqual([method, !allowed, allowed ? null : allow]);
      expect(status).toBeLessThan(500);
    }
    expect(await snapshot()).toBe(before);
  });

  it.each(readable)("%s answers HEAD as GET, without a body", async (path) => {
    const [head, get] = [await server.fetch(path, { method: "HEAD" }), await server.fetch(path)];
    expect(head.status).toBe(200);
    expect(await head.text()).toBe("");
    expect([...head.headers]).toEqual([...get.headers]);
  });

  it.each([...readable, "/token", "/revoke", "/userinfo"])(
    "%s may be used by scripts of any origin, never with cookies, and no origin is reflected",
    async (path) => {
      const headers = { origin: "https://app.example", "access-control-request-method": "POST" };
      for (const method of ["OPTIONS", "GET", "POST"]) {
        const response = await server.fetch(path, { method, headers });
        expect(response.headers.get("access-control-allow-origin")).toBe("*");
        expect(response.headers.get("access-control-allow-credentials")).toBeNull();
        expect(JSON.stringify([...response.headers])).not.toContain("app.example");
      }
    },
  );

  it.each(["/authorize", "/sign-in", "/consent", "/settings/authorizations", "/introspect", "/"])(
    "%s may be used by no script of another origin",
    async (path) => {
      const headers = { origin: "https://app.example", "access-control-request-method": "POST" };
      for (const method of ["OPTIONS", "GET", "POST"]) {
        const response = await server.fetch(path, { method, headers });
        expect([...response.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
      }
    },
  );
});

interface Jwk extends JSONWebKeySet {
  readonly keys: (JSONWebKeySet["keys"][number] & { readonly kid: string; readonly alg: string })[];
}

/** The kids that stand in the JWKS of an isolate that has just begun. */
const kidsOf = async (alg: string, on = createServer({ clock })): Promise<readonly string[]> =>
  (await (await on.fetch("/jwks")).json<Jwk>()).keys.filter((key) => key.alg === alg).map(({ kid }) => kid);

const kidOf = (token: string): string => JSON.parse(atob(token.split(".")[0] ?? "")).kid;

describe("the JWK Set", () => {
  it("has the public members of each key and no others", async () => {
    const { keys } = await (await server.fetch("/jwks")).json<Jwk>();
    expect(keys.map(({ alg }) => alg).toSorted()).toEqual(["ES256", "EdDSA", "PS256", "RS256"]);
    for (const key of keys) {
      const own = { EC: ["crv", "x", "y"], OKP: ["crv", "x"], RSA: ["e", "n"] }[key.kty as string] ?? [];
      expect(Object.keys(key).toSorted()).toEqual(["alg", "kid", "kty", "use", ...own].toSorted());
      expect(key["use"]).toBe("sig");
    }
    const moduli = keys.filter(({ kty }) => kty === "RSA").map(({ n }) => n);
    expect(moduli.map((modulus) => String(modulus).length)).toEqual([342, 342]);
    expect(new Set(moduli).size).toBe(2);
  });

  it("has one key of each algorithm when several isolates make the first at once", async () => {
    await env.DB.exec("DELETE FROM signing_keys");
    const isolates = Array.from({ length: 3 }, () => createServer({ clock }));
    const answers = await Promise.all([...isolates, ...isolates].map((isolate) => read("/jwks", isolate)));
    const kids = answers.map(({ keys }) =>
      (keys as { kid: string }[])
        .map(({ kid }) => kid)
        .toSorted()
        .join(),
    );
    expect(new Set(kids).size).toBe(1);
    expect(kids[0]?.split(",")).toHaveLength(4);
  });
});

describe("a signing key", () => {
  beforeEach(async () => {
    await env.DB.exec("DELETE FROM signing_keys");
  });

  /** A person's tokens at the present time, from a new isolate. */
  async function obtain() {
    const isolate = createServer({ clock });
    return obtainTokens(isolate, new Browser(isolate), ada.email);
  }

  const verifies = async (token: string): Promise<boolean> => {
    const keys = await (await createServer({ clock }).fetch("/jwks")).json<Jwk>();
    return jwtVerify(token, createLocalJWKSet(keys), { currentDate: new Date(clock.now) }).then(
      () => true,
      () => false,
    );
  };

  it("has its successor published a week before that signs, and stays until its last token is dead", async () => {
    const old = (await kidsOf("ES256"))[0] ?? "";
    const start = clock.now;
    const at = async (seconds: number) => {
      clock.now = start + seconds * 1000;
      await work(createServer({ clock }).deps);
    };

    await at(83 * DAY - 1);
    expect(await kidsOf("ES256")).toEqual([old]);

    await at(83 * DAY + 1);
    const published = await kidsOf("ES256");
    expect(published).toHaveLength(2);
    expect(await kidsOf("RS256")).toHaveLength(2);
    expect(published).toContain(old);
    const next = published.find((kid) => kid !== old);

    await at(90 * DAY - 1);
    const last = await obtain();
    expect(kidOf(last.access_token)).toBe(old);

    await at(90 * DAY);
    const first = await obtain();
    expect(kidOf(first.access_token)).toBe(next);
    expect(await kidsOf("RS256")).toContain(kidOf(first.id_token));
    expect(kidOf(first.id_token)).not.toBe(kidOf(last.id_token));
    expect(await verifies(last.access_token)).toBe(true);
    expect(await verifies(last.id_token)).toBe(true);
    expect(await verifies(first.access_token)).toBe(true);

    // No token may live longer than an hour, and a resource server bears a minute of skew.
    await at(90 * DAY + 3660 - 1);
    expect(await kidsOf("ES256")).toEqual(expect.arrayContaining([old, next]));
    await at(90 * DAY + 3660 + 1);
    expect(await kidsOf("ES256")).toEqual([next]);

    // It goes on verifying hints, which may be as old as three months, and is then gone altogether.
    const rows = async () => (await env.DB.prepare("SELECT kid FROM signing_keys").all()).results.length;
    await at(180 * DAY + 3660 - 1);
    expect(await rows()).toBeGreaterThan(8);
    await at(180 * DAY + 3660 + 1);
    expect(await rows()).toBe(8);
  });

  it("gets one successor, however many crons run at once and how often", async () => {
    await read("/jwks");
    clock.now += 84 * DAY * 1000;
    for (let round = 0; round < 2; round++)
      await Promise.all(Array.from({ length: 3 }, () => work(createServer({ clock }).deps)));
    expect(await kidsOf("ES256")).toHaveLength(2);
    expect(await kidsOf("RS256")).toHaveLength(2);
  });

  it("is replaced at once where no cron ran for a hundred days", async () => {
    const old = await kidsOf("ES256");
    clock.now += 100 * DAY * 1000;
    const tokens = await obtain();
    expect(old).not.toContain(kidOf(tokens.access_token));
    expect(await verifies(tokens.access_token)).toBe(true);
  });

  // docs/admin.md, "Signing keys"
  it("that an operator ends early has its successor published first, and no token is refused meanwhile", async () => {
    const before = await obtain();
    const old = kidOf(before.access_token);
    const start = clock.now;
    const end = start + 600_000;
    await env.DB.prepare("UPDATE signing_keys SET retires_at = ?1, expires_at = ?1 + 3660000 WHERE retires_at > ?1")
      .bind(end)
      .run();
    await work(createServer({ clock }).deps);
    const published = await kidsOf("ES256");
    expect(published).toHaveLength(2);
    clock.now = end - 1;
    const last = await obtain();
    expect(kidOf(last.access_token)).toBe(old);
    clock.now = end;
    const first = await obtain();
    expect(published).toContain(kidOf(first.access_token));
    expect(kidOf(first.access_token)).not.toBe(old);
    expect(kidOf(first.id_token)).not.toBe(kidOf(last.id_token));
    for (const { access_token, id_token } of [last, first])
      expect([await verifies(access_token), await verifies(id_token)]).toEqual([true, true]);
    clock.now = end + 3_661_000;
    expect(await kidsOf("ES256")).toEqual([kidOf(first.access_token)]);
  });

  it("is never kept in the clear", async () => {
    await read("/jwks");
    const { results } = await env.DB.prepare("SELECT sealed_private_jwk AS sealed FROM signing_keys").all<{ sealed: string }>();
    expect(results).toHaveLength(4);
    for (const { sealed } of results) {
      const bytes = atob(sealed.replaceAll("-", "+").replaceAll("_", "/"));
      for (const text of [sealed, bytes]) expect(text).not.toMatch(/"kty"|"d"/);
    }
  });
});

describe("MASTER_SECRET", () => {
  /** An isolate that was deployed with another secret than the keys in D1 were sealed with. */
  function misconfigure(): Server {
    const deps = { ...server.deps, config: { ...server.deps.config, masterSecret: "x".repeat(43) }, memory: new Map() };
    const fetch: Server["fetch"] = (path, init) =>
      handle(new Request(`${ISSUER}${path}`, { redirect: "manual", ...init }), deps);
    return { ...server, deps, fetch };
  }

  it("that is another than the keys were sealed with is a clear 500 at the token endpoint, and our log says why", async () => {
    await read("/jwks");
    const wrong = misconfigure();
    const response = await authorize(new Browser(wrong), ada.email);
    const lines: string[] = [];
    const original = console.error;
    console.error = (line: string) => void lines.push(line);
    try {
      const answer = await post(wrong, "/token", codeRequest(response.get("code") ?? ""));
      expect(answer.status).toBe(500);
      expect(answer.headers.get("cache-control")).toBe("no-store");
      expect(await answer.json()).toEqual({ error: "server_error", error_description: "The server cannot sign." });
      expect(lines.join()).toContain("was sealed with another MASTER_SECRET");
    } finally {
      console.error = original;
    }
    expect(await read("/jwks", wrong)).toEqual(await read("/jwks"));
    expect((await wrong.fetch("/")).status).toBe(200);
  });

  it("that is another is an error of the server, which judges no credential by it: nothing is lost", async () => {
    const tokens = await obtainTokens(server, browser, ada.email);
    const wrong = misconfigure();
    const before = await snapshot();
    const refused = await post(wrong, "/token", { grant_type: "refresh_token", refresh_token: tokens.refresh_token });
    expect([refused.status, await refused.json()]).toEqual([500, expect.objectContaining({ error: "server_error" })]);
    expect(await snapshot()).toBe(before);
    expect((await post(server, "/token", { grant_type: "refresh_token", refresh_token: tokens.refresh_token })).status).toBe(
      200,
    );
  });

  it.each([undefined, "", "short", "x".repeat(42)])(
    "of %j is a plain 500 at any address, and our log names it",
    async (secret) => {
      const { MASTER_SECRET: _, ...others } = env;
      const broken = secret === undefined ? others : { ...others, MASTER_SECRET: secret };
      const lines: string[] = [];
      const original = console.error;
      console.error = (line: string) => void lines.push(line);
      try {
        const response = await worker.fetch(new Request(`${ISSUER}/jwks`), broken);
        expect(response.status).toBe(500);
        expect(response.headers.get("cache-control")).toBe("no-store");
        expect(await response.text()).toBe("The server is not configured correctly.");
        expect(lines.join()).toContain("MASTER_SECRET must hold at least 256 random bits");
      } finally {
        console.error = original;
      }
    },
  );
});
