/** What resources and services say of themselves, in the person's language; and full access, which is said plainly in any. */
import { env } from "cloudflare:workers";
import { eq } from "drizzle-orm";
import { beforeEach, describe, expect, it } from "vitest";
import type { ScopeDescription } from "../../src/model.ts";
import { open } from "../../src/store/database.ts";
import { clients, resources } from "../../src/store/schema.ts";
import { Browser, type Fields, fieldsOf, type Page, textOf } from "../browser.ts";
import { API, addClient, addOrganization, addResource, addUser } from "../builders.ts";
import {
  approve,
  authorizationUrl,
  codeRequest,
  introspect,
  openAuthorization,
  post,
  responseOf,
  signIn,
  tokensOf,
} from "../flow.ts";
import { basic, createServer, empty, type Server } from "../harness.ts";

let server: Server;
let browser: Browser;
let email: string;

const read: ScopeDescription = {
  name: "notes.read",
  title: "Read notes",
  "title#de": "Notizen lesen",
  "title#ar": "قراءة الملاحظات",
  description: "Every note.",
  "description#de": "Alle Notizen.",
  access: "read",
  risk: "low",
};
const write: ScopeDescription = {
  name: "notes.write",
  title: "Write notes",
  description: "Anew.",
  access: "write",
  risk: "medium",
};
const full: ScopeDescription = {
  name: "notes.all",
  title: "Act as you",
  "title#de": "Wie Sie handeln",
  description: "Whatever you do.",
  access: "full",
  risk: "high",
};

beforeEach(async () => {
  await empty();
  server = createServer();
  browser = new Browser(server);
  const ada = await addUser("Ada");
  email = ada.email;
  await addOrganization("contoso", "all", ada.userId);
  await addResource();
  await open(env.DB)
    .update(resources)
    .set({ scopes: [read, write, full], name: "Notes", translations: { "name#de": "Notizbuch", "name#fr": "Carnet" } })
    .where(eq(resources.identifier, API));
  await addClient("buildboard", { "client_name#de": "Bautafel" } as Record<string, string>);
  await addClient("contoso-devops", { grant_types: [], redirect_uris: [] });
});

/** Ada before the approval page, with a browser that lists these languages. */
async function begin(scope: string, acceptLanguage: string | null, uiLocales: string | null = null): Promise<Page> {
  const init = acceptLanguage === null ? {} : { headers: { "accept-language": acceptLanguage } };
  const page = await browser.open(authorizationUrl({ scope, ui_locales: uiLocales }), init);
  if (!page.text.includes('name="password"')) return page;
  await signIn(browser, page, email);
  return browser.open(authorizationUrl({ scope, ui_locales: uiLocales }), init);
}

describe("the approval page", () => {
  it.each<[string, string | null, string | null, string]>([
    ["a browser that asks for German", "de-CH,de;q=0.9,en;q=0.5", null, "de"],
    ["a service that says German", null, "de-DE en", "de"],
    ["a service that says German to a browser that is English", "en-US,en;q=0.5", "de", "de"],
  ])("has the words of a resource in the language of %s, and says which it is", async (_, header, uiLocales) => {
    const page = await begin("notes.read", header, uiLocales);
    expect(page.text).toContain('<span lang="de" dir="auto">Notizen lesen</span>');
    expect(page.text).toContain('<span lang="de" dir="auto">Alle Notizen.</span>');
    expect(page.text).toContain('<bdi lang="de">Notizbuch</bdi>');
    expect(page.text).toContain('<bdi lang="de">Bautafel</bdi>');
    expect(page.text).toContain('<html lang="de" dir="ltr">');
  });

  it("has what there is in the language, and the rest as the resource wrote it first", async () => {
    const page = await begin("notes.read", "ar");
    expect(page.text).toContain('<span lang="ar" dir="auto">قراءة الملاحظات</span>');
    expect(page.text).toContain('<span dir="auto">Every note.</span>');
    expect(page.text).toContain("<bdi>Notes</bdi>");
  });

  it.each([null, "en-GB", "ja", "xx;q=0.1", "de;q=0", "%%%"])("has the words without a tag for “%s”", async (header) => {
    const page = await begin("notes.read", header);
    expect(page.text).toContain('<span dir="auto">Read notes</span>');
    expect(page.text).toContain("<bdi>Buildboard</bdi>");
  });

  it("is in the same language when it comes back with a problem", async () => {
    const page = await begin("notes.read", null, "de");
    const refused = await approve(browser, page, { scope: [] });
    expect(refused.status).toBe(400);
    expect(refused.text).toContain("Notizen lesen");
  });

  it("forgets nothing of ui_locales on the way by a pushed request", async () => {
    await begin("notes.read", null);
    const fields: Fields = Object.fromEntries(
      new URL(authorizationUrl({ scope: "notes.read", ui_locales: "de" }), API).searchParams,
    );
    const pushed = await (await post(server, "/par", fields)).json<{ request_uri: string }>();
    const page = await browser.open(
      `/authorize?${new URLSearchParams({ client_id: "buildboard", request_uri: pushed.request_uri })}`,
    );
    expect(page.text).toContain("Notizen lesen");
  });

  it("warns of a name that hides something in the language that is shown", async () => {
    const metadata = await open(env.DB).select().from(clients).where(eq(clients.clientId, "buildboard"));
    const changed = { ...metadata[0]?.metadata, "client_name#de": "Micr\u043esoft" } as never;
    await open(env.DB).update(clients).set({ metadata: changed }).where(eq(clients.clientId, "buildboard"));
    expect(textOf(await begin("notes.read", "de"))).toContain("mischt Buchstaben mehrerer Alphabete");
    expect(textOf(await begin("notes.read", "en"))).not.toContain("mixes letters of several alphabets");
  });
});

describe("Settings, Authorizations", () => {
  it("has names and permissions in the language of the browser", async () => {
    responseOf(await approve(browser, await begin("notes.read", "en")));
    const page = await openAuthorization(browser, "", { headers: { "accept-language": "de" } });
    for (const text of ["Notizen lesen", "Notizbuch", "Bautafel"]) expect(page.text).toContain(text);
  });

  it("says of full access what it is", async () => {
    responseOf(await approve(browser, await begin("openid notes.all", "en")));
    const page = textOf(await openAuthorization(browser));
    expect(page).toMatch(
      /Everything Act as you Full access Whatever you do\. Everything you can do there, it can do\. in Notes/,
    );
  });
});

describe("full access", () => {
  const legendsOf = (page: Page) =>
    [...page.text.matchAll(/<legend>(.*?)<\/legend>/gs)].map(([, legend = ""]) => legend.replace(/<[^>]+>/g, ""));

  it("comes first and by itself, in words that nobody takes for less", async () => {
    const page = await begin("openid notes.all", "en");
    expect(legendsOf(page)).toEqual(["Full access to Notes", "About you", "In which organizations", "For how long"]);
    expect(textOf(page)).toMatch(/Act as you High risk Everything you can do there, it can do\. Whatever you do\./);
  });

  it("has what else is asked for at the resource under it, as included", async () => {
    const page = await begin("openid notes.read notes.write notes.all", "en");
    expect(legendsOf(page)).toEqual(["Full access to Notes", "About you", "In which organizations", "For how long"]);
    const [, box = ""] = /<fieldset class="everything">(.*?)<\/fieldset>/s.exec(page.text) ?? [];
    for (const title of ["Read notes", "Write notes"]) expect(box).toContain(title);
    expect(box.match(/Included in full access/g)).toHaveLength(2);
  });

  it("is left out of the groups also where it is asked for in another language", async () => {
    const page = await begin("notes.read notes.all", "de");
    expect(legendsOf(page)).toEqual(["Voller Zugriff auf Notizbuch", "In welchen Organisationen", "Wie lange"]);
    expect(textOf(page)).toContain("Wie Sie handeln Hohes Risiko Alles, was Sie dort tun können, kann der Dienst tun.");
  });

  it("can be ticked off, and what it included stands by itself", async () => {
    const page = await begin("notes.read notes.write notes.all", "en");
    const response = responseOf(await approve(browser, page, { scope: ["notes.read"] }));
    const tokens = await tokensOf(await post(server, "/token", codeRequest(response.get("code") ?? "")));
    expect(tokens.scope).toBe("notes.read");
  });

  it("implies no other scope in a token: a resource server asks for either", async () => {
    const page = await begin("openid notes.all", "en");
    const response = responseOf(await approve(browser, page));
    const tokens = await tokensOf(await post(server, "/token", codeRequest(response.get("code") ?? "")));
    expect(tokens.scope).toBe("openid notes.all");
    expect(await introspect(server, tokens.access_token)).toMatchObject({ scope: "openid notes.all" });
  });

  it("is on no list that a client might ask for as a whole", async () => {
    const metadata = await (await server.fetch("/.well-known/oauth-authorization-server")).json<{
      scopes_supported: string[];
    }>();
    expect(metadata.scopes_supported).toEqual(expect.arrayContaining(["notes.read", "notes.write"]));
    expect(metadata.scopes_supported).not.toContain("notes.all");
    expect(metadata.scopes_supported).not.toContain("admin");
  });

  it("is new beside what was approved before", async () => {
    responseOf(await approve(browser, await begin("openid notes.read", "en")));
    server.pass(1);
    const page = await begin("openid notes.read notes.all", "en");
    expect(textOf(page)).toContain("Act as you New High risk");
    expect(fieldsOf(page, "/consent")["scope"]).toEqual(["notes.all", "notes.read"]);
  });
});

describe("the scope admin", () => {
  it.each(["admin", "openid admin"])("is nothing that a person can grant: %s", async (scope) => {
    await addClient("robot", { scope: "openid admin notes.read" });
    const page = await browser.open(authorizationUrl({ client_id: "robot", scope }));
    const answer = responseOf(page);
    expect([answer.get("error"), answer.get("code")]).toEqual(["invalid_scope", null]);
    const pushed = await post(
      server,
      "/par",
      { response_type: "code", redirect_uri: "https://buildboard.example/callback", scope },
      basic("robot", "secret-of-the-client-with-43-characters-0000"),
    );
    expect(await pushed.json()).toMatchObject({ error: "invalid_scope" });
  });
});
