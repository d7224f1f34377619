import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { Browser, fieldsOf, forgeries, type Page, textOf } from "../browser.ts";
import { addClient, addUser } from "../builders.ts";
import { authorizationUrl, signIn } from "../flow.ts";
import { createServer, empty, ISSUER, type Server, snapshot } from "../harness.ts";
import { emailsTo } from "../mailbox.ts";

const OPERATOR = "trust@contoso.example";
const DOCUMENT = "https://client.example/mcp.json";

let server: Server;
let browser: Browser;
let ada: { userId: string; email: string };

beforeEach(async () => {
  await empty();
  server = createServer({ config: { operatorEmail: OPERATOR } });
  browser = new Browser(server);
  ada = await addUser("Ada");
  await addClient("buildboard");
  await addClient(DOCUMENT, { client_name: "MCP client" });
});

/** The form, in the browser of somebody who is signed in. */
async function openForm(clientId = "buildboard"): Promise<Page> {
  const path = `/report/${encodeURIComponent(clientId)}`;
  const page = await browser.open(path);
  return page.text.includes('name="password"') ? signIn(browser, page, ada.email) : page;
}

const send = (page: Page, fields: Parameters<Browser["submit"]>[2], clientId = "buildboard") =>
  browser.submit(page, `/report/${encodeURIComponent(clientId)}`, fields);

const reports = async () => (await env.DB.prepare("SELECT client_id, user_id, reason, text FROM reports").all()).results;

describe("a report", () => {
  it("is a link away from the approval page", async () => {
    const page = await signIn(browser, await browser.open(authorizationUrl({ scope: "openid" })), ada.email);
    expect(page.text).toContain('<a href="/report/buildboard">Report this service</a>');
    expect(textOf(await openForm())).toContain("Report Buildboard");
  });

  it("is kept, told to the operator by e-mail, and logged, once however often it is sent", async () => {
    const page = await openForm();
    const fields = { reason: "imitates", text: "It says that it is\nour bank." };
    const done = await send(page, fields);
    expect([done.status, done.url]).toEqual([200, `${ISSUER}/report/buildboard?sent=1`]);
    expect(textOf(done)).toContain("Your report about Buildboard has been sent.");
    await send(page, fields);
    const kept = { client_id: "buildboard", user_id: ada.userId, reason: "imitates", text: "It says that it is\r\nour bank." };
    expect((await reports()).map((row) => ({ ...row, text: String(row["text"]).replace(/\r?\n/, "\r\n") }))).toEqual([kept]);
    const letters = await emailsTo(server, OPERATOR);
    expect(letters.map(({ kind }) => kind)).toEqual(["service_reported"]);
    expect(letters[0]?.text).toContain("ada@contoso.example reported Buildboard (buildboard).");
    const { results } = await env.DB.prepare("SELECT actor, client_id FROM audit WHERE action = 'service.reported'").all();
    expect(results).toEqual([{ actor: ada.userId, client_id: "buildboard" }]);
  });

  it("may be about a service whose name is an address, and needs no text", async () => {
    const page = await openForm(DOCUMENT);
    expect(textOf(page)).toContain("Report MCP client");
    await send(page, { reason: "excess" }, DOCUMENT);
    expect(await reports()).toEqual([{ client_id: DOCUMENT, user_id: ada.userId, reason: "excess", text: "" }]);
  });

  it("is kept without an e-mail where the operator has no address", async () => {
    server = createServer({ config: { operatorEmail: null } });
    browser = new Browser(server);
    await send(await openForm(), { reason: "other", text: "x" });
    expect([(await reports()).length, (await emailsTo(server, OPERATOR)).length]).toEqual([1, 0]);
  });

  it.each([
    ["no reason", { text: "Something is wrong" }, "Choose what is wrong."],
    ["another reason", { reason: "because", text: "Something is wrong" }, "Choose what is wrong."],
    ["a text that is too long", { reason: "other", text: "x".repeat(2001) }, "What you wrote is longer than 2,000 characters."],
  ])("with %s is a mistake on the page, which keeps what was typed", async (_, fields, words) => {
    const page = await openForm();
    const before = await snapshot();
    const answer = await send(page, fields);
    expect(answer.status).toBe(400);
    expect(textOf(answer)).toContain(words);
    expect(answer.text).toContain(fields.text);
    expect(answer.text).toContain('aria-invalid="true" aria-describedby="problem"');
    expect([await snapshot(), await reports()]).toEqual([before, []]);
  });

  it.each(forgeries)("with %s is a 403, and nothing is kept", async (_, forgery) => {
    const page = await openForm();
    const before = await snapshot();
    const answer = await browser.forge(page, "/report/buildboard", forgery, { reason: "other" });
    expect(answer.status).toBe(403);
    expect([await snapshot(), await reports()]).toEqual([before, []]);
  });

  it.each(["nobody", "%", "%00", "a%2Fb"])("about %j, which is no service, is a 404", async (segment) => {
    await openForm();
    expect((await browser.send(`/report/${segment}`)).status).toBe(404);
  });

  it("asks who is not signed in to sign in, and leads back", async () => {
    const page = await browser.open(`/report/${encodeURIComponent(DOCUMENT)}`);
    expect(fieldsOf(page, "/sign-in")["to"]).toBe(`/report/${encodeURIComponent(DOCUMENT)}`);
  });

  it("can be sent twenty times an hour by one person", async () => {
    const page = await openForm();
    for (let index = 0; index < 20; index++)
      expect((await send(page, { reason: "other", text: `number ${index}` })).status).toBe(200);
    const answer = await send(page, { reason: "other", text: "one more" });
    expect(answer.status).toBe(429);
    expect((await reports()).length).toBe(20);
  });

  it("takes one trip to show, and two to send: one finds the person, one keeps it", async () => {
    const page = await openForm();
    server.trips.reset();
    await browser.send("/report/buildboard");
    expect(server.trips).toMatchObject({ d1: 1, kv: 0 });
    server.trips.reset();
    await browser.forge(page, "/report/buildboard", { headers: { origin: ISSUER } }, { reason: "other" });
    expect(server.trips).toMatchObject({ d1: 2, kv: 0 });
  });
});
