/** The frame of the pages: languages of both directions, narrow and wide, large text, print, and the keyboard alone. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import demo from "../../demo/seed.json" with { type: "json" };
import { type Local, startLocal } from "../../scripts/local.ts";
import { heading, launch, look, openBrowser, signIn } from "./chromium.ts";

let local: Local;
let browser: Browser;

beforeAll(async () => {
  [local, browser] = await Promise.all([startLocal({ seed: demo }), launch()]);
});

afterAll(async () => {
  await browser?.close();
  await local?.stop();
});

const open = async (language: string) => {
  const opened = await openBrowser(browser);
  await opened.context.setExtraHTTPHeaders({ "accept-language": language });
  return opened;
};

const sizeOf = async (page: Page): Promise<readonly [content: number, window: number]> =>
  (await page.evaluate("[document.documentElement.scrollWidth, innerWidth]")) as [number, number];

describe.each(["en", "de", "ar"])("in %s", (language) => {
  it("the pages of the frame hold in every look", async () => {
    const { context, page, complaints } = await open(language);
    const { server } = local.urls;
    for (const [path, name] of [
      ["/", "front"],
      ["/language?to=/", "language"],
      ["/sign-out", "signed-out"],
      ["/device?user_code=WDJB-MJHT", "device"],
      ["/nothing", "error"],
    ] as const) {
      await page.goto(server + path);
      await look(page, `60-${name}-${language}`);
      await page.setViewportSize({ width: 320, height: 800 });
      const [content, window] = await sizeOf(page);
      expect(content, `${path} at 320`).toBeLessThanOrEqual(window);
      await page.setViewportSize({ width: 1280, height: 900 });
    }
    await page.goto(`${server}/sign-in`);
    await signIn(page);
    await page.waitForURL("**/settings/authorizations");
    for (const [path, name] of [
      ["/", "front-in"],
      ["/language?to=/settings/security", "language-in"],
      ["/sign-out", "sign-out"],
    ] as const) {
      await page.goto(server + path);
      await look(page, `61-${name}-${language}`);
      await page.setViewportSize({ width: 320, height: 800 });
      const [content, window] = await sizeOf(page);
      expect(content, `${path} at 320`).toBeLessThanOrEqual(window);
      await page.setViewportSize({ width: 1280, height: 900 });
    }
    expect(complaints).toEqual([]);
    await context.close();
  }, 120_000);
});

it("text of twice the size sticks out nowhere", async () => {
  const { context, page } = await open("de");
  for (const path of ["/", "/language", "/device", "/nothing"]) {
    await page.setViewportSize({ width: 640, height: 900 });
    await page.goto(local.urls.server + path);
    await page.evaluate("document.documentElement.style.fontSize = '200%'");
    const [content, window] = await sizeOf(page);
    expect(content, path).toBeLessThanOrEqual(window);
  }
  await context.close();
});

it("a printed page has no way on, and is dark on light for whoever reads light on dark", async () => {
  const { context, page } = await open("en");
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  await page.goto(`${local.urls.server}/device`);
  expect(await page.getByRole("link", { name: "English" }).isVisible()).toBe(false);
  expect(await page.evaluate("getComputedStyle(document.body).backgroundColor")).toBe("rgb(255, 255, 255)");
  expect(await page.evaluate("getComputedStyle(document.body).color")).toBe("rgb(0, 0, 0)");
  await context.close();
});

it("by the keyboard alone, somebody chooses their language", async () => {
  const { context, page } = await open("en");
  await page.goto(local.urls.server);
  await page.keyboard.press("Tab");
  expect(await page.evaluate("document.activeElement.className")).toBe("skip");
  const tabTo = async (selector: string) => {
    for (let count = 0; count < 30; count++) {
      if (await page.evaluate(`document.activeElement.matches(${JSON.stringify(selector)})`)) return;
      await page.keyboard.press("Tab");
    }
    throw new Error(`no way to ${selector}`);
  };
  await tabTo(".foot a");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/language**");
  await tabTo("#language");
  await page.keyboard.type("Deutsch");
  await tabTo("button[type=submit]");
  await page.keyboard.press("Enter");
  await page.waitForURL(`${local.urls.server}/`);
  expect(await heading(page)).toBe("Nichts geschieht in Ihrem Namen ohne Ihre Unterschrift.");
  await context.close();
});
