import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import { markKey } from "../../src/model.ts";
import { checkToken, createResourceServer } from "../../src/verify/index.ts";
import { Browser, type Fields } from "../browser.ts";
import { API, addClient, addOrganization, addResource, addUser } from "../builders.ts";
import { addDeviceClient, decide, enterCode, obtainCodes, poll } from "../device.ts";
import {
  approve,
  authorizationUrl,
  codeRequest,
  introspect,
  obtainTokens,
  post,
  refreshRequest,
  responseOf,
  type Tokens,
  tokensOf,
} from "../flow.ts";
import { createServer, empty, ISSUER, type Server } from "../harness.ts";

let server: Server;
let browser: Browser;
let ada: { userId: string; email: string };
let contoso: string;
let fabrikam: string;

beforeEach(async () => {
  await empty();
  server = createServer();
  browser = new Browser(server);
  ada = await addUser("Ada");
  contoso = await addOrganization("contoso", "all", ada.userId);
  fabrikam = await addOrganization("fabrikam", "all", ada.userId);
  await addResource();
  await addClient("buildboard");
  await addClient("contoso-devops", { grant_types: [], redirect_uris: [] });
});

/** Whether it is good here, and at a resource server that asks nobody but its KV. */
async function counts({ access_token }: Tokens): Promise<readonly [unknown, boolean]> {
  const api = createResourceServer({
    issuer: ISSUER,
    audience: API,
    revocations: env.KV,
    fetch: (input) => server.fetch(new URL(String(input)).pathname),
    now: server.deps.now,
  });
  const enters = await checkToken(access_token, api).then(
    () => true,
    () => false,
  );
  return [(await introspect(server, access_token))["active"], enters];
}

const ask = (changes: Parameters<typeof authorizationUrl>[0] = {}) =>
  browser.open(authorizationUrl({ prompt: "consent", ...changes }));
const redeem = async (answer: URLSearchParams) => tokensOf(await post(server, "/token", codeRequest(answer.get("code") ?? "")));
const marks = async () => (await env.DB.prepare("SELECT id FROM revocations WHERE kind = 'grant'").all()).results.length;

const everything = ["openid", "profile", "offline_access", "workitems.read", "builds.read"];
const canonical = JSON.stringify({ actions: ["read"], repositories: ["web"], type: "repository_access" });
const withDetail = { authorization_details: `[${canonical}]` };

it.each<[string, Fields, Parameters<typeof authorizationUrl>[0]]>([
  ["a permission", { scope: everything.filter((scope) => scope !== "builds.read") }, {}],
  ["an organization", { reach: "chosen", organization: "fabrikam" }, {}],
  ["every organization", { reach: "none" }, {}],
  ["a detail", { detail: [] }, withDetail],
  ["a claim", { claim: [] }, { claims: '{"userinfo":{"email":null}}' }],
])(
  "who takes %s away at a repeated consent ends the access tokens that are out, and the next ones hold less",
  async (_, fields, changes) => {
    const held = await obtainTokens(server, browser, ada.email, changes);
    expect(await counts(held)).toEqual([true, true]);
    server.pass(1);
    const named = fields["organization"] === "fabrikam" ? { ...fields, organization: fabrikam } : fields;
    const answer = responseOf(await approve(browser, await ask(changes), named));
    expect(await counts(held)).toEqual([false, false]);
    const fresh = await redeem(answer);
    const renewed = await tokensOf(await post(server, "/token", refreshRequest(held.refresh_token)));
    expect([await counts(fresh), await counts(renewed)]).toEqual([
      [true, true],
      [true, true],
    ]);
    const id = await env.DB.prepare("SELECT id FROM grants").first<string>("id");
    expect(await env.KV.get(markKey("grant", id ?? ""))).not.toBeNull();
  },
);

it("of organizations that were chosen, to leave one out ends what is out; to choose the same again does not", async () => {
  const held = await obtainTokens(server, browser, ada.email);
  server.pass(1);
  responseOf(await approve(browser, await ask(), { reach: "chosen", organization: [contoso, fabrikam] }));
  server.pass(5);
  const both = await tokensOf(await post(server, "/token", refreshRequest(held.refresh_token)));
  responseOf(await approve(browser, await ask(), { reach: "chosen", organization: [contoso, fabrikam] }));
  expect(await counts(both)).toEqual([true, true]);
  server.pass(1);
  responseOf(await approve(browser, await ask(), { reach: "chosen", organization: [contoso] }));
  expect(await counts(both)).toEqual([false, false]);
});

it.each<[string, Parameters<typeof authorizationUrl>[0]]>([
  ["as much", {}],
  ["more", { scope: `${everything.join(" ")} workitems.write` }],
  ["less, because less was asked for", { scope: "openid builds.read" }],
])("who gives %s ends nothing", async (_, changes) => {
  const held = await obtainTokens(server, browser, ada.email);
  server.pass(1);
  responseOf(await approve(browser, await ask(changes)));
  expect(await counts(held)).toEqual([true, true]);
  expect(await marks()).toBe(0);
});

it("what is not given of what is new ends nothing", async () => {
  const held = await obtainTokens(server, browser, ada.email);
  server.pass(1);
  const page = await ask({ scope: `${everything.join(" ")} workitems.write` });
  responseOf(await approve(browser, page, { scope: everything }));
  expect(await counts(held)).toEqual([true, true]);
});

it("a grant that is replaced by one with less ends what is out", async () => {
  const first = await obtainTokens(server, browser, ada.email, { grant_management_action: "create" });
  const { grant_id = "" } = first as Tokens & { readonly grant_id?: string };
  server.pass(1);
  const changes = { grant_management_action: "replace", grant_id, scope: "openid offline_access workitems.read" };
  responseOf(await approve(browser, await ask(changes)));
  expect(await counts(first)).toEqual([false, false]);
});

it("what is taken away at the approval of another device ends what is out too", async () => {
  await addDeviceClient();
  const approveOn = async (fields: Fields) => {
    const { device_code, user_code } = await obtainCodes(server, { scope: "openid offline_access builds.read workitems.read" });
    await decide(browser, await enterCode(browser, user_code, ada.email), "approve", fields);
    return tokensOf(await poll(server, device_code));
  };
  const held = await approveOn({});
  server.pass(10);
  const fresh = await approveOn({ scope: ["openid", "offline_access", "workitems.read"] });
  expect([await counts(held), await counts(fresh)]).toEqual([
    [false, false],
    [true, true],
  ]);
});

it("the log says whether a repeated consent gave more, took away, did both, or neither", async () => {
  const logged = async () => {
    const { results } = await env.DB.prepare("SELECT action FROM audit WHERE action LIKE 'grant.%' ORDER BY rowid").all<{
      action: string;
    }>();
    return results.map(({ action }) => action);
  };
  const give = async (scope: readonly string[]) => {
    server.pass(1);
    responseOf(await approve(browser, await ask({ scope: `${everything.join(" ")} workitems.write` }), { scope }));
    return logged();
  };
  await obtainTokens(server, browser, ada.email);
  await give(everything);
  await give([...everything, "workitems.write"]);
  await give(["openid", "offline_access", "workitems.read"]);
  expect(await give(["openid", "offline_access", "workitems.read", "builds.read"])).toEqual([
    "grant.consented",
    "grant.consented",
    "grant.widened",
    "grant.narrowed",
    "grant.widened",
  ]);
  expect((await give(["openid", "offline_access", "profile"])).slice(5)).toEqual(["grant.widened", "grant.narrowed"]);
});
