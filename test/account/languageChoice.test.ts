import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { Browser, forgeries, type Page, textOf } from "../browser.ts";
import { addClient, addOrganization, addResource, addUser } from "../builders.ts";
import { authorizationUrl, signIn } from "../flow.ts";
import { createServer, empty, ISSUER, type Server, snapshot } from "../harness.ts";

const PAGE = "/language";

let server: Server;
let browser: Browser;
let ada: { userId: string; email: string };

beforeEach(async () => {
  await empty();
  server = createServer();
  browser = new Browser(server);
  ada = await addUser("Ada");
});

const choose = async (fields: Readonly<Record<string, string>>, to = "/"): Promise<Page> =>
  browser.submit(await browser.open(`${PAGE}?${new URLSearchParams({ to })}`), PAGE, fields);
const htmlOf = ({ text }: Page): string | undefined => /<html[^>]*>/.exec(text)?.[0];
const stored = () =>
  env.DB.prepare("SELECT language, time_zone FROM users WHERE id = ?").bind(ada.userId).first<Record<string, unknown>>();

describe("somebody who is not signed in", () => {
  it("chooses a language, which their browser keeps", async () => {
    const page = await choose({ language: "ar" });
    expect([page.url, htmlOf(page)]).toEqual([`${ISSUER}/`, '<html lang="ar" dir="rtl">']);
    expect(textOf(page)).toContain("لا شيء يتصرف باسمك دون توقيعك.");
    expect(htmlOf(await browser.open("/sign-in"))).toBe('<html lang="ar" dir="rtl">');
    const again = await browser.open(PAGE);
    expect(again.text).toMatch(/<option value="ar" lang="ar" dir="rtl" selected(=""|)>/);
    expect(again.text).not.toContain('name="time_zone"');
  });

  it("leaves it to the browser again", async () => {
    await choose({ language: "ja" });
    expect(htmlOf(await choose({ language: "" }))).toBe('<html lang="en" dir="ltr">');
    expect([...browser.cookies.keys()].filter((name) => name.includes("language"))).toEqual([]);
  });

  it("keeps a cookie that no script reads and no other site's form sends", async () => {
    const page = await browser.open(PAGE);
    const fields = new URLSearchParams({ csrf: /name="csrf" value="([^"]*)"/.exec(page.text)?.[1] ?? "", language: "de" });
    const headers = { origin: ISSUER, "sec-fetch-site": "same-origin" };
    const response = await browser.send(PAGE, { method: "POST", body: fields, headers });
    expect(response.headers.getSetCookie()).toEqual([
      "__Host-countersign-language=de; Max-Age=31536000; Path=/; HttpOnly; Secure; SameSite=Lax",
    ]);
  });

  it("comes back to the middle of a sign-in by a link, since what follows may lead to a service", async () => {
    await addResource();
    await addClient("buildboard");
    const begun = await browser.open(authorizationUrl());
    const { pathname, search } = new URL(begun.url);
    const link = /<a href="(\/language[^"]*)"/.exec(begun.text)?.[1]?.replaceAll("&amp;", "&") ?? "";
    expect(new URLSearchParams(link.split("?")[1]).get("to")).toBe(`${pathname}${search}`);
    const saved = await browser.submit(await browser.open(link), PAGE, { language: "de" });
    expect(textOf(saved)).toContain("Gespeichert.");
    const back = /<a href="(\/sign-in[^"]*)"/.exec(saved.text)?.[1] ?? "";
    const page = await browser.open(back.replaceAll("&amp;", "&"));
    expect([page.status, htmlOf(page)]).toEqual([200, '<html lang="de" dir="ltr">']);
  });

  it("is led nowhere else", async () => {
    expect((await choose({ language: "de", to: "//evil.example/" })).url).toBe(`${ISSUER}/`);
  });
});

describe("a person who is signed in", () => {
  beforeEach(async () => {
    await addOrganization("contoso", "all", ada.userId);
    await signIn(browser, await browser.open("/sign-in"), ada.email);
  });

  it("chooses language and time zone, which the account keeps for every browser", async () => {
    const page = await choose({ language: "fr", time_zone: "Asia/Tokyo" }, "/settings/security");
    expect(page.url).toBe(`${ISSUER}/settings/security`);
    expect(await stored()).toEqual({ language: "fr", time_zone: "Asia/Tokyo" });
    const elsewhere = new Browser(server);
    await signIn(elsewhere, await elsewhere.open("/sign-in"), ada.email);
    const there = await elsewhere.open(PAGE);
    expect(htmlOf(there)).toBe('<html lang="fr" dir="ltr">');
    expect(textOf(there)).toContain("Il y est 24 novembre 2026 à 21:00 UTC+9 .");
  });

  it("has each change logged once, and nothing where nothing changed", async () => {
    await choose({ language: "fr", time_zone: "" });
    await choose({ language: "fr", time_zone: "" });
    const { results } = await env.DB.prepare("SELECT actor, user_id, detail FROM audit WHERE action = 'profile.updated'").all();
    expect(results).toEqual([
      { actor: ada.userId, user_id: ada.userId, detail: JSON.stringify({ language: "fr", time_zone: null }) },
    ]);
  });

  it("takes both back", async () => {
    await choose({ language: "fr", time_zone: "Asia/Tokyo" });
    await choose({ language: "", time_zone: "" });
    expect(await stored()).toEqual({ language: null, time_zone: null });
  });

  it("changes nothing of anybody else, nor after the session is over", async () => {
    const grace = await addUser("Grace");
    await choose({ language: "es" });
    const page = await browser.open(PAGE);
    await env.DB.prepare("DELETE FROM sessions").run();
    await browser.submit(page, PAGE, { language: "ja" });
    const { results } = await env.DB.prepare("SELECT id, language FROM users ORDER BY email").all();
    expect(results).toEqual([
      { id: ada.userId, language: "es" },
      { id: grace.userId, language: null },
    ]);
  });

  it.each<[string, Readonly<Record<string, string>>, string]>([
    ["a language that is none", { language: "tlh" }, "Choose one of these languages."],
    ["a language that every object has", { language: "constructor" }, "Choose one of these languages."],
    ["a zone that is none", { time_zone: "Mars/Olympus" }, "Choose one of these time zones."],
    ["an offset", { time_zone: "+02:00" }, "Choose one of these time zones."],
    ["a very long zone", { time_zone: "A".repeat(5000) }, "Choose one of these time zones."],
  ])("is told at the field of %s, and nothing changes", async (_, fields, words) => {
    const before = await snapshot();
    const page = await choose(fields);
    expect(page.status).toBe(400);
    expect(textOf(page)).toContain(words);
    expect(page.text).toContain('aria-invalid="true" aria-describedby="problem"');
    expect(await snapshot()).toBe(before);
  });

  it.each(forgeries)("keeps what is set when the form comes with %s", async (_, forgery) => {
    const page = await browser.open(PAGE);
    const before = await snapshot();
    const response = await browser.forge(page, PAGE, forgery, { language: "de" });
    expect(response.status).toBe(403);
    expect(await snapshot()).toBe(before);
  });
});
