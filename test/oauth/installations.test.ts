/** One client_id that many installations share, each on a device of its own: what one gets or loses is not another's. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { Browser, fieldsOf, textOf } from "../browser.ts";
import { addClient, addOrganization, addResource, addUser, SECRET } from "../builders.ts";
import { type ClientHost, createClientHost, DOCUMENT, documentOf, HOSTED_CALLBACK } from "../clientHost.ts";
import {
  approve,
  authorizationUrl,
  authorize,
  codeRequest,
  introspect,
  openAuthorization,
  post,
  refreshRequest,
  responseOf,
  type Tokens,
  tokensOf,
} from "../flow.ts";
import { basic, createServer, empty, form, ISSUER, type Server } from "../harness.ts";

const SETTINGS = "/settings/authorizations";
const LOOPBACK = "http://127.0.0.1:51004/callback";
const SCHEME = "com.fieldnotes.app:/callback";

let host: ClientHost;
let server: Server;
let laptop: Browser;
let phone: Browser;
let email: string;

beforeEach(async () => {
  await empty();
  host = createClientHost();
  host.serve(DOCUMENT, documentOf({ redirect_uris: [HOSTED_CALLBACK, "http://127.0.0.1/callback", SCHEME] }));
  server = createServer({ fetch: host.fetch });
  [laptop, phone] = [new Browser(server), new Browser(server)];
  const ada = await addUser("Ada");
  email = ada.email;
  await addOrganization("contoso", "all", ada.userId);
  await addResource();
  await addClient("contoso-devops", { grant_types: [], redirect_uris: [] });
});

/** A device's whole way to its tokens. */
async function install(browser: Browser, scope = "offline_access workitems.read builds.read", redirect_uri = HOSTED_CALLBACK) {
  const answer = await authorize(browser, email, { client_id: DOCUMENT, redirect_uri, scope });
  server.pass(1);
  return tokensOf(
    await post(server, "/token", codeRequest(answer.get("code") ?? "", { client_id: DOCUMENT, redirect_uri }), null),
  );
}

const refresh = (tokens: Tokens, changes = {}) => {
  server.pass(1);
  return post(server, "/token", refreshRequest(tokens.refresh_token, { client_id: DOCUMENT, ...changes }), null);
};

const lives = async (tokens: Tokens): Promise<boolean> =>
  (await introspect(server, tokens.access_token))["active"] === true && (await refresh(tokens)).status === 200;

const grantsAndFamilies = () =>
  env.DB.prepare(
    "SELECT (SELECT count(*) FROM grants WHERE revoked_at IS NULL) AS grants, (SELECT count(*) FROM families WHERE revoked_at IS NULL) AS families",
  ).first();

it("each authorization adds a family to the one grant, and ends no other", async () => {
  const first = await install(laptop);
  const second = await install(phone);
  const third = await install(laptop);
  expect(await grantsAndFamilies()).toEqual({ grants: 1, families: 3 });
  expect([await lives(first), await lives(second), await lives(third)]).toEqual([true, true, true]);
});

it("a device that is revoked takes no other along, and is listed apart", async () => {
  const mine = await install(laptop);
  const lost = await install(phone);
  expect((await openAuthorization(laptop)).text.match(/name="family_id"/g)).toHaveLength(2);
  const { csrf = "" } = fieldsOf(await laptop.open(SETTINGS), SETTINGS);
  const { family } = (await env.DB.prepare("SELECT id AS family FROM families ORDER BY created_at DESC").first<{
    family: string;
  }>()) ?? { family: "" };
  const body = form({ csrf, action: "revoke_device", family_id: family });
  await laptop.send(SETTINGS, { method: "POST", body, headers: { origin: ISSUER, "sec-fetch-site": "same-origin" } });
  expect([await lives(mine), await lives(lost)]).toEqual([true, false]);
});

it("a device that takes its own token back takes no other along", async () => {
  const [first, second] = [await install(laptop), await install(phone)];
  await post(server, "/revoke", { token: first.refresh_token, client_id: DOCUMENT }, null);
  expect([await lives(first), await lives(second)]).toEqual([false, true]);
});

it("a refresh token that was used before ends its own device's family alone", async () => {
  const [first, second] = [await install(laptop), await install(phone)];
  const next = await tokensOf(await refresh(first));
  await tokensOf(await refresh(next));
  const replay = await refresh(first);
  expect([replay.status, await replay.json()]).toMatchObject([400, { error: "invalid_grant" }]);
  expect([await lives(next), await lives(second)]).toEqual([false, true]);
});

it("a code that was used before ends its own device's family alone", async () => {
  const other = await install(phone);
  const answer = await authorize(laptop, email, { client_id: DOCUMENT, redirect_uri: HOSTED_CALLBACK, scope: "builds.read" });
  const redeem = () =>
    post(server, "/token", codeRequest(answer.get("code") ?? "", { client_id: DOCUMENT, redirect_uri: HOSTED_CALLBACK }), null);
  const tokens = await tokensOf(await redeem());
  expect((await redeem()).status).toBe(400);
  expect((await introspect(server, tokens.access_token))["active"]).toBe(false);
  expect(await lives(other)).toBe(true);
});

it("a device that asks for less gets less, and leaves the others what they have", async () => {
  const wide = await install(laptop);
  const narrow = await install(phone, "offline_access builds.read");
  expect([wide.scope, narrow.scope]).toEqual(["offline_access workitems.read builds.read", "offline_access builds.read"]);
  expect((await tokensOf(await refresh(wide))).scope).toBe("offline_access workitems.read builds.read");
  const widened = await refresh(narrow, { scope: "workitems.read" });
  expect([widened.status, await widened.json()]).toMatchObject([400, { error: "invalid_scope" }]);
  expect((await tokensOf(await refresh(narrow))).scope).toBe("offline_access builds.read");
});

it("a token of one device narrows itself, for its own next access token alone", async () => {
  const [first, second] = [await install(laptop), await install(phone)];
  expect((await tokensOf(await refresh(first, { scope: "builds.read" }))).scope).toBe("builds.read");
  expect((await tokensOf(await refresh(second))).scope).toBe("offline_access workitems.read builds.read");
});

describe("an approval of before", () => {
  it("stands for another installation on the web, which its redirect URI identifies", async () => {
    await install(laptop);
    const answer = responseOf(
      await laptop.open(
        authorizationUrl({ client_id: DOCUMENT, redirect_uri: HOSTED_CALLBACK, scope: "builds.read", prompt: "none" }),
      ),
      HOSTED_CALLBACK,
    );
    expect(answer.get("code")).toBeTruthy();
  });

  // Any program on the device can be the other end of these.
  it.each([
    ["a loopback address", LOOPBACK],
    ["a scheme of its own", SCHEME],
  ])("is used for no other installation behind %s without asking", async (_, redirect_uri) => {
    await install(laptop, "offline_access builds.read", redirect_uri);
    const asked = { client_id: DOCUMENT, redirect_uri, scope: "builds.read" };
    const silent = await laptop.open(authorizationUrl({ ...asked, prompt: "none" }));
    expect(new URL(silent.url).searchParams.get("error")).toBe("consent_required");
    expect(await grantsAndFamilies()).toEqual({ grants: 1, families: 1 });
    const page = await laptop.open(authorizationUrl(asked));
    expect(page.text).toContain('action="/consent"');
    expect(textOf(page)).toContain("The answer goes to an app on this device");
    expect(responseOf(await approve(laptop, page), redirect_uri).get("code")).toBeTruthy();
    expect(await grantsAndFamilies()).toEqual({ grants: 1, families: 2 });
  });

  it("on the web is used for none that could be anywhere on the device", async () => {
    await install(laptop);
    const asked = { client_id: DOCUMENT, redirect_uri: LOOPBACK, scope: "builds.read", prompt: "none" };
    const silent = await laptop.open(authorizationUrl(asked));
    expect(new URL(silent.url).searchParams.get("error")).toBe("consent_required");
  });

  it("of a client that authenticates stands, as only it can redeem the code", async () => {
    await addClient("native", { application_type: "native", redirect_uris: ["http://127.0.0.1/callback"] });
    const asked = { client_id: "native", redirect_uri: LOOPBACK, scope: "builds.read" };
    await authorize(laptop, email, asked);
    const silent = await laptop.open(authorizationUrl({ ...asked, prompt: "none" }));
    const code = responseOf(silent, LOOPBACK).get("code") ?? "";
    server.pass(2);
    const fields = codeRequest(code, { redirect_uri: LOOPBACK });
    expect((await post(server, "/token", { ...fields, client_id: "native" }, null)).status).toBe(401);
    expect((await post(server, "/token", fields, basic("native", SECRET))).status).toBe(200);
  });
});

it("a revoked grant ends every device's, and the next authorization asks again", async () => {
  const [first, second] = [await install(laptop), await install(phone)];
  const { csrf = "" } = fieldsOf(await laptop.open(SETTINGS), SETTINGS);
  const body = form({ csrf, action: "revoke_all" });
  await laptop.send(SETTINGS, { method: "POST", body, headers: { origin: ISSUER, "sec-fetch-site": "same-origin" } });
  expect([await lives(first), await lives(second)]).toEqual([false, false]);
  const url = authorizationUrl({ client_id: DOCUMENT, redirect_uri: HOSTED_CALLBACK, scope: "builds.read" });
  expect((await laptop.open(url)).text).toContain('action="/consent"');
});
