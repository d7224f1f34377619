import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { open } from "../../src/store/database.ts";
import { memberships, sessions } from "../../src/store/schema.ts";
import { Browser, fieldsOf, forgeries, type Page, SAME_SITE, textOf } from "../browser.ts";
import { API, addClient, addOrganization, addResource, addUser, CALLBACK, decideClient, PASSWORD } from "../builders.ts";
import {
  approve,
  authorizationUrl,
  authorize,
  codeRequest,
  introspect,
  post,
  refreshRequest,
  responseOf,
  signIn,
  tokensOf,
} from "../flow.ts";
import { createServer, empty, form, ISSUER, type Server, snapshot } from "../harness.ts";

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
  fabrikam = await addOrganization("fabrikam", "approved", ada.userId);
  await addOrganization("northwind", "verified", ada.userId);
  await addOrganization("tailspin", "none", ada.userId);
  await addResource();
  await addClient("buildboard");
  await addClient("contoso-devops", { grant_types: [], redirect_uris: [] });
});

/** Ada, signed in, before the approval page. */
async function begin(changes: Parameters<typeof authorizationUrl>[0] = {}): Promise<Page> {
  const page = await browser.open(authorizationUrl(changes));
  return page.text.includes('name="password"') ? signIn(browser, page, ada.email) : page;
}

/** The tokens that follow from the page on which Approve was pressed, and what introspection says of them. */
async function redeem(page: Page) {
  const tokens = await tokensOf(await post(server, "/token", codeRequest(responseOf(page).get("code") ?? "")));
  return { ...tokens, claims: await introspect(server, tokens.access_token) };
}

const count = (table: "grants" | "families") =>
  env.DB.prepare(`SELECT count(*) AS n FROM ${table} WHERE revoked_at IS NULL`).first<number>("n");

/** The item of the list that has this text: its tags and words. */
const itemOf = (page: Page, title: string): string =>
  [...page.text.matchAll(/<li\b.*?<\/li>/gs)].map(([item]) => item).find((item) => item.includes(title)) ?? "";

describe("a request that began in one browser", () => {
  it("does not go on in another, so that nobody gets the code of a person to whom they sent their link", async () => {
    const attacker = new Browser(server);
    const { continue: sealed = "" } = fieldsOf(await attacker.open(authorizationUrl()), "/sign-in");
    const page = await begin();
    const before = await snapshot();
    for (const path of [`/sign-in?continue=${sealed}`, `/authorize?continue=${sealed}`])
      expect((await browser.open(path)).status).toBe(403);
    expect((await approve(browser, page, { continue: sealed })).status).toBe(403);
    const form = await browser.open("/sign-in?another=1");
    const typed = { continue: sealed, email: ada.email, password: PASSWORD };
    expect((await browser.submit(form, "/sign-in", typed)).status).toBe(403);
    expect(await snapshot()).toBe(before);
    expect((await attacker.open(`/authorize?continue=${sealed}`)).text).toContain('name="password"');
  });

  it("does not go on in a browser without any cookie", async () => {
    const { continue: sealed } = fieldsOf(await begin(), "/consent");
    const before = await snapshot();
    for (const path of [`/sign-in?continue=${sealed}`, `/authorize?continue=${sealed}`])
      expect((await new Browser(server).open(path)).status).toBe(403);
    expect(await snapshot()).toBe(before);
  });

  it("ends after half an hour", async () => {
    const page = await begin();
    const before = await snapshot();
    server.pass(30 * 60);
    const late = await approve(browser, page);
    expect(late.status).toBe(400);
    expect(textOf(late)).toContain("This sign-in has expired. Go back to the service and start again.");
    expect(await snapshot()).toBe(before);
  });
});

describe("the approval form", () => {
  it.each(forgeries)("with %s is a 403 and grants nothing", async (_, forgery) => {
    const page = await begin();
    const before = await snapshot();
    const response = await browser.forge(page, "/consent", forgery, { decision: "approve" });
    expect([response.status, response.headers.get("location")]).toEqual([403, null]);
    expect(await snapshot()).toBe(before);
  });

  it.each(forgeries)("with %s denies nothing either", async (_, forgery) => {
    const response = await browser.forge(await begin(), "/consent", forgery, { decision: "deny" });
    expect([response.status, response.headers.get("location")]).toEqual([403, null]);
  });

  it("is taken from a page without a referrer, of which browsers say that its origin is null", async () => {
    const response = await browser.forge(
      await begin(),
      "/consent",
      { headers: { origin: "null", "sec-fetch-site": "same-origin" } },
      { decision: "approve" },
    );
    expect(response.status).toBe(303);
  });

  it("of one request is no answer to another request of the same browser", async () => {
    const small = await begin();
    const large = await begin({ scope: "openid workitems.write" });
    const before = await snapshot();
    const crossed = await approve(browser, small, { continue: fieldsOf(large, "/consent")["continue"] ?? "" });
    expect(crossed.status).toBe(403);
    expect(await snapshot()).toBe(before);
  });

  it("of one person is not taken from another who signed in since", async () => {
    const page = await begin();
    const grace = await addUser("Grace");
    await signIn(browser, await browser.open("/sign-in?another=1"), grace.email);
    const before = await snapshot();
    expect((await approve(browser, page)).status).toBe(403);
    expect(await snapshot()).toBe(before);
  });

  it("leads to the sign-in when the session has ended, and grants nothing", async () => {
    const page = await begin();
    await open(env.DB).delete(sessions);
    const before = await snapshot();
    expect((await approve(browser, page)).text).toContain('name="password"');
    expect(await snapshot()).toBe(before);
  });

  it.each([
    ["no decision", {}],
    ["another decision", { decision: "yes" }],
    ["two decisions", { decision: ["deny", "approve"] }],
    ["no continue", { decision: "approve", continue: null }],
    ["a continue of its own making", { decision: "approve", continue: "A".repeat(200) }],
  ])("with %s is a page that says so, and grants nothing", async (_, fields) => {
    const page = await begin();
    const before = await snapshot();
    const answer = await browser.submit(page, "/consent", fields);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([400, "text/html; charset=utf-8"]);
    expect(await snapshot()).toBe(before);
  });

  it("cannot be altered: client, redirect URI, scopes and state are those of the request", async () => {
    await addClient("other", { redirect_uris: ["https://evil.example/callback"] });
    const answer = await approve(browser, await begin({ scope: "openid builds.read" }), {
      client_id: "other",
      redirect_uri: "https://evil.example/callback",
      state: "another",
      scope: ["builds.read", "workitems.read", "workitems.write", "email"],
      claim: ["birthdate"],
      resource: ["https://elsewhere.example"],
    });
    expect(responseOf(answer).get("state")).toBe("af0ifjsldkj");
    const { scope, claims } = await redeem(answer);
    expect(scope).toBe("openid builds.read");
    expect(claims).toMatchObject({ client_id: "buildboard", scope: "openid builds.read", aud: [API, ISSUER] });
    const { results } = await env.DB.prepare("SELECT client_id, scopes, claims FROM grants").all();
    expect(results).toEqual([{ client_id: "buildboard", scopes: '["openid","builds.read"]', claims: "[]" }]);
  });

  it("answers by a 303, in one trip to D1", async () => {
    const page = await begin();
    server.trips.reset();
    const response = await browser.forge(page, "/consent", { headers: SAME_SITE }, { decision: "approve" });
    expect(response.status).toBe(303);
    expect(response.headers.get("location")).toMatch(/^https:\/\/id\.example\/authorize\?continue=[\w.-]+$/);
    expect(server.trips).toMatchObject({ d1: 1, kv: 0 });
  });
});

describe("Approve", () => {
  it("pressed twice at once yields one code, and the other press an error page", async () => {
    const page = await begin();
    const answers = await Promise.all([approve(browser, page), approve(browser, page)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([303, 400]);
    expect([await count("grants"), await count("families")]).toEqual([1, 1]);
  });

  it("sent again after the code is an error page that grants nothing, and the code is still good", async () => {
    const page = await begin();
    const first = await approve(browser, page);
    const before = await snapshot();
    server.pass(1);
    const again = await approve(browser, page);
    expect(again.status).toBe(400);
    expect(textOf(again)).toContain("This request was answered before.");
    const back = await browser.open(`/authorize?continue=${fieldsOf(page, "/consent")["continue"]}`);
    expect([back.status, back.url.startsWith(ISSUER)]).toEqual([400, true]);
    expect(await snapshot()).toBe(before);
    expect((await redeem(first)).token_type).toBe("Bearer");
  });

  it("sent again after a revocation does not bring the authorization back", async () => {
    const page = await begin();
    responseOf(await approve(browser, page));
    server.pass(1);
    const settings = "/settings/authorizations";
    await browser.submit(await browser.open(settings), settings);
    server.pass(1);
    expect((await approve(browser, page)).status).toBe(400);
    expect(await count("grants")).toBe(0);
  });

  it("and Deny weigh the same: one look, side by side, Deny first so that the Enter key never approves", async () => {
    const { text } = await begin();
    const decision = /<div class="buttons">(.*?)<\/div>/s.exec(text)?.[1] ?? "";
    const buttons = [...decision.matchAll(/<button\b([^>]*name="decision"[^>]*)>(.*?)<\/button>/gs)];
    expect(buttons.map(([, , label]) => label)).toEqual(["Deny", "Approve"]);
    const [deny = "", other = ""] = buttons.map(([, attributes = ""]) => attributes.replace(/\bvalue="\w+"/, ""));
    expect(deny).toBe(other);
    expect(/<button\b[^>]*>/.exec(/<form[^>]*action="\/consent".*?<\/form>/s.exec(text)?.[0] ?? "")?.[0]).toContain("deny");
  });
});

describe("Deny", () => {
  it("tells the service access_denied, its state and the issuer, and nothing else", async () => {
    const page = await begin();
    const before = await snapshot();
    const answer = responseOf(await browser.submit(page, "/consent", { decision: "deny" }));
    expect(Object.fromEntries(answer)).toEqual({
      error: "access_denied",
      error_description: "The person denied the request.",
      state: "af0ifjsldkj",
      iss: ISSUER,
    });
    expect(await snapshot()).toBe(before);
  });

  it("leaves what was approved before as it was", async () => {
    const { refresh_token } = await redeem(await approve(browser, await begin()));
    server.pass(1);
    const more = await begin({ scope: "openid workitems.write" });
    expect(responseOf(await browser.submit(more, "/consent", { decision: "deny" })).get("error")).toBe("access_denied");
    expect((await post(server, "/token", refreshRequest(refresh_token))).status).toBe(200);
  });

  it("can be followed by Approve on a page that was left open, as long as there was no code", async () => {
    const page = await begin();
    await browser.submit(page, "/consent", { decision: "deny" });
    expect(responseOf(await approve(browser, page)).get("code")).toMatch(/^csc_/);
  });
});

describe("permissions", () => {
  it("that were ticked off are in no token and not in the grant", async () => {
    const page = await approve(browser, await begin(), { scope: ["builds.read"] });
    const { claims, scope, id_token } = await redeem(page);
    expect(scope).toBe("openid offline_access builds.read");
    expect(claims["scope"]).toBe("openid offline_access builds.read");
    const payload = atob((id_token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/"));
    expect(JSON.parse(payload)).not.toHaveProperty("name");
    expect(await env.DB.prepare("SELECT scopes FROM grants").first("scopes")).toBe('["openid","offline_access","builds.read"]');
  });

  it("are asked for again when the service comes back for one that was ticked off", async () => {
    responseOf(await approve(browser, await begin(), { scope: ["builds.read"] }));
    server.pass(1);
    const page = await begin();
    expect(itemOf(page, "See workitems")).toContain("Left out last time");
    expect(itemOf(page, "See workitems")).not.toContain("New");
    expect(itemOf(page, "See builds")).not.toMatch(/New|Left out/);
  });

  it("that are all ticked off are an error on the page, where the ticks stay as they were", async () => {
    const page = await begin({ scope: "builds.read workitems.read" });
    const before = await snapshot();
    const refused = await approve(browser, page, { scope: null, reach: "chosen", organization: [contoso] });
    expect(refused.status).toBe(400);
    expect(textOf(refused)).toContain("Nothing is ticked. Tick at least one permission to approve, or deny the request.");
    expect(fieldsOf(refused, "/consent")).toMatchObject({ reach: "chosen", organization: contoso });
    expect(fieldsOf(refused, "/consent")).not.toHaveProperty("scope");
    expect(await snapshot()).toBe(before);
    expect(responseOf(await approve(browser, refused, { scope: "builds.read" })).get("code")).toMatch(/^csc_/);
  });

  it("are told in words, in groups of what may be seen and what may be changed, the risky ones marked", async () => {
    const page = await begin({ scope: "openid email workitems.read workitems.write builds.read" });
    const legends = [...page.text.matchAll(/<legend>(.*?)<\/legend>/gs)].map(([, legend = ""]) =>
      legend.replace(/<[^>]+>/g, ""),
    );
    expect(legends).toEqual([
      "About you",
      "See in Contoso DevOps",
      "Change in Contoso DevOps",
      "In which organizations",
      "For how long",
    ]);
    expect(itemOf(page, "Change workitems")).toContain("High risk");
    expect(itemOf(page, "Your email address")).toContain(ada.email);
    expect(itemOf(page, "Recognise you")).toContain("Always included");
  });

  it("that are new since last time are marked, those from before are not, and those that stay are named", async () => {
    responseOf(await approve(browser, await begin({ scope: "openid email builds.read" })));
    server.pass(24 * 3600);
    const page = await begin({ scope: "openid builds.read workitems.write" });
    expect(textOf(page)).toContain("Buildboard asks for your approval again");
    expect(textOf(page)).toContain("You approved this service before, on 24 November 2026");
    expect(itemOf(page, "Change workitems")).toContain('<span class="tag new">New</span>');
    for (const known of ["Recognise you", "See builds"]) expect(itemOf(page, known)).not.toContain("New");
    expect(textOf(page)).toContain("It also keeps what you approved before and it does not ask for now: Your email address .");
  });

  it("of a service that asks for the first time bear no mark of being new", async () => {
    expect((await begin()).text).not.toContain('class="tag new"');
  });

  it("to claims asked for one by one are given only where they are ticked", async () => {
    const claims = JSON.stringify({ userinfo: { birthdate: null, phone_number: null } });
    const page = await begin({ claims, scope: "openid email" });
    expect(textOf(page)).toContain("Your date of birth");
    responseOf(await approve(browser, page, { claim: ["phone_number", "gender"] }));
    expect(await env.DB.prepare("SELECT claims FROM grants").first("claims")).toBe('["phone_number"]');
  });
});

describe("how long", () => {
  it("is told plainly for access when the person is away", async () => {
    const text = textOf(await begin());
    expect(text).toContain("Also when you are not here. Buildboard can use this access while you are away.");
    expect(text).toContain("It ends by itself when it is not used for 30 days, and after 1 year at the latest.");
  });

  it("is told plainly for access while the person is there", async () => {
    const text = textOf(await begin({ scope: "openid builds.read" }));
    expect(text).toContain("Only while you are here. Its access ends 5 minutes after you return to it.");
    expect(text).not.toContain("Also when you are not here.");
  });
});

describe("organizations", () => {
  it("are listed with what their policy says of this service", async () => {
    const page = await begin();
    expect(itemOf(page, "Contoso")).toMatch(/Allowed.*lets in every service that its members approve/s);
    expect(itemOf(page, "Fabrikam")).toMatch(/Needs approval.*until its owners approve this service/s);
    expect(itemOf(page, "Northwind")).toContain("Needs approval");
    expect(itemOf(page, "Tailspin")).toMatch(/ disabled.*Refused.*lets no outside service in/s);
  });

  it("are not asked about when nothing in them can be reached", async () => {
    const page = await begin({ scope: "openid profile" });
    expect(textOf(page)).not.toContain("In which organizations");
    responseOf(await approve(browser, page));
    expect(await env.DB.prepare("SELECT organizations FROM grants").first("organizations")).toBe("[]");
  });

  it("of a person are in the token as far as their policies let the service in", async () => {
    expect((await redeem(await approve(browser, await begin()))).claims["organizations"]).toEqual(["contoso"]);
  });

  it("that let in verified publishers let in one that is, and say so", async () => {
    await addClient("northstar", {}, { name: "Northstar Tools", verifiedAt: Date.UTC(2026, 0, 2) });
    const page = await begin({ client_id: "northstar" });
    expect(itemOf(page, "Northwind")).toMatch(/Allowed.*services of verified publishers/s);
  });

  it("are those that the person chose", async () => {
    await decideClient(fabrikam, "buildboard", "approved");
    const page = await begin();
    expect(itemOf(page, "Fabrikam")).toMatch(/Allowed.*Its owners approved this service/s);
    const { claims } = await redeem(await approve(browser, page, { reach: "chosen", organization: [fabrikam] }));
    expect(claims["organizations"]).toEqual(["fabrikam"]);
  });

  it("that the person chose stay closed until the policy lets the service in, and open with the next refresh", async () => {
    const page = await approve(browser, await begin(), { reach: "chosen", organization: [fabrikam] });
    const { claims, refresh_token } = await redeem(page);
    expect(claims["organizations"]).toEqual([]);
    await decideClient(fabrikam, "buildboard", "approved");
    const next = await tokensOf(await post(server, "/token", refreshRequest(refresh_token)));
    expect((await introspect(server, next.access_token))["organizations"]).toEqual(["fabrikam"]);
    await decideClient(fabrikam, "buildboard", "denied");
    const last = await tokensOf(await post(server, "/token", refreshRequest(next.refresh_token)));
    expect((await introspect(server, last.access_token))["organizations"]).toEqual([]);
  });

  it("that the person has left are in the next token no more", async () => {
    const { claims, refresh_token } = await redeem(await approve(browser, await begin()));
    expect(claims["organizations"]).toEqual(["contoso"]);
    await open(env.DB).delete(memberships);
    const next = await tokensOf(await post(server, "/token", refreshRequest(refresh_token)));
    expect((await introspect(server, next.access_token))["organizations"]).toEqual([]);
  });

  it("that are not the person's cannot be added by hand", async () => {
    const foreign = await addOrganization("adventure", "all");
    const fields = { reach: "chosen", organization: [contoso, foreign, "aaunknown", "' OR 1=1 --"] };
    const { claims } = await redeem(await approve(browser, await begin(), fields));
    expect(claims["organizations"]).toEqual(["contoso"]);
    expect(await env.DB.prepare("SELECT organizations FROM grants").first("organizations")).toBe(JSON.stringify([contoso]));
  });

  it("must be chosen where only chosen ones are to be reached", async () => {
    const page = await begin();
    const before = await snapshot();
    const refused = await approve(browser, page, { reach: "chosen" });
    expect(refused.status).toBe(400);
    expect(textOf(refused)).toContain("Choose at least one organization");
    expect(await snapshot()).toBe(before);
  });

  it("are not widened by a field that is missing", async () => {
    const refused = await approve(browser, await begin(), { reach: null });
    expect(refused.status).toBe(400);
    expect(await count("grants")).toBe(0);
  });

  it("chosen earlier stay chosen through a consent that does not ask about them", async () => {
    responseOf(await approve(browser, await begin(), { reach: "chosen", organization: [contoso] }));
    server.pass(1);
    responseOf(await approve(browser, await begin({ scope: "openid email" })));
    expect(await env.DB.prepare("SELECT organizations FROM grants").first("organizations")).toBe(JSON.stringify([contoso]));
    server.pass(1);
    const page = await begin({ scope: "openid workitems.write" });
    expect(fieldsOf(page, "/consent")).toMatchObject({ reach: "chosen", organization: contoso });
  });
});

describe("prompt=none", () => {
  const silently = async (changes: Parameters<typeof authorizationUrl>[0] = {}) => {
    const redirectUri = typeof changes["redirect_uri"] === "string" ? changes["redirect_uri"] : CALLBACK;
    return responseOf(await browser.open(authorizationUrl({ prompt: "none", ...changes })), redirectUri);
  };

  it("without a session is login_required", async () => {
    expect(Object.fromEntries(await silently())).toMatchObject({ error: "login_required", state: "af0ifjsldkj", iss: ISSUER });
  });

  it("without a consent that covers the request is consent_required", async () => {
    await signIn(browser, await browser.open("/sign-in"), ada.email);
    expect((await silently()).get("error")).toBe("consent_required");
    await authorize(browser, ada.email);
    server.pass(1);
    expect((await silently()).get("code")).toMatch(/^csc_/);
    expect((await silently({ scope: "openid workitems.write" })).get("error")).toBe("consent_required");
    expect((await silently({ claims: '{"userinfo":{"phone_number":null}}' })).get("error")).toBe("consent_required");
  });

  it("of a public client whose answer goes to a program on the device is consent_required, whatever was approved", async () => {
    const redirect_uri = "http://127.0.0.1:51004/callback";
    await addClient("cli", {
      token_endpoint_auth_method: "none",
      application_type: "native",
      redirect_uris: ["http://127.0.0.1/callback"],
    });
    const changes = { client_id: "cli", redirect_uri };
    expect((await authorize(browser, ada.email, changes)).get("code")).toMatch(/^csc_/);
    server.pass(1);
    expect((await silently(changes)).get("error")).toBe("consent_required");
    expect((await browser.open(authorizationUrl(changes))).text).toContain('action="/consent"');
  });
});

describe("who asks", () => {
  it("is marked where nobody has verified them", async () => {
    const text = textOf(await begin());
    expect(text).toContain("Publisher unknown Unverified");
    expect(text).toContain("We have not checked who runs this service.");
    expect(text).toContain("Approve only if you trust buildboard.example");
  });

  it("is marked as unverified when only a name is known, and as verified once it was checked", async () => {
    await addClient("claimed", {}, { name: "Northstar Tools", verifiedAt: null });
    expect(textOf(await begin({ client_id: "claimed" }))).toContain("by Northstar Tools Unverified");
    await addClient("checked", {}, { name: "Northstar Tools", verifiedAt: Date.UTC(2026, 0, 2) });
    const text = textOf(await begin({ client_id: "checked" }));
    expect(text).toContain("by Northstar Tools Verified publisher");
    expect(text).toContain("checked on 2 January 2026");
    expect(text).not.toContain("Unverified");
    expect(text).not.toContain("We have not checked");
  });

  it("is told with the host that the answer goes to, the identifier, and how to tell that the page is ours", async () => {
    const text = textOf(await begin());
    expect(text).toContain("You go back to buildboard.example");
    expect(text).toContain("Identifier buildboard");
    expect(text).toContain(`The address bar of your browser must begin with ${ISSUER}`);
    expect(text).toContain("Decided by Ada Example ada@contoso.example Use another account");
  });

  it.each([
    ["a right-to-left override", "Google\u202egnp.exe", "Googlegnp.exe", "invisible characters"],
    ["a zero-width space", "Goo\u200bgle", "Google", "invisible characters"],
    ["bidi isolates that are not closed", "\u2067Build\u2066board", "Buildboard", "invisible characters"],
    ["a Cherokee letter for a Latin one", "\u13c0oogle", "\u13c0oogle", "mixes letters of several alphabets"],
    ["Cyrillic letters for Latin ones", "\u0421\u0430\u0455\u0435", "\u0421\u0430\u0455\u0435", "only look like ordinary ones"],
    ["300 characters", "x".repeat(300), `${"x".repeat(80)}…`, undefined],
    ["lines of its own", "Buildboard\r\n\r\nVerified publisher", "Buildboard Verified publisher", undefined],
    ["an element", "<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)&gt;", undefined],
    [
      "the end of a bdi",
      '</bdi></h1><a href="//evil.example">',
      "&lt;/bdi&gt;&lt;/h1&gt;&lt;a href=&quot;//evil.example&quot;&gt;",
      undefined,
    ],
    ["nothing that can be seen", "\u200b\u2060", "A service without a name", "invisible characters"],
  ])("may have a name with %s, which is shown cleaned, kept apart, and told of", async (_, client_name, shown, warning) => {
    await addClient("hostile", { client_name, redirect_uris: ["https://evil.example/callback"] });
    const request = { client_id: "hostile", redirect_uri: "https://evil.example/callback" };
    const first = await browser.open(authorizationUrl(request));
    const page = await signIn(browser, first, ada.email);
    for (const { text } of [first, page]) {
      expect(text).toContain(`<bdi>${shown}</bdi>`);
      expect(text).not.toMatch(/<img|[\u200b-\u200f\u202a-\u202e\u2060-\u2069]|<a href="\/\//);
      expect(text.split("<bdi>").length).toBe(text.split("</bdi>").length);
    }
    expect(/<h1>(.*?)<\/h1>/s.exec(page.text)?.[1]).toBe(`<bdi>${shown}</bdi> asks to act in your name`);
    expect(textOf(page)).toContain("We have not checked who runs this service.");
    expect(textOf(page)).toContain("You go back to evil.example");
    if (warning === undefined) expect(textOf(page)).not.toContain("Look at the address that you go back to");
    else expect(textOf(page)).toContain(warning);
  });

  it.each(["javascript:alert(1)", "data:image/svg+xml,<svg/>", "http://logo.example/a.png", "https://logo.example/a.png"])(
    "does not learn who looks at the page by a logo: %s",
    async (logo_uri) => {
      await addClient("logo", { logo_uri });
      const page = await begin({ client_id: "logo" });
      expect(page.text).not.toMatch(/<img|<image|logo\.example|javascript:|data:image/);
      expect(page.headers.get("content-security-policy")).toContain("img-src 'self'");
    },
  );

  it("has no link that is anything but a web address, and none that tells where the person came from", async () => {
    await addClient("links", { client_uri: "javascript:alert(1)", policy_uri: "https://links.example/privacy" });
    const { text } = await begin({ client_id: "links" });
    expect(text).not.toContain("javascript:");
    expect(text).toContain('<a href="https://links.example/privacy" target="_blank" rel="noreferrer noopener">');
  });

  it("may be a program on the device, of which the page says that we cannot tell which", async () => {
    const redirect_uri = "http://127.0.0.1:51004/callback";
    await addClient("cli", {
      token_endpoint_auth_method: "none",
      application_type: "native",
      redirect_uris: ["http://127.0.0.1/callback"],
    });
    const text = textOf(await begin({ client_id: "cli", redirect_uri }));
    expect(text).toContain("The answer goes to an app on this device. We cannot tell which app receives it.");
    expect(text).toContain("You go back to 127.0.0.1:51004 , an address on this device");
  });
});

describe("the approval page", () => {
  it("cannot be framed, cached or told on by a referrer", async () => {
    const page = await begin();
    expect(Object.fromEntries(page.headers)).toMatchObject({
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
      "x-frame-options": "DENY",
      "x-content-type-options": "nosniff",
    });
    expect(page.text).not.toMatch(/<script|\sstyle="|\son[a-z]+="/);
  });

  it.each([
    ["https://buildboard.example/callback", "https://buildboard.example https:"],
    ["https://buildboard.example:8443/callback?tenant=a", "https://buildboard.example:8443 https:"],
    ["http://127.0.0.1:51004/callback", "http://127.0.0.1:51004 https: http://localhost:* http://127.0.0.1:*"],
    ["http://[::1]:51004/callback", "http: https: http://localhost:* http://127.0.0.1:*"],
    ["com.example.app:/callback", "com.example.app: https:"],
  ])("lets its form lead to %s, and on from there", async (redirect_uri, source) => {
    const registered = redirect_uri.replace(":51004", "");
    await addClient("target", { application_type: "native", redirect_uris: [registered] });
    const page = await begin({ client_id: "target", redirect_uri });
    const policy = page.headers.get("content-security-policy") ?? "";
    expect(/form-action ([^;]*)/.exec(policy)?.[1]).toBe(`'self' ${source}`);
    expect(policy).toMatch(/^default-src 'none'; style-src 'self';.*frame-ancestors 'none'$/);
    expect(responseOf(await approve(browser, page), redirect_uri).get("code")).toMatch(/^csc_/);
  });

  it("lets the person go on with another account", async () => {
    const grace = await addUser("Grace");
    const page = await begin();
    const link = /<a href="(\/sign-in\?continue=[^"]*another=1)">/.exec(page.text)?.[1]?.replaceAll("&amp;", "&") ?? "";
    const other = await signIn(browser, await browser.open(link), grace.email);
    expect(textOf(other)).toContain("Decided by Grace Example");
    const { claims } = await redeem(await approve(browser, other));
    expect(claims["sub"]).toBe(grace.userId);
  });

  it("is not reached by a GET of the form's address", async () => {
    const page = await begin();
    const before = await snapshot();
    const query = form({ ...fieldsOf(page, "/consent"), decision: "approve" });
    const answer = await browser.open(`/consent?${query}`);
    expect([answer.status, answer.headers.get("allow")]).toEqual([405, "POST"]);
    expect(await snapshot()).toBe(before);
  });
});
