import { type Context, Hono } from "hono";
import { beforeAll, describe, expect, it } from "vitest";
import { protect } from "../../src/verify/hono.ts";
import {
  challenge,
  checkRequest,
  createResourceServer,
  OAuthError,
  type ResourceServerOptions,
} from "../../src/verify/index.ts";
import { AUDIENCE, arrange, claims, headerOf, makeKey, refusal, sign, type TestKey } from "./issuer.ts";

let key: TestKey;
let token: string;
beforeAll(async () => {
  key = await makeKey("k1");
  token = await sign(key, headerOf(key), claims());
});

const METADATA = 'resource_metadata="https://api.example/.well-known/oauth-protected-resource"';

/** How every 401 to a token that was sent plainly ends, and to none. */
const INVITATION = (realm: string, needs = "") => `DPoP realm="${realm}", ${needs}${METADATA}, algs="ES256 PS256 EdDSA"`;

const REQUEST = "https://api.example/workitems";
const withHeader = (authorization: string) => new Request(REQUEST, { headers: { authorization } });

/** The answer that a server which uses `checkRequest` and `challenge` as documented gives. */
async function answer(request: Request, options: Partial<ResourceServerOptions> = {}, ...scopes: string[]): Promise<Response> {
  const { resourceServer } = arrange([key], options);
  try {
    return Response.json(await checkRequest(request, resourceServer, ...scopes));
  } catch (error) {
    return challenge(error, resourceServer);
  }
}

describe("the Authorization header", () => {
  it.each(["Bearer", "bearer", "BEARER", "bEaReR", "Bearer  "])("may write its scheme as %j", async (scheme) => {
    const response = await answer(withHeader(`${scheme} ${token}`));
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual(claims());
  });

  it.each(["", "Basic YTpi", "Bearertoken", "DPoPtoken", "TOKEN"])(
    "without an access token is answered with a challenge that names no error: %j",
    async (header) => {
      const response = await answer(header === "" ? new Request(REQUEST) : withHeader(header.replace("TOKEN", token)));
      expect(response.status).toBe(401);
      expect(response.headers.get("www-authenticate")).toBe(`Bearer realm="${AUDIENCE}", ${METADATA}, ${INVITATION(AUDIENCE)}`);
      expect(response.headers.get("cache-control")).toBe("no-store");
    },
  );

  it.each([
    "Bearer",
    "Bearer TOKEN TOKEN",
    "Bearer TOKEN, Bearer TOKEN",
    "Bearer TOKEN,Bearer TOKEN",
    "Bearer TOKEN, Basic YTpi",
    'Bearer token="TOKEN"',
    "Bearer tok%6e",
    "Bearer =",
    `Bearer ${"a".repeat(100_000)}!`,
  ])("that is not Bearer and one token is a bad request: %.40j", async (header) => {
    const response = await answer(withHeader(header.replaceAll("TOKEN", token)));
    expect(response.status).toBe(400);
    expect(response.headers.get("www-authenticate")).toMatch(
      /^Bearer realm="[^"]+", error="invalid_request", error_description="[^"]+", resource_metadata="[^"]+"$/,
    );
  });

  it("is the same when it is sent twice", async () => {
    const request = withHeader(`Bearer ${token}`);
    request.headers.append("authorization", `Bearer ${token}`);
    expect((await answer(request)).status).toBe(400);
  });

  it("is the only place where a token counts", async () => {
    expect((await answer(new Request(`${REQUEST}?access_token=${token}`))).status).toBe(401);
    const body = new URLSearchParams({ access_token: token });
    expect((await answer(new Request(REQUEST, { method: "POST", body }))).status).toBe(401);
    const both = new Request(`${REQUEST}?access_token=other`, { headers: { authorization: `Bearer ${token}` } });
    expect((await answer(both)).status).toBe(200);
  });
});

describe("a refusal", () => {
  it("of a bad token is 401 with invalid_token, in header and body", async () => {
    const response = await answer(withHeader("Bearer bad.bad.bad"));
    expect(response.status).toBe(401);
    const description = "The access token is invalid, expired or revoked.";
    expect(response.headers.get("www-authenticate")).toBe(
      `Bearer realm="${AUDIENCE}", error="invalid_token", error_description="${description}", ${METADATA}, ${INVITATION(AUDIENCE)}`,
    );
    expect(response.headers.get("content-type")).toContain("application/json");
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(await response.json()).toEqual({ error: "invalid_token", error_description: description });
  });

  it("for want of scope is 403 and names every scope that is needed", async () => {
    const response = await answer(withHeader(`Bearer ${token}`), {}, "workitems.read", "workitems.write");
    expect(response.status).toBe(403);
    expect(response.headers.get("www-authenticate")).toBe(
      `Bearer realm="${AUDIENCE}", error="insufficient_scope", ` +
        'error_description="The access token lacks the scope workitems.write.", ' +
        `scope="workitems.read workitems.write", ${METADATA}`,
    );
    expect(await response.json()).toMatchObject({ error: "insufficient_scope" });
  });

  it("of a request without token tells which scopes it will need", async () => {
    const response = await answer(new Request(REQUEST), { realm: "Contoso DevOps" }, "workitems.read", "code.read");
    const needs = 'scope="workitems.read code.read", ';
    expect(response.headers.get("www-authenticate")).toBe(
      `Bearer realm="Contoso DevOps", ${needs}${METADATA}, ${INVITATION("Contoso DevOps", needs)}`,
    );
  });

  it("cannot break out of its quotes", async () => {
    const response = await answer(new Request(REQUEST), { realm: 'a", error="x\\\r\nSet-Cookie: a=b\u00e9' });
    expect(response.headers.get("www-authenticate")).toMatch(
      /^Bearer realm="[^"\\]*", resource_metadata="[^"\\]*", DPoP realm="[^"\\]*", resource_metadata="[^"\\]*", algs="[^"\\]*"$/,
    );
  });

  it("may be the application's own", async () => {
    const { resourceServer } = arrange([key]);
    const response = challenge(new OAuthError("forbidden", "You are no member of contoso."), resourceServer);
    expect(response.status).toBe(403);
    expect(response.headers.has("www-authenticate")).toBe(false);
    expect(await response.json()).toEqual({ error: "forbidden", error_description: "You are no member of contoso." });
  });

  it("does not cover up a fault of the program", () => {
    const { resourceServer } = arrange([key]);
    const fault = new TypeError("x is not a function");
    expect(() => challenge(fault, resourceServer)).toThrow(fault);
  });
});

describe("createResourceServer", () => {
  it.each([
    ["issuer", { issuer: "id.example" }],
    ["issuer", { issuer: "http://id.example" }],
    ["issuer", { issuer: "https://id.example?x" }],
    ["issuer", { issuer: "https://id.example#x" }],
    ["audience", { audience: "" }],
    ["skewSeconds", { skewSeconds: -1 }],
    ["skewSeconds", { skewSeconds: 301 }],
    ["skewSeconds", { skewSeconds: Number.NaN }],
  ])("says that %s is wrong: %j", (name, wrong) => {
    expect(() => createResourceServer({ issuer: "https://id.example", audience: AUDIENCE, ...wrong })).toThrow(name);
  });

  it("takes http on the development machine alone", () => {
    for (const issuer of ["http://localhost:8787", "http://127.0.0.1:8787", "http://[::1]:8787"])
      expect(createResourceServer({ issuer, audience: AUDIENCE }).issuer).toBe(issuer);
  });
});

describe("protect", () => {
  interface Bindings {
    readonly AUDIENCE: string;
  }

  /** An audience of its own, since resource servers are kept for the life of the isolate. */
  function createApp(audience: string) {
    const { network, clock } = arrange([key]);
    const options = { issuer: "https://id.example", audience, fetch: network.fetch, now: () => clock.now };
    const fromBindings = ({ env }: Context<{ Bindings: Bindings }>) => ({ ...options, audience: env.AUDIENCE });
    const app = new Hono<{ Bindings: Bindings }>()
      .get("/fixed", protect(options, "workitems.read"), (c) => c.json(c.var.accessToken))
      .get("/bound", protect(fromBindings, "builds.read"), (c) => c.text(c.get("accessToken").sub))
      .get("/more", protect(options, "workitems.read", "code.read"), (c) => c.text("reached"))
      .get("/broken", protect(options), () => {
        throw new OAuthError("not_found", "thrown by the handler");
      })
      .onError((error, c) => c.text(error.message, 500));
    return {
      network,
      get: (path: string, headers: HeadersInit = {}) => app.request(path, { headers }, { AUDIENCE: audience }),
    };
  }

  it("lets a good token in and hands its claims to the handler", async () => {
    const authorization = `Bearer ${await sign(key, headerOf(key), claims({ aud: "https://one.example" }))}`;
    const { get } = createApp("https://one.example");
    expect(await (await get("/fixed", { authorization })).json()).toEqual(claims({ aud: "https://one.example" }));
    expect(await (await get("/bound", { authorization })).text()).toBe("aa-ada");
  });

  it("answers for the handler when the token will not do", async () => {
    const authorization = `Bearer ${await sign(key, headerOf(key), claims({ aud: "https://two.example" }))}`;
    const { get } = createApp("https://two.example");
    const without = await get("/more");
    expect(without.status).toBe(401);
    expect(without.headers.get("www-authenticate")).toContain('scope="workitems.read code.read"');
    const short = await get("/more", { authorization });
    expect([short.status, await short.text()]).toEqual([403, expect.not.stringContaining("reached")]);
  });

  it("loads the issuer's keys once for all routes that it protects", async () => {
    const authorization = `Bearer ${await sign(key, headerOf(key), claims({ aud: "https://three.example" }))}`;
    const { get, network } = createApp("https://three.example");
    for (const path of ["/fixed", "/bound", "/fixed", "/bound"]) expect((await get(path, { authorization })).status).toBe(200);
    expect(network.requests).toEqual(["/.well-known/oauth-authorization-server", "/jwks"]);
  });

  it("leaves the handler's own errors to the application", async () => {
    const authorization = `Bearer ${await sign(key, headerOf(key), claims({ aud: "https://four.example" }))}`;
    const response = await createApp("https://four.example").get("/broken", { authorization });
    expect([response.status, await response.text()]).toEqual([500, "thrown by the handler"]);
  });

  it("refuses wrong options when the application starts", () => {
    expect(() => protect({ issuer: "http://id.example", audience: AUDIENCE })).toThrow("issuer");
  });
});

it("a refused request throws nothing but OAuthError, whatever is sent", async () => {
  const { resourceServer } = arrange([key]);
  for (const text of ["a.b.c", "...", "e30.e30.e30", `${btoa('{"alg":"ES256"}')}.e30.AAAA`, "-", "_._._"])
    expect((await refusal(checkRequest(withHeader(`Bearer ${text}`), resourceServer))).status).toBeLessThan(500);
});
