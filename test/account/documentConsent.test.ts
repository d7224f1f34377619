/** What the approval page says of services that nobody here has registered. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { Browser, textOf } from "../browser.ts";
import { addClient, addOrganization, addResource, addUser, CALLBACK } from "../builders.ts";
import { type ClientHost, createClientHost, DOCUMENT, documentOf, HOSTED_CALLBACK } from "../clientHost.ts";
import { approve, authorizationUrl, signIn } from "../flow.ts";
import { createServer, empty, type Server } from "../harness.ts";

let host: ClientHost;
let server: Server;
let browser: Browser;
let email: string;

beforeEach(async () => {
  await empty();
  host = createClientHost();
  server = createServer({ fetch: host.fetch });
  browser = new Browser(server);
  const ada = await addUser("Ada");
  email = ada.email;
  await addOrganization("contoso", "all", ada.userId);
  await addResource();
});

/** The text of the approval page for a document and a way back. */
async function consentTo(redirect_uri: string, changes: Parameters<typeof documentOf>[0] = {}, client_id = DOCUMENT) {
  host.serve(client_id, documentOf({ client_id, redirect_uris: [redirect_uri], ...changes }));
  const url = authorizationUrl({ client_id, redirect_uri, scope: "openid builds.read", prompt: "consent" });
  let page = await browser.open(url);
  if (page.text.includes('action="/sign-in"')) page = await signIn(browser, page, email);
  expect(page.text).toContain('action="/consent"');
  return { page, text: textOf(page) };
}

describe("of a service that a document describes the page says", () => {
  it("where that lies, as the address to trust", async () => {
    const { text } = await consentTo(HOSTED_CALLBACK);
    expect(text).toContain("Described at client.example");
    expect(text).toContain("Approve only if you trust client.example .");
    expect(text).toContain(`Identifier ${DOCUMENT}`);
    expect(text).toContain("Unverified");
  });

  it("that the way back is another host, where it is", async () => {
    const { text } = await consentTo("https://other.example:8443/cb");
    expect(text).toContain(
      "It is described at client.example , and you go back to other.example:8443 . Approve only if you trust both.",
    );
  });

  it("that any program could be the other end, where the way back is on the device", async () => {
    for (const redirectUri of ["http://localhost:7777/callback", "cursor://anysphere.cursor-mcp/oauth/callback"]) {
      const { text } = await consentTo(redirectUri, {}, `${DOCUMENT}?${redirectUri.length}`);
      expect(text).toContain("Any program here could say that it is Fieldnotes : approve only if you have just started it");
      expect(text).toContain(
        "It is described at client.example . Approve only if you trust that address and the app that you have just used.",
      );
    }
  });

  it("that it came by itself, until it has been approved", async () => {
    const { page, text } = await consentTo(HOSTED_CALLBACK);
    expect(text).toContain("You have not approved it before. It came here by itself on 24 November 2026");
    await approve(browser, page);
    server.pass(1);
    expect((await consentTo(HOSTED_CALLBACK)).text).not.toContain("You have not approved it before");
  });

  it("nothing that its name could pretend to be", async () => {
    const client_name = "Google\u202egnp.exe\u200b <b onclick=x>";
    const { page, text } = await consentTo(HOSTED_CALLBACK, { client_name });
    expect(text).toContain("Its name held invisible characters");
    expect(page.text).not.toMatch(/<b onclick|\u202e|\u200b/);
    expect(text).toContain("Described at client.example");
  });

  it("its host in letters that pass for no others", async () => {
    const { text } = await consentTo(HOSTED_CALLBACK, {}, "https://xn--pple-43d.example/client.json");
    expect(text).toContain("Described at xn--pple-43d.example");
  });
});

it("of a service whose publisher was checked it gives no such warning, and still the host", async () => {
  await consentTo(HOSTED_CALLBACK);
  await env.DB.prepare("UPDATE clients SET publisher = ?")
    .bind(JSON.stringify({ name: "Contoso", verifiedAt: 1 }))
    .run();
  browser = new Browser(createServer({ fetch: host.fetch }));
  const { text } = await consentTo(HOSTED_CALLBACK);
  expect(text).not.toContain("We have not checked");
  expect(text).toContain("Described at client.example");
});

it("of a service that the operator registered it says nothing of a document, and not that it came by itself", async () => {
  await addClient("buildboard");
  const page = await signIn(browser, await browser.open(authorizationUrl({ redirect_uri: CALLBACK })), email);
  expect(textOf(page)).toContain("We have not checked who runs this service. Anybody can choose its name. Approve only if");
  expect(textOf(page)).not.toMatch(/Described at|came here by itself/);
});
