/** Rich Authorization Requests (RFC 9396), from the request to the token, and `organization_access`, which is ours. */
import { beforeEach, describe, expect, it } from "vitest";
import { Browser, fieldsOf, type Page, textOf } from "../browser.ts";
import { API, addClient, addOrganization, addResource, addUser } from "../builders.ts";
import {
  approve,
  authorizationUrl,
  codeRequest,
  introspect,
  openAuthorization,
  post,
  refreshRequest,
  responseOf,
  signIn,
  type Tokens,
  tokensOf,
} from "../flow.ts";
import { createServer, empty, type Server, snapshot } from "../harness.ts";

let server: Server;
let browser: Browser;
let ada: { userId: string; email: string };
let contoso: string;
let fabrikam: string;

const web = { type: "repository_access", repositories: ["web"], actions: ["read"] };
const shop = { type: "repository_access", repositories: ["shop", "shop-api"], actions: ["read", "push"], until: "2027" };
const onlyIn = (...organizations: string[]) => ({ type: "organization_access", organizations });

type Details = readonly Readonly<Record<string, unknown>>[];

beforeEach(async () => {
  await empty();
  server = createServer();
  browser = new Browser(server);
  ada = await addUser("Ada");
  contoso = await addOrganization("contoso", "all", ada.userId);
  fabrikam = await addOrganization("fabrikam", "all", ada.userId);
  await addOrganization("northwind", "all");
  await addResource();
  await addClient("buildboard");
  await addClient("contoso-devops", { grant_types: [], redirect_uris: [] });
});

const url = (details: Details | string, changes = {}) =>
  authorizationUrl({
    authorization_details: typeof details === "string" ? details : JSON.stringify(details),
    scope: "openid offline_access builds.read",
    ...changes,
  });

/** The approval page, or where the request ended without one. */
async function begin(details: Details | string, changes = {}): Promise<Page> {
  server.pass(1);
  const page = await browser.open(url(details, changes));
  return page.text.includes('action="/sign-in"') ? signIn(browser, page, ada.email) : page;
}

async function finish(page: Page, request = {}): Promise<Tokens & { authorization_details?: Details }> {
  return tokensOf(await post(server, "/token", codeRequest(responseOf(page).get("code") ?? "", request)));
}

const claimsOf = (token: string) =>
  JSON.parse(atob(token.split(".")[1]?.replaceAll("-", "+").replaceAll("_", "/") ?? "")) as Record<string, unknown>;

describe("authorization_details", () => {
  it("are shown with their words and every member, and go into the response, the token and introspection", async () => {
    const page = await begin([web, shop]);
    const text = textOf(page);
    expect(text).toContain("Use certain repositories");
    for (const shown of ["repositories", "shop-api", "push", "2027"]) expect(text).toContain(shown);
    const tokens = await finish(await approve(browser, page));
    expect(tokens.authorization_details).toEqual([web, shop].map(sortedMembers));
    expect(claimsOf(tokens.access_token)["authorization_details"]).toEqual([web, shop]);
    expect(await introspect(server, tokens.access_token)).toMatchObject({ authorization_details: [web, shop] });
    const refresh = await post(server, "/introspect", { token: tokens.refresh_token });
    expect(await refresh.json()).toMatchObject({ active: true, authorization_details: [web, shop] });
  });

  it("may stand without any scope", async () => {
    const tokens = await finish(await approve(browser, await begin([web], { scope: null })));
    expect([tokens.scope, claimsOf(tokens.access_token)["aud"]]).toEqual([undefined, API]);
    expect(tokens.authorization_details).toEqual([web]);
  });

  it("that the person ticks off are not in the tokens", async () => {
    const page = await begin([web, shop]);
    const [first = ""] = [fieldsOf(page, "/consent")["detail"] ?? ""].flat();
    const tokens = await finish(await approve(browser, page, { detail: first }));
    expect(tokens.authorization_details).toEqual([JSON.parse(first)]);
  });

  it("that were never asked for cannot be ticked on", async () => {
    const page = await begin([web]);
    const tokens = await finish(
      await approve(browser, page, { detail: [web, shop].map((detail) => JSON.stringify(sortedMembers(detail))) }),
    );
    expect(tokens.authorization_details).toEqual([web]);
  });

  it("are asked about once, in whatever order their members come, and new ones again", async () => {
    await finish(await approve(browser, await begin([web])));
    const again = await begin([{ actions: ["read"], repositories: ["web"], type: "repository_access" }]);
    expect(again.status).toBe(303);
    expect((await finish(again)).authorization_details).toEqual([web]);
    const more = await begin([web, shop]);
    expect(more.status).toBe(200);
    expect(more.text.match(/class="tag new"/g)).toHaveLength(1);
    expect((await finish(await approve(browser, more))).authorization_details).toHaveLength(2);
  });

  it("stand on the settings page, and are gone with the grant", async () => {
    const tokens = await finish(await approve(browser, await begin([shop])));
    const page = await openAuthorization(browser);
    expect(textOf(page)).toContain("shop-api");
    await browser.submit(await browser.open("/settings/authorizations"), "/settings/authorizations");
    expect(await introspect(server, tokens.access_token)).toEqual({ active: false });
  });

  it("that a later answer declines end the tokens of before, and a refresh gives the rest", async () => {
    const tokens = await finish(await approve(browser, await begin([web, shop])));
    await approve(browser, await begin([web, shop], { prompt: "consent" }), { detail: JSON.stringify(sortedMembers(web)) });
    expect(await introspect(server, tokens.access_token)).toEqual({ active: false });
    const refreshed = await tokensOf(await post(server, "/token", refreshRequest(tokens.refresh_token)));
    expect(claimsOf(refreshed.access_token)["authorization_details"]).toEqual([web]);
  });

  it("go into tokens for their own resource alone", async () => {
    await addResource("https://other.example", "other.");
    const page = await begin([web], { scope: "openid offline_access builds.read other.builds.read" });
    const tokens = await finish(await approve(browser, page), { resource: "https://other.example" });
    expect(tokens.authorization_details).toBeUndefined();
    const own = await post(server, "/token", refreshRequest(tokens.refresh_token, { resource: API }));
    expect(claimsOf((await tokensOf(own)).access_token)["authorization_details"]).toEqual([web]);
  });

  it("narrow a token at the token endpoint, and nothing beyond them is given or used up", async () => {
    const tokens = await finish(await approve(browser, await begin([web, shop])));
    const ask = (details: Details | string) =>
      post(
        server,
        "/token",
        refreshRequest(tokens.refresh_token, {
          authorization_details: typeof details === "string" ? details : JSON.stringify(details),
        }),
      );
    const before = await snapshot();
    for (const bad of [[{ ...web, actions: ["push"] }], [web, { ...web, repositories: ["x"] }], "x", [{ type: "y" }]]) {
      const response = await ask(bad as Details);
      expect([response.status, (await response.json<{ error: string }>()).error]).toEqual([
        400,
        "invalid_authorization_details",
      ]);
      expect(await snapshot()).toBe(before);
    }
    expect(claimsOf((await tokensOf(await ask([web]))).access_token)["authorization_details"]).toEqual([web]);
  });

  it.each<[string, unknown]>([
    ["no JSON", "{"],
    ["an object", web],
    ["an empty array", []],
    ["an array of texts", ["repository_access"]],
    ["an element without a type", [{ repositories: ["web"] }]],
    ["an unknown type", [{ type: "payment" }]],
    ["a type with the name of a member of every object", [{ type: "constructor" }]],
    ["a missing member", [{ type: "repository_access", repositories: ["web"] }]],
    ["a member of another type", [{ ...web, repositories: "web" }]],
    ["a value that the schema does not list", [{ ...web, actions: ["delete"] }]],
    ["a member that the schema does not know", [{ ...web, branch: "main" }]],
    ["a location that is not its resource", [{ ...web, locations: ["https://evil.example"] }]],
    ["more than 50 elements", Array.from({ length: 51 }, (_, index) => ({ ...web, until: String(index) }))],
    ["two choices of organizations", [onlyIn("contoso"), onlyIn("fabrikam")]],
    ["no organization", [onlyIn()]],
    ["an organization that is no text", [{ type: "organization_access", organizations: [1] }]],
    ["a member that organization_access has not", [{ ...onlyIn("contoso"), role: "owner" }]],
  ])("of %s are refused, and the service is told so", async (_, details) => {
    const before = await snapshot();
    const text = typeof details === "string" ? details : JSON.stringify(details);
    const response = responseOf(await browser.open(url(text)));
    expect(response.get("error")).toBe("invalid_authorization_details");
    expect(response.get("error_description")).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/);
    expect(await snapshot()).toBe(before);
  });

  it("of a type that the client is not registered for are refused", async () => {
    await addClient("plain", { authorization_details_types: ["organization_access"] });
    const response = responseOf(await browser.open(url([web], { client_id: "plain" })));
    expect(response.get("error")).toBe("invalid_authorization_details");
  });

  it("of a resource that the request does not name are refused", async () => {
    await addResource("https://other.example", "other.");
    const response = responseOf(await browser.open(url([web], { resource: "https://other.example", scope: "openid" })));
    expect(response.get("error")).toBe("invalid_target");
  });

  it("show what a service wrote as text, whatever it wrote", async () => {
    const page = await begin([{ ...web, repositories: ["<script>alert(1)</script>", "a\u202eb"] }]);
    expect(page.text).not.toContain("<script>alert");
    expect(page.text).toContain("&lt;script&gt;alert(1)");
    expect(textOf(page)).not.toContain("\u202e");
  });
});

describe("organization_access", () => {
  it("preselects the organizations, and the tokens reach those and say so", async () => {
    const page = await begin([onlyIn("contoso")]);
    expect(fieldsOf(page, "/consent")).toMatchObject({ reach: "chosen", organization: contoso });
    const tokens = await finish(await approve(browser, page));
    expect(tokens.authorization_details).toEqual([onlyIn("contoso")]);
    expect(claimsOf(tokens.access_token)).toMatchObject({
      organizations: ["contoso"],
      authorization_details: [onlyIn("contoso")],
    });
    expect(await introspect(server, tokens.access_token)).toMatchObject({ authorization_details: [onlyIn("contoso")] });
  });

  it("is what the person makes of it: others, more, or all", async () => {
    const others = await approve(browser, await begin([onlyIn("contoso")]), { organization: fabrikam });
    expect((await finish(others)).authorization_details).toEqual([onlyIn("fabrikam")]);
    const all = await approve(browser, await begin([onlyIn("contoso")], { prompt: "consent" }), { reach: "all" });
    expect((await finish(all)).authorization_details).toEqual([onlyIn("contoso", "fabrikam")]);
  });

  it("limits one run under an approval that reaches further, without asking again", async () => {
    await finish(await approve(browser, await begin([web])));
    const silent = await begin([onlyIn("fabrikam")]);
    expect(silent.status).toBe(303);
    const tokens = await finish(silent);
    expect(claimsOf(tokens.access_token)["organizations"]).toEqual(["fabrikam"]);
    const refreshed = await tokensOf(await post(server, "/token", refreshRequest(tokens.refresh_token)));
    expect(claimsOf(refreshed.access_token)["organizations"]).toEqual(["fabrikam"]);
  });

  it("beyond what was approved is asked about", async () => {
    await finish(await approve(browser, await begin([onlyIn("contoso")])));
    expect((await begin([onlyIn("contoso")])).status).toBe(303);
    expect((await begin([onlyIn("contoso", "fabrikam")])).status).toBe(200);
  });

  it("does not tell the service of organizations that the person is no member of, whether or not there are such", async () => {
    const page = await begin([onlyIn("contoso", "northwind", "nowhere")]);
    expect(textOf(page)).toContain("no member of");
    expect(textOf(page)).not.toContain("Northwind");
    const tokens = await finish(await approve(browser, page));
    expect(tokens.authorization_details).toEqual([onlyIn("contoso")]);
  });

  it("narrows a token further at the token endpoint, and not beyond", async () => {
    const page = await begin([onlyIn("contoso")]);
    await finish(await approve(browser, page, { organization: [contoso, fabrikam] }));
    const tokens = await finish(await begin([onlyIn("contoso")]));
    const ask = (...names: string[]) => {
      const fields = { authorization_details: JSON.stringify([onlyIn(...names)]) };
      return post(server, "/token", refreshRequest(tokens.refresh_token, fields));
    };
    const before = await snapshot();
    expect((await ask("fabrikam")).status).toBe(400);
    expect(await snapshot()).toBe(before);
    expect(claimsOf((await tokensOf(await ask("contoso"))).access_token)["organizations"]).toEqual(["contoso"]);
  });
});

/** As details are stored: members by name. */
const sortedMembers = (detail: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(detail).toSorted(([a], [b]) => (a < b ? -1 : 1)));
