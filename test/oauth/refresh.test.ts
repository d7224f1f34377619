import { beforeEach, describe, expect, it } from "vitest";
import { Browser } from "../browser.ts";
import { API, addClient, addOrganization, addResource, addUser, CALLBACK, SECRET } from "../builders.ts";
import { authorize, codeRequest, introspect, obtainTokens, post, refreshRequest, type Tokens, tokensOf } from "../flow.ts";
import { basic, createServer, empty, type Server, snapshot } from "../harness.ts";

let server: Server;
let browser: Browser;
let ada: { userId: string; email: string };

const PHONE = "http://127.0.0.1:51004/callback";

beforeEach(async () => {
  await empty();
  server = createServer();
  browser = new Browser(server);
  ada = await addUser("Ada");
  await addOrganization("contoso", "all", ada.userId);
  await addResource();
  await addClient("buildboard");
  await addClient("contoso-devops", { grant_types: [], redirect_uris: [] });
  await addClient("cli", {
    token_endpoint_auth_method: "none",
    application_type: "native",
    redirect_uris: ["http://127.0.0.1/callback"],
  });
});

/** How a client of each kind begins and goes on. */
const kinds = {
  confidential: {
    begin: () => obtainTokens(server, browser, ada.email),
    refresh: (token: string, on = server, changes = {}) => post(on, "/token", refreshRequest(token, changes)),
  },
  public: {
    begin: async () => {
      const response = await authorize(browser, ada.email, { client_id: "cli", redirect_uri: PHONE });
      const request = codeRequest(response.get("code") ?? "", { client_id: "cli", redirect_uri: PHONE });
      return tokensOf(await post(server, "/token", request, null));
    },
    refresh: (token: string, on = server, changes = {}) =>
      post(on, "/token", refreshRequest(token, { client_id: "cli", ...changes }), null),
  },
} as const;

const both = Object.keys(kinds) as (keyof typeof kinds)[];

async function expectDead(response: Response) {
  expect(response.status).toBe(400);
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(await response.json()).toMatchObject({ error: "invalid_grant" });
}

describe.each(both)("a refresh token of a %s client", (kind) => {
  const { begin, refresh } = kinds[kind];
  let first: Tokens;
  beforeEach(async () => {
    first = await begin();
  });

  it("is another one after each use", async () => {
    const seen = new Set([first.refresh_token]);
    let { refresh_token } = first;
    for (let round = 0; round < 5; round++) {
      ({ refresh_token } = await tokensOf(await refresh(refresh_token)));
      seen.add(refresh_token);
    }
    expect(seen.size).toBe(6);
  });

  it("yields the same successor again while that is unused and the overlap lasts: a lost answer costs nothing", async () => {
    const second = await tokensOf(await refresh(first.refresh_token));
    server.pass(60);
    for (const retry of [1, 2, 3]) {
      const again = await tokensOf(await refresh(first.refresh_token));
      expect(again.refresh_token, `retry ${retry}`).toBe(second.refresh_token);
    }
    expect((await tokensOf(await refresh(second.refresh_token))).refresh_token).not.toBe(second.refresh_token);
  });

  it("yields one successor to 50 parallel attempts over two isolates, each of which gets it", async () => {
    const other = createServer();
    const attempts = Array.from({ length: 50 }, (_, index) => refresh(first.refresh_token, index % 2 ? server : other));
    const answers = await Promise.all((await Promise.all(attempts)).map(tokensOf));
    const successors = new Set(answers.map(({ refresh_token }) => refresh_token));
    expect(successors.size).toBe(1);
    const [successor = ""] = successors;
    expect((await refresh(successor)).status).toBe(200);
  });

  it("is dead for good once the person has revoked the service, in every isolate", async () => {
    await browser.submit(await browser.open("/settings/authorizations"), "/settings/authorizations");
    await expectDead(await refresh(first.refresh_token));
    await expectDead(await refresh(first.refresh_token, createServer()));
    expect(await introspect(server, first.access_token)).toEqual({ active: false });
  });

  it("is dead 30 days after its last use", async () => {
    server.pass(29 * 86_400);
    const second = await tokensOf(await refresh(first.refresh_token));
    server.pass(30 * 86_400 + 1);
    await expectDead(await refresh(second.refresh_token));
  });

  it("is dead a year after the sign-in, however often it was used", async () => {
    let { refresh_token } = first;
    for (let day = 20; day <= 360; day += 20) {
      server.pass(20 * 86_400);
      ({ refresh_token } = await tokensOf(await refresh(refresh_token)));
    }
    server.pass(6 * 86_400);
    await expectDead(await refresh(refresh_token));
  });

  it("loses to a revocation that runs beside it, whatever the order", async () => {
    for (let round = 0; round < 10; round++) {
      const { refresh_token, access_token } = round === 0 ? first : await begin();
      const credentials = kind === "public" ? { client_id: "cli" } : {};
      const authorization = kind === "public" ? null : basic("buildboard", SECRET);
      const other = createServer();
      const [answer, revoked] = await Promise.all([
        refresh(refresh_token, other),
        post(server, "/revoke", { token: refresh_token, ...credentials }, authorization),
      ]);
      expect(revoked.status).toBe(200);
      const body = await answer.json<Partial<Tokens>>();
      for (const token of [refresh_token, body.refresh_token ?? refresh_token]) await expectDead(await refresh(token));
      for (const token of [access_token, body.access_token ?? access_token])
        expect(await introspect(server, token)).toEqual({ active: false });
    }
  });

  it.each([
    ["a scope beyond the authorization", "invalid_scope", { scope: "workitems.write" }],
    ["a scope that nobody knows", "invalid_scope", { scope: "workitems.read admin" }],
    ["a resource beyond the authorization", "invalid_target", { resource: "https://elsewhere.example" }],
  ])("is not used up by asking for %s", async (_, error, changes) => {
    const before = await snapshot();
    const response = await refresh(first.refresh_token, server, changes);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error });
    expect(await snapshot()).toBe(before);
    server.pass(120);
    expect((await refresh(first.refresh_token)).status).toBe(200);
  });

  it("yields a narrower access token for a narrower scope, and the full one again later", async () => {
    const narrow = await tokensOf(await refresh(first.refresh_token, server, { scope: "builds.read", resource: API }));
    expect(narrow.scope).toBe("builds.read");
    expect(await introspect(server, narrow.access_token)).toMatchObject({ scope: "builds.read", aud: API });
    expect((await tokensOf(await refresh(narrow.refresh_token))).scope).toBe(first.scope);
  });
});

describe("a refresh token that was used up", () => {
  it("of a public client ends the family, with the access tokens, once its successor has been used", async () => {
    const { begin, refresh } = kinds.public;
    const first = await begin();
    const second = await tokensOf(await refresh(first.refresh_token));
    const third = await tokensOf(await refresh(second.refresh_token));
    await expectDead(await refresh(first.refresh_token));
    await expectDead(await refresh(third.refresh_token));
    for (const { access_token } of [first, second, third])
      expect(await introspect(server, access_token)).toEqual({ active: false });
  });

  it("of a public client ends the family after the overlap, even if its successor has not been used", async () => {
    const { begin, refresh } = kinds.public;
    const first = await begin();
    const second = await tokensOf(await refresh(first.refresh_token));
    server.pass(91);
    await expectDead(await refresh(first.refresh_token));
    await expectDead(await refresh(second.refresh_token));
  });

  it("of a client that authenticated itself is refused, and the family lives on", async () => {
    const { begin, refresh } = kinds.confidential;
    const first = await begin();
    const second = await tokensOf(await refresh(first.refresh_token));
    const third = await tokensOf(await refresh(second.refresh_token));
    await expectDead(await refresh(first.refresh_token));
    expect((await refresh(third.refresh_token)).status).toBe(200);
  });

  it("follows the overlap that the client registered", async () => {
    await addClient("strict", {
      token_endpoint_auth_method: "none",
      redirect_uris: [CALLBACK],
      refresh_overlap_seconds: 0,
    });
    const response = await authorize(browser, ada.email, { client_id: "strict" });
    const first = await tokensOf(
      await post(server, "/token", codeRequest(response.get("code") ?? "", { client_id: "strict" }), null),
    );
    const again = () => post(server, "/token", refreshRequest(first.refresh_token, { client_id: "strict" }), null);
    await tokensOf(await again());
    await expectDead(await again());
  });
});

describe("somebody else's refresh token", () => {
  it("is worth nothing to another client, and stays as it was", async () => {
    const { refresh_token } = await kinds.confidential.begin();
    await addClient("other");
    const before = await snapshot();
    await expectDead(await post(server, "/token", refreshRequest(refresh_token), basic("other", SECRET)));
    await expectDead(await post(server, "/token", refreshRequest(refresh_token, { client_id: "cli" }), null));
    const anonymous = await post(server, "/token", refreshRequest(refresh_token, { client_id: "buildboard" }), null);
    expect(anonymous.status).toBe(401);
    expect(await anonymous.json()).toMatchObject({ error: "invalid_client" });
    expect(await snapshot()).toBe(before);
    expect((await kinds.confidential.refresh(refresh_token)).status).toBe(200);
  });
});

describe("no refresh token", () => {
  it("is issued where a sign-in did not ask for offline_access", async () => {
    const tokens = await obtainTokens(server, browser, ada.email, { scope: "openid workitems.read" });
    expect(tokens.refresh_token).toBeUndefined();
  });

  it("is issued to a client that is not registered for the grant", async () => {
    await addClient("once", { grant_types: ["authorization_code"] });
    const response = await authorize(browser, ada.email, { client_id: "once" });
    const tokens = await tokensOf(await post(server, "/token", codeRequest(response.get("code") ?? ""), basic("once", SECRET)));
    expect(tokens.refresh_token).toBeUndefined();
    const refused = await post(server, "/token", refreshRequest("csr_x"), basic("once", SECRET));
    expect(await refused.json()).toMatchObject({ error: "unauthorized_client" });
  });
});
