import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { proofLine } from "../../src/clients/publisher.ts";
import { Browser, fieldsOf, forgeries, type Page, textOf } from "../browser.ts";
import { addClient, addOrganization, addResource, addUser, giveClient } from "../builders.ts";
import { approve, authorizationUrl, codeRequest, post, refreshRequest, responseOf, signIn, tokensOf } from "../flow.ts";
import { createServer, empty, form, ISSUER, type Server, snapshot } from "../harness.ts";

const HERE = "/settings/developer/resources";
const NEW = `${HERE}/new`;
const NOTES = "https://api.northstar.example/v1";
const PATH = `${HERE}/${encodeURIComponent(NOTES)}`;

type Person = { readonly userId: string; readonly email: string };

let server: Server;
let ada: Person;
let grace: Person;
let browser: Browser;
/** What the developer's host answers with, and how often it was asked. */
let file: { text: string; asked: string[] };

beforeEach(async () => {
  await empty();
  file = { text: "", asked: [] };
  server = createServer();
  Object.assign(server.deps, {
    fetch: async (input: RequestInfo | URL) => {
      file.asked.push(String(input));
      return new Response(file.text, { status: file.text === "" ? 404 : 200 });
    },
  });
  [ada, grace] = [await addUser("Ada"), await addUser("Grace")];
  await addOrganization("contoso", "all", ada.userId, grace.userId);
  await addResource();
  await addClient("buildboard");
  await addClient("contoso-devops", { grant_types: [], redirect_uris: [] });
  browser = await signedIn(ada);
});

async function signedIn({ email }: Person): Promise<Browser> {
  const made = new Browser(server);
  await signIn(made, await made.open("/sign-in"), email);
  return made;
}

/** Puts the person's line into the file of the host. */
async function prove({ userId }: Person = ada, host = "api.northstar.example"): Promise<void> {
  file.text = `# ours\n${await proofLine(server.deps, userId, host)}\n`;
}

const notes = {
  identifier: NOTES,
  name: "Northstar Notes",
  translations: "de | Northstar-Notizen",
  client_id: "",
  scope_0_name: "notes.read",
  scope_0_title: "Read your notes",
  scope_0_description: "Every note.",
  scope_0_access: "read",
  scope_0_risk: "medium",
  scope_0_translations: "de | Notizen lesen | Alle Notizen.\r\nar | قراءة ملاحظاتك",
  action: "save",
};

const save = async (changes: Readonly<Record<string, string | null>> = {}, who = browser): Promise<Page> =>
  who.submit(await who.open(NEW), NEW, { ...notes, ...changes });

const stored = async () => {
  const row = await env.DB.prepare("SELECT * FROM resources WHERE identifier = ?").bind(NOTES).first();
  return row && { ...row, scopes: JSON.parse(String(row["scopes"])), translations: JSON.parse(String(row["translations"])) };
};

describe("an API", () => {
  it("is registered once its host is proved, with names that nobody else can have", async () => {
    await prove();
    const page = await save();
    expect([page.status, textOf(page)]).toEqual([200, expect.stringContaining("Saved.")]);
    expect(textOf(page)).toContain(
      "Northstar Notes https://api.northstar.example/v1 Read your notes api.northstar.example/notes.read",
    );
    expect(file.asked).toEqual(["https://api.northstar.example/.well-known/countersign-publisher"]);
    expect(await stored()).toMatchObject({
      owner_id: ada.userId,
      translations: { "name#de": "Northstar-Notizen" },
      scopes: [
        {
          name: "api.northstar.example/notes.read",
          title: "Read your notes",
          "title#de": "Notizen lesen",
          "description#de": "Alle Notizen.",
          "title#ar": "قراءة ملاحظاتك",
          access: "read",
          risk: "medium",
        },
      ],
    });
    const { results } = await env.DB.prepare("SELECT action, actor FROM audit WHERE action LIKE 'resource.%'").all();
    expect(results).toEqual([{ action: "resource.registered", actor: ada.userId }]);
  });

  it("tells on its page what its server needs to know", async () => {
    await prove();
    await save();
    const page = textOf(await browser.open(PATH));
    for (const words of [`iss ${ISSUER}`, `aud ${NOTES}`, "api.northstar.example/notes.read Keys", `${ISSUER}/jwks`])
      expect(page).toContain(words);
  });

  it("is not there before, and nothing that was typed is lost", async () => {
    const before = await snapshot();
    const page = await save();
    expect(page.status).toBe(400);
    expect(textOf(page)).toContain("The host answered with status 404: there is no such file.");
    expect(page.text).toContain(await proofLine(server.deps, ada.userId, "api.northstar.example"));
    const { csrf: _, ...typed } = fieldsOf(page, NEW);
    expect(typed).toMatchObject({ identifier: NOTES, name: "Northstar Notes", scope_0_name: "notes.read" });
    expect(page.text).toContain("de | Notizen lesen | Alle Notizen.");
    expect(await snapshot()).toBe(before);
  });

  it("is not proved by the line of another person, or of another host", async () => {
    const before = await snapshot();
    await prove(grace);
    expect((await save()).status).toBe(400);
    await prove(ada, "northstar.example");
    expect((await save()).status).toBe(400);
    expect(await snapshot()).toBe(before);
  });

  it("is asked for like any other, under its host, in the person's language", async () => {
    await prove();
    await save();
    await addClient("notes-app");
    const visitor = await signedIn(grace);
    const page = await visitor.open(
      authorizationUrl({ client_id: "notes-app", scope: "api.northstar.example/notes.read", ui_locales: "de" }),
    );
    expect(page.text).toContain('<bdi lang="de">Northstar-Notizen</bdi> bei <bdi>api.northstar.example</bdi>');
    expect(page.text).toContain('<span lang="de" dir="auto">Notizen lesen</span>');
  });

  it("is changed by its owner, as the form has it", async () => {
    await prove();
    await save();
    const page = await browser.open(PATH);
    expect(page.text).toContain("de | Notizen lesen | Alle Notizen.");
    const changed = await browser.submit(page, PATH, {
      ...notes,
      identifier: "https://elsewhere.example",
      name: "Notebook",
      scope_0_access: "full",
      scope_0_risk: "low",
    });
    expect(textOf(changed)).toContain("Saved.");
    expect(await stored()).toMatchObject({ name: "Notebook", scopes: [{ access: "full", risk: "high" }] });
    const { results } = await env.DB.prepare("SELECT identifier FROM resources WHERE owner_id IS NOT NULL").all();
    expect(results).toEqual([{ identifier: NOTES }]);
  });

  it("may be introspected for as one of the person's own services", async () => {
    await giveClient("buildboard", ada.userId);
    await prove();
    expect((await save({ client_id: "buildboard" })).status).toBe(200);
    expect(await stored()).toMatchObject({ client_id: "buildboard" });
  });

  it("is once there when the form comes twice at once", async () => {
    await prove();
    const page = await browser.open(NEW);
    const pages = await Promise.all([1, 2].map(() => browser.submit(page, NEW, notes)));
    expect(pages.filter(({ status }) => status === 200).length).toBeGreaterThan(0);
    const { results } = await env.DB.prepare("SELECT action FROM audit WHERE action LIKE 'resource.%'").all();
    expect(results).toEqual([{ action: "resource.registered" }]);
  });
});

describe("a row of the form", () => {
  it("is added and removed by a button, which stores nothing and asks nobody", async () => {
    const before = await snapshot();
    const added = await save({ action: "add" });
    expect(added.status).toBe(200);
    expect(fieldsOf(added, NEW)).toMatchObject({ scope_0_name: "notes.read", scope_1_name: "", name: "Northstar Notes" });
    const two = await browser.submit(added, NEW, {
      ...notes,
      scope_1_name: "notes.write",
      scope_1_access: "write",
      action: "remove:0",
    });
    expect(fieldsOf(two, NEW)).toMatchObject({ scope_0_name: "notes.write" });
    expect(fieldsOf(two, NEW)).not.toHaveProperty("scope_1_name");
    expect(await snapshot()).toBe(before);
    expect(file.asked).toEqual([]);
  });

  it("that is empty is no permission", async () => {
    await prove();
    await save({ scope_1_name: "", scope_1_access: "read" });
    expect((await stored())?.scopes).toHaveLength(1);
  });
});

describe("what cannot be is said at its field, and nothing is stored or asked:", () => {
  it.each<[string, Readonly<Record<string, string>>, string, string]>([
    ["no address", { identifier: "" }, "identifier", "Type the address of the API"],
    ["an address without https", { identifier: "http://api.northstar.example" }, "identifier", "The address is not https."],
    ["a private address", { identifier: "https://10.0.0.1" }, "identifier", "The address has an address that is not public."],
    ["our own host", { identifier: "https://id.example/api" }, "identifier", "The address is on our own host."],
    ["a port", { identifier: "https://api.northstar.example:8443" }, "identifier", "Leave out the port"],
    ["a fragment", { identifier: "https://api.northstar.example/#a" }, "identifier", "The address has a fragment."],
    [
      "capitals in the host",
      { identifier: "https://API.northstar.example" },
      "identifier",
      "Write the address in its plain form",
    ],
    [
      "a way round by dots",
      { identifier: "https://api.northstar.example/a/../b" },
      "identifier",
      "Write the address in its plain form",
    ],
    ["no name", { name: "" }, "name", "The name is empty."],
    ["a name that turns the text around", { name: "Notes\u202e" }, "name", "The name holds characters that nobody sees"],
    ["a bad language", { translations: "german | Notizen_" }, "translations", ""],
    ["a line without a text", { translations: "de" }, "translations", "Line 1 needs the form: de | name"],
    ["a permission without a name", { scope_0_name: "" }, "scope_0_name", "Type what programs call it"],
    ["a wildcard", { scope_0_name: "notes.*" }, "scope_0_name", "Write small letters"],
    ["another's prefix", { scope_0_name: "Evil:admin x" }, "scope_0_name", "Write small letters"],
    ["a permission without a title", { scope_0_title: "" }, "scope_0_title", "The title is empty."],
    ["a permission without a description", { scope_0_description: "" }, "scope_0_description", "The description is empty."],
    [
      "an access that there is not",
      { scope_0_access: "root" },
      "scope_0_access",
      "The access is not one of read, write, full.",
    ],
    ["a risk that there is not", { scope_0_risk: "none" }, "scope_0_risk", "The risk is not one of low, medium, high."],
    [
      "a line of too many parts",
      { scope_0_translations: "de | a | b | c" },
      "scope_0_translations",
      "Line 1 needs the form: de | title | description",
    ],
    ["a tag that is none", { scope_0_translations: "de_AT | a" }, "scope_0_translations", "does not end in a language tag"],
    [
      "one name twice",
      { scope_1_name: "notes.read", scope_1_title: "T", scope_1_description: "D", scope_1_access: "read" },
      "scope_1_name",
      "Another permission here has this name already.",
    ],
    [
      "full access twice",
      { scope_0_access: "full", scope_1_name: "all", scope_1_title: "T", scope_1_description: "D", scope_1_access: "full" },
      "scope_1_access",
      "Another permission is full access already",
    ],
    ["a service of another's", { client_id: "buildboard" }, "client_id", "Choose one of your services"],
  ])("%s", async (name, changes, field, words) => {
    if (name === "a bad language") changes = { translations: "g | Notizen" };
    await prove();
    const before = await snapshot();
    const page = await save(changes);
    expect(page.status).toBe(400);
    const [, problem = ""] = new RegExp(`id="${field}-problem">(.*?)</ul>`, "s").exec(page.text) ?? [];
    expect(problem).not.toBe("");
    expect(problem).toContain(words);
    expect(await snapshot()).toBe(before);
    expect(file.asked).toEqual([]);
  });

  it("everything at once, with a way from the top of the page to each of it", async () => {
    const page = await save({
      name: "",
      scope_0_name: "N",
      scope_0_title: "",
      scope_0_description: "",
      scope_0_translations: "de",
    });
    const [, summary = ""] = /role="alert"[^>]*>(.*?)<\/div>/s.exec(page.text) ?? [];
    const links = [...summary.matchAll(/href="#(\w+)">([^<]*)</g)].map(([, field, title]) => [field, title]);
    expect(links).toEqual([
      ["name", "Name"],
      ["scope_0_name", "Permission 1: Name for programs"],
      ["scope_0_title", "Permission 1: Title"],
      ["scope_0_description", "Permission 1: Description"],
      ["scope_0_translations", "Permission 1: In other languages"],
    ]);
    for (const [field] of links) expect(page.text).toContain(`id="${field}-problem"`);
    const unproved = await save();
    expect(unproved.text).toContain('<a href="#line">The proof of the host</a>');
    expect(unproved.text).toContain('id="line"');
  });

  it.each([{ action: "" }, { action: "publish" }, { action: "remove:x" }])("nothing to do: %j", async (changes) => {
    const before = await snapshot();
    expect((await save(changes)).status).toBe(400);
    expect(await snapshot()).toBe(before);
  });
});

describe("what is another's", () => {
  beforeEach(async () => {
    await prove();
    await save();
  });

  it("is seen, changed and deleted by its owner alone", async () => {
    const other = await signedIn(grace);
    expect(textOf(await other.open(HERE))).toContain("No API yet");
    const own = await other.open(NEW);
    const before = await snapshot();
    for (const path of [PATH, `${PATH}/delete`]) {
      expect((await other.open(path)).status).toBe(404);
      const fields = { ...notes, csrf: String(fieldsOf(own, NEW)["csrf"]) };
      const answer = await other.send(path, {
        method: "POST",
        body: form(fields),
        headers: { origin: "https://id.example", "sec-fetch-site": "same-origin" },
      });
      expect(answer.status).toBe(404);
    }
    expect(await snapshot()).toBe(before);
  });

  it("is not taken over by whoever proves the host too", async () => {
    await prove(grace);
    const before = await stored();
    const page = await save({ name: "Mine now" }, await signedIn(grace));
    expect([page.status, textOf(page)]).toEqual([400, expect.stringContaining("or is another's")]);
    expect(await stored()).toEqual(before);
  });

  it("of the operator is not changed by somebody who proves its host", async () => {
    await prove(ada, "devops.contoso.example");
    const page = await save({ identifier: "https://devops.contoso.example" });
    expect(page.status).toBe(400);
    expect(textOf(page)).toContain("or is another's");
  });

  it("has its names for itself: another API under the host cannot define them", async () => {
    const page = await save({ identifier: "https://api.northstar.example/v2" });
    expect(page.status).toBe(400);
    expect(textOf(page)).toContain("Another API under this host has this permission already.");
  });
});

describe("an API that is deleted", () => {
  it("asks first, says how many approvals end, and ends them", async () => {
    await prove();
    await save();
    await addClient("notes-app");
    const visitor = await signedIn(grace);
    const request = { client_id: "notes-app", scope: "offline_access api.northstar.example/notes.read" };
    const response = responseOf(await approve(visitor, await visitor.open(authorizationUrl(request))));
    const as = `Basic ${btoa("notes-app:secret-of-the-client-with-43-characters-0000")}`;
    const tokens = await tokensOf(await post(server, "/token", codeRequest(response.get("code") ?? ""), as));
    const page = await browser.open(`${PATH}/delete`);
    expect(textOf(page)).toContain("One approval reaches it, and ends at once.");
    const done = await browser.submit(page, `${PATH}/delete`);
    expect(textOf(done)).toContain("The API is deleted.");
    expect(await stored()).toBeNull();
    expect((await post(server, "/token", refreshRequest(tokens.refresh_token), as)).status).toBe(400);
    expect(textOf(await visitor.open("/settings/authorizations"))).toContain("No service may act in your name");
  });
});

describe("the pages of APIs", () => {
  it.each([HERE, NEW, PATH, `${PATH}/delete`])("lead whoever is not signed in to the sign-in: %s", async (path) => {
    const page = await new Browser(server).open(path);
    expect([page.status, page.text.includes('name="password"')]).toEqual([200, true]);
  });

  it.each(forgeries)("take no form with %s", async (_, forgery) => {
    await prove();
    await save();
    const before = await snapshot();
    expect((await browser.forge(await browser.open(NEW), NEW, forgery, notes)).status).toBe(403);
    expect((await browser.forge(await browser.open(PATH), PATH, forgery, { ...notes, name: "X" })).status).toBe(403);
    const removal = `${PATH}/delete`;
    expect((await browser.forge(await browser.open(removal), removal, forgery)).status).toBe(403);
    expect(await snapshot()).toBe(before);
  });

  it("let nobody register without end", async () => {
    await prove();
    for (let index = 0; index < 20; index++) {
      const own = { identifier: `${NOTES}/${index}`, scope_0_name: `notes${index}` };
      expect((await save(own)).status, String(index)).toBe(200);
    }
    const page = await save({ identifier: `${NOTES}/more`, scope_0_name: "more" });
    expect(textOf(page)).toContain("You have registered as many APIs as one person may have.");
  });
});
