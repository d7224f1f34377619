import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { Browser, type Page, textOf } from "../browser.ts";
import { addClient, addOrganization, addResource } from "../builders.ts";
import { clientKey, sign } from "../clientKey.ts";
import { authorizationUrl } from "../flow.ts";
import { empty, ISSUER, type Server, snapshot } from "../harness.ts";
import {
  addDomain,
  connectDirectory,
  depart,
  openidProvider,
  type Provider,
  returnPath,
  serverWith,
  signInByDirectory,
} from "../openidDirectory.ts";

const COOKIE = "__Host-countersign-directory";
const FABRIKAM = "https://login.fabrikam.example";

let provider: Provider;
let other: Provider;
let server: Server;
let clock: { now: number };
let browser: Browser;

beforeEach(async () => {
  await empty();
  [provider, other] = [await openidProvider(), await openidProvider(FABRIKAM)];
  ({ server, clock } = serverWith(provider, other));
  browser = new Browser(server);
  const contoso = await addOrganization("contoso", "all");
  await addDomain(contoso);
  await connectDirectory(server, contoso);
  await connectDirectory(
    server,
    null,
    { domains: ["fabrikam.example"] },
    { id: "fabrikam", displayName: "Fabrikam", issuer: FABRIKAM },
  );
});

/** The page is that of the problem, nobody is signed in, nothing has changed since `before`, and the cookie is gone. */
async function expectProblem(page: Page, status: number, words: string, before: string) {
  expect([page.status, textOf(page)]).toEqual([status, expect.stringContaining(words)]);
  expect(await snapshot()).toBe(before);
  expect(await env.DB.prepare("SELECT count(*) AS n FROM users").first("n")).toBe(0);
  expect(page.headers.getSetCookie().join()).toMatch(new RegExp(`^${COOKIE}=;.*Max-Age=0`));
}

const OVER = "This sign-in is over";
const UNTRUSTED = "We could not verify the answer of Contoso";

describe("an answer that is not the answer to this sign-in", () => {
  const cases: readonly (readonly [name: string, come: () => Promise<Page>])[] = [
    ["without the cookie", async () => new Browser(server).open(returnPath(provider))],
    [
      "in another browser, which is signing in too",
      async () => {
        const [victim, path] = [new Browser(server), returnPath(provider)];
        await depart(victim, provider);
        return victim.open(path);
      },
    ],
    ["with no state", () => browser.open(returnPath(provider, { state: undefined }))],
    ["with another state", () => browser.open(returnPath(provider, { state: "x".repeat(43) }))],
    [
      "a second time",
      async () => {
        const [path, cookie] = [returnPath(provider), browser.cookies.get(COOKIE) ?? ""];
        provider.tokenAnswer = () => Response.json({ error: "invalid_grant" }, { status: 400 });
        await browser.open(path);
        browser.cookies.set(COOKIE, cookie);
        return browser.open(path);
      },
    ],
    [
      "ten minutes late",
      async () => {
        clock.now += 600_000;
        return browser.open(returnPath(provider));
      },
    ],
    [
      "with a cookie that somebody changed",
      async () => {
        const cookie = browser.cookies.get(COOKIE) ?? "";
        browser.cookies.set(COOKIE, `${cookie[0] === "A" ? "B" : "A"}${cookie.slice(1)}`);
        return browser.open(returnPath(provider));
      },
    ],
    ["at the callback of another directory", () => browser.open(returnPath(provider).replace("/contoso/", "/fabrikam/"))],
  ];

  it.each(cases)("is refused: %s", async (_, come) => {
    await depart(browser, provider);
    const before = await snapshot();
    await expectProblem(await come(), 400, OVER, before);
  });

  it("is refused: of another issuer (RFC 9207)", async () => {
    for (const iss of [FABRIKAM, undefined, `${provider.issuer}/`]) {
      await depart(browser, provider);
      const before = await snapshot();
      await expectProblem(await browser.open(returnPath(provider, { iss })), 502, UNTRUSTED, before);
    }
    expect(provider.asked.some(({ path }) => path === "/token")).toBe(false);
  });

  it("sends no code of one directory to another", async () => {
    await depart(browser, provider);
    const path = returnPath(provider);
    await depart(browser, other, "/sign-in/work/fabrikam");
    await browser.open(path);
    await browser.open(path.replace("/contoso/", "/fabrikam/"));
    expect([...provider.asked, ...other.asked].filter((one) => one.path === "/token")).toEqual([]);
  });

  it("exchanges a code with the verifier of the browser that asked for it alone", async () => {
    const asked = await depart(browser, provider);
    await browser.open(returnPath(provider));
    const verifier = provider.asked.find(({ path }) => path === "/token")?.body.get("code_verifier") ?? "";
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier)));
    const challenge = btoa(String.fromCharCode(...digest))
      .replaceAll("+", "-")
      .replaceAll("/", "_")
      .replace("=", "");
    expect(asked.get("code_challenge")).toBe(challenge);
  });
});

describe("an ID token that cannot be believed", () => {
  const signedBy = async (header: object, change: object = {}) => {
    const stranger = await clientKey("RS256", "key-of-a-stranger");
    provider.signAs = (claims) => sign({ ...stranger, jwk: provider.key.jwk }, { ...claims, ...change }, { ...header });
  };
  const part = (value: unknown) => btoa(JSON.stringify(value)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const claim = (changes: Readonly<Record<string, unknown>>) => () => {
    provider.claims = { ...provider.claims, ...changes };
  };
  const cases: readonly (readonly [name: string, arrange: () => unknown])[] = [
    ["of another nonce", claim({ nonce: "of-another-sign-in" })],
    ["of no nonce", claim({ nonce: undefined })],
    ["of another issuer", claim({ iss: FABRIKAM })],
    ["for another client", claim({ aud: "somebody-else" })],
    ["for others as well, without azp", claim({ aud: ["countersign-there", "somebody-else"] })],
    ["for another authorized party", claim({ aud: ["countersign-there"], azp: "somebody-else" })],
    ["without a subject", claim({ sub: undefined })],
    ["without an expiry", claim({ exp: undefined })],
    ["by another key of the same name", () => signedBy({})],
    [
      "of the algorithm none, although the metadata allows it",
      () => {
        provider.metadata = { ...provider.metadata, id_token_signing_alg_values_supported: ["RS256", "none"] };
        provider.signAs = async (claims) => `${part({ alg: "none" })}.${part(claims)}.`;
      },
    ],
    [
      "of HS256 under a secret that everybody knows",
      () => {
        provider.metadata = { ...provider.metadata, id_token_signing_alg_values_supported: ["RS256", "HS256"] };
        provider.signAs = async (claims) => `${part({ alg: "HS256" })}.${part(claims)}.${part("signature")}`;
      },
    ],
    [
      "of an algorithm that the metadata does not name",
      async () => {
        const key = await clientKey("ES256", "es-key");
        provider.jwks = { keys: [key.jwk] };
        provider.signAs = (claims) => sign(key, claims);
      },
    ],
    ["that is no JWT", () => (provider.signAs = async () => "not-a-jwt")],
    ["by a key that is not there", () => (provider.header = { kid: "unknown" })],
  ];

  it.each(cases)("is refused: %s", async (_, arrange) => {
    await arrange();
    const before = await snapshot();
    await expectProblem(await signInByDirectory(browser, provider), 502, UNTRUSTED, before);
  });

  it.each([
    ["that has expired", { exp: -61 }],
    ["of a clock that is ahead", { iat: 3600 }],
    ["that is not valid yet", { nbf: 3600 }],
  ])("is refused, with a word of clocks: %s", async (_, offsets) => {
    const seconds = Math.floor(clock.now / 1000);
    const times = Object.fromEntries(Object.entries(offsets).map(([name, offset]) => [name, seconds + offset]));
    provider.claims = { ...provider.claims, ...times };
    const before = await snapshot();
    await expectProblem(await signInByDirectory(browser, provider), 502, "The clocks do not agree", before);
  });

  it("is refused when it says nothing by which the person could be known again", async () => {
    provider.claims = { ...provider.claims, sub: "" };
    const before = await snapshot();
    await expectProblem(await signInByDirectory(browser, provider), 502, "is not set up correctly", before);
  });

  it("is refused when userinfo speaks of another person", async () => {
    provider.claims = { sub: "00u-grace" };
    provider.userinfo = { sub: "00u-ada", email: "ada@contoso.example", email_verified: true };
    const before = await snapshot();
    await expectProblem(await signInByDirectory(browser, provider), 503, "cannot be reached", before);
  });

  it("does not take userinfo's word for an address of the ID token", async () => {
    provider.claims = { sub: "00u-grace", email: "grace@contoso.example" };
    provider.userinfo = { sub: "00u-grace", email: "other@contoso.example", email_verified: true };
    await signInByDirectory(browser, provider);
    expect(await env.DB.prepare("SELECT email, email_verified FROM users").first()).toEqual({
      email: "grace@contoso.example",
      email_verified: 0,
    });
  });
});

describe("a sign-in that has to be fresh", () => {
  it.each([
    ["an hour ago", -3600],
    ["the directory does not say when", undefined],
  ])("is not: %s", async (_, offset) => {
    const signedIn = offset === undefined ? undefined : Math.floor(clock.now / 1000) + offset;
    provider.claims = { ...provider.claims, auth_time: signedIn };
    const before = await snapshot();
    const page = await signInByDirectory(browser, provider, "/sign-in/work/contoso?confirm=1&to=/settings/security");
    await expectProblem(page, 400, "This step needs a new sign-in", before);
    expect(provider.request.get("prompt")).toBe("login");
    expect(provider.request.get("max_age")).toBe("0");
  });

  it("is so when the directory says that it was just now, and counts from then on", async () => {
    await addResource();
    await addClient("buildboard");
    await signInByDirectory(browser, provider);
    clock.now += 60_000;
    const page = await browser.open(authorizationUrl({ prompt: "login" }));
    const sealed = /name="continue" value="([^"]+)"/.exec(page.text)?.[1] ?? "";
    const consent = await signInByDirectory(browser, provider, `/sign-in/work/contoso?continue=${sealed}`);
    expect(consent.text).toContain('action="/consent"');
  });
});

describe("a directory that answers with an error, or not at all", () => {
  const answers: readonly (readonly [error: string, status: number, words: string])[] = [
    ["access_denied", 400, "Contoso did not let you in"],
    ["login_required", 400, "Contoso needs you first"],
    ["temporarily_unavailable", 503, "Contoso cannot be reached"],
    ["unauthorized_client", 502, "is not set up correctly"],
    ["something_else", 502, "is not set up correctly"],
  ];

  it.each(answers)("is told of in words: %s", async (error, status, words) => {
    await depart(browser, provider);
    const before = await snapshot();
    const page = await browser.open(returnPath(provider, { code: undefined, error, error_description: "<b>Hello</b>" }));
    await expectProblem(page, status, words, before);
    expect(page.text).not.toContain("Hello");
  });

  const tokens: readonly (readonly [name: string, answer: () => Response, status: number, words: string])[] = [
    ["the code was spent", () => Response.json({ error: "invalid_grant" }, { status: 400 }), 400, OVER],
    ["our secret is wrong", () => Response.json({ error: "invalid_client" }, { status: 401 }), 502, "is not set up correctly"],
    ["it is down", () => new Response("oops", { status: 500 }), 503, "Contoso cannot be reached"],
    ["it sends no ID token", () => Response.json({ access_token: "a", token_type: "bearer" }), 502, UNTRUSTED],
    ["it sends no JSON", () => new Response("hello"), 502, UNTRUSTED],
    ["it leads elsewhere", () => Response.redirect("https://evil.example/", 302), 502, UNTRUSTED],
    ["it sends more than we bear", () => new Response("x".repeat(300_000)), 503, "Contoso cannot be reached"],
  ];

  it.each(tokens)("is told of in words: %s", async (_, answer, status, words) => {
    provider.tokenAnswer = answer;
    const before = await snapshot();
    await expectProblem(await signInByDirectory(browser, provider), status, words, before);
  });

  const metadata: readonly (readonly [name: string, changes: object, status: number, words: string])[] = [
    ["its metadata names another issuer", { issuer: FABRIKAM }, 502, "is not set up correctly"],
    ["its metadata has no token endpoint", { token_endpoint: undefined }, 502, "is not set up correctly"],
    [
      "its authorization endpoint is no page",
      { authorization_endpoint: "javascript:alert(1)" },
      502,
      "is not set up correctly",
    ],
    [
      "its authorization endpoint is not https",
      { authorization_endpoint: "http://login.contoso.example/authorize" },
      502,
      "set up",
    ],
    [
      "its token endpoint is in our own network",
      { token_endpoint: "https://10.0.0.1/token" },
      503,
      "Contoso cannot be reached",
    ],
    ["its keys are in our own network", { jwks_uri: "https://169.254.169.254/keys" }, 503, "Contoso cannot be reached"],
  ];

  it.each(metadata)("is told of in words: %s", async (_, changes, status, words) => {
    provider.metadata = { ...provider.metadata, ...changes };
    const before = await snapshot();
    const begun = await browser.open("/sign-in/work/contoso");
    if (begun.status === 303) {
      provider.request = new URL(begun.url).searchParams;
      await expectProblem(await browser.open(returnPath(provider)), status, words, before);
    } else {
      expect([begun.status, textOf(begun)]).toEqual([status, expect.stringContaining(words)]);
      expect(await snapshot()).toBe(before);
    }
  });

  it("leads back to the same sign-in", async () => {
    await depart(browser, provider, "/sign-in/work/contoso?to=/settings/security");
    const page = await browser.open(returnPath(provider, { code: undefined, error: "access_denied" }));
    expect(page.text).toContain('href="/sign-in/work/contoso?to=%2Fsettings%2Fsecurity"');
    expect(page.text).toContain('href="/sign-in?to=%2Fsettings%2Fsecurity"');
  });
});

describe("bad requests", () => {
  // CASES.md E 73
  it("goes on with no request that began in another browser", async () => {
    await addResource();
    await addClient("buildboard");
    const page = await new Browser(server).open(authorizationUrl());
    const sealed = /name="continue" value="([^"]+)"/.exec(page.text)?.[1] ?? "";
    const answer = await browser.open(`/sign-in/work/contoso?continue=${sealed}`);
    expect([answer.status, browser.cookies.has(COOKIE)]).toEqual([403, false]);
  });

  it("finds no directory that there is not", async () => {
    for (const path of ["/sign-in/work/nowhere", "/sign-in/work/nowhere/callback", "/sign-in/work/%00"])
      expect((await server.fetch(path)).status).toBe(404);
  });

  it("goes on to nothing but settings of ours", async () => {
    const page = await signInByDirectory(browser, provider, "/sign-in/work/contoso?to=https://evil.example/");
    expect(page.url).toBe(`${ISSUER}/settings/authorizations`);
  });

  it("sends a request that is too long for a cookie along in the state", async () => {
    await addResource();
    await addClient("buildboard");
    const details = JSON.stringify(
      [...Array(30).keys()].map((index) => ({
        type: "repository_access",
        repositories: [`contoso/repository-with-a-long-name-${index}`],
        actions: ["read"],
      })),
    );
    const page = await browser.open(authorizationUrl({ authorization_details: details }));
    const sealed = /name="continue" value="([^"]+)"/.exec(page.text)?.[1] ?? "";
    expect(sealed.length).toBeGreaterThan(3800);
    const consent = await signInByDirectory(browser, provider, `/sign-in/work/contoso?continue=${sealed}`);
    expect(browser.cookies.has(COOKIE)).toBe(false);
    expect(consent.text).toContain('action="/consent"');
  });
});
