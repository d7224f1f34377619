import { beforeEach, describe, expect, it } from "vitest";
import { Browser, fieldsOf, type Page, textOf } from "../browser.ts";
import { addClient, addOrganization, addResource, addUser, CALLBACK, PASSWORD, SECRET } from "../builders.ts";
import {
  approve,
  authorizationUrl,
  authorize as authorizeAt,
  codeRequest,
  introspect,
  obtainTokens,
  post,
  responseOf,
  signIn,
  tokensOf,
} from "../flow.ts";
import { basic, createServer, empty, form, ISSUER, type Server, snapshot } from "../harness.ts";

type Changes = NonNullable<Parameters<typeof authorizationUrl>[0]>;

const PORT = "http://127.0.0.1:51004/callback";

let server: Server;
let browser: Browser;
let ada: { userId: string; email: string };
let grace: { userId: string; email: string };

beforeEach(async () => {
  await empty();
  server = createServer();
  browser = new Browser(server);
  ada = await addUser("Ada");
  grace = await addUser("Grace");
  await addOrganization("contoso", "all", ada.userId, grace.userId);
  await addResource();
  await addClient("buildboard");
  await addClient("contoso-devops", { grant_types: [], redirect_uris: [] });
});

/** Which page the browser is on, or the error or the code that the service got. */
function stepOf(page: Page, redirectUri = CALLBACK): string {
  if (page.url.startsWith(redirectUri)) return responseOf(page, redirectUri).get("error") ?? "code";
  if (page.text.includes('name="password"')) return "password";
  if (page.text.includes('name="choice"')) return "choice";
  return page.text.includes('action="/consent"') ? "consent" : textOf(page);
}

/** Goes through the flow, after which time passes: what follows is a request of its own. */
const authorize: typeof authorizeAt = async (...flow) => {
  const response = await authorizeAt(...flow);
  server.pass(1);
  return response;
};

const step = async (changes: Changes = {}): Promise<string> => stepOf(await browser.open(authorizationUrl(changes)));

const payloadOf = (token: string): Record<string, unknown> =>
  JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(base64(token.split(".")[1] ?? "")), (char) => char.charCodeAt(0))));
const base64 = (text: string): string => text.replaceAll("-", "+").replaceAll("_", "/");

/** The ID token's claims for the code of a page that went back to the service. */
async function idTokenOf(page: Page): Promise<Record<string, unknown>> {
  const code = responseOf(page).get("code") ?? "";
  return payloadOf((await tokensOf(await post(server, "/token", codeRequest(code)))).id_token);
}

describe("prompt=none", () => {
  it("gets login_required while nobody is signed in, and shows no page", async () => {
    const before = await snapshot();
    const response = await browser.send(authorizationUrl({ prompt: "none" }));
    expect(new URL(response.headers.get("location") ?? "").searchParams.get("error")).toBe("login_required");
    expect(await snapshot()).toBe(before);
  });

  it("gets consent_required where the person has not approved the client, or not so much", async () => {
    await addClient("other");
    await authorize(browser, ada.email);
    const before = await snapshot();
    expect(await step({ prompt: "none", client_id: "other" })).toBe("consent_required");
    expect(await step({ prompt: "none", scope: "openid workitems.write" })).toBe("consent_required");
    expect(await step({ prompt: "none", claims: '{"id_token":{"email":null}}' })).toBe("consent_required");
    expect(await snapshot()).toBe(before);
  });

  it("gets a code where the person has approved as much or more", async () => {
    await authorize(browser, ada.email);
    expect(await step({ prompt: "none" })).toBe("code");
    expect(await step({ prompt: "none", scope: "openid builds.read" })).toBe("code");
  });

  it("gets login_required once the session has ended, by sign-out or by age", async () => {
    await authorize(browser, ada.email);
    const copy = new Map(browser.cookies);
    server.pass(14 * 24 * 3600 + 1);
    expect(await step({ prompt: "none" })).toBe("login_required");
    await authorize(browser, ada.email);
    await browser.submit(await browser.open("/sign-out"), "/sign-out");
    expect(await step({ prompt: "none" })).toBe("login_required");
    for (const [name, value] of copy) browser.cookies.set(name, value);
    expect(await step({ prompt: "none" })).toBe("login_required");
  });

  it("gets consent_required once the person has revoked the service", async () => {
    await authorize(browser, ada.email);
    await browser.submit(await browser.open("/settings/authorizations"), "/settings/authorizations");
    server.pass(1);
    expect(await step({ prompt: "none" })).toBe("consent_required");
  });

  it("never gets a code to where any program on the device may be listening", async () => {
    await addClient("cli", {
      token_endpoint_auth_method: "none",
      application_type: "native",
      redirect_uris: ["http://127.0.0.1/callback"],
    });
    const request = { client_id: "cli", redirect_uri: PORT };
    await authorize(browser, ada.email, request);
    const page = await browser.open(authorizationUrl({ ...request, prompt: "none" }));
    expect(stepOf(page, PORT)).toBe("consent_required");
    expect(stepOf(await browser.open(authorizationUrl(request)), PORT)).toBe("consent");
  });

  it.each(["none login", "login none", "none consent", "none select_account"])(
    "cannot stand beside another value: %j",
    async (prompt) => {
      await authorize(browser, ada.email);
      expect(await step({ prompt })).toBe("invalid_request");
    },
  );
});

describe("prompt=login", () => {
  it("asks for the password although the person is signed in, and the ID token tells the new time", async () => {
    const first = payloadOf((await obtainTokens(server, browser, ada.email)).id_token);
    const cookies = new Map(browser.cookies);
    server.pass(100);
    const page = await browser.open(authorizationUrl({ prompt: "login" }));
    expect(stepOf(page)).toBe("password");
    expect(fieldsOf(page, "/sign-in")["email"]).toBe(ada.email);
    const again = await idTokenOf(await signIn(browser, page, ada.email));
    expect(Number(again["auth_time"]) - Number(first["auth_time"])).toBe(100);
    expect(again["sub"]).toBe(ada.userId);
    expect([...browser.cookies]).not.toEqual([...cookies]);
  });

  it("is not satisfied by reloading, nor by a wrong password, nor by a person who signed in before", async () => {
    await authorize(browser, ada.email);
    const page = await browser.open(authorizationUrl({ prompt: "login" }));
    const { search } = new URL(page.url);
    expect(stepOf(await browser.open(`/authorize${search}`))).toBe("password");
    expect(stepOf(await signIn(browser, page, ada.email, "wrong-horse"))).toBe("password");
    expect(stepOf(await browser.open(`/authorize${search}`))).toBe("password");
  });
});

describe("prompt=consent", () => {
  it("asks again for what was approved, and goes on once it is", async () => {
    await authorize(browser, ada.email);
    const page = await browser.open(authorizationUrl({ prompt: "consent" }));
    expect(stepOf(page)).toBe("consent");
    expect(stepOf(await approve(browser, page))).toBe("code");
    expect(JSON.parse(await snapshot())[0][1]).toHaveLength(1);
  });

  it("beside login asks for both, one after the other", async () => {
    await authorize(browser, ada.email);
    const page = await signIn(browser, await browser.open(authorizationUrl({ prompt: "login consent" })), ada.email);
    expect(stepOf(page)).toBe("consent");
    expect(stepOf(await approve(browser, page))).toBe("code");
  });
});

describe("prompt=select_account", () => {
  it("lets the person go on as who they are, without a password and without a new sign-in time", async () => {
    const first = payloadOf((await obtainTokens(server, browser, ada.email)).id_token);
    server.pass(100);
    const page = await browser.open(authorizationUrl({ prompt: "select_account" }));
    expect(stepOf(page)).toBe("choice");
    expect(textOf(page)).toContain("Continue as Ada Example");
    const sent = await browser.submit(page, "/sign-in");
    expect((await idTokenOf(sent))["auth_time"]).toBe(first["auth_time"]);
  });

  it("lets the person take another account, who is asked to approve for themselves", async () => {
    await authorize(browser, ada.email);
    const choice = await browser.open(authorizationUrl({ prompt: "select_account" }));
    const another = /href="(\/sign-in\?[^"]*another=1)"/.exec(choice.text)?.[1] ?? "";
    const page = await signIn(browser, await browser.open(another.replaceAll("&amp;", "&")), grace.email);
    expect(stepOf(page)).toBe("consent");
    expect((await idTokenOf(await approve(browser, page)))["sub"]).toBe(grace.userId);
  });

  it("counts for the request that it was asked for, and not for the next", async () => {
    await authorize(browser, ada.email);
    await browser.submit(await browser.open(authorizationUrl({ prompt: "select_account" })), "/sign-in");
    server.pass(1);
    expect(await step({ prompt: "select_account" })).toBe("choice");
  });
});

describe("max_age", () => {
  it.each([
    [60, 59, "code"],
    [60, 60, "code"],
    [60, 61, "password"],
    [0, 1, "password"],
    [1, 2, "password"],
  ])("of %i: a sign-in %i seconds ago leads to %s", async (maxAge, age, expected) => {
    await authorize(browser, ada.email);
    server.pass(age - 1);
    expect(await step({ max_age: String(maxAge) })).toBe(expected);
    const silent = expected === "code" ? "code" : "login_required";
    expect(await step({ max_age: String(maxAge), prompt: "none" })).toBe(silent);
  });

  it("is met by signing in anew, and the ID token tells the new time", async () => {
    const first = payloadOf((await obtainTokens(server, browser, ada.email)).id_token);
    server.pass(100);
    const page = await browser.open(authorizationUrl({ max_age: "1" }));
    server.pass(30);
    const again = await idTokenOf(await signIn(browser, page, ada.email));
    expect(Number(again["auth_time"]) - Number(first["auth_time"])).toBe(130);
  });

  it("that passes while a page lies open asks for the password, and not for a choice that leads nowhere", async () => {
    await signIn(browser, await browser.open("/sign-in"), ada.email);
    server.pass(55);
    const page = await browser.open(authorizationUrl({ max_age: "60", prompt: "select_account" }));
    expect(stepOf(page)).toBe("choice");
    server.pass(10);
    const again = await browser.submit(page, "/sign-in");
    expect(stepOf(again)).toBe("password");
    expect(stepOf(await signIn(browser, again, ada.email))).toBe("consent");
  });

  it("may be registered as default_max_age, which the request's own goes before", async () => {
    await addClient("strict", { default_max_age: 60 });
    await authorize(browser, ada.email, { client_id: "strict" });
    server.pass(61);
    expect(await step({ client_id: "strict" })).toBe("password");
    expect(await step({ client_id: "strict", max_age: "3600" })).toBe("code");
  });
});

describe("login_hint", () => {
  it("stands in the form, and whoever signs in is whom the token names", async () => {
    const page = await browser.open(authorizationUrl({ login_hint: ada.email }));
    expect(fieldsOf(page, "/sign-in")["email"]).toBe(ada.email);
    const sent = await approve(browser, await signIn(browser, page, grace.email));
    expect((await idTokenOf(sent))["sub"]).toBe(grace.userId);
  });

  it.each([`"><script>alert(1)</script>`, "no address", "a@b@c"])("that is no address, %j, is left out", async (login_hint) => {
    const page = await browser.open(authorizationUrl({ login_hint }));
    expect(fieldsOf(page, "/sign-in")["email"]).toBe("");
    expect(page.text).not.toContain("alert(1)");
  });
});

describe("ui_locales and acr_values", () => {
  it("are wishes, which stop nobody", async () => {
    await authorize(browser, ada.email);
    expect(await step({ ui_locales: "fr-CA fr en", acr_values: "urn:unknown phr", prompt: "none" })).toBe("code");
  });
});

describe("id_token_hint", () => {
  it("of the person who is signed in lets them through, also when it has expired", async () => {
    const { id_token } = await obtainTokens(server, browser, ada.email);
    expect(await step({ id_token_hint: id_token, prompt: "none" })).toBe("code");
    server.pass(24 * 3600);
    expect(await step({ id_token_hint: id_token, prompt: "none" })).toBe("code");
  });

  it("of another person gets login_required with prompt=none, and switches nobody's account", async () => {
    const { id_token } = await obtainTokens(server, new Browser(server), grace.email);
    await authorize(browser, ada.email);
    const before = await snapshot();
    expect(await step({ id_token_hint: id_token, prompt: "none" })).toBe("login_required");
    expect(await snapshot()).toBe(before);
  });

  it("of another person asks for that person's password, and takes nobody else's", async () => {
    const { id_token } = await obtainTokens(server, new Browser(server), grace.email);
    await authorize(browser, ada.email);
    const page = await browser.open(authorizationUrl({ id_token_hint: id_token }));
    expect(stepOf(page)).toBe("password");
    expect(stepOf(await signIn(browser, page, ada.email))).toBe("login_required");
    server.pass(1);
    const again = await browser.open(authorizationUrl({ id_token_hint: id_token }));
    expect((await idTokenOf(await signIn(browser, again, grace.email)))["sub"]).toBe(grace.userId);
  });

  it("must be an ID token that this client got from us", async () => {
    await addClient("other");
    const own = await obtainTokens(server, browser, ada.email);
    const { searchParams } = new URL((await browser.open(authorizationUrl({ client_id: "other" }))).url);
    expect(searchParams.has("error")).toBe(false);
    const response = await authorize(browser, ada.email, { client_id: "other" });
    const foreign = await tokensOf(
      await post(server, "/token", codeRequest(response.get("code") ?? ""), basic("other", SECRET)),
    );
    const [header = "", payload = "", signature = ""] = own.id_token.split(".");
    const claims = JSON.stringify({ ...payloadOf(own.id_token), sub: grace.userId });
    const unsigned = [`{"alg":"none"}`, claims].map((part) => btoa(part).replace(/=+$/, "")).join(".");
    for (const [what, hint] of [
      ["of another client", foreign.id_token],
      ["an access token", own.access_token],
      ["unsigned", `${unsigned}.`],
      ["with other claims", `${header}.${btoa(claims).replace(/=+$/, "")}.${signature}`],
      ["without signature", `${header}.${payload}.`],
    ] as const)
      expect([what, await step({ id_token_hint: hint, prompt: "none" })]).toEqual([what, "invalid_request"]);
  });
});

describe("the claims parameter", () => {
  const ACR = "urn:countersign:acr:password";
  const acr = (request: unknown) => JSON.stringify({ id_token: { acr: request } });

  it.each<[string, unknown, string]>([
    ["essential, whatever it is", { essential: true }, "code"],
    ["essential and ours", { essential: true, value: ACR }, "code"],
    ["essential and ours among others", { essential: true, values: ["urn:other", ACR] }, "code"],
    ["essential and another", { essential: true, value: "urn:other" }, "unmet_authentication_requirements"],
    [
      "essential and one of others",
      { essential: true, values: ["urn:other", "urn:more"] },
      "unmet_authentication_requirements",
    ],
    ["voluntary and another", { value: "urn:other" }, "code"],
    ["null", null, "code"],
  ])("with acr %s", async (_, request, expected) => {
    await authorize(browser, ada.email);
    expect(await step({ claims: acr(request), prompt: "none" })).toBe(expected);
  });

  it("with the sub of another person asks for a password, and not whether to go on as who is signed in", async () => {
    await authorize(browser, ada.email);
    const page = await browser.open(authorizationUrl({ claims: JSON.stringify({ id_token: { sub: { value: "aaother" } } }) }));
    expect(page.text).toContain('name="password"');
  });

  it.each<[string, (own: string, other: string) => unknown, string]>([
    ["of the person who is signed in", (own) => ({ value: own }), "code"],
    ["among those named", (own, other) => ({ values: [other, own] }), "code"],
    ["of another person", (_, other) => ({ value: other }), "login_required"],
    ["not among those named", (_, other) => ({ values: [other] }), "login_required"],
    ["essential without a value", () => ({ essential: true }), "code"],
  ])("with sub %s", async (_, request, expected) => {
    await authorize(browser, ada.email);
    for (const place of ["id_token", "userinfo"]) {
      const claims = JSON.stringify({ [place]: { sub: request(ada.userId, grace.userId) } });
      expect(await step({ claims, prompt: "none" })).toBe(expected);
    }
  });

  it("asks the person for each claim, and a claim that they did not tick is not given", async () => {
    const claims = JSON.stringify({ id_token: { email: { essential: true }, email_verified: null } });
    const page = await signIn(browser, await browser.open(authorizationUrl({ scope: "openid", claims })), ada.email);
    expect(fieldsOf(page, "/consent")["claim"]).toEqual(["email", "email_verified"]);
    const given = await idTokenOf(await approve(browser, page, { claim: "email_verified" }));
    expect(given).toMatchObject({ email_verified: true });
    expect(given).not.toHaveProperty("email");
  });

  it("may name what we do not know, which changes nothing", async () => {
    await authorize(browser, ada.email);
    const claims = JSON.stringify({ id_token: { __proto__x: null, shoe_size: { essential: true } }, more: { a: 1 } });
    expect(await step({ claims, prompt: "none" })).toBe("code");
  });
});

describe("two requests at once in one browser", () => {
  it("each keep their own state, nonce and scope, whichever is finished first", async () => {
    const requests = ["one", "two"].map((name) => ({ state: `state-${name}`, nonce: `nonce-${name}` }));
    const first = await browser.open(authorizationUrl({ ...requests[0], scope: "openid builds.read" }));
    const second = await browser.open(authorizationUrl({ ...requests[1], scope: "openid workitems.read" }));
    const secondConsent = await signIn(browser, second, ada.email);
    server.pass(1);
    const firstConsent = await browser.open(`/authorize?continue=${fieldsOf(first, "/sign-in")["continue"]}`);
    const firstSent = await approve(browser, firstConsent);
    server.pass(1);
    const secondSent = await approve(browser, secondConsent);
    for (const [index, sent, scope] of [
      [1, secondSent, "openid workitems.read"],
      [0, firstSent, "openid builds.read"],
    ] as const) {
      const response = responseOf(sent);
      expect(response.get("state")).toBe(requests[index]?.state);
      const tokens = await tokensOf(await post(server, "/token", codeRequest(response.get("code") ?? "")));
      expect(payloadOf(tokens.id_token)["nonce"]).toBe(requests[index]?.nonce);
      expect(tokens.scope).toBe(scope);
      expect(await introspect(server, tokens.access_token)).toMatchObject({ active: true });
    }
  });

  it("do not mix when the second sign-in replaces the session of the first: its form is refused, its link goes on", async () => {
    const first = await browser.open(authorizationUrl({ state: "first" }));
    const second = await browser.open(authorizationUrl({ state: "second", prompt: "login" }));
    const consentPage = await signIn(browser, first, ada.email);
    server.pass(1);
    await signIn(browser, second, ada.email);
    const before = await snapshot();
    expect((await approve(browser, consentPage)).status).toBe(403);
    expect(await snapshot()).toBe(before);
    const again = await browser.open(`/authorize?continue=${fieldsOf(consentPage, "/consent")["continue"]}`);
    expect(responseOf(await approve(browser, again)).get("state")).toBe("first");
  });

  it("do not lend each other their answers: a form of one is worth nothing with the request of the other", async () => {
    await authorize(browser, ada.email);
    await addClient("other", { redirect_uris: ["https://other.example/cb"] });
    const wide = { client_id: "other", redirect_uri: "https://other.example/cb", scope: "openid workitems.write" };
    const one = await browser.open(authorizationUrl({ scope: "openid workitems.write" }));
    const two = await browser.open(authorizationUrl(wide));
    const sealed = fieldsOf(two, "/consent")["continue"] ?? "";
    const before = await snapshot();
    expect((await approve(browser, one, { continue: sealed })).status).toBe(403);
    expect(await snapshot()).toBe(before);
  });
});

describe("a request that began in another browser", () => {
  let attacker: Browser;
  beforeEach(() => {
    attacker = new Browser(server);
  });

  it("is not gone on with by whoever is sent the link", async () => {
    const { url } = await attacker.open(authorizationUrl());
    const path = url.slice(ISSUER.length);
    await authorize(browser, ada.email);
    const before = await snapshot();
    for (const link of [path, path.replace("/sign-in", "/authorize")]) {
      const page = await browser.open(link);
      expect(page.status).toBe(403);
      expect(textOf(page)).toContain("This link belongs to another browser");
    }
    const fresh = new Browser(server);
    expect((await fresh.open(path)).status).toBe(403);
    expect(await snapshot()).toBe(before);
    expect(stepOf(await attacker.open(path.replace("/sign-in", "/authorize")))).toBe("password");
  });

  it("takes neither sign-in nor consent from a form that carries it", async () => {
    const sealed = fieldsOf(await attacker.open(authorizationUrl()), "/sign-in")["continue"] ?? "";
    const own = await browser.open(authorizationUrl());
    const before = await snapshot();
    const signedIn = await browser.submit(own, "/sign-in", { email: ada.email, password: PASSWORD, continue: sealed });
    expect(signedIn.status).toBe(403);
    expect(await snapshot()).toBe(before);
    const consentPage = await signIn(browser, own, ada.email);
    const afterSignIn = await snapshot();
    expect((await approve(browser, consentPage, { continue: sealed })).status).toBe(403);
    expect(await snapshot()).toBe(afterSignIn);
    expect(stepOf(await attacker.open(`/authorize?continue=${sealed}`))).toBe("password");
  });

  it("cannot be finished by its starter with what the person approved meanwhile", async () => {
    const { url } = await attacker.open(authorizationUrl());
    await authorize(browser, ada.email);
    expect(stepOf(await attacker.open(`/authorize${new URL(url).search}`))).toBe("password");
  });

  it("is worth nothing changed, cut or made up", async () => {
    const sealed = String(fieldsOf(await browser.open(authorizationUrl()), "/sign-in")["continue"]);
    const flipped = sealed.slice(0, 40) + (sealed[40] === "A" ? "B" : "A") + sealed.slice(41);
    for (const forged of [flipped, sealed.slice(0, -4), `${sealed}A`, "x", form({ a: sealed }).toString()]) {
      const page = await browser.open(`/authorize?continue=${encodeURIComponent(forged)}`);
      expect(page.status).toBe(400);
    }
  });

  it("is over after half an hour", async () => {
    const page = await browser.open(authorizationUrl());
    const path = `/authorize${new URL(page.url).search}`;
    server.pass(1799);
    expect(stepOf(await browser.open(path))).toBe("password");
    server.pass(2);
    const before = await snapshot();
    expect((await browser.open(path)).status).toBe(400);
    expect((await signIn(browser, page, ada.email)).status).toBe(400);
    expect(await snapshot()).toBe(before);
  });
});
