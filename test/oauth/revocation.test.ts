import { env } from "cloudflare:workers";
import { eq, like } from "drizzle-orm";
import { beforeEach, describe, expect, it } from "vitest";
import { handle } from "../../src/app.ts";
import { work } from "../../src/cron.ts";
import { type AccessTokenClaims, type MarkKind, markKey } from "../../src/model.ts";
import { open } from "../../src/store/database.ts";
import { audit, clients, memberships, organizations, resources, revocations, users } from "../../src/store/schema.ts";
import { fromBase64url } from "../../src/tokens/encoding.ts";
import { challenge, checkRequest, createResourceServer, type ResourceServer } from "../../src/verify/index.ts";
import { Browser, fieldsOf } from "../browser.ts";
import { API, addClient, addOrganization, addResource, addUser, decideClient, SECRET } from "../builders.ts";
import { authorize, codeRequest, introspect, obtainTokens, post, refreshRequest, type Tokens, tokensOf } from "../flow.ts";
import { basic, createServer, empty, form, ISSUER, type Server, snapshot } from "../harness.ts";

let server: Server;
let browser: Browser;
let ada: { userId: string; email: string };
let contoso: string;

const SETTINGS = "/settings/authorizations";
const OTHER_API = "https://files.contoso.example";

beforeEach(async () => {
  await empty();
  server = createServer();
  browser = new Browser(server);
  ada = await addUser("Ada", { given_name: "Ada", locale: "sv-SE" });
  contoso = await addOrganization("contoso", "all", ada.userId);
  await addResource();
  await addClient("buildboard");
  await addClient("other");
  await addClient("cli", { token_endpoint_auth_method: "none" });
  await addClient("contoso-devops", { grant_types: [], redirect_uris: [] });
});

const begin = (changes = {}) => obtainTokens(server, browser, ada.email, changes);
const revoke = (token: string, added = {}) => post(server, "/revoke", { token, ...added });
const refresh = (token: string) => post(server, "/token", refreshRequest(token));

/** What the token says, whatever became of it since. */
const claimsOf = (jwt: string): Required<Pick<AccessTokenClaims, "jti" | "grant_id" | "sid">> & AccessTokenClaims =>
  JSON.parse(new TextDecoder().decode(fromBase64url(jwt.split(".")[1] ?? "") ?? new Uint8Array()));

/** The access token after its five minutes. */
const expired = (accessToken: string): string => {
  server.pass(300);
  return accessToken;
};

/** The marks in D1, and what KV holds under their names. */
async function marks() {
  const rows = await open(env.DB).select().from(revocations);
  return Promise.all(
    rows.map(async ({ kind, id, revokedAt }) => ({
      kind,
      id,
      same: (await env.KV.get(markKey(kind as MarkKind, id))) === String(revokedAt),
    })),
  );
}

/** Contoso DevOps as it would run: `countersign/verify` with our KV, reaching this server for the keys. */
const resourceServer = (audience = API): ResourceServer =>
  createResourceServer({
    issuer: ISSUER,
    audience,
    revocations: env.KV,
    now: server.deps.now,
    fetch: (input, init) => handle(new Request(input, init), server.deps),
  });

/** The status with which that resource server answers to the token. */
async function statusAt(api: ResourceServer, token: string): Promise<number> {
  try {
    const request = new Request(`${API}/workitems`, { headers: { authorization: `Bearer ${token}` } });
    const claims = await checkRequest(request, api, "workitems.read");
    return claims.sub === ada.userId ? 200 : 500;
  } catch (error) {
    return challenge(error, api).status;
  }
}

describe("a refresh token that its client revokes", () => {
  it("is dead, with every access token of its family, and a second time is answered like the first", async () => {
    const first = await begin();
    const second = await tokensOf(await refresh(first.refresh_token));
    const answer = await revoke(second.refresh_token);
    expect([answer.status, await answer.text()]).toEqual([200, "{}"]);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    for (const { access_token } of [first, second]) expect(await introspect(server, access_token)).toEqual({ active: false });
    const after = await snapshot();
    expect((await refresh(second.refresh_token)).status).toBe(400);
    expect((await revoke(second.refresh_token)).status).toBe(200);
    expect(await snapshot()).toBe(after);
    expect(after.match(/"family\.revoked"/g)).toHaveLength(1);
  });

  it("ends the family even if it was used up long ago", async () => {
    const first = await begin();
    const second = await tokensOf(await refresh(first.refresh_token));
    expect((await revoke(first.refresh_token)).status).toBe(200);
    expect((await refresh(second.refresh_token)).status).toBe(400);
  });

  it("leaves the person's consent and the other devices alone", async () => {
    const here = await begin();
    server.pass(1);
    const there = await begin();
    await revoke(here.refresh_token);
    expect(await introspect(server, there.access_token)).toMatchObject({ active: true });
    expect((await refresh(there.refresh_token)).status).toBe(200);
    expect((await authorize(browser, ada.email, { prompt: "none" })).get("code")).toMatch(/^csc_/);
  });

  it.each(["access_token", "refresh_token", "id_token", "", "nonsense"])("is found under the hint “%s”", async (hint) => {
    const { refresh_token } = await begin();
    expect((await revoke(refresh_token, { token_type_hint: hint })).status).toBe(200);
    expect((await refresh(refresh_token)).status).toBe(400);
  });

  it("may be a code that was not redeemed yet", async () => {
    const code = (await authorize(browser, ada.email)).get("code") ?? "";
    expect((await revoke(code)).status).toBe(200);
    expect((await post(server, "/token", codeRequest(code))).status).toBe(400);
  });

  it("may be a public client's, which then sends its client_id alone", async () => {
    const code = (await authorize(browser, ada.email, { client_id: "cli" })).get("code") ?? "";
    const as = { client_id: "cli" };
    const { refresh_token } = await tokensOf(await post(server, "/token", codeRequest(code, as), null));
    expect((await post(server, "/revoke", { token: refresh_token, ...as }, null)).status).toBe(200);
    expect((await post(server, "/token", refreshRequest(refresh_token, as), null)).status).toBe(400);
  });
});

describe("an access token that its client revokes", () => {
  it.each(["access_token", "refresh_token", "nonsense"])("ends alone, also under the hint “%s”", async (hint) => {
    const first = await begin();
    const second = await tokensOf(await refresh(first.refresh_token));
    expect((await revoke(first.access_token, { token_type_hint: hint })).status).toBe(200);
    expect(await introspect(server, first.access_token)).toEqual({ active: false });
    expect(await introspect(server, second.access_token)).toMatchObject({ active: true });
    expect((await refresh(second.refresh_token)).status).toBe(200);
    expect(await marks()).toEqual([{ kind: "token", id: claimsOf(first.access_token).jti, same: true }]);
  });

  it("leaves one mark and one line in the log, however often it is revoked", async () => {
    const { access_token } = await begin();
    await revoke(access_token);
    const after = await snapshot();
    server.pass(1);
    expect((await revoke(access_token)).status).toBe(200);
    expect(await snapshot()).toBe(after);
  });
});

describe("what is not the client's to revoke", () => {
  it.each<[string, (tokens: Tokens) => string]>([
    ["another client's refresh token", ({ refresh_token }) => refresh_token],
    ["another client's access token", ({ access_token }) => access_token],
  ])("is answered with 200 and lives on: %s", async (_, pick) => {
    const tokens = await begin();
    const before = await snapshot();
    for (const [as, added] of [[basic("other", SECRET), {}] as const, [null, { client_id: "cli" }] as const])
      expect((await post(server, "/revoke", { token: pick(tokens), ...added }, as)).status).toBe(200);
    expect(await snapshot()).toBe(before);
    expect(await introspect(server, tokens.access_token)).toMatchObject({ active: true });
    expect((await refresh(tokens.refresh_token)).status).toBe(200);
  });

  it.each<[string, (tokens: Tokens) => string]>([
    ["nonsense", () => "nonsense"],
    ["ten kilobytes", () => "c".repeat(10_240)],
    ["a forged refresh token", ({ refresh_token }) => refresh_token.replace(/.$/, (last) => (last === "A" ? "B" : "A"))],
    ["a forged access token", ({ access_token }) => access_token.replace(/\.[^.]{4}/, ".AAAA")],
    ["an ID token", ({ id_token }) => id_token],
    ["SQL", () => "csr_aa'; DROP TABLE families; --"],
  ])("is answered with 200 and changes nothing: %s", async (_, pick) => {
    const tokens = await begin();
    const before = await snapshot();
    expect((await revoke(pick(tokens))).status).toBe(200);
    expect(await snapshot()).toBe(before);
  });

  it("is an access token that has expired: there is nothing left to end", async () => {
    const { access_token } = await begin();
    server.pass(301);
    const before = await snapshot();
    expect((await revoke(access_token)).status).toBe(200);
    expect(await snapshot()).toBe(before);
  });

  it("is nothing: without a token the request means nothing", async () => {
    const response = await post(server, "/revoke", { token_type_hint: "refresh_token" });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: "invalid_request" });
  });
});

/** What a person's browser sends from the settings page. */
const fromSettings = async (fields: Readonly<Record<string, string>>) => {
  const { csrf = "" } = fieldsOf(await browser.open(SETTINGS), SETTINGS);
  const headers = { origin: ISSUER, "sec-fetch-site": "same-origin" };
  return browser.open(SETTINGS, { method: "POST", body: form({ csrf, ...fields }), headers });
};

const redeem = async (changes: Readonly<Record<string, string>> = {}, as: string | null = basic("buildboard", SECRET)) => {
  const code = (await authorize(browser, ada.email, changes)).get("code") ?? "";
  const request = codeRequest(code, changes);
  return { request, tokens: await tokensOf(await post(server, "/token", request, as)) };
};

/** Every way in which an authorization ends: the kind of the mark that it leaves, and its access token with what ends it. */
const ways: readonly (readonly [name: string, MarkKind, () => Promise<{ token: string; end: () => Promise<unknown> }>])[] = [
  [
    "the person revokes the service on the settings page",
    "grant",
    async () => {
      const { access_token } = await begin();
      return { token: access_token, end: () => fromSettings({ action: "revoke", grant_id: claimsOf(access_token).grant_id }) };
    },
  ],
  [
    "the person revokes one device on the settings page",
    "family",
    async () => {
      const { access_token } = await begin();
      return {
        token: access_token,
        end: () => fromSettings({ action: "revoke_device", family_id: claimsOf(access_token).sid }),
      };
    },
  ],
  [
    "the person revokes everything on the settings page",
    "grant",
    async () => ({ token: (await begin()).access_token, end: () => fromSettings({ action: "revoke_all" }) }),
  ],
  [
    "the client revokes its refresh token",
    "family",
    async () => {
      const { access_token, refresh_token } = await begin();
      return { token: access_token, end: () => revoke(refresh_token) };
    },
  ],
  [
    "the client revokes its access token",
    "token",
    async () => {
      const { access_token } = await begin();
      return { token: access_token, end: () => revoke(access_token) };
    },
  ],
  [
    "somebody presents the code again",
    "family",
    async () => {
      const { request, tokens } = await redeem();
      return { token: tokens.access_token, end: () => post(server, "/token", request) };
    },
  ],
  [
    "somebody presents a public client's refresh token that was used up",
    "family",
    async () => {
      const as = { client_id: "cli" };
      const { tokens } = await redeem(as, null);
      const again = (seconds: number) => {
        server.pass(seconds);
        return post(server, "/token", refreshRequest(tokens.refresh_token, as), null);
      };
      expect((await again(0)).status).toBe(200);
      return { token: tokens.access_token, end: () => again(91) };
    },
  ],
];

describe.each(ways)("when %s", (_, kind, obtain) => {
  it("a resource server that reads KV refuses the token which it accepted until then, and so does everybody who asks D1", async () => {
    const { token, end } = await obtain();
    const api = resourceServer();
    expect(await statusAt(api, token)).toBe(200);
    server.pass(1);
    await end();
    expect(await statusAt(api, token)).toBe(401);
    expect(await statusAt(resourceServer(), token)).toBe(401);
    expect(await introspect(server, token)).toEqual({ active: false });
    expect((await userinfo({ headers: { authorization: `Bearer ${token}` } })).status).toBe(401);
  });

  it("one mark stands in D1 and in KV, where it lives for as long as an access token could", async () => {
    const { token, end } = await obtain();
    await end();
    const claims = claimsOf(token);
    const id = { grant: claims.grant_id, family: claims.sid, token: claims.jti, user: "", client: "" }[kind];
    expect(await marks()).toEqual([{ kind, id, same: true }]);
    const { keys } = await env.KV.list();
    expect(keys.map(({ name }) => name)).toEqual([markKey(kind, id)]);
    const seconds = (keys[0]?.expiration ?? 0) - Date.now() / 1000;
    expect(seconds).toBeGreaterThan(3600);
    expect(seconds).toBeLessThan(3600 + 180);
  });

  it("it is logged once, with who did it", async () => {
    const { end } = await obtain();
    await end();
    const rows = await open(env.DB).select().from(audit).where(like(audit.action, "%.revoked"));
    expect(rows).toMatchObject([{ action: `${kind}.revoked`, userId: ada.userId }]);
    expect([ada.userId, "buildboard", "system"]).toContain(rows[0]?.actor);
  });
});

describe("a service that was revoked", () => {
  it("is out until the person approves it again, and what that gives is good at once", async () => {
    const old = await begin();
    await fromSettings({ action: "revoke_all" });
    server.pass(1);
    const next = await begin();
    expect(claimsOf(next.access_token).grant_id).not.toBe(claimsOf(old.access_token).grant_id);
    expect(await statusAt(resourceServer(), next.access_token)).toBe(200);
    expect(await statusAt(resourceServer(), old.access_token)).toBe(401);
    expect(await introspect(server, next.access_token)).toMatchObject({ active: true });
    expect((await refresh(next.refresh_token)).status).toBe(200);
  });

  it("is all that is out: another service, and another person's, go on", async () => {
    const grace = await addUser("Grace");
    const hers = await obtainTokens(server, new Browser(server), grace.email);
    const { tokens: others } = await redeem({ client_id: "other" }, basic("other", SECRET));
    const { access_token } = await begin();
    await fromSettings({ action: "revoke", grant_id: claimsOf(access_token).grant_id });
    expect(await introspect(server, access_token)).toEqual({ active: false });
    for (const token of [hers.access_token, others.access_token])
      expect(await introspect(server, token)).toMatchObject({ active: true });
  });

  it("is forgotten by KV and D1 only once no access token can be alive any more", async () => {
    const { access_token, refresh_token } = await begin();
    await revoke(refresh_token);
    await work(server.deps);
    expect(await marks()).toHaveLength(1);
    server.pass(3600);
    await work(server.deps);
    expect(await marks()).toHaveLength(1);
    server.pass(200);
    await work(server.deps);
    expect(await marks()).toEqual([]);
    expect(await introspect(server, access_token)).toEqual({ active: false });
    expect((await refresh(refresh_token)).status).toBe(400);
  });
});

describe("introspection", () => {
  const ask = async (token: string, as = "contoso-devops") => {
    const response = await post(server, "/introspect", { token }, basic(as, SECRET));
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.status).toBe(200);
    return response.json<Record<string, unknown>>();
  };

  it("tells the resource server that a token is for, and the client that it was issued to, what the token says", async () => {
    const { access_token } = await begin();
    for (const as of ["contoso-devops", "buildboard"])
      expect(await ask(access_token, as)).toEqual({ active: true, token_type: "Bearer", ...claimsOf(access_token) });
  });

  it("tells everybody else that it is inactive, and nothing more", async () => {
    await addResource(OTHER_API, "files.");
    await addClient("contoso-files", { grant_types: [], redirect_uris: [] });
    await open(env.DB).update(resources).set({ clientId: "contoso-files" }).where(eq(resources.identifier, OTHER_API));
    const { access_token, refresh_token } = await begin();
    for (const as of ["contoso-files", "other"]) {
      expect(await ask(access_token, as)).toEqual({ active: false });
      expect(await ask(refresh_token, as)).toEqual({ active: false });
    }
    expect(await ask(access_token)).toMatchObject({ active: true });
  });

  it("tells the client, and nobody else, of its present refresh token", async () => {
    const first = await begin();
    const { grant_id, sid } = claimsOf(first.access_token);
    expect(await ask(first.refresh_token, "buildboard")).toMatchObject({
      active: true,
      client_id: "buildboard",
      grant_id,
      sid,
    });
    expect(await ask(first.refresh_token, "contoso-devops")).toEqual({ active: false });
    const second = await tokensOf(await refresh(first.refresh_token));
    expect(await ask(first.refresh_token, "buildboard")).toEqual({ active: false });
    expect(await ask(second.refresh_token, "buildboard")).toMatchObject({ active: true });
  });

  it.each<[string, (tokens: Tokens) => string | Promise<string>]>([
    ["nonsense", () => "nonsense"],
    ["a JWT of nobody", () => "e30.e30.e30"],
    ["an ID token", ({ id_token }) => id_token],
    ["an access token with another signature", ({ access_token }) => `${access_token.slice(0, -4)}AAAA`],
    ["a code", async () => (await authorize(browser, ada.email)).get("code") ?? ""],
    ["an access token that has expired", ({ access_token }) => expired(access_token)],
  ])("says of %s that it is inactive, and nothing more", async (_, pick) => {
    const token = await pick(await begin());
    for (const as of ["contoso-devops", "buildboard"]) expect(await ask(token, as)).toEqual({ active: false });
  });

  it("says the same of the tokens of a person or a client that was disabled", async () => {
    const { access_token, refresh_token } = await begin();
    await open(env.DB).update(users).set({ disabledAt: 1 });
    for (const token of [access_token, refresh_token]) expect(await ask(token, "buildboard")).toEqual({ active: false });
    await open(env.DB).update(users).set({ disabledAt: null });
    expect(await ask(access_token)).toMatchObject({ active: true });
    await open(env.DB).update(clients).set({ disabledAt: 1 }).where(eq(clients.clientId, "buildboard"));
    for (const token of [access_token, refresh_token]) expect(await ask(token)).toEqual({ active: false });
  });

  it("without a token is an error", async () => {
    const response = await post(server, "/introspect", {}, basic("contoso-devops", SECRET));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: "invalid_request" });
  });
});

describe("the organizations of a token", () => {
  const organizationsOf = async (token: string) => (await introspect(server, token))["organizations"];
  const setPolicy = (policy: "all" | "verified" | "approved" | "none") => open(env.DB).update(organizations).set({ policy });

  it.each<[string, () => Promise<unknown>, () => Promise<unknown>]>([
    ["its policy lets no third party in", () => setPolicy("none"), () => setPolicy("all")],
    ["its policy asks for approval", () => setPolicy("approved"), () => decideClient(contoso, "buildboard", "approved")],
    [
      "its policy asks for a verified publisher",
      () => setPolicy("verified"),
      () => decideClient(contoso, "buildboard", "approved"),
    ],
    [
      "it denied the client",
      () => decideClient(contoso, "buildboard", "denied"),
      () => decideClient(contoso, "buildboard", "approved"),
    ],
  ])(
    "lose one at once when %s, at introspection and at refresh, and have it back when that changes",
    async (_, close, reopen) => {
      const first = await begin();
      expect(await organizationsOf(first.access_token)).toEqual(["contoso"]);
      await close();
      expect(await organizationsOf(first.access_token)).toEqual([]);
      const second = await tokensOf(await refresh(first.refresh_token));
      expect(claimsOf(second.access_token).organizations).toEqual([]);
      await reopen();
      expect(await organizationsOf(first.access_token)).toEqual(["contoso"]);
      expect(await organizationsOf(second.access_token)).toEqual([]);
      const third = await tokensOf(await refresh(second.refresh_token));
      expect(claimsOf(third.access_token).organizations).toEqual(["contoso"]);
    },
  );

  it("lose one at once when the person leaves it", async () => {
    const { access_token, refresh_token } = await begin();
    await open(env.DB).delete(memberships);
    expect(await organizationsOf(access_token)).toEqual([]);
    expect(claimsOf((await tokensOf(await refresh(refresh_token))).access_token).organizations).toEqual([]);
  });
});

const userinfo = (init: RequestInit = {}, path = "/userinfo") => server.fetch(path, init);

describe("userinfo", () => {
  const withToken = (token: string): RequestInit => ({ headers: { authorization: `Bearer ${token}` } });

  it.each<[string, (token: string) => RequestInit]>([
    ["by GET with the token in the header", withToken],
    ["by POST with the token in the header", (token) => ({ ...withToken(token), method: "POST" })],
    ["by POST with the token in a form", (access_token) => ({ method: "POST", body: form({ access_token }) })],
    ["by GET with the scheme in lower case", (token) => ({ headers: { authorization: `bearer ${token}` } })],
  ])("asked %s tells who the person is, as far as the scopes go", async (_, request) => {
    const { access_token } = await begin({ scope: "openid profile" });
    const response = await userinfo(request(access_token));
    expect(response.status).toBe(200);
    expect(response.headers.get("cache-control")).toBe("no-store");
    const body = await response.json<Record<string, unknown>>();
    expect(body).toMatchObject({ sub: ada.userId, name: "Ada Example", given_name: "Ada", locale: "sv-SE" });
    expect(body).not.toHaveProperty("email");
  });

  it("tells the address to whom the person gave it", async () => {
    const { access_token } = await begin({ scope: "openid email" });
    expect(await (await userinfo(withToken(access_token))).json()).toEqual({
      sub: ada.userId,
      email: ada.email,
      email_verified: true,
    });
  });

  it.each<[string, () => RequestInit, string?]>([
    ["no token", () => ({})],
    ["a form without a token", () => ({ method: "POST", body: form({ other: "x" }) })],
    ["a token in the query alone", () => ({}), "/userinfo?access_token=x"],
  ])("asked with %s challenges without naming an error (RFC 6750 section 3.1)", async (_, request, path) => {
    const response = await userinfo(request(), path);
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toBe(
      'Bearer realm="Countersign", scope="openid", DPoP realm="Countersign", scope="openid", algs="ES256 PS256 EdDSA"',
    );
  });

  const refusals: readonly (readonly [string, number, string, (tokens: Tokens) => RequestInit | Promise<RequestInit>])[] = [
    [
      "two tokens, one in the header and one in the form",
      400,
      "invalid_request",
      ({ access_token }) => ({ ...withToken(access_token), method: "POST", body: form({ access_token }) }),
    ],
    ["two tokens in one header", 400, "invalid_request", ({ access_token: one }) => withToken(`${one}, Bearer ${one}`)],
    ["another scheme", 400, "invalid_request", () => ({ headers: { authorization: basic("buildboard", SECRET) } })],
    ["nonsense", 401, "invalid_token", () => withToken("nonsense")],
    ["an ID token", 401, "invalid_token", ({ id_token }) => withToken(id_token)],
    ["a refresh token", 401, "invalid_token", ({ refresh_token }) => withToken(refresh_token)],
    [
      "a token for the resource server alone",
      401,
      "invalid_token",
      async ({ refresh_token }) => {
        const narrowed = await post(server, "/token", refreshRequest(refresh_token, { resource: API }));
        return withToken((await tokensOf(narrowed)).access_token);
      },
    ],
    [
      "a token without openid",
      403,
      "insufficient_scope",
      async ({ refresh_token }) => {
        const narrowed = await post(server, "/token", refreshRequest(refresh_token, { scope: "workitems.read" }));
        return withToken((await tokensOf(narrowed)).access_token);
      },
    ],
    ["a token that has expired", 401, "invalid_token", ({ access_token }) => withToken(expired(access_token))],
    [
      "a token that was revoked",
      401,
      "invalid_token",
      async ({ access_token }) => {
        await revoke(access_token);
        return withToken(access_token);
      },
    ],
    [
      "a token of a family that was revoked",
      401,
      "invalid_token",
      async ({ access_token, refresh_token }) => {
        await revoke(refresh_token);
        return withToken(access_token);
      },
    ],
    [
      "a token of a person who was disabled",
      401,
      "invalid_token",
      async ({ access_token }) => {
        await open(env.DB).update(users).set({ disabledAt: 1 });
        return withToken(access_token);
      },
    ],
  ];

  it.each(refusals)("asked with %s answers %i and %s", async (_, status, error, request) => {
    const response = await userinfo(await request(await begin()));
    const body = await response.json<Record<string, string>>();
    expect([response.status, body["error"]]).toEqual([status, error]);
    expect(response.headers.get("cache-control")).toBe("no-store");
    const invitation = status === 401 ? ', DPoP realm="Countersign", scope="openid", algs="ES256 PS256 EdDSA"' : "";
    const bearer = `error="${error}", error_description="${body["error_description"]}", scope="openid"`;
    expect(response.headers.get("www-authenticate")).toBe(`Bearer realm="Countersign", ${bearer}${invitation}`);
  });

  it.each([
    ["text/plain", 400, "invalid_request"],
    ["multipart/form-data; boundary=a", 400, "invalid_request"],
    // A token is never in JSON, so that none was sent.
    ["application/json", 401, "invalid_token"],
  ])("asked with a body in %s answers %i and %s", async (type, status, error) => {
    const { access_token } = await begin();
    const response = await userinfo({
      method: "POST",
      body: JSON.stringify({ access_token }),
      headers: { "content-type": type },
    });
    expect([response.status, await response.json()]).toEqual([status, expect.objectContaining({ error })]);
  });
});
