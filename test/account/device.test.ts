/** The page /device: a code is typed, a person signs in, sees which device asks, and decides. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { Browser, type Fields, fieldsOf, forgeries, type Page, SAME_SITE, textOf } from "../browser.ts";
import { addOrganization, addResource, addUser, PASSWORD } from "../builders.ts";
import { addDeviceClient, decide, enterCode, obtainApproved, obtainCodes, poll } from "../device.ts";
import { authorizationUrl, introspect, openAuthorization, signIn, tokensOf } from "../flow.ts";
import { createServer, empty, form, ISSUER, type Server, snapshot } from "../harness.ts";

const DECISION = "/device/decision";
const SETTINGS = "/settings/authorizations";

let server: Server;
let browser: Browser;
let ada: { userId: string; email: string };

beforeEach(async () => {
  await empty();
  server = createServer();
  browser = new Browser(server);
  ada = await addUser("Ada");
  await addOrganization("contoso", "all", ada.userId);
  await addResource();
  await addDeviceClient();
  await addDeviceClient("contoso-devops", { token_endpoint_auth_method: "client_secret_basic", grant_types: [] });
});

/** What the device hears when it asks, once its interval is over. */
async function hear(device_code: string): Promise<string> {
  server.pass(60);
  const response = await poll(server, device_code);
  return response.status === 200 ? "tokens" : (await response.json<{ error: string }>()).error;
}

const auditOf = async (): Promise<Readonly<Record<string, number>>> => {
  const { results } = await env.DB.prepare(
    "SELECT action, count(*) AS n FROM audit WHERE action NOT LIKE 'session.%' GROUP BY action",
  ).all<{ action: string; n: number }>();
  return Object.fromEntries(results.map(({ action, n }) => [action, n]));
};

/** Types a code as a browser with these headers and this place. */
const type = (page: Page, userCode: string, init: RequestInit = {}) =>
  browser.open("/device", {
    method: "POST",
    body: form({ ...fieldsOf(page, "/device"), user_code: userCode }),
    ...init,
    headers: { ...SAME_SITE, ...(init.headers as Record<string, string> | undefined) },
  });

describe("the field for the code", () => {
  it("is empty, and needs no sign-in", async () => {
    const page = await browser.open("/device");
    expect([page.status, fieldsOf(page, "/device")["user_code"]]).toEqual([200, ""]);
    expect(page.headers.get("cache-control")).toBe("no-store");
    expect(page.headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
    expect(textOf(page)).toContain("Did somebody send you this code?");
  });

  it("is filled in by verification_uri_complete, and still waits for the person", async () => {
    const { verification_uri_complete, user_code } = await obtainCodes(server);
    await signIn(browser, await browser.open("/sign-in"), ada.email);
    const page = await browser.open(verification_uri_complete.slice(ISSUER.length));
    expect(fieldsOf(page, "/device")["user_code"]).toBe(user_code);
    expect(textOf(page)).toContain("Go on only if the device in front of you shows the same code");
    expect(page.text).not.toContain(DECISION);
  });

  it("shows what else came as a code without letting it out of the field", async () => {
    const page = await browser.open(`/device?${new URLSearchParams({ user_code: '"><script>alert(1)</script>'.repeat(9) })}`);
    expect(page.text).not.toContain("<script>");
    expect(String(fieldsOf(page, "/device")["user_code"])).toHaveLength(32);
  });

  it.each([
    ["small letters", (code: string) => code.toLowerCase()],
    ["no hyphen", (code: string) => code.replace("-", "")],
    ["spaces around", (code: string) => `  ${code.replace("-", " ")} `],
    ["full-width letters", (code: string) => code.replace(/[A-Z]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0))],
  ])("takes the code with %s", async (_, change) => {
    const { user_code } = await obtainCodes(server);
    const page = await enterCode(browser, change(user_code), ada.email);
    expect(textOf(page)).toContain(user_code);
    expect(page.text).toContain(DECISION);
  });

  it.each([
    ["nothing", "", "Type the code that the device shows."],
    ["seven letters", "BCDFGHJ", "eight letters"],
    ["a vowel", "ABCDFGHJ", "eight letters"],
  ])("refuses %s without counting it", async (_, typed, words) => {
    const before = await snapshot();
    for (let count = 0; count < 8; count++) {
      const page = await type(await browser.open("/device"), typed);
      expect(page.status).toBe(400);
      expect(textOf(page)).toContain(words);
    }
    expect(await snapshot()).toBe(before);
    expect(await env.DB.prepare("SELECT count(*) AS n FROM attempts WHERE key LIKE 'user_code%'").first("n")).toBe(0);
  });

  it.each(forgeries)("takes no form with %s", async (_, forgery) => {
    const { user_code } = await obtainCodes(server);
    const before = await snapshot();
    expect((await browser.forge(await browser.open("/device"), "/device", forgery, { user_code })).status).toBe(403);
    expect(await snapshot()).toBe(before);
  });
});

// CASES.md G 116
describe("a code that no device waits with", () => {
  const arrange: readonly (readonly [string, () => Promise<string>])[] = [
    ["that there never was", async () => "BCDF-GHJK"],
    [
      "that was approved",
      async () => {
        const codes = await obtainCodes(server);
        await decide(browser, await enterCode(browser, codes.user_code, ada.email), "approve");
        return codes.user_code;
      },
    ],
    [
      "that was denied",
      async () => {
        const codes = await obtainCodes(server);
        await decide(browser, await enterCode(browser, codes.user_code, ada.email), "deny");
        return codes.user_code;
      },
    ],
    [
      "that has expired",
      async () => {
        const { user_code } = await obtainCodes(server);
        server.pass(600);
        return user_code;
      },
    ],
    [
      "whose client is gone",
      async () => {
        await addDeviceClient("sensor");
        const { user_code } = await obtainCodes(server, { client_id: "sensor" });
        await env.DB.prepare("UPDATE clients SET disabled_at = 1 WHERE client_id = 'sensor'").run();
        server.pass(61);
        return user_code;
      },
    ],
  ];

  it.each(arrange)("%s is answered in the same words", async (_, arranged) => {
    const code = await arranged();
    const before = await snapshot();
    const page = await type(await browser.open("/device"), code);
    expect(page.status).toBe(400);
    expect(textOf(page)).toContain(
      "No device is waiting with this code. It may be mistyped, used already, or older than 10 minutes: then let the device show a new one.",
    );
    expect(fieldsOf(page, "/device")["user_code"]).toBe(code);
    expect(await snapshot()).toBe(before);
  });

  it("may be guessed five times from one network, whatever browser does it; then even the right one has to wait", async () => {
    const { user_code } = await obtainCodes(server);
    const guess = (ip: string, code: string, by = new Browser(server)) =>
      by.open("/device").then((page) =>
        by.send("/device", {
          method: "POST",
          body: form({ ...fieldsOf(page, "/device"), user_code: code }),
          headers: { ...SAME_SITE, "cf-connecting-ip": ip },
        }),
      );
    const codes = ["BBBB-BBBB", "CCCC-CCCC", "DDDD-DDDD", "FFFF-FFFF", "GGGG-GGGG"];
    for (const [index, code] of codes.entries()) expect((await guess(`192.0.2.${index}`, code)).status, code).toBe(400);
    expect((await guess("192.0.2.9", user_code)).status).toBe(303);
    const sixth = await guess("192.0.2.1", "HHHH-HHHH");
    expect([sixth.status, Number(sixth.headers.get("retry-after")) > 0]).toEqual([429, true]);
    expect((await guess("192.0.2.1", user_code)).status).toBe(429);
    expect((await guess("198.51.100.1", user_code)).status).toBe(303);
    server.pass(15 * 60 + 1);
    expect((await guess("192.0.2.1", (await obtainCodes(server)).user_code)).status).toBe(303);
  });

  it("may be guessed five times, though the guesses are sent at once", async () => {
    const page = await browser.open("/device");
    const fields = fieldsOf(page, "/device");
    const statuses = await Promise.all(
      Array.from("BCDFGHJKLMNP", async (letter) => {
        const body = form({ ...fields, user_code: letter.repeat(8) });
        return (await browser.send("/device", { method: "POST", body, headers: SAME_SITE })).status;
      }),
    );
    expect(statuses.filter((status) => status === 400)).toHaveLength(5);
    expect(statuses.filter((status) => status === 429)).toHaveLength(7);
  });

  it("may be guessed ten times by one account, from however many networks", async () => {
    await signIn(browser, await browser.open("/sign-in"), ada.email);
    const guess = async (index: number) => {
      const page = await browser.open("/device");
      const letters = "BCDFGHJKLMNPQ";
      return type(page, (letters[index] ?? "B").repeat(8), { headers: { "cf-connecting-ip": `10.0.${index}.1` } });
    };
    for (let index = 0; index < 10; index++) expect((await guess(index)).status).toBe(400);
    expect((await guess(10)).status).toBe(429);
  });
});

describe("the way to the approval", () => {
  it("leads through the sign-in, which says what it is for, and back", async () => {
    const { user_code } = await obtainCodes(server);
    const page = await type(await browser.open("/device"), user_code);
    expect(textOf(page)).toContain("Wallboard on the device whose code you typed sent you here to sign in");
    const approval = await signIn(browser, page, ada.email);
    expect(approval.url).toMatch(/^https:\/\/id\.example\/device\?continue=/);
    expect(approval.text).toContain(DECISION);
  });

  it("stays where it is when the password is wrong", async () => {
    const { user_code } = await obtainCodes(server);
    const refused = await signIn(browser, await type(await browser.open("/device"), user_code), ada.email, "wrong");
    expect(refused.status).toBe(400);
    expect((await signIn(browser, refused, ada.email)).text).toContain(DECISION);
  });

  it("lets the person choose another account", async () => {
    const grace = await addUser("Grace");
    const { user_code, device_code } = await obtainCodes(server);
    const page = await enterCode(browser, user_code, ada.email);
    const link = /href="(\/sign-in\?[^"]*another=1)"/.exec(page.text)?.[1]?.replaceAll("&amp;", "&") ?? "";
    const other = await signIn(browser, await browser.open(link), grace.email);
    expect(textOf(other)).toContain(grace.email);
    await decide(browser, other, "approve");
    expect(await introspect(server, (await tokensOf(await poll(server, device_code))).access_token)).toMatchObject({
      sub: grace.userId,
    });
  });

  it("belongs to the browser in which the code was typed: nobody is led into the middle of it by a link", async () => {
    const attacker = new Browser(server);
    const { user_code, device_code } = await obtainCodes(server);
    const { continue: sealed = "" } = fieldsOf(
      await attacker.submit(await attacker.open("/device"), "/device", { user_code }),
      "/sign-in",
    );
    await signIn(browser, await browser.open("/sign-in"), ada.email);
    const other = await obtainCodes(server);
    const page = await enterCode(browser, other.user_code, ada.email);
    const before = await snapshot();
    for (const path of [`/device?continue=${sealed}`, `/sign-in?continue=${sealed}`])
      expect((await browser.open(path)).status).toBe(403);
    expect((await decide(browser, page, "approve", { continue: sealed })).status).toBe(403);
    const typed = { continue: sealed, email: ada.email, password: PASSWORD };
    expect((await browser.submit(await browser.open("/sign-in?another=1"), "/sign-in", typed)).status).toBe(403);
    expect(await snapshot()).toBe(before);
    expect(await hear(device_code)).toBe("authorization_pending");
  });

  it("is none for what was sealed for another purpose, changed, or is too old", async () => {
    const { user_code } = await obtainCodes(server);
    const page = await enterCode(browser, user_code, ada.email);
    const { continue: sealed = "" } = fieldsOf(page, DECISION);
    await addDeviceClient("web", {
      grant_types: ["authorization_code"],
      response_types: ["code"],
      redirect_uris: ["https://buildboard.example/callback"],
    });
    const request = await browser.open(authorizationUrl({ client_id: "web", scope: "openid" }));
    const { continue: another = "" } = fieldsOf(request, "/consent");
    for (const path of [
      `/device?continue=${another}`,
      `/authorize?continue=${sealed}`,
      `/device?continue=${String(sealed).slice(0, -1)}x`,
      "/device?continue=x",
    ])
      expect((await browser.open(path)).status, path).toBe(400);
    const form = await browser.open(`/sign-in?continue=${another}&another=1`);
    expect(form.status).toBe(200);
    server.pass(1800);
    expect((await browser.open(`/device?continue=${sealed}`)).status).toBe(400);
  });
});

// CASES.md G 116
describe("the approval page", () => {
  const from = (ip: string, cf?: object): RequestInit =>
    ({ headers: { "cf-connecting-ip": ip }, ...(cf ? { cf } : {}) }) as never;

  /** What Ada reads, in her own browser at 192.0.2.1 in Stockholm, of a device that asked from elsewhere. */
  async function read(init: RequestInit, userAgent = ""): Promise<Page> {
    const headers = { ...(init.headers as Record<string, string>), "user-agent": userAgent };
    const { user_code } = await obtainCodes(server, {}, { ...init, headers });
    await enterCode(browser, user_code, ada.email);
    server.pass(125);
    const response = await browser.send("/device", {
      method: "POST",
      body: form({ ...fieldsOf(await browser.open("/device"), "/device"), user_code }),
      headers: SAME_SITE,
    });
    const path = (response.headers.get("location") ?? "").slice(ISSUER.length);
    return browser.open(path, from("192.0.2.1", { city: "Stockholm", country: "SE" }));
  }

  it("says who asks, on which device, from where and when, and the code to compare", async () => {
    const page = await read(
      from("192.0.2.2", { city: "Stockholm", country: "SE" }),
      "Mozilla/5.0 (SMART-TV; Linux; Tizen 7.0)",
    );
    const text = textOf(page);
    for (const words of [
      "Wallboard on a device asks to act in your name",
      "Unverified",
      "Samsung TV",
      "Stockholm, Sweden",
      "2 minutes ago",
      "on the same network as this browser",
      "Go on only if the device is in front of you and shows this code",
      "We have not checked who runs this service",
      "See builds",
      ada.email,
    ])
      expect(text, words).toContain(words);
    expect(text).toMatch(/Code: [B-DF-HJ-NP-TV-XZ]{4}-[B-DF-HJ-NP-TV-XZ]{4}/);
    expect(text).not.toContain("far from you");
  });

  it("says so when the device is in another country", async () => {
    const page = await read(from("203.0.113.9", { city: "Lagos", country: "NG" }));
    expect(textOf(page)).toContain(
      "This device seems to be far from you. It asked from Lagos, Nigeria , and you are in Stockholm, Sweden",
    );
  });

  it("says so when it is on another network", async () => {
    expect(textOf(await read(from("203.0.113.9", { country: "SE" })))).toContain("on another network than this browser");
  });

  it("does not claim to know what Cloudflare does not say", async () => {
    const text = textOf(await read(from("203.0.113.9")));
    expect(text).toContain("Where it is Not known");
    for (const words of ["far from you", "another network", "same network"]) expect(text).not.toContain(words);
  });

  it("gives both buttons the same weight, Deny first, and needs no script", async () => {
    const { user_code } = await obtainCodes(server);
    const page = await enterCode(browser, user_code, ada.email);
    const buttons = [...page.text.matchAll(/<button\b[^>]*>/g)].map(([tag]) => tag);
    expect(buttons).toEqual([
      '<button type="submit" name="decision" value="deny">',
      '<button type="submit" name="decision" value="approve">',
    ]);
    expect(page.text).not.toContain("<script");
  });

  it("warns of a name that hides something", async () => {
    await addDeviceClient("evil", { client_name: "Goo\u202Egle <img src=x>" });
    const { user_code } = await obtainCodes(server, { client_id: "evil" });
    const page = await enterCode(browser, user_code, ada.email);
    expect(page.text).not.toContain("<img src=x");
    expect(textOf(page)).toContain("Look at the device before you decide");
  });

  it("marks what is new since last time, and asks again even if nothing is", async () => {
    await obtainApproved(server, browser, ada.email);
    server.pass(60);
    const { user_code } = await obtainCodes(server, { scope: "openid builds.read workitems.write" });
    const text = textOf(await enterCode(browser, user_code, ada.email));
    expect(text).toContain("You approved this service before");
    expect(text).toMatch(/Change workitems\S* New/);
  });
});

it("says that the person has paused the service, before approving lets it go on", async () => {
  await obtainApproved(server, browser, ada.email);
  await env.DB.prepare("UPDATE grants SET paused_at = ?").bind(server.deps.now()).run();
  server.pass(60);
  const { user_code } = await obtainCodes(server);
  const page = await enterCode(browser, user_code, ada.email);
  expect(textOf(page)).toMatch(/You have paused this service since 24 November 2026 ?\. If you approve, it goes on\./);
  await decide(browser, page, "approve");
  expect(await env.DB.prepare("SELECT paused_at FROM grants").first("paused_at")).toBeNull();
});

describe("Approve", () => {
  const open = async (changes: Fields = {}) => {
    const codes = await obtainCodes(server, changes);
    return { ...codes, page: await enterCode(browser, codes.user_code, ada.email) };
  };

  it("lets the device in, once, and says so however often the page is loaded", async () => {
    const { page, device_code } = await open();
    const done = await decide(browser, page, "approve");
    expect([done.status, textOf(done).includes("You can go back to your device")]).toEqual([200, true]);
    expect(textOf(await browser.open(new URL(done.url).pathname + new URL(done.url).search))).toContain("You can go back");
    expect(await auditOf()).toEqual({ "grant.consented": 1, "family.started": 1 });
    expect(await hear(device_code)).toBe("tokens");
  });

  it("pressed twice, or twenty times at once, does it once", async () => {
    const { page, device_code } = await open();
    const fields = form({ ...fieldsOf(page, DECISION), decision: "approve" });
    const press = () =>
      browser.send(DECISION, {
        method: "POST",
        body: fields.toString(),
        headers: { ...SAME_SITE, "content-type": "application/x-www-form-urlencoded" },
      });
    const responses = await Promise.all(Array.from({ length: 20 }, press));
    expect(responses.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 303));
    expect(await auditOf()).toEqual({ "grant.consented": 1, "family.started": 1 });
    server.pass(1);
    const before = await snapshot();
    await press();
    expect(await snapshot()).toBe(before);
    expect(await hear(device_code)).toBe("tokens");
  });

  it("and Deny at once: one of them counts, and the log has it once", async () => {
    const { page, device_code } = await open();
    const press = (decision: string) =>
      browser.send(DECISION, { method: "POST", body: form({ ...fieldsOf(page, DECISION), decision }), headers: SAME_SITE });
    await Promise.all(["approve", "deny", "approve", "deny"].map(press));
    const audited = await auditOf();
    const heard = await hear(device_code);
    expect([
      [{ "grant.consented": 1, "family.started": 1 }, "tokens"],
      [{ "device.denied": 1 }, "access_denied"],
    ]).toContainEqual([audited, heard]);
  });

  it("sent again after the device was revoked does not bring it back", async () => {
    const { page, device_code } = await open();
    await decide(browser, page, "approve");
    expect(await hear(device_code)).toBe("tokens");
    await browser.submit(await browser.open(SETTINGS), SETTINGS);
    const before = await snapshot();
    await decide(browser, page, "approve");
    expect(await snapshot()).toBe(before);
  });

  it("leaves out what is ticked off, and adds nothing that was not asked for", async () => {
    const { page, device_code } = await open({ scope: "openid email builds.read" });
    await decide(browser, page, "approve", { scope: ["builds.read", "workitems.write"] });
    expect((await tokensOf(await poll(server, device_code))).scope).toBe("openid builds.read");
  });

  it("reaches the organizations that were chosen, of which only the person's own count", async () => {
    const fabrikam = await addOrganization("fabrikam", "all", ada.userId);
    const foreign = await addOrganization("foreign", "all");
    const { page, device_code } = await open();
    await decide(browser, page, "approve", { reach: "chosen", organization: [fabrikam, foreign] });
    const { access_token } = await tokensOf(await poll(server, device_code));
    expect(await introspect(server, access_token)).toMatchObject({ organizations: ["fabrikam"] });
  });

  it.each<[string, Record<string, string | string[] | null>, string]>([
    ["nothing is ticked", { scope: null }, "Nothing is ticked."],
    ["no organization is chosen", { reach: "chosen" }, "Choose at least one organization"],
  ])("is refused where %s, with what was ticked", async (_, fields, words) => {
    const { page, device_code } = await open({ scope: "builds.read workitems.read" });
    const before = await snapshot();
    const again = await decide(browser, page, "approve", fields);
    expect([again.status, textOf(again).includes(words)]).toEqual([400, true]);
    expect(await snapshot()).toBe(before);
    await decide(browser, again, "approve", { scope: ["builds.read"], reach: "all" });
    expect((await tokensOf(await poll(server, device_code))).scope).toBe("builds.read");
  });

  it.each<[string, () => Promise<unknown>, string]>([
    ["the code has expired", async () => server.pass(600), "No device is waiting with this code"],
    ["the session has ended", async () => env.DB.prepare("DELETE FROM sessions").run(), "sent you here to sign in"],
    [
      "the person was disabled",
      async () => env.DB.prepare("UPDATE users SET disabled_at = 1").run(),
      "sent you here to sign in",
    ],
  ])("changes nothing where %s meanwhile", async (_, happen, words) => {
    const { page } = await open();
    await happen();
    const before = await snapshot();
    const after = await decide(browser, page, "approve");
    expect(textOf(after)).toContain(words);
    expect(await snapshot()).toBe(before);
  });

  it("begins nothing for a client that was disabled meanwhile", async () => {
    const { page, device_code } = await open();
    await env.DB.prepare("UPDATE clients SET disabled_at = 1 WHERE client_id = 'wallboard'").run();
    const before = await snapshot();
    await decide(browser, page, "approve");
    expect(await snapshot()).toBe(before);
    expect(await hear(device_code)).not.toBe("tokens");
  });

  it.each([
    ["that stands apart", "separate = 1"],
    ["that a directory's word alone keeps up", "separate = 1, authority = 'https://directory.example'"],
  ])("hangs the device on the person's own consent, not on one %s, though both are of one moment", async (_, other) => {
    await decide(browser, (await open()).page, "approve");
    await env.DB.prepare(`UPDATE grants SET ${other}`).run();
    const { page, device_code } = await open();
    await decide(browser, page, "approve");
    await tokensOf(await poll(server, device_code));
    const { results } = await env.DB.prepare(
      "SELECT count(*) AS n, separate, authority FROM families JOIN grants ON grants.id = grant_id GROUP BY grants.id ORDER BY separate, authority",
    ).all();
    expect(results.map(({ n }) => n)).toEqual([1, 1]);
    expect(results[0]).toMatchObject({ separate: 0, authority: null });
  });

  it("keeps a registration that nobody had used", async () => {
    await env.DB.prepare("UPDATE clients SET expires_at = ? WHERE client_id = 'wallboard'")
      .bind(server.deps.now() + 900_000)
      .run();
    const { page } = await open();
    await decide(browser, page, "approve");
    expect(await env.DB.prepare("SELECT expires_at FROM clients WHERE client_id = 'wallboard'").first("expires_at")).toBeNull();
  });
});

describe("Deny", () => {
  it("gives the device nothing, once, and says so", async () => {
    const codes = await obtainCodes(server);
    const page = await enterCode(browser, codes.user_code, ada.email);
    const done = await decide(browser, page, "deny");
    expect([done.status, textOf(done).includes("Denied")]).toEqual([200, true]);
    await decide(browser, page, "deny");
    expect(textOf(await decide(browser, page, "approve"))).toContain("Denied");
    expect(await auditOf()).toEqual({ "device.denied": 1 });
    expect(await hear(codes.device_code)).toBe("access_denied");
    expect(await env.DB.prepare("SELECT count(*) AS n FROM grants").first("n")).toBe(0);
  });

  it.each<[string, () => Promise<unknown>]>([
    ["the session has run out", async () => env.DB.prepare("UPDATE sessions SET expires_at = ?").bind(server.deps.now()).run()],
    ["the session has ended", async () => env.DB.prepare("DELETE FROM sessions").run()],
    ["the code has expired", async () => server.pass(600)],
  ])("changes nothing where %s meanwhile", async (_, happen) => {
    const page = await enterCode(browser, (await obtainCodes(server)).user_code, ada.email);
    await happen();
    const before = await snapshot();
    await decide(browser, page, "deny");
    expect(await snapshot()).toBe(before);
  });
});

describe("the form of the approval page", () => {
  const open = async () => {
    const codes = await obtainCodes(server);
    return { ...codes, page: await enterCode(browser, codes.user_code, ada.email) };
  };

  it.each(forgeries)("is refused with %s", async (_, forgery) => {
    const { page } = await open();
    const before = await snapshot();
    for (const decision of ["approve", "deny"])
      expect((await browser.forge(page, DECISION, forgery, { decision })).status).toBe(403);
    expect(await snapshot()).toBe(before);
  });

  it("for one device is not taken for another", async () => {
    const [first, second] = [await open(), await open()];
    const { csrf = "" } = fieldsOf(first.page, DECISION);
    const before = await snapshot();
    expect((await decide(browser, second.page, "approve", { csrf })).status).toBe(403);
    expect(await snapshot()).toBe(before);
  });

  it("of one person is not taken from another", async () => {
    const grace = await addUser("Grace");
    const { page } = await open();
    await signIn(browser, await browser.open("/sign-in?another=1"), grace.email);
    const before = await snapshot();
    expect((await decide(browser, page, "approve")).status).toBe(403);
    expect(await snapshot()).toBe(before);
  });

  it("names no client and no scope: fields more change nothing", async () => {
    await addDeviceClient("evil");
    const { page, device_code } = await open();
    await decide(browser, page, "approve", {
      client_id: "evil",
      user_code: "BBBB-BBBB",
      device_code: "x",
      scope: "builds.read",
    });
    const { access_token } = await tokensOf(await poll(server, device_code));
    expect(await introspect(server, access_token)).toMatchObject({
      client_id: "wallboard",
      scope: "openid offline_access builds.read",
    });
  });

  it.each([
    ["neither button", { decision: null }, 400],
    ["another word", { decision: "maybe" }, 400],
    ["no continue", { continue: null }, 400],
    ["a garbled continue", { continue: "x" }, 400],
  ])("with %s is refused", async (_, changes, status) => {
    const { page } = await open();
    const before = await snapshot();
    expect((await browser.submit(page, DECISION, { decision: "approve", ...changes })).status).toBe(status);
    expect(await snapshot()).toBe(before);
  });

  it("cannot be opened", async () => {
    expect((await browser.open(DECISION)).status).toBe(405);
  });
});

describe("Settings → Authorizations", () => {
  it("shows each device under its label, and ends one alone", async () => {
    const tv = { headers: { "user-agent": "Mozilla/5.0 (Web0S; Linux/SmartTV)" } };
    const first = await obtainCodes(server, {}, tv);
    await decide(browser, await enterCode(browser, first.user_code, ada.email), "approve");
    const [one, other] = [
      await tokensOf(await poll(server, first.device_code)),
      await tokensOf(await poll(server, (await obtainApproved(server, browser, ada.email)).device_code)),
    ];
    expect(textOf(await openAuthorization(browser))).toContain("LG TV");
    const { csrf = "" } = fieldsOf(await browser.open(SETTINGS), SETTINGS);
    const { sid } = await introspect(server, one.access_token);
    const fields = form({ csrf: String(csrf), action: "revoke_device", family_id: String(sid) });
    const after = await browser.open(SETTINGS, { method: "POST", body: fields, headers: SAME_SITE });
    expect(textOf(after)).toContain("on LG TV");
    expect(await introspect(server, one.access_token)).toEqual({ active: false });
    expect(await introspect(server, other.access_token)).toMatchObject({ active: true });
  });

  it("goes on with the device when the person signs out of the browser", async () => {
    const { device_code } = await obtainApproved(server, browser, ada.email);
    await browser.submit(await browser.open("/sign-out"), "/sign-out");
    expect(await hear(device_code)).toBe("tokens");
  });
});
