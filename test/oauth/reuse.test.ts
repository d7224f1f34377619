import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { Browser, type Fields, textOf } from "../browser.ts";
import { addClient, addOrganization, addResource, addUser } from "../builders.ts";
import {
  authorize,
  codeRequest,
  obtainTokens,
  openAuthorization,
  post,
  refreshRequest,
  type Tokens,
  tokensOf,
} from "../flow.ts";
import { createServer, empty, type Server, snapshot } from "../harness.ts";
import { emailsTo } from "../mailbox.ts";

let server: Server;
let browser: Browser;
let email: string;

beforeEach(async () => {
  await empty();
  server = createServer();
  browser = new Browser(server);
  const ada = await addUser("Ada", { zoneinfo: "Europe/Berlin" });
  email = ada.email;
  await addOrganization("contoso", "all", ada.userId);
  await addResource();
  await addClient("cli", { token_endpoint_auth_method: "none", client_name: "Tool\u202eobx" });
  await addClient("buildboard");
});

const asCli = (fields: Fields) => post(server, "/token", { ...fields, client_id: "cli" }, null);

async function tokensOfCli(): Promise<Tokens> {
  const code = (await authorize(browser, email, { client_id: "cli" })).get("code") ?? "";
  return tokensOf(await asCli(codeRequest(code)));
}

const told = async () => (await emailsTo(server, email, "token_reused")).map(({ subject, text }) => `${subject}\n${text}`);

describe("who shows a used refresh token", () => {
  it("ends the family, of which the person is told once, in their language and time", async () => {
    await env.DB.prepare("UPDATE users SET language = 'de'").run();
    const first = await tokensOfCli();
    const second = await tokensOf(await asCli(refreshRequest(first.refresh_token)));
    server.pass(120);
    await tokensOf(await asCli(refreshRequest(second.refresh_token)));
    for (let time = 0; time < 3; time++) expect((await asCli(refreshRequest(first.refresh_token))).status).toBe(400);
    const [letter = "", ...others] = await told();
    expect(others).toEqual([]);
    for (const words of ["Toolobx", "Unknown device", "13:02:00", "/settings/authorizations/"]) expect(letter).toContain(words);
    expect(letter).toMatch(/Refresh-Token/);
    expect(textOf(await openAuthorization(browser))).toContain("durch uns, zu Ihrer Sicherheit");
  });

  it("in parallel is told of once", async () => {
    const first = await tokensOfCli();
    const second = await tokensOf(await asCli(refreshRequest(first.refresh_token)));
    server.pass(120);
    await tokensOf(await asCli(refreshRequest(second.refresh_token)));
    await Promise.all(Array.from({ length: 10 }, () => asCli(refreshRequest(first.refresh_token))));
    expect(await told()).toHaveLength(1);
  });

  it("of a client that authenticates itself has lost nothing, so that nobody is told", async () => {
    const first = await obtainTokens(server, browser, email);
    await tokensOf(await post(server, "/token", refreshRequest(first.refresh_token)));
    server.pass(120);
    expect((await post(server, "/token", refreshRequest(first.refresh_token))).status).toBe(400);
    expect(await told()).toEqual([]);
  });
});

it("who shows another's or an invented token tells nobody anything, and nothing has changed", async () => {
  const held = await obtainTokens(server, browser, email);
  const before = await snapshot();
  for (const token of [held.refresh_token, `${held.refresh_token.slice(0, -2)}xx`])
    expect((await asCli(refreshRequest(token))).status).toBe(400);
  expect(await told()).toEqual([]);
  expect(await snapshot()).toBe(before);
});
