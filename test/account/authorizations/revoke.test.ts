import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { markKey } from "../../../src/model.ts";
import { checkToken, createResourceServer } from "../../../src/verify/index.ts";
import { Browser, fieldsOf, forgeries, type Page, SAME_SITE, textOf } from "../../browser.ts";
import { API, addClient, addOrganization, addResource, addUser } from "../../builders.ts";
import {
  approve,
  authorizationUrl,
  authorize,
  codeRequest,
  introspect,
  obtainTokens,
  post,
  refreshRequest,
  signIn,
  type Tokens,
  tokensOf,
} from "../../flow.ts";
import { createServer, empty, form, ISSUER, type Server, snapshot } from "../../harness.ts";

const HERE = "/settings/authorizations";
/** Marks are dated ahead by as much as two clocks may be apart. */
const SKEW = 60_000;
const FIREFOX = { "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0" };

let server: Server;
let browser: Browser;
let ada: { userId: string; email: string };
let grace: { userId: string; email: string };

beforeEach(async () => {
  await empty();
  server = createServer();
  browser = new Browser(server);
  ada = await addUser("Ada");
  grace = await addUser("Grace");
  await addOrganization("contoso", "all", ada.userId, grace.userId);
  await addResource();
  await addClient("buildboard", {}, { name: "Northstar Tools", verifiedAt: Date.UTC(2026, 0, 2) });
  await addClient("contoso-devops", { grant_types: [], redirect_uris: [] });
});

interface Ids {
  readonly grant: string;
  readonly family: string;
}

const idsOf = async (userId: string): Promise<Ids> => {
  const select =
    'SELECT grants.id AS "grant", families.id AS family FROM grants JOIN families ON grant_id = grants.id WHERE user_id = ? ORDER BY families.created_at DESC';
  const ids = await env.DB.prepare(select).bind(userId).first<Ids>();
  if (ids === null) throw new Error("nothing was granted");
  return ids;
};

/** Sends the settings form with these fields, in a browser that is signed in. */
async function send(fields: Readonly<Record<string, string>>, from = browser): Promise<Response> {
  const { csrf = "" } = fieldsOf(await from.open(HERE), HERE);
  return from.send(HERE, { method: "POST", headers: SAME_SITE, body: form({ csrf, ...fields }) });
}

/** The same person on another device: tokens of a second family. */
async function connectAnotherDevice(headers: Readonly<Record<string, string>>): Promise<Tokens> {
  const other = new Browser(server);
  await signIn(other, await other.open("/sign-in"), ada.email);
  const page = await other.open(authorizationUrl(), { headers });
  return tokensOf(await post(server, "/token", codeRequest(new URL(page.url).searchParams.get("code") ?? "")));
}

const refresh = (tokens: Tokens) => post(server, "/token", refreshRequest(tokens.refresh_token));

async function expectDead(tokens: Tokens) {
  const response = await refresh(tokens);
  expect([response.status, await response.json()]).toMatchObject([400, { error: "invalid_grant" }]);
  expect(await introspect(server, tokens.access_token)).toEqual({ active: false });
}

const sheets = (page: Page): readonly string[] =>
  [...page.text.matchAll(/<article\b.*?<\/article>/gs)].map(([text]) => textOf({ ...page, text }));

describe("to revoke", () => {
  let tokens: Tokens;
  let own: Ids;
  beforeEach(async () => {
    tokens = await obtainTokens(server, browser, ada.email);
    own = await idsOf(ada.userId);
  });

  it("a service ends it at once: refresh, introspection, and the list; the page says what that means", async () => {
    const page = await browser.submit(await browser.open(HERE), HERE, { action: "revoke", grant_id: own.grant });
    expect([page.status, page.url]).toEqual([200, `${ISSUER}${HERE}?revoked=${own.grant}`]);
    const text = textOf(page);
    expect(text).toContain("Revoked: Buildboard . It gets no new access from now on.");
    expect(text).toContain(
      "usually stops within a minute, and everywhere in 6 minutes at the latest ( 24 November 2026 at 12:06 UTC ).",
    );
    expect(text).toContain("Data that a service has copied stays with it");
    expect(text).toContain("No service may act in your name");
    await expectDead(tokens);
  });

  it("a service is seen by resource servers through KV, whose mark stands until the last token has expired", async () => {
    const resourceServer = createResourceServer({
      issuer: ISSUER,
      audience: API,
      revocations: env.KV,
      fetch: (input) => server.fetch(new URL(String(input)).pathname),
      now: server.deps.now,
    });
    expect(await checkToken(tokens.access_token, resourceServer)).toMatchObject({ sub: ada.userId });
    server.pass(1);
    await send({ action: "revoke", grant_id: own.grant });
    expect(await env.KV.get(markKey("grant", own.grant))).toBe(String(server.deps.now() + SKEW));
    await expect(checkToken(tokens.access_token, resourceServer)).rejects.toMatchObject({ code: "invalid_token" });
    const { keys } = await env.KV.list();
    const lifetime = (keys[0]?.expiration ?? 0) - Math.floor(Date.now() / 1000);
    expect(lifetime).toBeGreaterThanOrEqual(3600);
  });

  it("a service makes it ask again, and does not disturb what is approved then", async () => {
    await send({ action: "revoke", grant_id: own.grant });
    server.pass(1);
    const silent = await browser.open(authorizationUrl({ prompt: "none" }));
    expect(new URL(silent.url).searchParams.get("error")).toBe("consent_required");
    const page = await browser.open(authorizationUrl());
    expect(textOf(page)).toContain("Buildboard asks to act in your name");
    expect(page.text).not.toContain('class="tag new"');
    const code = new URL((await approve(browser, page)).url).searchParams.get("code") ?? "";
    const fresh = await tokensOf(await post(server, "/token", codeRequest(code)));
    expect((await introspect(server, fresh.access_token))["active"]).toBe(true);
    await expectDead(tokens);
  });

  it("one device leaves the others", async () => {
    server.pass(1);
    const laptop = await connectAnotherDevice(FIREFOX);
    const { family } = await idsOf(ada.userId);
    expect(family).not.toBe(own.family);
    const response = await send({ action: "revoke_device", family_id: family });
    const page = await browser.open(response.headers.get("location")?.replace(ISSUER, "") ?? "");
    expect(textOf(page)).toContain("Revoked: Buildboard on Firefox on Linux .");
    expect(sheets(page)[0]).not.toContain("Firefox on Linux");
    expect(await env.KV.get(markKey("family", family))).toBe(String(server.deps.now() + SKEW));
    await expectDead(laptop);
    expect((await introspect(server, tokens.access_token))["active"]).toBe(true);
    expect((await refresh(tokens)).status).toBe(200);
  });

  it("everything asks first, then ends all of the person's services and nobody else's", async () => {
    await addClient("second", { client_name: "Second" });
    await authorize(browser, ada.email, { client_id: "second" });
    const other = new Browser(server);
    const kept = await obtainTokens(server, other, grace.email);
    const question = await browser.open(`${HERE}?confirm=all`);
    expect(textOf(question)).toMatch(/Revoke all authorizations\?.*(Buildboard Second|Second Buildboard)/);
    const page = await browser.submit(question, HERE);
    expect(textOf(page)).toMatch(/Revoked: (Buildboard , Second|Second , Buildboard) \. They get no new access/);
    expect(textOf(page)).toContain("No service may act in your name");
    await expectDead(tokens);
    expect((await introspect(server, kept.access_token))["active"]).toBe(true);
    expect((await refresh(kept)).status).toBe(200);
  });

  it("the same thing twice is answered the same, and happens once", async () => {
    const first = await send({ action: "revoke", grant_id: own.grant });
    await authorize(browser, ada.email, { client_id: "buildboard", scope: "openid" });
    const before = await snapshot();
    server.pass(1);
    const second = await send({ action: "revoke", grant_id: own.grant });
    expect([second.status, second.headers.get("location")]).toEqual([303, first.headers.get("location")]);
    expect(await snapshot()).toBe(before);
  });

  it("everything when there is nothing is answered and changes nothing", async () => {
    const { csrf = "" } = fieldsOf(await browser.open(HERE), HERE);
    const all = () => browser.send(HERE, { method: "POST", headers: SAME_SITE, body: form({ csrf, action: "revoke_all" }) });
    await all();
    server.pass(1);
    const before = await snapshot();
    const again = await all();
    expect([again.status, again.headers.get("location")]).toEqual([303, `${ISSUER}${HERE}`]);
    expect(await snapshot()).toBe(before);
  });

  it.each<[string, (foreign: Ids, mine: Ids) => Readonly<Record<string, string>>]>([
    ["another person's authorization", (foreign) => ({ action: "revoke", grant_id: foreign.grant })],
    ["another person's device", (foreign) => ({ action: "revoke_device", family_id: foreign.family })],
    ["an authorization under the id of a device", (_, mine) => ({ action: "revoke", grant_id: mine.family })],
    ["a device under the id of an authorization", (_, mine) => ({ action: "revoke_device", family_id: mine.grant })],
    ["an authorization that does not exist", () => ({ action: "revoke", grant_id: "aaunknown" })],
    ["SQL", () => ({ action: "revoke", grant_id: "' OR 1=1 --" })],
  ])("%s is a 404, and nothing has changed", async (_, fields) => {
    await obtainTokens(server, new Browser(server), grace.email);
    const foreign = await idsOf(grace.userId);
    const before = await snapshot();
    server.pass(1);
    const response = await send(fields(foreign, own));
    expect(response.status).toBe(404);
    expect(await response.text()).toContain("You have no such authorization.");
    expect(await snapshot()).toBe(before);
  });

  it("does not tell a stranger by `revoked` what somebody else revoked", async () => {
    await send({ action: "revoke", grant_id: own.grant });
    const other = new Browser(server);
    await signIn(other, await other.open("/sign-in"), grace.email);
    for (const id of [own.grant, own.family])
      expect(textOf(await other.open(`${HERE}?revoked=${id}`))).not.toContain("Revoked");
  });

  it.each([
    ["no action", {}],
    ["an unknown action", { action: "pause" }],
    ["no id", { action: "revoke" }],
    ["two actions", { action: ["revoke_all", "revoke"] }],
  ])("with %s is a 400, and nothing has changed", async (_, fields) => {
    const { csrf = "" } = fieldsOf(await browser.open(HERE), HERE);
    const before = await snapshot();
    const response = await browser.send(HERE, { method: "POST", headers: SAME_SITE, body: form({ csrf, ...fields }) });
    expect(response.status).toBe(400);
    expect(await snapshot()).toBe(before);
  });

  it.each(forgeries)("with %s is a 403, and nothing has changed", async (_, forgery) => {
    const page = await browser.open(HERE);
    const before = await snapshot();
    for (const fields of [{}, { action: "revoke", grant_id: own.grant }, { action: "revoke_all" }])
      expect((await browser.forge(page, HERE, forgery, fields)).status).toBe(403);
    expect(await snapshot()).toBe(before);
  });

  it("with the token of another person's form is a 403", async () => {
    const other = new Browser(server);
    await obtainTokens(server, other, grace.email);
    const { csrf = "" } = fieldsOf(await other.open(HERE), HERE);
    const before = await snapshot();
    expect((await send({ action: "revoke_all", csrf: String(csrf) })).status).toBe(403);
    expect(await snapshot()).toBe(before);
  });

  it("takes a POST: no link does it", async () => {
    const { csrf = "" } = fieldsOf(await browser.open(HERE), HERE);
    const before = await snapshot();
    for (const query of [
      { action: "revoke", grant_id: own.grant, csrf },
      { action: "revoke_all", confirm: "all", csrf },
      { revoked: own.grant },
    ]) {
      const page = await browser.open(`${HERE}?${form(query as Record<string, string>)}`);
      expect(page.status).toBe(200);
      expect(textOf(page)).not.toContain("Revoked");
    }
    expect(await snapshot()).toBe(before);
  });

  it("is never said to have happened when D1 fails", async () => {
    const { csrf = "" } = fieldsOf(await browser.open(HERE), HERE);
    const before = await snapshot();
    let calls = 0;
    const failing = (db: D1Database) =>
      new Proxy(db, {
        get: (target, name) => {
          const value = Reflect.get(target, name);
          if (name === "batch" && ++calls > 0) return () => Promise.reject(new Error("D1_ERROR: no such luck"));
          return typeof value === "function" ? value.bind(target) : value;
        },
      });
    const second = new Browser(createServer({ db: failing, clock: { now: server.deps.now() } }));
    for (const [name, value] of browser.cookies) second.cookies.set(name, value);
    const body = form({ csrf, action: "revoke", grant_id: own.grant });
    const page = await second.open(HERE, { method: "POST", headers: SAME_SITE, body });
    expect([page.status, page.headers.get("retry-after")]).toEqual([503, "5"]);
    expect(textOf(page)).toContain("Not revoked. The access still stands: please revoke it again in a moment.");
    expect(await snapshot()).toBe(before);
    expect((await refresh(tokens)).status).toBe(200);
  });

  it("happens when KV fails, and the mark waits in the outbox", async () => {
    const { csrf = "" } = fieldsOf(await browser.open(HERE), HERE);
    const failing = (kv: KVNamespace) =>
      new Proxy(kv, {
        get: (target, name) => (name === "put" ? () => Promise.reject(new Error("429")) : Reflect.get(target, name)),
      });
    const second = new Browser(createServer({ kv: failing, clock: { now: server.deps.now() } }));
    for (const [name, value] of browser.cookies) second.cookies.set(name, value);
    const body = form({ csrf, action: "revoke", grant_id: own.grant });
    const page = await second.open(HERE, { method: "POST", headers: SAME_SITE, body });
    expect(textOf(page)).toContain("Revoked: Buildboard");
    await expectDead(tokens);
    expect(await env.KV.get(markKey("grant", own.grant))).toBeNull();
    const waiting = await env.DB.prepare("SELECT kind, id FROM revocations WHERE delivered_at IS NULL").all();
    expect(waiting.results).toEqual([{ kind: "grant", id: own.grant }]);
  });

  it("kills a code that has not been redeemed yet", async () => {
    server.pass(1);
    const code = (await authorize(browser, ada.email)).get("code") ?? "";
    await send({ action: "revoke", grant_id: own.grant });
    const response = await post(server, "/token", codeRequest(code));
    expect([response.status, await response.json()]).toMatchObject([400, { error: "invalid_grant" }]);
  });
});
