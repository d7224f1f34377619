/** What a resource says to people, in a real Chromium: in their language, of full access, and as a developer writes it down. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import demo from "../../demo/seed.json" with { type: "json" };
import { type Local, startLocal } from "../../scripts/local.ts";
import { heading, launch, look, openBrowser, signIn } from "./chromium.ts";

const HOST = "api.northstar.example";
const [contoso, ...others] = demo.resources;

/** The demo, with a scope of full access and a client that asks for whatever a test wants. */
const seed = {
  ...demo,
  resources: [
    {
      ...contoso,
      scopes: [
        ...(contoso?.scopes ?? []),
        {
          name: "devops.all",
          title: "Act as you in Contoso DevOps",
          "title#ar": "التصرّف نيابةً عنك في Contoso DevOps",
          description: "Everything in every organization of yours, deleting included.",
          "description#ar": "كل شيء في كل مؤسسة لك، بما في ذلك الحذف.",
          access: "full",
        },
      ],
    },
    ...others,
  ],
  clients: [
    ...demo.clients,
    {
      client_id: "pocket",
      client_name: "Pocket Planner",
      "client_name#ar": "مخطط الجيب",
      application_type: "native",
      redirect_uris: ["http://127.0.0.1/callback"],
      token_endpoint_auth_method: "none",
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
    },
  ],
};

let local: Local;
let browser: Browser;
/** What lies at the developer's host; nothing there is a 404. */
let proof: string | undefined;

beforeAll(async () => {
  const outside = ({ url }: Request): Response =>
    url === `https://${HOST}/.well-known/countersign-publisher` && proof !== undefined
      ? new Response(proof)
      : new Response("There is nothing here.", { status: 404 });
  [local, browser] = await Promise.all([startLocal({ seed, outside }), launch()]);
});

afterAll(async () => {
  await browser?.close();
  await local?.stop();
});

const authorizationUrl = (scope: string, uiLocales: string): string =>
  `${local.urls.server}/authorize?${new URLSearchParams({
    client_id: "pocket",
    redirect_uri: "http://127.0.0.1/callback",
    response_type: "code",
    scope,
    ui_locales: uiLocales,
    code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    code_challenge_method: "S256",
  })}`;

it("has a resource's words in Arabic, from right to left, on a page that is English", async () => {
  const { context, page, complaints } = await openBrowser(browser);
  await page.goto(authorizationUrl("openid offline_access workitems.read workitems.write code.read", "ar"));
  await signIn(page);
  expect(await heading(page)).toContain("مخطط الجيب");
  expect(await page.getByText("قراءة الشيفرة المصدرية").getAttribute("lang")).toBe("ar");
  const directions = "[...new Set([...document.querySelectorAll('[lang=ar]')].map((one) => getComputedStyle(one).direction))]";
  expect(await page.evaluate(directions)).toEqual(["rtl"]);
  await look(page, "consent-arabic");
  for (const [locale, text] of [
    ["de", "Quellcode lesen"],
    ["fr", "Lire le code source"],
    ["es", "Leer el código fuente"],
    ["ja", "ソースコードを読む"],
  ] as const) {
    await page.goto(authorizationUrl("openid code.read", locale));
    expect(await page.locator("main").innerText()).toContain(text);
  }
  expect(complaints).toEqual([]);
  await context.close();
});

it("has full access before all else, over what it includes", async () => {
  const { context, page, complaints } = await openBrowser(browser);
  await page.goto(authorizationUrl("openid offline_access devops.all builds.read workitems.write", "en"));
  await signIn(page);
  const box = page.locator("fieldset.everything");
  const included = box.locator(".included input");
  expect(await included.first().isVisible()).toBe(false);
  expect(await box.getByText("Included in full access").first().isVisible()).toBe(true);
  await look(page, "consent-full-access");
  await box.getByRole("checkbox", { name: "Act as you in Contoso DevOps" }).uncheck();
  expect(await included.first().isVisible()).toBe(true);
  expect(await box.getByText("Included in full access").first().isVisible()).toBe(false);
  await look(page, "consent-full-access-off");
  expect(complaints).toEqual([]);
  await context.close();
});

const text = (page: Page): Promise<string> => page.locator("main").innerText();

it("is written down by a developer, who proves the host, and taken away again", async () => {
  const { context, page, complaints } = await openBrowser(browser);
  await page.goto(`${local.urls.server}/settings/developer/resources`);
  await signIn(page);
  await look(page, "apis-none");
  await page.getByRole("link", { name: "Register an API" }).click();
  await page.getByRole("button", { name: "Check the proof and register" }).click();
  expect(await text(page)).toContain("Nothing is saved yet.");
  await look(page, "api-problems");
  await page.getByLabel("Address").fill(`https://${HOST}`);
  await page.locator("#name").fill("Northstar Notes");
  await page.locator("#scope_0_name").fill("notes.read");
  await page.locator("#scope_0_title").fill("Read your notes");
  await page.locator("#scope_0_description").fill("Every note of yours, shared ones too.");
  await page.locator("#scope_0_translations").fill("ar | قراءة ملاحظاتك | كل ملاحظاتك، بما فيها المشتركة.");
  await page.getByRole("button", { name: "Add a permission" }).click();
  await page.locator("#scope_1_name").fill("notes.all");
  await page.locator("#scope_1_title").fill("Act as you in your notes");
  await page.locator("#scope_1_description").fill("Read, write and delete all of them.");
  await page.locator("#scope_1_access").selectOption("full");
  // The Enter key saves, and does not remove a row.
  await page.locator("#scope_1_name").press("Enter");
  expect(await text(page)).toContain("We looked, and the line is not there.");
  await look(page, "api-unproved");
  proof = await page.locator("#line code").first().innerText();
  await page.getByRole("button", { name: "Check the proof and register" }).click();
  expect(await text(page)).toContain("Saved.");
  await look(page, "apis");
  await page.getByRole("link", { name: "Northstar Notes" }).click();
  await look(page, "api-edit");
  await page.getByRole("link", { name: "Delete this API…" }).click();
  await look(page, "api-delete");
  await page.getByRole("button", { name: "Delete it" }).click();
  expect(await text(page)).toContain("The API is deleted.");
  expect(complaints).toEqual([]);
  await context.close();
});
