/** Grant Management for OAuth 2.0 (draft 03): create, merge, replace, query, revoke. */
import { beforeEach, describe, expect, it } from "vitest";
import { Browser, fieldsOf, type Page, textOf } from "../browser.ts";
import { API, addClient, addOrganization, addResource, addUser, CALLBACK, SECRET } from "../builders.ts";
import {
  approve,
  authorizationUrl,
  codeRequest,
  post,
  refreshRequest,
  responseOf,
  signIn,
  type Tokens,
  tokensOf,
} from "../flow.ts";
import { basic, createServer, empty, ISSUER, type Server, snapshot } from "../harness.ts";

let server: Server;
let browser: Browser;
let ada: { userId: string; email: string };

const MANAGE = "grant_management_query grant_management_revoke";

beforeEach(async () => {
  await empty();
  server = createServer();
  browser = new Browser(server);
  ada = await addUser("Ada");
  await addOrganization("contoso", "all", ada.userId);
  await addResource();
  await addClient("buildboard");
  await addClient("other");
  await addClient("contoso-devops", { grant_types: [], redirect_uris: [] });
});

type Managed = Tokens & { readonly grant_id?: string };

async function begin(changes: Parameters<typeof authorizationUrl>[0] = {}, as = browser, email = ada.email): Promise<Page> {
  server.pass(1);
  const page = await as.open(authorizationUrl({ scope: `openid offline_access builds.read ${MANAGE}`, ...changes }));
  return page.text.includes('action="/sign-in"') ? signIn(as, page, email) : page;
}

const finish = async (page: Page, clientId = "buildboard"): Promise<Managed> =>
  tokensOf(await post(server, "/token", codeRequest(responseOf(page).get("code") ?? ""), basic(clientId, SECRET)));

/** Approves where that is asked for, and redeems the code. */
async function obtain(changes: Parameters<typeof authorizationUrl>[0] = {}, fields = {}): Promise<Managed> {
  const page = await begin(changes);
  const clientId = typeof changes["client_id"] === "string" ? changes["client_id"] : "buildboard";
  return finish(page.text.includes('action="/consent"') ? await approve(browser, page, fields) : page, clientId);
}

const create = { grant_management_action: "create" };
const merge = (grant_id = "") => ({ grant_management_action: "merge", grant_id });
const replace = (grant_id = "") => ({ grant_management_action: "replace", grant_id });

const request = (method: string, grantId: string | undefined, token?: string) =>
  server.fetch(`/grants/${grantId}`, { method, headers: token === undefined ? {} : { authorization: `Bearer ${token}` } });

const query = async (grantId: string | undefined, token: string) => {
  const response = await request("GET", grantId, token);
  expect(response.status).toBe(200);
  expect(response.headers.get("cache-control")).toBe("no-store");
  return response.json<Record<string, unknown>>();
};

describe("a request", () => {
  it("without an action is told no grant_id, and with one is", async () => {
    expect(await obtain()).not.toHaveProperty("grant_id");
    const { grant_id, access_token } = await obtain(create);
    expect(grant_id).toMatch(/^aa[\w-]{20}$/);
    expect(JSON.parse(atob(access_token.split(".")[1] ?? "")).grant_id).toBe(grant_id);
  });

  it.each<[string, Record<string, string>]>([
    ["an action that there is not", { grant_management_action: "delete" }],
    ["create and a grant_id", { grant_management_action: "create", grant_id: "aagrant" }],
    ["merge and no grant_id", { grant_management_action: "merge" }],
    ["replace and no grant_id", { grant_management_action: "replace" }],
    ["a grant_id and no action", { grant_id: "aagrant" }],
  ])("with %s is refused", async (_, changes) => {
    const before = await snapshot();
    expect(responseOf(await browser.open(authorizationUrl(changes))).get("error")).toBe("invalid_request");
    expect(await snapshot()).toBe(before);
  });

  it("to merge or replace needs a live grant of this client and this person", async () => {
    const mine = await obtain(create);
    const theirs = await obtain({ ...create, client_id: "other" });
    const grace = await addUser("Grace");
    await approve(browser, await begin({}));
    const refused = async (changes: object, as = browser, email = ada.email) => {
      const before = as === browser ? await snapshot() : undefined;
      const response = responseOf(await begin({ ...changes }, as, email));
      expect(response.get("error")).toBe("invalid_grant_id");
      if (before !== undefined) expect(await snapshot()).toBe(before);
    };
    for (const action of [merge, replace]) {
      await refused(action("aanothing"));
      await refused(action(theirs.grant_id));
      await refused(action(mine.grant_id), new Browser(server), grace.email);
    }
    await request("DELETE", mine.grant_id, mine.access_token);
    await refused(merge(mine.grant_id));
  });

  it("is asked about where it creates or replaces, also when everything was approved before", async () => {
    const { grant_id } = await obtain(create);
    for (const action of [create, replace(grant_id)]) {
      expect((await begin(action)).text).toContain('action="/consent"');
      expect(responseOf(await begin({ ...action, prompt: "none" })).get("error")).toBe("consent_required");
    }
    expect((await begin(merge(grant_id))).status).toBe(303);
  });
});

describe("create", () => {
  it("makes a grant beside the one that other requests go by, and each ends alone", async () => {
    const common = await obtain();
    const first = await obtain(create);
    const second = await obtain(create, { scope: ["builds.read"] });
    expect(new Set([first.grant_id, second.grant_id]).size).toBe(2);
    expect((await browser.open("/settings/authorizations")).text.match(/name="grant_id"/g)).toHaveLength(3);
    expect((await request("DELETE", first.grant_id, first.access_token)).status).toBe(204);
    const refresh = (tokens: Tokens) => post(server, "/token", refreshRequest(tokens.refresh_token));
    expect((await refresh(first)).status).toBe(400);
    expect((await refresh(second)).status).toBe(200);
    expect((await refresh(common)).status).toBe(200);
  });

  it("yields one grant however often the form is sent", async () => {
    const page = await begin(create);
    await approve(browser, page);
    await approve(browser, page);
    expect((await browser.open("/settings/authorizations")).text.match(/name="grant_id"/g)).toHaveLength(1);
  });
});

describe("merge", () => {
  it("adds to the grant, and ends what ran under it before once its code is redeemed", async () => {
    const { grant_id, refresh_token } = await obtain(create);
    const page = await begin({ ...merge(grant_id), scope: `openid offline_access workitems.read ${MANAGE}` });
    const back = await approve(browser, page);
    await tokensOf(await post(server, "/token", refreshRequest(refresh_token)));
    const wider = await finish(back);
    expect(wider.grant_id).toBe(grant_id);
    const { scopes } = await query(grant_id, wider.access_token);
    expect(JSON.stringify(scopes)).toContain("builds.read");
    expect(JSON.stringify(scopes)).toContain("workitems.read");
    const old = await post(server, "/token", refreshRequest(refresh_token));
    expect([old.status, (await old.json<{ error: string }>()).error]).toEqual([400, "invalid_grant"]);
    await tokensOf(await post(server, "/token", refreshRequest(wider.refresh_token)));
  });
});

describe("replace", () => {
  it("puts what is approved now in the place of what was, says so, and ends what ran before", async () => {
    const { grant_id, refresh_token } = await obtain({
      ...create,
      scope: `openid offline_access builds.read workitems.read ${MANAGE}`,
    });
    const page = await begin({ ...replace(grant_id), scope: `openid offline_access workitems.read ${MANAGE}` });
    expect(textOf(page)).toContain("takes the place of what you approved before");
    const next = await finish(await approve(browser, page));
    expect(next.grant_id).toBe(grant_id);
    const { scopes } = await query(grant_id, next.access_token);
    expect(JSON.stringify(scopes)).not.toContain("builds.read");
    expect((await post(server, "/token", refreshRequest(refresh_token))).status).toBe(400);
    await tokensOf(await post(server, "/token", refreshRequest(next.refresh_token)));
  });
});

describe("the grant management endpoint", () => {
  it("tells what is in a grant, and where", async () => {
    const details = [{ type: "repository_access", repositories: ["web"], actions: ["read"] }];
    const claims = JSON.stringify({ userinfo: { email: null } });
    const page = await begin({ ...create, claims, authorization_details: JSON.stringify(details) });
    const chosen = { reach: "chosen", organization: fieldsOf(page, "/consent")["organization"] ?? "aacontoso0000000000000" };
    const { grant_id, access_token } = await finish(await approve(browser, page, chosen));
    expect(await query(grant_id, access_token)).toEqual({
      scopes: [{ scope: `openid offline_access ${MANAGE}` }, { scope: "builds.read", resource: [API] }],
      claims: ["email"],
      authorization_details: [
        { actions: ["read"], repositories: ["web"], type: "repository_access" },
        { type: "organization_access", organizations: ["contoso"] },
      ],
      created_at: expect.any(Number),
      last_updated_at: expect.any(Number),
    });
  });

  it.each(["GET", "DELETE"])(
    "answers %s to the client that holds the grant, with the right scope, and to nobody else",
    async (method) => {
      const { grant_id, access_token } = await obtain(create);
      const theirs = await obtain({ ...create, client_id: "other" });
      const weak = await obtain({ ...create, scope: "openid builds.read" });
      const api = await tokensOf(
        await post(server, "/token", refreshRequest((await obtain()).refresh_token, { resource: API })),
      );
      const before = await snapshot();
      const expectStatus = async (status: number, id: string | undefined, token?: string) => {
        expect((await request(method, id, token)).status).toBe(status);
        expect(await snapshot()).toBe(before);
      };
      await expectStatus(401, grant_id);
      await expectStatus(401, grant_id, "x");
      await expectStatus(401, grant_id, api.access_token);
      await expectStatus(403, grant_id, weak.access_token);
      await expectStatus(404, grant_id, theirs.access_token);
      await expectStatus(404, theirs.grant_id, access_token);
      await expectStatus(404, "aanothing", access_token);
    },
  );

  it("revokes as the person does: tokens are dead at once, and the edge is told", async () => {
    const { grant_id, access_token, refresh_token } = await obtain(create);
    server.trips.reset();
    const response = await request("DELETE", grant_id, access_token);
    expect([response.status, await response.text(), server.trips.kv]).toEqual([204, "", 1]);
    // Of the grant that it was for the token may still learn that it is gone; of every other, nothing.
    for (const method of ["GET", "DELETE"]) {
      expect((await request(method, grant_id, access_token)).status).toBe(404);
      expect((await request(method, "aanothing", access_token)).status).toBe(401);
    }
    expect((await post(server, "/token", refreshRequest(refresh_token))).status).toBe(400);
  });

  it("answers to other methods with 405", async () => {
    const response = await request("POST", "aagrant");
    expect([response.status, response.headers.get("allow")]).toEqual([405, "GET, HEAD, DELETE"]);
    const preflight = await server.fetch("/grants/aagrant", { method: "OPTIONS" });
    expect(preflight.headers.get("access-control-allow-methods")).toBe("GET, DELETE");
  });
});

it("a pushed request may manage a grant as well", async () => {
  const { grant_id } = await obtain(create);
  const parameters = new URL(authorizationUrl({ ...merge(grant_id), scope: `openid ${MANAGE}` }), ISSUER).searchParams;
  const pushed = await post(server, "/par", Object.fromEntries(parameters));
  const { request_uri } = await pushed.json<{ request_uri: string }>();
  expect(pushed.status).toBe(201);
  const page = await browser.open(`/authorize?${new URLSearchParams({ client_id: "buildboard", request_uri })}`);
  expect(page.url.startsWith(CALLBACK)).toBe(true);
  expect((await finish(page)).grant_id).toBe(grant_id);
});
