/** What a person reads and decides where a service asks for particulars (RFC 9396) or manages its grants. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { Browser, fieldsOf, type Page, textOf } from "../browser.ts";
import { addClient, addOrganization, addResource, addUser, decideClient } from "../builders.ts";
import { approve, authorizationUrl, codeRequest, openAuthorization, post, responseOf, signIn, tokensOf } from "../flow.ts";
import { createServer, empty, type Server, snapshot } from "../harness.ts";

let server: Server;
let browser: Browser;
let ada: { userId: string; email: string };
let contoso: string;
let fabrikam: string;

const web = { type: "repository_access", repositories: ["web"], actions: ["read"] };
const shop = { type: "repository_access", repositories: ["shop"], actions: ["push"] };
const onlyIn = (...organizations: string[]) => ({ type: "organization_access", organizations });

beforeEach(async () => {
  await empty();
  server = createServer();
  browser = new Browser(server);
  ada = await addUser("Ada");
  contoso = await addOrganization("contoso", "all", ada.userId);
  fabrikam = await addOrganization("fabrikam", "approved", ada.userId);
  await addOrganization("northwind", "all");
  await addResource();
  await addClient("buildboard");
});

async function begin(details: readonly object[], changes = {}, who = ada.email): Promise<Page> {
  server.pass(1);
  const asked = { authorization_details: JSON.stringify(details), scope: "openid offline_access builds.read" };
  const page = await browser.open(authorizationUrl({ ...asked, ...changes }));
  return page.text.includes('action="/sign-in"') ? signIn(browser, page, who) : page;
}

const redeem = async (page: Page) => {
  const response = await post(server, "/token", codeRequest(responseOf(page).get("code") ?? ""));
  const tokens = await tokensOf(response);
  const part = tokens.access_token.split(".")[1] ?? "";
  return { ...tokens, claims: JSON.parse(atob(part.replaceAll("-", "+").replaceAll("_", "/"))) as Record<string, unknown> };
};

const grantNow = () =>
  env.DB.prepare("SELECT organizations, authorization_details AS details FROM grants WHERE revoked_at IS NULL").first<{
    organizations: string | null;
    details: string;
  }>();

describe("an element of authorization_details", () => {
  it("stands under the resource of its type, with risk, words and every value in a line of its own", async () => {
    const page = await begin([{ ...web, repositories: ["web", "shop"], until: "2027-01-01" }]);
    expect(textOf(page)).toMatch(/In particular, in Contoso DevOps Use certain repositories High risk/);
    const lines = [...page.text.matchAll(/<span class="member">(.*?)<\/span>/gs)].map(([, line = ""]) => line);
    expect(lines).toEqual([
      "<bdi>actions</bdi>: <bdi>read</bdi>",
      "<bdi>repositories</bdi>: <bdi>web</bdi>",
      "<bdi>repositories</bdi>: <bdi>shop</bdi>",
      "<bdi>until</bdi>: <bdi>2027-01-01</bdi>",
    ]);
  });

  it.each([
    ["a text that turns the line around", "a\u202eb", "ab"],
    ["invisible characters", "we\u200b\u2060b", "web"],
    ["nothing visible", "\u200b", "nothing visible"],
    ["markup", "<b>web</b>", "&lt;b&gt;web&lt;/b&gt;"],
    ["line breaks", "web\n\nand all others", "web and all others"],
  ])("is shown without %s", async (_, written, shown) => {
    const page = await begin([{ ...web, repositories: [written] }]);
    expect(page.text).toContain(`<bdi>repositories</bdi>: <bdi>${shown}</bdi>`);
    if (written !== shown) expect(page.text).not.toContain(`<bdi>${written}</bdi>`);
  });

  it("is shown to the end, however long it is", async () => {
    const long = `${"shop/".repeat(60)}payroll`;
    expect((await begin([{ ...web, repositories: [long] }])).text).toContain(`<bdi>${long}</bdi>`);
  });

  it("keeps its tick, or stays without, when the form comes back with a problem", async () => {
    const page = await begin([web, shop]);
    const [first = ""] = [fieldsOf(page, "/consent")["detail"] ?? ""].flat();
    const before = await snapshot();
    const again = await approve(browser, page, { detail: first, reach: "chosen", organization: null });
    expect([again.status, fieldsOf(again, "/consent")["detail"]]).toEqual([400, first]);
    expect(await snapshot()).toBe(before);
  });

  it("is something to approve by itself, and with everything ticked off there is nothing", async () => {
    const page = await begin([web], { scope: null });
    const before = await snapshot();
    const nothing = await approve(browser, page, { detail: null });
    expect(textOf(nothing)).toContain("Nothing is ticked.");
    expect(await snapshot()).toBe(before);
    expect((await redeem(await approve(browser, page))).claims["authorization_details"]).toEqual([web]);
  });

  it("that was declined goes away if an earlier approval had it, and what is not asked for stays", async () => {
    await approve(browser, await begin([web]));
    const page = await begin([shop]);
    expect(textOf(page)).toContain("It also keeps what you approved before and it does not ask for now: Use certain");
    await approve(browser, page);
    await approve(browser, await begin([web], { prompt: "consent" }), { detail: null });
    const { details } = (await grantNow()) ?? { details: "" };
    expect(JSON.parse(details)).toEqual([shop]);
  });

  it("is out of new tokens once the client may not use its type any more", async () => {
    const { refresh_token } = await redeem(await approve(browser, await begin([web])));
    await env.DB.prepare(
      "UPDATE clients SET metadata = json_set(metadata, '$.authorization_details_types', json_array('other')) WHERE client_id = 'buildboard'",
    ).run();
    server = createServer({ clock: { now: server.deps.now() } });
    const response = await post(server, "/token", { grant_type: "refresh_token", refresh_token });
    expect(await response.json()).not.toHaveProperty("authorization_details");
    expect(response.status).toBe(200);
  });
});

describe("the choice of organizations", () => {
  it("names those that the service asks for, and none that the person is no member of", async () => {
    const page = await begin([onlyIn("fabrikam", "northwind")]);
    expect(textOf(page)).toContain("The service asks for Fabrikam . You may choose others. It also named some that you are no");
    expect(page.text.toLowerCase()).not.toContain("northwind");
    expect(fieldsOf(page, "/consent")).toMatchObject({ reach: "chosen", organization: fabrikam });
  });

  it("keeps ticked what was chosen before, so that another device does not lose it", async () => {
    await approve(browser, await begin([onlyIn("contoso")]));
    const page = await begin([onlyIn("fabrikam")]);
    expect([fieldsOf(page, "/consent")["organization"]].flat().toSorted()).toEqual([contoso, fabrikam].toSorted());
    await approve(browser, page);
    expect(JSON.parse((await grantNow())?.organizations ?? "").toSorted()).toEqual([contoso, fabrikam].toSorted());
  });

  it("is none for somebody without an organization, and stays none when they join one", async () => {
    const grace = await addUser("Grace");
    const page = await begin([onlyIn("contoso")], {}, grace.email);
    expect(textOf(page)).toContain("you are a member of none. It reaches none.");
    const { claims } = await redeem(await approve(browser, page));
    expect(claims).toMatchObject({ organizations: [], authorization_details: [onlyIn()] });
    expect((await grantNow())?.organizations).toBe("[]");
  });

  it("tells a service that asks without the person nothing of where they are members", async () => {
    await approve(browser, await begin([onlyIn("contoso")]));
    const answers = [];
    for (const name of ["fabrikam", "northwind", "nowhere"])
      answers.push(responseOf(await begin([onlyIn(name)], { prompt: "none" })).get("error"));
    expect(answers).toEqual(["consent_required", "consent_required", "consent_required"]);
    const own = responseOf(await begin([onlyIn("contoso")], { prompt: "none" }));
    expect(own.get("error")).toBeNull();
  });

  it("counts only as far as the organization's policy lets the service in, now", async () => {
    const page = await begin([onlyIn("contoso", "fabrikam")]);
    expect((await redeem(await approve(browser, page))).claims).toMatchObject({ organizations: ["contoso"] });
    await decideClient(fabrikam, "buildboard", "approved");
    const { claims } = await redeem(await begin([onlyIn("contoso", "fabrikam")]));
    expect(claims).toMatchObject({ authorization_details: [onlyIn("contoso", "fabrikam")] });
  });
});

describe("an approval that the service manages", () => {
  it("says before it is given what becomes of an earlier one", async () => {
    const created = await begin([web], { grant_management_action: "create" });
    expect(textOf(created)).toContain("This approval stands by itself: what you may have approved before stays as it is.");
    const { grant_id = "" } = (await redeem(await approve(browser, created))) as { grant_id?: string };
    const replaced = await begin([shop], { grant_management_action: "replace", grant_id });
    expect(textOf(replaced)).toContain("This takes the place of what you approved before.");
    expect(textOf(replaced)).not.toContain("It also keeps");
    const page = await openAuthorization(browser);
    expect(textOf(page)).toContain("Use certain repositories");
  });

  it("may be looked up and ended by the service only if the person read so", async () => {
    const page = await begin([web], { scope: "openid grant_management_query grant_management_revoke" });
    expect(textOf(page)).toContain("See this approval");
    expect(textOf(page)).toContain("End this approval");
    const { claims } = await redeem(await approve(browser, page, { scope: "grant_management_query" }));
    expect(claims["scope"]).toBe("openid grant_management_query");
  });

  it("is not for a public client, whose name anybody can use", async () => {
    await addClient("cli", { token_endpoint_auth_method: "none" });
    const before = await snapshot();
    const ask = async (changes: object) =>
      responseOf(await browser.open(authorizationUrl({ client_id: "cli", ...changes }))).get("error");
    expect(await ask({ grant_management_action: "create" })).toBe("unauthorized_client");
    expect(await ask({ scope: "openid grant_management_query" })).toBe("invalid_scope");
    expect(await snapshot()).toBe(before);
  });
});
