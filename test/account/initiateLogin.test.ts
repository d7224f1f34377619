import { beforeEach, describe, expect, it } from "vitest";
import { Browser, textOf } from "../browser.ts";
import { addClient, addOrganization, addResource, addUser } from "../builders.ts";
import { authorize, openAuthorization, signIn } from "../flow.ts";
import { createServer, empty, form, ISSUER, type Server, snapshot } from "../harness.ts";

const LOGIN = "https://buildboard.example/login";

let server: Server;
let browser: Browser;

beforeEach(async () => {
  await empty();
  server = createServer();
  browser = new Browser(server);
  await addClient("buildboard", { initiate_login_uri: LOGIN });
});

const start = (fields: Readonly<Record<string, string>>) => browser.send(`/initiate-login?${form(fields)}`);

describe("starting a service from here", () => {
  it("leads to the page that the service registered, with our issuer and nothing else", async () => {
    const response = await start({ client_id: "buildboard" });
    expect([response.status, response.headers.get("location")]).toEqual([303, `${LOGIN}?${form({ iss: ISSUER })}`]);
    expect(response.headers.get("cache-control")).toBe("no-store");
  });

  it("passes login_hint and target_link_uri on, in a query that may hold something already", async () => {
    await addClient("tenant", { initiate_login_uri: `${LOGIN}?tenant=a%20b` });
    const hints = { login_hint: "ada&iss=https://evil.example", target_link_uri: "https://buildboard.example/b?x=1&y=2" };
    const response = await start({ client_id: "tenant", ...hints, iss: "https://evil.example", more: "x" });
    expect(response.headers.get("location")).toBe(`${LOGIN}?tenant=a%20b&${form({ iss: ISSUER, ...hints })}`);
  });

  it.each([
    ["an unknown service", { client_id: "nobody" }],
    ["no service", {}],
    ["a service that has no page to start from", { client_id: "plain" }],
    ["a page of the request's own", { client_id: "plain", initiate_login_uri: "https://evil.example" }],
    ["a target that is a script", { client_id: "buildboard", target_link_uri: "javascript:alert(1)" }],
    ["a target that is a path", { client_id: "buildboard", target_link_uri: "//evil.example" }],
    [
      "a target that is too long",
      { client_id: "buildboard", target_link_uri: `https://buildboard.example/${"x".repeat(2048)}` },
    ],
    ["a hint that is too long", { client_id: "buildboard", login_hint: "x".repeat(257) }],
  ])("with %s is a page of ours that leads nowhere", async (_, fields: Readonly<Record<string, string>>) => {
    await addClient("plain");
    const before = await snapshot();
    const response = await start(fields);
    expect([response.status, response.headers.get("location")]).toEqual([400, null]);
    expect(await response.text()).not.toContain("evil.example");
    expect(await snapshot()).toBe(before);
  });

  it("is offered beside each approved service that can be started, and not beside others", async () => {
    const { email, userId } = await addUser("Ada");
    await addOrganization("contoso", "all", userId);
    await addResource();
    await addClient("plain", { client_name: "Plain" });
    await signIn(browser, await browser.open("/sign-in"), email);
    await authorize(browser, email);
    await authorize(browser, email, { client_id: "plain" });
    const page = await openAuthorization(browser, "Buildboard");
    expect(page.text.match(/href="\/initiate-login[^"]*"/g)).toEqual(['href="/initiate-login?client_id=buildboard"']);
    expect((await openAuthorization(browser, "Plain")).text).not.toContain("/initiate-login");
    expect(textOf(page)).toContain("Open Buildboard");
  });
});
