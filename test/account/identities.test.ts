import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { Browser, fieldsOf, forgeries, type Page, textOf } from "../browser.ts";
import { addOrganization, addUser, setPassword } from "../builders.ts";
import { addIdentity } from "../directory.ts";
import { signIn } from "../flow.ts";
import { empty, ISSUER, type Server, snapshot } from "../harness.ts";
import {
  addDomain,
  CONTOSO,
  connectDirectory,
  openidProvider,
  type Provider,
  returnPath,
  sentTo,
  serverWith,
} from "../openidDirectory.ts";

const PATH = "/settings/account/identities";
const FABRIKAM = "https://login.fabrikam.example";

let provider: Provider;
let other: Provider;
let server: Server;
let clock: { now: number };
let browser: Browser;
let ada: { userId: string; email: string };
let contoso: string;

beforeEach(async () => {
  await empty();
  [provider, other] = [await openidProvider(), await openidProvider(FABRIKAM)];
  ({ server, clock } = serverWith(provider, other));
  browser = new Browser(server);
  ada = await addUser("Ada");
  contoso = await addOrganization("contoso", "all");
  await addDomain(contoso);
  await connectDirectory(server, contoso);
  await connectDirectory(
    server,
    null,
    { domains: ["fabrikam.example"] },
    { id: "fabrikam", displayName: "Fabrikam", issuer: FABRIKAM },
  );
  await signIn(browser, await browser.open("/sign-in"), ada.email);
});

const identities = async () =>
  (await env.DB.prepare("SELECT issuer, subject, user_id FROM identities ORDER BY issuer, subject").all()).results;

/** Types the address, and comes back from whichever directory that leads to. */
async function link(email: string, at: Provider): Promise<Page> {
  const page = await browser.submit(await browser.open(PATH), PATH, { action: "link", email });
  sentTo(page, at);
  return browser.open(returnPath(at));
}

const unlink = async (subject: string, issuer = CONTOSO): Promise<Page> =>
  browser.submit(await browser.open(PATH), PATH, { action: "unlink", issuer, subject });

describe("linking a work account", () => {
  it("makes it another way in, with the membership that comes with it, and any number of them", async () => {
    const page = await link("ada@contoso.example", provider);
    expect([page.status, textOf(page)]).toEqual([200, expect.stringContaining("The work account is linked.")]);
    expect(provider.request.get("login_hint")).toBe("ada@contoso.example");
    other.claims = { sub: "1", email: "ada@fabrikam.example", email_verified: true, name: "Ada" };
    const both = textOf(await link("ada@fabrikam.example", other));
    for (const words of ["Contoso", "Fabrikam", "grace@contoso.example", "ada@fabrikam.example", "24 November 2026"])
      expect(both).toContain(words);
    expect(await identities()).toEqual([
      { issuer: CONTOSO, subject: "00u-grace", user_id: ada.userId },
      { issuer: FABRIKAM, subject: "1", user_id: ada.userId },
    ]);
    expect(await env.DB.prepare("SELECT user_id, role FROM memberships").first()).toEqual({
      user_id: ada.userId,
      role: "member",
    });
    const { results } = await env.DB.prepare(
      "SELECT action FROM audit WHERE action LIKE 'identity.%' OR action LIKE 'member%'",
    ).all();
    expect(results).toEqual([{ action: "identity.linked" }, { action: "member.added" }, { action: "identity.linked" }]);
    expect(await env.DB.prepare("SELECT count(*) AS n FROM users").first("n")).toBe(1);
  });

  it("is refused for one that somebody else has", async () => {
    const bob = await addUser("Bob");
    await addIdentity("00u-grace", bob.userId, CONTOSO);
    const before = await snapshot();
    const page = await link("ada@contoso.example", provider);
    expect([page.status, textOf(page)]).toEqual([403, expect.stringContaining("belongs to another account here")]);
    expect(await snapshot()).toBe(before);
  });

  it("does nothing for whoever else is signed in when the answer comes, or for nobody", async () => {
    const bob = await addUser("Bob");
    const page = await browser.submit(await browser.open(PATH), PATH, { action: "link", email: ada.email });
    sentTo(page, provider);
    await signIn(browser, await browser.open("/sign-in?another=1"), bob.email);
    const before = await snapshot();
    const answer = await browser.open(returnPath(provider));
    expect([answer.status, textOf(answer)]).toEqual([400, expect.stringContaining("This sign-in is over")]);
    expect(answer.text).toContain(`href="${PATH}"`);
    expect(await snapshot()).toBe(before);
  });

  it("asks to sign in again when that was long ago", async () => {
    const page = await browser.open(PATH);
    clock.now += 601_000;
    const before = await snapshot();
    const asked = await browser.submit(page, PATH, { action: "link", email: ada.email });
    expect(asked.url).toBe(`${ISSUER}/sign-in?${new URLSearchParams({ confirm: "1", to: PATH })}`);
    expect(await snapshot()).toBe(before);
  });

  it.each([
    ["", "Type your work email address."],
    ["ada", "This is not an email address."],
    ["ada@nowhere.example", "No organization that is connected here uses this address."],
    ["ada@login.contoso.example", "No organization that is connected here uses this address."],
  ])("is refused for the address %j, which comes back", async (email, words) => {
    const page = await browser.open(PATH);
    const before = await snapshot();
    const again = await browser.submit(page, PATH, { action: "link", email });
    expect([again.status, textOf(again)]).toEqual([400, expect.stringContaining(words)]);
    expect(again.text).toMatch(/<input[^>]*name="email"[^>]*aria-invalid="true"/);
    expect(again.text).toContain(`value="${email}"`);
    expect(await snapshot()).toBe(before);
  });
});

describe("unlinking a work account", () => {
  beforeEach(() => addIdentity("00u-grace", ada.userId, CONTOSO));

  it("ends it as a way in, once", async () => {
    const page = await unlink("00u-grace");
    expect(textOf(page)).toContain("The work account is no longer linked.");
    expect(await identities()).toEqual([]);
    const log = "SELECT count(*) AS n FROM audit WHERE action = 'identity.unlinked'";
    expect(await env.DB.prepare(log).first("n")).toBe(1);
  });

  it("is refused for the last way in, and of two at once leaves one", async () => {
    await setPassword(ada.userId, null);
    await env.DB.prepare("UPDATE users SET email_verified = 0").run();
    const before = await snapshot();
    const page = await unlink("00u-grace");
    expect([page.status, textOf(page)]).toEqual([400, expect.stringContaining("This is your only way to sign in.")]);
    expect(await snapshot()).toBe(before);
    await addIdentity("1", ada.userId, FABRIKAM);
    await Promise.all([unlink("00u-grace"), unlink("1", FABRIKAM)]);
    expect(await identities()).toHaveLength(1);
  });

  it("reaches nobody else's, and nothing that an issuer without a directory calls somebody", async () => {
    const bob = await addUser("Bob");
    await addIdentity("00u-bob", bob.userId, CONTOSO);
    await addIdentity("vouched", ada.userId, "https://payroll.example");
    const page = await browser.open(PATH);
    expect(textOf(page)).not.toContain("payroll");
    const before = await identities();
    for (const [issuer, subject] of [
      [CONTOSO, "00u-bob"],
      ["https://payroll.example", "vouched"],
      ["", ""],
    ] as const)
      await browser.submit(page, PATH, { action: "unlink", issuer, subject });
    expect(await identities()).toEqual(before);
  });
});

describe("the page", () => {
  it("is for who is signed in", async () => {
    const page = await new Browser(server).open(PATH);
    expect(page.url).toBe(`${ISSUER}/sign-in?${new URLSearchParams({ to: PATH })}`);
  });

  it.each(forgeries)("takes no form of %s", async (_, forgery) => {
    const page = await browser.open(PATH);
    const before = await snapshot();
    expect((await browser.forge(page, PATH, forgery, { action: "link", email: ada.email })).status).toBe(403);
    expect(await snapshot()).toBe(before);
  });

  it.each(["de", "fr", "es", "ja", "ar"])("speaks %s", async (language) => {
    const page = await browser.open(PATH, { headers: { "accept-language": language } });
    expect(page.text).toContain(`<html lang="${language}"`);
    expect(textOf(page)).not.toContain("Work accounts");
    expect(Object.keys(fieldsOf(page, PATH))).toContain("email");
  });
});
