/** Chromium for tests: whom it is, what it complains of, and its pictures in every look. */
import { mkdir } from "node:fs/promises";
import axe from "axe-core";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { expect } from "vitest";
import { loadChromium } from "../../scripts/chromium.ts";

export const EMAIL = "ada@contoso.example";
export const PASSWORD = "correct-horse-battery-9";

const pictures = new URL("./screenshots/", import.meta.url);

const flags =
  "--disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";

const looks = [
  { name: "1280-light", width: 1280, colorScheme: "light" },
  { name: "1280-dark", width: 1280, colorScheme: "dark" },
  { name: "360-light", width: 360, colorScheme: "light" },
  { name: "360-dark", width: 360, colorScheme: "dark" },
] as const;

export async function launch(): Promise<Browser> {
  const executablePath = await loadChromium({ install: false });
  if (executablePath === undefined) throw new Error("There is no Chromium: run `npm test`, which installs one.");
  await mkdir(pictures, { recursive: true });
  return chromium.launch({ executablePath, args: ["--no-sandbox", ...flags.split(" ")] });
}

/** A person's browser, and every complaint of it: errors on the console, Content Security Policy among them, and in pages. */
export async function openBrowser(browser: Browser): Promise<{ context: BrowserContext; page: Page; complaints: string[] }> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const complaints: string[] = [];
  page.on("console", (message) => {
    // A page that answers 4xx is told of on the console too; those are part of some stories.
    if (message.type() === "error" && !/Failed to load resource/.test(message.text())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  return { context, page, complaints };
}

/** Holds the page against axe, and takes its picture in every look. Nothing may stick out at the side. */
export async function look(page: Page, name: string): Promise<void> {
  for (const { name: suffix, width, colorScheme } of looks) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 900 });
    await page.screenshot({ path: new URL(`${name}-${suffix}.png`, pictures).pathname, fullPage: true });
    expect(await page.evaluate("document.documentElement.scrollWidth"), `${name} at ${width}`).toBeLessThanOrEqual(width);
    if (width === 360) expect(await violationsOf(page), `axe on ${name}, ${suffix}`).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width: 1280, height: 900 });
}

/** By evaluation, since the pages' own policy lets no foreign script in. */
async function violationsOf(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const found: unknown = await page.evaluate("axe.run(document, { resultTypes: ['violations'] })");
  const { violations } = found as { violations: { id: string; impact: string; nodes: { target: string[] }[] }[] };
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
}

export const heading = (page: Page): Promise<string> => page.getByRole("heading", { level: 1 }).innerText();

export async function signIn(page: Page): Promise<void> {
  await page.fill('input[name="email"]', EMAIL);
  await page.fill('input[name="password"]', PASSWORD);
  await page.locator('form[action="/sign-in"] button[type="submit"]').first().click();
}
