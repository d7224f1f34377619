import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { Browser, type Page, SAME_SITE, textOf } from "../../browser.ts";
import { addClient, addOrganization, addResource, addUser } from "../../builders.ts";
import { authorizationUrl, authorize, obtainTokens, signIn } from "../../flow.ts";
import { createServer, empty, form, ISSUER, type Server, snapshot } from "../../harness.ts";

const HERE = "/settings/authorizations";
const DAY = 24 * 3600;

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
});

const sheets = (page: Page): readonly string[] =>
  [...page.text.matchAll(/<article\b.*?<\/article>/gs)].map(([text]) => textOf({ ...page, text }));

/** So many services that the person approved, the last ones last; `at` is when each was last used. */
async function addServices(numbers: readonly number[], userId = ada.userId): Promise<void> {
  const rows = JSON.stringify(numbers);
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO clients (client_id, metadata, secrets, created_at, updated_at)
       SELECT 'service-' || value, json_set((SELECT metadata FROM clients WHERE client_id = 'buildboard'), '$.client_name', 'Service ' || value), '[]', 1, 1
       FROM json_each(?)`,
    ).bind(rows),
    env.DB.prepare(
      `INSERT INTO grants (id, user_id, client_id, scopes, claims, resources, created_at, consented_at)
       SELECT 'aaservice' || value, ?, 'service-' || value, '["openid"]', '[]', '[]', 10000 - value, value FROM json_each(?)`,
    ).bind(userId, rows),
  ]);
}

describe("Settings, Authorizations", () => {
  it("leads whoever is not signed in to the sign-in, and back", async () => {
    const to = `${ISSUER}/sign-in?to=%2Fsettings%2Fauthorizations`;
    expect((await browser.open(HERE)).url).toBe(to);
    const response = await browser.send(HERE, { method: "POST", headers: SAME_SITE, body: form({ action: "revoke_all" }) });
    expect([response.status, response.headers.get("location")]).toEqual([303, to]);
  });

  it("tells somebody who approved nothing that there is nothing", async () => {
    const page = await signIn(browser, await browser.open("/sign-in"), ada.email);
    expect(textOf(page)).toContain("No service may act in your name");
    expect(page.text).not.toContain("<form");
  });

  it("lists a service in a line, with the way to its page", async () => {
    await obtainTokens(server, browser, ada.email);
    server.pass(3 * 3600);
    const page = await browser.open(HERE);
    expect(sheets(page)).toEqual(["B Buildboard by Northstar Tools Verified publisher Last used: 3 hours ago Revoke access"]);
    expect(page.text).toMatch(/<h2 id="name-[\w-]+"><a href="\/settings\/authorizations\/[\w-]+"/);
    expect(page.headers.get("cache-control")).toBe("no-store");
  });

  it("tells a service that was approved and never used from one that was", async () => {
    await authorize(browser, ada.email);
    expect(sheets(await browser.open(HERE))[0]).toContain("Not used yet");
  });

  it.each<[string, string, () => Promise<unknown>]>([
    ["was not used for 90 days", "Not used for 90 days", async () => server.pass(90 * DAY + 1)],
    ["is paused", "Paused", () => env.DB.prepare("UPDATE grants SET paused_at = 1").run()],
    [
      "lost the proof of its publisher",
      "Publisher no longer verified",
      async () => {
        await env.DB.prepare("UPDATE grants SET publisher_name = 'Northstar Tools'").run();
        await env.DB.prepare(`UPDATE clients SET publisher = '{"name":"Northstar Tools","verifiedAt":null}'`).run();
      },
    ],
    [
      "has another verified publisher",
      "Publisher no longer verified",
      () => env.DB.prepare("UPDATE grants SET publisher_name = 'Somebody Else'").run(),
    ],
    [
      "changed since",
      "Changed since you approved it",
      () => env.DB.prepare("UPDATE clients SET changed_at = 9e12 WHERE client_id = 'buildboard'").run(),
    ],
    [
      "was let in by a directory",
      "Let in by Contoso . You were not asked.",
      () =>
        env.DB.prepare(
          `UPDATE grants SET authority = 'https://directory.example', organizations = '["aa${"contoso".padEnd(20, "0")}"]'`,
        ).run(),
    ],
  ])("marks what %s", async (_, words, change) => {
    await obtainTokens(server, browser, ada.email);
    expect(sheets(await browser.open(HERE))[0]).not.toContain(words);
    await change();
    const page = await browser.open(HERE);
    const shown = page.text.includes('action="/sign-in"') ? await signIn(browser, page, ada.email) : page;
    expect(sheets(shown)[0]).toContain(words);
  });

  it("shows nobody else's", async () => {
    await obtainTokens(server, browser, ada.email);
    const other = new Browser(server);
    const page = await signIn(other, await other.open("/sign-in"), grace.email);
    expect(textOf(page)).toContain("No service may act in your name");
  });

  it("shows a hostile name cleaned, escaped and kept apart", async () => {
    await addClient("hostile", { client_name: '"><img src=x>\u202egnp.exe' });
    await authorize(browser, ada.email, { client_id: "hostile" });
    const { text } = await browser.open(HERE);
    expect(text).toContain("<bdi>&quot;&gt;&lt;img src=x&gt;gnp.exe</bdi>");
    expect(text).not.toMatch(/<img|\u202e/);
  });

  it("shows what has run out no more", async () => {
    await obtainTokens(server, browser, ada.email);
    await env.DB.prepare("UPDATE grants SET expires_at = ?").bind(server.deps.now()).run();
    expect(textOf(await browser.open(HERE))).toContain("No service may act in your name");
  });
});

describe("the list of many", () => {
  beforeEach(async () => {
    await signIn(browser, await browser.open("/sign-in"), ada.email);
  });

  const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);
  const named = (page: Page) => sheets(page).map((sheet) => Number(/Service (\d+)/.exec(sheet)?.[1]));

  it("has 30 services on two pages, each service once, the last used first", async () => {
    await addServices(numbers(10, 40));
    const first = await browser.open(HERE);
    const second = await browser.open(`${HERE}?page=2`);
    expect([named(first), named(second)]).toEqual([numbers(15, 40).reverse(), numbers(10, 15).reverse()]);
    expect(first.text).toContain(`<a href="${HERE}?page=2" rel="next">`);
    expect(first.text).not.toContain("Previous page");
    expect(second.text).toContain(`<a href="${HERE}?page=1" rel="prev">`);
    expect(second.text).not.toContain("Next page");
    expect(textOf(await browser.open(`${HERE}?page=3`))).toContain("This page of the list is empty.");
    for (const odd of ["0", "-1", "1.5", "x", "999999", "1e9"])
      expect(named(await browser.open(`${HERE}?page=${odd}`))).toEqual(named(first));
  });

  it("of 1,000 comes in one trip to D1, whatever is asked of it", async () => {
    await addServices(numbers(1000, 2000));
    for (const query of [
      "",
      "?page=40",
      "?q=service",
      "?q=Service+19&sort=name",
      "?filter=unused&sort=newest&page=3",
      "?q=zzz",
    ]) {
      server.trips.reset();
      expect((await browser.open(`${HERE}${query}`)).status).toBe(200);
      expect([query, server.trips.d1, server.trips.kv]).toEqual([query, 1, 0]);
    }
    expect(textOf(await browser.open(HERE))).toContain("1,000 services");
    expect(named(await browser.open(`${HERE}?page=40`))).toEqual(numbers(1000, 1025).reverse());
    expect(named(await browser.open(`${HERE}?q=service+19&sort=name`))).toEqual(numbers(1900, 1925));
    expect(named(await browser.open(`${HERE}?q=service+19&sort=newest&page=2`))).toEqual(numbers(1925, 1950));
  });

  it.each<[string, string, readonly number[]]>([
    ["a part of a name, in any case", "q=sERVICE+1", [12, 11, 10]],
    ["a publisher", "q=northstar", [22, 21, 20, 12, 11, 10]],
    ["what no name has", "q=zzz", []],
    ["what would be a pattern", "q=%25", []],
    ["what would be SQL", "q=%27+OR+1%3D1+--", []],
    ["more than any name has", `q=${"x".repeat(400)}`, []],
    ["spaces alone, which is nothing", "q=++", [22, 21, 20, 12, 11, 10]],
    ["the paused", "filter=paused", [21]],
    ["the unverified", "filter=unverified", [22]],
    ["those of a directory", "filter=organization", [20]],
    ["the unused", "filter=unused", [22, 21, 20, 12, 11, 10]],
    ["the newest", "sort=newest", [10, 11, 12, 20, 21, 22]],
    ["names", "sort=name", [10, 11, 12, 20, 21, 22]],
    ["several at once", "q=service+2&filter=paused&sort=name", [21]],
    ["a filter that there is not", "filter=all%27", [22, 21, 20, 12, 11, 10]],
  ])("finds %s", async (_, query, expected) => {
    await addServices([10, 11, 12, 20, 21, 22]);
    await env.DB.batch(
      [
        `UPDATE clients SET publisher = '{"name":"Northstar Tools","verifiedAt":1}'`,
        `UPDATE clients SET publisher = '{"name":"Northstar Tools","verifiedAt":null}' WHERE client_id = 'service-22'`,
        "UPDATE grants SET paused_at = 5 WHERE client_id = 'service-21'",
        "UPDATE grants SET authority = 'https://directory.example' WHERE client_id = 'service-20'",
      ].map((statement) => env.DB.prepare(statement)),
    );
    const before = await snapshot();
    const page = await browser.open(`${HERE}?${query}`);
    expect(named(page)).toEqual(expected);
    expect(textOf(page)).toContain(expected.length === 1 ? "1 service" : `${expected.length} services`);
    if (expected.length === 0) expect(textOf(page)).toContain("No service of yours fits this search.");
    expect(await snapshot()).toBe(before);
  });

  it("finds a service under its name in another language", async () => {
    await addClient("translated", { client_name: "Builds", "client_name#de": "Bauwerke" } as object);
    await authorize(browser, ada.email, { client_id: "translated" });
    expect(sheets(await browser.open(`${HERE}?q=bauwerk`))[0]).toContain("Builds");
  });

  it("keeps what was asked for in the form and in the links on", async () => {
    await addServices(numbers(100, 160));
    const page = await browser.open(`${HERE}?q=Service&sort=name&filter=unused`);
    expect(page.text).toMatch(/<input[^>]*name="q"[^>]*value="Service"/);
    expect(page.text).toContain('<option value="name" selected');
    expect(page.text).toContain('<option value="unused" selected');
    expect(page.text).toContain(`<a href="${HERE}?q=Service&amp;filter=unused&amp;sort=name&amp;page=2"`);
  });

  it("escapes what was searched for", async () => {
    await addServices([10]);
    const { text } = await browser.open(`${HERE}?q=${encodeURIComponent('"><script>alert(1)</script>')}`);
    expect(text).not.toContain("<script");
  });

  it.each(["de", "fr", "es", "ja", "ar"])("speaks %s", async (language) => {
    await addServices([10]);
    const page = await browser.open(HERE, { headers: { "accept-language": language } });
    expect(page.text).toContain(`<html lang="${language}" dir="${language === "ar" ? "rtl" : "ltr"}"`);
    expect(textOf(page)).not.toMatch(/Authorizations|Revoke|Last used|Search/);
  });
});

it("the approval of a service that was let go is asked for anew", async () => {
  await authorize(browser, ada.email);
  await browser.submit(await browser.open(HERE), HERE, { action: "revoke" });
  expect(textOf(await browser.open(authorizationUrl()))).toContain("Buildboard asks to act in your name");
});
