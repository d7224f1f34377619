/** Every page that people read, in every language: whoever adds one has it looked at here, since the table of URLs says which there are. */
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import routeTable from "../../src/app.ts?raw";
import type { Message } from "../../src/messages/catalogue.ts";
import { type Language, languages } from "../../src/messages/languages.ts";
import { catalogues } from "../../src/messages/translate.ts";
import { Browser, type Page, textOf } from "../browser.ts";
import { addClient, addOrganization, addResource, addUser } from "../builders.ts";
import { addDeviceClient, enterCode, obtainCodes } from "../device.ts";
import { authorizationUrl, obtainTokens, signIn } from "../flow.ts";
import { createServer, empty, type Server } from "../harness.ts";

/** What answers to GET and is no page that people read, or leads somewhere else at once. */
const noPages =
  /\.(?:csv|json|css|svg)$|^\/(?:logos\/.*|brand|mailbox|initiate-login|sign-in\/work\/.*|settings\/developer.*)$/;

/** What must not be begun with, or names what is not there. */
const refused: Readonly<Record<string, number>> = {
  "/authorize": 400,
  "/sign-in/second": 400,
  "/settings/organizations/join/:invitation": 404,
};

const paths = [...routeTable.matchAll(/\[\s*"(\/[^"]*)",\s*"(?:person|browser flow)",\s*\{\s*GET:/g)]
  .map(([, path = ""]) => path)
  .filter((path) => !noPages.test(path));

const all = Object.keys(languages) as Language[];
const textsOf = (language: Language): readonly string[] =>
  Object.values(catalogues[language] as Readonly<Record<string, Readonly<Record<string, Message>>>>)
    .flatMap((area) => Object.values(area))
    .flatMap((message) => (typeof message === "string" ? [message] : Object.values(message)));

/** What English messages say between their placeholders, where it is enough to be told from a name. */
const pieces = textsOf("en")
  .flatMap((text) => text.split(/\{\w+\}/))
  .map((piece) => piece.trim())
  .filter((piece) => (piece.match(/\p{L}+/gu)?.length ?? 0) >= 3);

let server: Server;
let ada: { userId: string; email: string };
let values: Readonly<Record<string, string>>;
let deviceLink: string;

beforeAll(async () => {
  await empty();
  server = createServer();
  ada = await addUser("Ada");
  const grace = await addUser("Grace");
  await addOrganization("contoso", "all", ada.userId, grace.userId);
  await env.DB.prepare("UPDATE memberships SET role = 'owner' WHERE user_id = ?").bind(ada.userId).run();
  await addResource();
  await addClient("buildboard");
  await addClient("other", { client_name: "Other" });
  await addDeviceClient();
  await obtainTokens(server, new Browser(server), ada.email);
  const grantId = await env.DB.prepare("SELECT id FROM grants").first<string>("id");
  values = { ":grant_id": grantId ?? "", ":name": "contoso", ":user_id": grace.userId, ":client_id": "buildboard" };
  const { user_code } = await obtainCodes(server);
  const browser = await signedIn();
  const approval = await enterCode(browser, user_code, ada.email);
  deviceLink = new URL(approval.url).pathname + new URL(approval.url).search;
  cookies = new Map(browser.cookies);
});

let cookies: Map<string, string>;

async function signedIn(): Promise<Browser> {
  const browser = new Browser(server);
  await signIn(browser, await browser.open("/sign-in"), ada.email);
  return browser;
}

function check(page: Page, language: Language): void {
  const { direction } = languages[language];
  expect(page.text, page.url).toContain(`<html lang="${language}" dir="${direction}">`);
  if (language === "en") return;
  const own = textsOf(language).join("\n");
  const text = textOf({ ...page, text: page.text.replace(/<(\w+)\b[^>]*\blang="en"[^>]*>.*?<\/\1>/gs, " ") });
  const left = pieces.filter((piece) => text.includes(piece) && !own.includes(piece));
  expect(left, `${page.url} in ${language}`).toEqual([]);
}

const pathOf = (path: string): string => path.replace(/:\w+/g, (name) => values[name] ?? name);

it("the table has the pages that people read", () => {
  expect(paths.length).toBeGreaterThan(25);
  expect(paths).toContain("/settings/authorizations/:grant_id");
});

describe.each(all)("in %s", (language) => {
  const reading = (known: ReadonlyMap<string, string> = new Map()): Browser => {
    const browser = new Browser(server);
    for (const [name, value] of [...known, ["__Host-countersign-language", language] as const])
      browser.cookies.set(name, value);
    return browser;
  };

  it.each(paths)("%s is whole, signed in", async (path) => {
    const page = await reading(cookies).open(pathOf(path));
    expect(page.status, page.url).toBe(refused[path] ?? 200);
    check(page, language);
  });

  it.each(paths)("%s is whole for a stranger", async (path) => {
    check(await reading().open(pathOf(path)), language);
  });

  it("a service's request is whole, and so is a device's", async () => {
    const browser = reading(cookies);
    const asked = await browser.open(authorizationUrl({ client_id: "other" }));
    expect(asked.text).toContain('action="/consent"');
    check(asked, language);
    const device = await browser.open(deviceLink);
    expect(device.text).toContain('action="/device/decision"');
    check(device, language);
  });

  it("what is not there is whole", async () => {
    check(await reading().open("/nothing/here"), language);
  });
});
