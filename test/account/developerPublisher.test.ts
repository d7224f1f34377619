import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { Browser, textOf } from "../browser.ts";
import { addOrganization, addResource, addUser } from "../builders.ts";
import { DEVELOPER, enter, registerService, sendForm, submitForm } from "../developer.ts";
import { createServer, empty, form, ISSUER, type Server, snapshot } from "../harness.ts";

const HOST = "northstar.example";

let server: Server;
let browser: Browser;
let path: string;
let id: string;
let file: string | undefined;
let asked: number;

beforeEach(async () => {
  await empty();
  [file, asked] = [undefined, 0];
  server = createServer({
    fetch: async () => {
      asked++;
      return file === undefined ? new Response("no", { status: 404 }) : new Response(file);
    },
  });
  browser = new Browser(server);
  const ada = await addUser("Ada");
  await addOrganization("contoso", "verified", ada.userId);
  await addResource();
  await enter(browser, ada.email);
  id = await registerService(browser, { client_uri: `https://${HOST}/` });
  path = `${DEVELOPER}/${id}/publisher`;
});

const publisher = () => env.DB.prepare("SELECT publisher FROM clients").first<string>("publisher");
const check = (fields: Record<string, string> = {}) => submitForm(browser, path, { action: "check", host: HOST, ...fields });

describe("the publisher's page", () => {
  it("begins with the host of the service's home page, and shows the line for it and where to put it", async () => {
    const page = await browser.open(path);
    expect(page.text).toContain(`name="host" type="text" value="${HOST}"`);
    const shown = textOf(await browser.open(`${path}?${form({ host: "https://Northstar.example/" })}`));
    expect(shown).toMatch(/Put this line into the file, as it is: id\.example=[\w-]{43}/);
    expect(shown).toContain(`https://${HOST}/.well-known/countersign-publisher`);
    expect(asked).toBe(0);
  });

  it("checks on request, says what it found instead, and shows the publisher once it is proved", async () => {
    const failed = await check();
    expect([failed.status, textOf(failed)]).toEqual([
      400,
      expect.stringContaining(
        "We looked, and the line is not there. The host answered with status 404: there is no such file.",
      ),
    ]);
    expect(await publisher()).toBeNull();
    file = /<code>(id\.example=[\w-]{43})<\/code>/.exec(failed.text)?.[1];
    const page = await check();
    expect(page.url).toBe(`${ISSUER}${path}?proved=1`);
    expect(textOf(page)).toContain(`${HOST} Verified since 24 November 2026 , the line last seen just now`);
    const request = {
      client_id: id,
      redirect_uri: "https://ledger.example/callback",
      response_type: "code",
      scope: "openid workitems.read",
    };
    const url = `/authorize?${form({ ...request, code_challenge: "x".repeat(43), code_challenge_method: "S256" })}`;
    expect(textOf(await browser.open(url))).toContain(`by ${HOST} Verified publisher`);
  });

  it("puts no name under the mark that nobody checked, whatever fields a form has", async () => {
    file = /<code>(id\.example=[\w-]{43})<\/code>/.exec((await check()).text)?.[1];
    const forged = {
      publisher_name: "Contoso",
      name: "Contoso",
      uri: "https://contoso.example/",
      verifiedAt: "1",
      proof: "{}",
    };
    await sendForm(browser, path, { action: "check", host: HOST, ...forged });
    expect(JSON.parse((await publisher()) ?? "{}")).toMatchObject({ name: HOST, uri: `https://${HOST}/` });
    expect(await publisher()).not.toMatch(/contoso/i);
  });

  it("lets the developer remove it", async () => {
    file = /<code>(id\.example=[\w-]{43})<\/code>/.exec((await check()).text)?.[1];
    await check();
    const page = await submitForm(browser, path, { action: "remove" });
    expect(textOf(page)).toContain("Removed.");
    expect(await publisher()).toBeNull();
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ["no host", { host: "" }, /Type the host/],
    ["a host that is none", { host: "localhost" }, /not on the internet/],
    ["a port", { host: `${HOST}:444` }, /Leave out the port/],
  ])("refuses %s before anybody is asked", async (_, fields, words) => {
    const before = await snapshot();
    const page = await check(fields);
    expect([page.status, textOf(page)]).toEqual([400, expect.stringMatching(words)]);
    expect([await snapshot(), asked]).toEqual([before, 0]);
  });

  it("refuses a form that does not say what to do", async () => {
    const before = await snapshot();
    expect((await submitForm(browser, path, { action: "forge" })).status).toBe(400);
    expect(await snapshot()).toBe(before);
  });

  it("asks hosts thirty times an hour for one person, and no more", async () => {
    for (let count = 0; count < 30; count++) await check();
    const response = await sendForm(browser, path, { action: "check", host: HOST });
    expect([response.status, asked]).toEqual([429, 30]);
    expect(await response.text()).toContain("too many checks");
  });

  it("tells when a proof was lost", async () => {
    await env.DB.prepare("UPDATE clients SET publisher = ?").bind('{"name":"northstar.example","verifiedAt":null}').run();
    expect(textOf(await browser.open(path))).toContain(
      "the proof was gone when we looked for it, or an operator said so. Prove the host again.",
    );
  });
});
