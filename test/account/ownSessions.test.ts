/** Settings → Security: where somebody is signed in, and what happened to their account. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { eventWords } from "../../src/account/security/eventWords.ts";
import { Browser, fieldsOf, forgeries, type Page, SAME_SITE, textOf } from "../browser.ts";
import { addClient, addOrganization, addResource, addUser, PASSWORD } from "../builders.ts";
import { authorize, obtainTokens, post, refreshRequest, signIn } from "../flow.ts";
import { createServer, empty, form, ISSUER, type Server, snapshot } from "../harness.ts";

const SECURITY = "/settings/security";
const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0";
const SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile/15E148 Safari/604.1";

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

/** Signs in on a device, from a network. */
async function enter(one: Browser, email: string, device = FIREFOX, from = "192.0.2.1"): Promise<Page> {
  const page = await one.open("/sign-in?another=1");
  return one.open("/sign-in", {
    method: "POST",
    body: form({ ...fieldsOf(page, "/sign-in"), email, password: PASSWORD }),
    headers: { ...SAME_SITE, "user-agent": device, "cf-connecting-ip": from },
  });
}

const isIn = async (one: Browser): Promise<boolean> => (await one.open(SECURITY)).url.startsWith(ISSUER + SECURITY);
const endValues = (page: Page) => [...page.text.matchAll(/name="end" value="([\w-]{43})"/g)].map(([, id]) => id ?? "");
const mails = async () =>
  (await env.DB.prepare("SELECT \"to\" FROM emails WHERE kind = 'new_sign_in'").all<{ to: string }>()).results;

describe("where somebody is signed in", () => {
  it("is told by device, network and how, with this browser marked, in one trip", async () => {
    const phone = new Browser(server);
    await enter(phone, ada.email, SAFARI, "198.51.100.7");
    await enter(browser, ada.email);
    server.trips.reset();
    const page = await browser.open(SECURITY);
    expect(server.trips).toMatchObject({ d1: 1, kv: 0 });
    const text = textOf(page);
    expect(text).toContain("Firefox on Linux This browser From 192.0.2.0/24");
    expect(text).toContain("Safari on iPhone From 198.51.100.0/24");
    expect(text).toContain("24 November 2026 at 12:00 UTC");
    expect(text).toContain("How Password");
    expect(endValues(page)).toHaveLength(1);
  });

  it("ends one by one, at once, with services told of it and their tokens as they were", async () => {
    await addClient("hearing", { backchannel_logout_uri: "https://buildboard.example/logout" });
    const phone = new Browser(server);
    await enter(phone, ada.email, SAFARI);
    const { refresh_token } = await obtainTokens(server, phone, ada.email);
    await authorize(phone, ada.email, { client_id: "hearing" });
    const told: string[] = [];
    Object.assign(server.deps, {
      fetch: async (url: string) => {
        told.push(String(url));
        return new Response(null, { status: 200 });
      },
    });
    await enter(browser, ada.email);
    const page = await browser.open(SECURITY);
    const done = await browser.submit(page, SECURITY, { end: endValues(page)[0] ?? "" });
    expect(textOf(done)).toContain("Signed out in one browser. It takes effect now.");
    expect([await isIn(phone), await isIn(browser)]).toEqual([false, true]);
    expect(told).toEqual(["https://buildboard.example/logout"]);
    expect((await post(server, "/token", refreshRequest(refresh_token))).status).toBe(200);
    const again = await browser.submit(page, SECURITY, { end: endValues(page)[0] ?? "" });
    expect(textOf(again)).toContain("This session was over already.");
  });

  it("ends everywhere else in one step, and not here", async () => {
    const others = [new Browser(server), new Browser(server)];
    for (const other of others) await enter(other, ada.email);
    await enter(browser, ada.email);
    const done = await browser.submit(await browser.open(SECURITY), SECURITY, { end: "others" });
    expect(textOf(done)).toContain("Signed out in 2 browsers.");
    expect([await isIn(browser), ...(await Promise.all(others.map(isIn)))]).toEqual([true, false, false]);
  });

  it("cannot be changed by naming somebody else's session", async () => {
    const grace = await addUser("Grace");
    const other = new Browser(server);
    await enter(other, grace.email);
    await enter(new Browser(server), ada.email);
    await enter(browser, ada.email);
    const { results } = await env.DB.prepare("SELECT id FROM sessions WHERE user_id = ?")
      .bind(grace.userId)
      .all<{ id: string }>();
    const page = await browser.open(SECURITY);
    const before = await snapshot();
    const done = await browser.open(SECURITY, {
      method: "POST",
      body: form({ csrf: /name="csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? "", end: results[0]?.id ?? "" }),
      headers: SAME_SITE,
    });
    expect(done.url).toContain("?ended=0");
    expect(await snapshot()).toBe(before);
    expect(await isIn(other)).toBe(true);
  });

  it.each(forgeries)("refuses a form with %s", async (_, forgery) => {
    const other = new Browser(server);
    await enter(other, ada.email);
    await enter(browser, ada.email);
    const page = await browser.open(SECURITY);
    const before = await snapshot();
    expect((await browser.forge(page, SECURITY, forgery, { end: "others" })).status).toBe(403);
    expect(await snapshot()).toBe(before);
  });

  it("says a form that asks for nothing is none", async () => {
    await enter(new Browser(server), ada.email);
    await enter(browser, ada.email);
    const page = await browser.open(SECURITY);
    const before = await snapshot();
    expect((await browser.submit(page, SECURITY, { end: null })).status).toBe(400);
    expect(await snapshot()).toBe(before);
  });

  it("notes once an hour at most when a browser was last seen", async () => {
    await enter(browser, ada.email);
    const seen = async () => (await env.DB.prepare("SELECT seen_at FROM sessions").first<{ seen_at: number }>())?.seen_at;
    const begun = await seen();
    server.pass(3599);
    await browser.open(SECURITY);
    expect(await seen()).toBe(begun);
    server.pass(2);
    await browser.open(SECURITY);
    expect(await seen()).toBe(server.deps.now());
  });

  it("shows fifty of many, and how many there are beyond", async () => {
    await enter(browser, ada.email);
    await env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
       INSERT INTO sessions (id, user_id, lineage, auth_at, selected_at, acr, amr, device, seen_at, created_at, expires_at)
       SELECT 's' || i, user_id, 's' || i, auth_at, selected_at, acr, amr, device, seen_at - i, created_at, expires_at
       FROM sessions, n`,
    ).run();
    const page = await browser.open(SECURITY);
    expect(textOf(page)).toContain("And 11 more, which were used longer ago.");
    expect(textOf(page)).toContain("This browser");
  });
});

describe("what happened to an account", () => {
  it("is told in plain words, the latest first, with the service's name, place and device, in one trip", async () => {
    await enter(browser, ada.email);
    await authorize(browser, ada.email);
    server.trips.reset();
    const page = await browser.open(`${SECURITY}/events`);
    expect(server.trips).toMatchObject({ d1: 1, kv: 0 });
    const text = textOf(page);
    expect(text).toContain("You approved Buildboard");
    expect(text).toContain("You signed in 24 November 2026 at 12:00 UTC · 192.0.2.0/24 · Firefox on Linux");
    expect(text.indexOf("You approved")).toBeLessThan(text.indexOf("You signed in"));
  });

  it("is that person's alone, and of 90 days", async () => {
    const grace = await addUser("Grace");
    await enter(new Browser(server), grace.email);
    await env.DB.prepare("UPDATE audit SET action = 'password.changed'").run();
    await enter(browser, ada.email);
    expect(textOf(await browser.open(`${SECURITY}/events`))).not.toContain("password was changed");
    server.pass(91 * 24 * 3600);
    await enter(browser, ada.email);
    const page = await browser.open(`${SECURITY}/events`);
    expect([...page.text.matchAll(/You signed in</g)]).toHaveLength(1);
  });

  it("comes in pages of fifty", async () => {
    await enter(browser, ada.email);
    await env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)
       INSERT INTO audit (id, at, action, actor, user_id) SELECT 'e' || i, at - i, 'password.changed', user_id, user_id
       FROM audit, n WHERE action = 'session.started'`,
    ).run();
    const counts = await Promise.all(
      ["", "?page=2", "?page=3", "?page=4", "?page=x"].map(async (query) => {
        const page = await browser.open(`${SECURITY}/events${query}`);
        return [...page.text.matchAll(/<p class="legend">/g)].length;
      }),
    );
    expect(counts).toEqual([50, 50, 1, 0, 50]);
  });

  it("has a sentence for each kind that is shown, in which no brace is left", async () => {
    await enter(browser, ada.email);
    const shown = Object.entries(eventWords).filter(([, key]) => key !== null);
    const rows = shown.map(([action], index) =>
      env.DB.prepare("INSERT INTO audit (id, at, action, actor, user_id) VALUES (?, ?, ?, 'system', ?)").bind(
        `a${index}`,
        server.deps.now() - index,
        action,
        ada.userId,
      ),
    );
    await env.DB.batch(rows);
    const pages = [await browser.open(`${SECURITY}/events`), await browser.open(`${SECURITY}/events?page=2`)];
    const titles = pages.flatMap(({ text }) => [...text.matchAll(/<p class="legend">(.+?)<\/p>/g)].map(([, title]) => title));
    expect(titles).toHaveLength(shown.length + 1);
    for (const title of titles) expect(title).not.toMatch(/[{}]|^$/);
  });

  it.each([SECURITY, `${SECURITY}/events`])("at %s asks a stranger to sign in first, and comes back", async (path) => {
    const page = await browser.open(path);
    expect(page.url).toBe(`${ISSUER}/sign-in?${form({ to: path })}`);
    expect((await signIn(browser, page, ada.email)).url).toBe(ISSUER + path);
  });
});

describe("a sign-in that is new to the account", () => {
  it("is told of by e-mail: a device or a network of which it has known nothing lately, and not the first ever", async () => {
    await enter(new Browser(server), ada.email);
    expect(await mails()).toEqual([]);
    await enter(new Browser(server), ada.email);
    expect(await mails()).toEqual([]);
    await enter(new Browser(server), ada.email, SAFARI);
    expect(await mails()).toEqual([{ to: ada.email }]);
    await enter(new Browser(server), ada.email, SAFARI, "198.51.100.7");
    expect(await mails()).toHaveLength(2);
    await enter(new Browser(server), ada.email, FIREFOX, "198.51.100.7");
    expect(await mails()).toHaveLength(2);
    server.pass(91 * 24 * 3600);
    await enter(new Browser(server), ada.email);
    expect(await mails()).toHaveLength(3);
  });

  it("is not what proving again in the same browser is, wherever that has gone", async () => {
    await enter(browser, ada.email);
    await enter(browser, ada.email, FIREFOX, "198.51.100.7");
    expect(await mails()).toEqual([]);
  });

  it("is told of once, and not to others", async () => {
    const grace = await addUser("Grace");
    await enter(browser, ada.email);
    await enter(browser, grace.email, SAFARI, "198.51.100.7");
    expect(await mails()).toEqual([]);
  });
});
