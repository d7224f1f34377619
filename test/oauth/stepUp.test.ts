/** Step-up authentication (RFC 9470): what a resource server's challenge asks for, and what a client then gets here. */
import { beforeEach, describe, expect, it } from "vitest";
import { handle } from "../../src/app.ts";
import { PASSWORD_ACR } from "../../src/rules/acr.ts";
import { challenge, checkRequest, createResourceServer, type TokenNeeds } from "../../src/verify/index.ts";
import { Browser } from "../browser.ts";
import { API, addClient, addOrganization, addResource, addUser, SECRET } from "../builders.ts";
import { authorizationUrl, codeRequest, obtainTokens, post, refreshRequest, responseOf, signIn, tokensOf } from "../flow.ts";
import { basic, createServer, empty, ISSUER, type Server } from "../harness.ts";

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
  await addClient("buildboard");
});

/** What Contoso DevOps answers to the token where an operation needs this. */
async function ask(token: string, needs: TokenNeeds): Promise<Response> {
  const resourceServer = createResourceServer({
    issuer: ISSUER,
    audience: API,
    skewSeconds: 0,
    now: server.deps.now,
    fetch: (input, init) => handle(new Request(input, init), server.deps),
  });
  const request = new Request(`${API}/payments`, { headers: { authorization: `Bearer ${token}` } });
  return checkRequest(request, resourceServer, needs).then(
    (claims) => Response.json(claims),
    (error: unknown) => challenge(error, resourceServer),
  );
}

/** What the first challenge of the answer asks for, as parameters of an authorization request. */
function askedBy(response: Response): Record<string, string> {
  expect([response.status, response.headers.get("www-authenticate")]).toEqual([
    401,
    expect.stringContaining('error="insufficient_user_authentication"'),
  ]);
  const [bearer = ""] = (response.headers.get("www-authenticate") ?? "").split(", DPoP ");
  const pairs = [...bearer.matchAll(/(scope|acr_values|max_age)="([^"]*)"/g)];
  return Object.fromEntries(pairs.map(([, name, value]) => [name, value]));
}

const refresh = async (token: string) => tokensOf(await post(server, "/token", refreshRequest(token, { resource: API })));
const redeem = async (code: string | null) =>
  tokensOf(await post(server, "/token", codeRequest(code ?? "", { resource: API })));

describe("a sign-in that an operation finds too old", () => {
  const needs = { scopes: ["workitems.read", "builds.read"], acrValues: ["phr", PASSWORD_ACR], maxAgeSeconds: 300 };

  it("is made anew by an authorization with what the challenge says, and the token of that will do", async () => {
    const first = await obtainTokens(server, browser, ada.email);
    server.pass(301);
    const old = await refresh(first.refresh_token);
    const asked = askedBy(await ask(old.access_token, needs));
    expect(asked).toEqual({ scope: "workitems.read builds.read", acr_values: `phr ${PASSWORD_ACR}`, max_age: "300" });
    // A refresh keeps the time of the sign-in, so that it is no way around.
    askedBy(await ask((await refresh(old.refresh_token)).access_token, needs));

    const page = await browser.open(authorizationUrl(asked));
    expect(page.text).toContain('name="password"');
    const back = await signIn(browser, page, ada.email);
    const fresh = await redeem(responseOf(back).get("code"));
    const accepted = await ask(fresh.access_token, needs);
    expect([accepted.status, await accepted.json()]).toMatchObject([
      200,
      { sub: ada.userId, acr: PASSWORD_ACR, auth_time: Math.floor(server.deps.now() / 1000) },
    ]);
  });

  it("does not trouble a person who signed in elsewhere meanwhile", async () => {
    const first = await obtainTokens(server, browser, ada.email);
    server.pass(301);
    const asked = askedBy(await ask((await refresh(first.refresh_token)).access_token, needs));
    await signIn(browser, await browser.open(authorizationUrl({ prompt: "login" })), ada.email);
    server.pass(200);
    const back = await browser.open(authorizationUrl(asked));
    expect((await ask((await redeem(responseOf(back).get("code"))).access_token, needs)).status).toBe(200);
  });
});

it("a class that no sign-in here reaches is asked for in vain, and the token goes on saying which it was", async () => {
  const first = await obtainTokens(server, browser, ada.email);
  const needs = { scopes: ["builds.read"], acrValues: ["urn:example:two-persons"] };
  const { access_token } = await refresh(first.refresh_token);
  const asked = askedBy(await ask(access_token, needs));
  server.pass(1);
  // acr_values is a wish (OpenID Connect Core 3.1.2.1): who must have it asks by `claims`, and is told that nobody can.
  const wished = responseOf(await browser.open(authorizationUrl(asked)));
  askedBy(await ask((await redeem(wished.get("code"))).access_token, needs));
  const claims = JSON.stringify({ id_token: { acr: { essential: true, values: needs.acrValues } } });
  const insisted = responseOf(await browser.open(authorizationUrl({ ...asked, scope: "openid builds.read", claims })));
  expect(insisted.get("error")).toBe("unmet_authentication_requirements");
});

it("a token that a client got for itself is never recent enough, nor a person's", async () => {
  await addClient("robot", { grant_types: ["client_credentials"], scope: "builds.read" });
  const fields = { grant_type: "client_credentials", resource: API };
  const { access_token } = await tokensOf(await post(server, "/token", fields, basic("robot", SECRET)));
  expect((await ask(access_token, { scopes: ["builds.read"] })).status).toBe(200);
  for (const needs of [{ maxAgeSeconds: 1_000_000_000 }, { acrValues: [PASSWORD_ACR] }, { person: true }])
    askedBy(await ask(access_token, needs));
});
