/** Token exchange (RFC 8693): a resource server goes on to the next one, for the person whose token it received. */
import { env } from "cloudflare:workers";
import { eq } from "drizzle-orm";
import { decodeJwt } from "jose";
import { beforeEach, describe, expect, it } from "vitest";
import type { ClientMetadata, TokenExchangePolicy } from "../../src/model.ts";
import { open } from "../../src/store/database.ts";
import { audit, clients, families, grants, revocations, users } from "../../src/store/schema.ts";
import { Browser, type Fields } from "../browser.ts";
import { API, addClient, addOrganization, addResource, addUser, changeResource, decideClient, SECRET } from "../builders.ts";
import { authorize, codeRequest, obtainTokens, post, refreshRequest, type Tokens, tokensOf } from "../flow.ts";
import { basic, createServer, empty, form, ISSUER, type Server, snapshot } from "../harness.ts";
import { makeDpopKey, proofBy } from "../proof.ts";

const TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";
const JWT = "urn:ietf:params:oauth:token-type:jwt";
const LEDGER = "https://ledger.contoso.example";
const ARCHIVE = "https://archive.contoso.example";
const SCOPE = "openid offline_access builds.read workitems.read ledger.builds.read ledger.workitems.read archive.builds.read";

let server: Server;
let browser: Browser;
let ada: { userId: string; email: string };
let contoso: string;
let fabrikam: string;

const everything = { resources: [API, LEDGER, ARCHIVE], impersonation: true, delegation: true } as const;

/** A resource server that may exchange what it received. */
const exchanger = (token_exchange?: TokenExchangePolicy, more: Partial<ClientMetadata> = {}): Partial<ClientMetadata> => ({
  grant_types: [TOKEN_EXCHANGE, "client_credentials"],
  response_types: [],
  redirect_uris: [],
  scope: "builds.read workitems.read workitems.write ledger.builds.read ledger.workitems.read archive.builds.read",
  ...(token_exchange === undefined ? {} : { token_exchange }),
  ...more,
});

beforeEach(async () => {
  await empty();
  server = createServer();
  browser = new Browser(server);
  ada = await addUser("Ada");
  contoso = await addOrganization("contoso", "all", ada.userId);
  fabrikam = await addOrganization("fabrikam", "approved", ada.userId);
  await addResource();
  await addResource(LEDGER, "ledger.");
  await addResource(ARCHIVE, "archive.");
  await changeResource(LEDGER, { clientId: "ledger" });
  await changeResource(ARCHIVE, { clientId: "archive" });
  await addClient("buildboard");
  await addClient("contoso-devops", exchanger(everything));
  await addClient("ledger", exchanger(everything));
  await addClient("archive", { grant_types: [], redirect_uris: [] });
});

/** What a person approved for Buildboard, and a token of it for the resource that is named alone. */
async function obtain(resource: string | readonly string[] = API, changes = {}): Promise<Tokens> {
  const { refresh_token } = await obtainTokens(server, browser, ada.email, { scope: SCOPE, ...changes });
  const tokens = await tokensOf(await post(server, "/token", refreshRequest(refresh_token, { resource })));
  server.pass(1);
  return tokens;
}

const exchange = (token: string, fields: Fields = {}, clientId = "contoso-devops", on = server) =>
  post(
    on,
    "/token",
    { grant_type: TOKEN_EXCHANGE, subject_token: token, subject_token_type: ACCESS_TOKEN, ...fields },
    basic(clientId, SECRET),
  );

type Exchanged = Tokens & { readonly issued_token_type: string };

const exchanged = async (...sent: Parameters<typeof exchange>): Promise<Exchanged> =>
  (await tokensOf(await exchange(...sent))) as Exchanged;

/** A token that a client got for itself, as the actor of an exchange. */
async function actor(clientId = "contoso-devops"): Promise<{ actor_token: string; actor_token_type: string }> {
  const response = await post(server, "/token", { grant_type: "client_credentials" }, basic(clientId, SECRET));
  return { actor_token: (await tokensOf(response)).access_token, actor_token_type: ACCESS_TOKEN };
}

const introspect = async (token: string, clientId: string) =>
  (await post(server, "/introspect", { token }, basic(clientId, SECRET))).json<Record<string, unknown>>();

const logged = () => open(env.DB).select().from(audit).where(eq(audit.action, "token.exchanged"));

async function expectRefused(response: Response, before: string, error: string, status = 400): Promise<void> {
  const body = await response.json<Record<string, string>>();
  expect([response.status, body["error"]], JSON.stringify(body)).toEqual([status, error]);
  expect(body["error_description"]).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/);
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(await snapshot()).toBe(before);
}

describe("impersonation", () => {
  it("yields a token for the next resource, in which the person and the approval are the same", async () => {
    const { access_token } = await obtain();
    const response = await exchanged(access_token, { resource: LEDGER });
    expect(response).toEqual({
      access_token: expect.any(String),
      issued_token_type: ACCESS_TOKEN,
      token_type: "Bearer",
      expires_in: expect.any(Number),
      scope: "ledger.workitems.read ledger.builds.read",
    });
    const { sub, grant_id, sid, auth_time, acr, exp } = decodeJwt(access_token);
    expect(decodeJwt(response.access_token)).toEqual({
      iss: ISSUER,
      sub,
      aud: LEDGER,
      client_id: "contoso-devops",
      scope: "ledger.workitems.read ledger.builds.read",
      grant_id,
      sid,
      auth_time,
      acr,
      organizations: ["contoso"],
      exchanged_from: [API],
      iat: expect.any(Number),
      exp,
      jti: expect.any(String),
    });
  });

  it("is written down once: who exchanged which token of whom, for what", async () => {
    const { access_token } = await obtain();
    await exchanged(access_token, { resource: LEDGER });
    const { jti, grant_id, sid } = decodeJwt(access_token);
    expect(await logged()).toMatchObject([
      {
        actor: "contoso-devops",
        userId: ada.userId,
        clientId: "buildboard",
        grantId: grant_id,
        familyId: sid,
        detail: { jti, resources: [LEDGER], actor: null },
      },
    ]);
  });

  it("goes by the name of the type that was asked for, and by audience as by resource", async () => {
    const { access_token } = await obtain();
    const fields = { requested_token_type: JWT, subject_token_type: JWT, audience: LEDGER };
    const response = await exchanged(access_token, fields);
    expect(response.issued_token_type).toBe(JWT);
    expect(decodeJwt(response.access_token).aud).toBe(LEDGER);
    const two = await exchanged(access_token, { audience: LEDGER, resource: ARCHIVE });
    expect(decodeJwt(two.access_token).aud).toEqual([ARCHIVE, LEDGER]);
    const several = await exchanged(access_token, { audience: [LEDGER, ARCHIVE, LEDGER] });
    expect(decodeJwt(several.access_token).aud).toEqual([LEDGER, ARCHIVE]);
  });

  it("without a target is for each resource of the policy where the person granted anything", async () => {
    await addClient("contoso-2", exchanger({ resources: [LEDGER], impersonation: true, delegation: false }));
    await changeResource(API, { clientId: "contoso-2" });
    const { access_token } = await obtain();
    expect(decodeJwt((await exchanged(access_token, {}, "contoso-2")).access_token).aud).toBe(LEDGER);
    const narrow = await obtain(API, { scope: "openid offline_access builds.read archive.builds.read", prompt: "consent" });
    await changeResource(API, { clientId: "contoso-devops" });
    server.pass(61);
    expect(decodeJwt((await exchanged(narrow.access_token)).access_token)).toMatchObject({
      aud: [ARCHIVE, API],
      scope: "archive.builds.read builds.read",
    });
  });

  it("keeps the name that the person has for the service, also where it is a pseudonym", async () => {
    await addClient("pairwise", { subject_type: "pairwise" });
    const code = (await authorize(browser, ada.email, { client_id: "pairwise", scope: SCOPE })).get("code") ?? "";
    const request = codeRequest(code, { resource: API });
    const { access_token } = await tokensOf(await post(server, "/token", request, basic("pairwise", SECRET)));
    const { sub } = decodeJwt(access_token);
    expect(sub).not.toBe(ada.userId);
    expect(decodeJwt((await exchanged(access_token, { resource: LEDGER })).access_token).sub).toBe(sub);
  });

  it("makes a client's own token smaller", async () => {
    await addClient("buildboard-2", {
      grant_types: ["authorization_code", TOKEN_EXCHANGE],
      token_exchange: { resources: [API], impersonation: true, delegation: false },
    });
    const code = (await authorize(browser, ada.email, { client_id: "buildboard-2", scope: SCOPE })).get("code") ?? "";
    const request = codeRequest(code);
    const whole = await tokensOf(await post(server, "/token", request, basic("buildboard-2", SECRET)));
    const part = await exchanged(whole.access_token, { scope: "builds.read" }, "buildboard-2");
    expect(decodeJwt(part.access_token)).toMatchObject({ aud: API, scope: "builds.read", client_id: "buildboard-2" });
  });
});

describe("delegation", () => {
  it("names the client that acts, in front of those that acted before", async () => {
    const { access_token } = await obtain();
    const first = await exchanged(access_token, { resource: LEDGER, ...(await actor()) });
    expect(decodeJwt(first.access_token)["act"]).toEqual({ sub: "contoso-devops" });
    const second = await exchanged(first.access_token, { resource: ARCHIVE, ...(await actor("ledger")) }, "ledger");
    expect(decodeJwt(second.access_token)).toMatchObject({
      sub: ada.userId,
      client_id: "ledger",
      aud: ARCHIVE,
      scope: "archive.builds.read",
      act: { sub: "ledger", act: { sub: "contoso-devops" } },
    });
    expect((await logged()).map(({ detail }) => detail?.["actor"])).toEqual(["contoso-devops", "ledger"]);
  });

  it("is not forgotten by an impersonation after it", async () => {
    const first = await exchanged((await obtain()).access_token, { resource: LEDGER, ...(await actor()) });
    const second = await exchanged(first.access_token, { resource: ARCHIVE }, "ledger");
    expect(decodeJwt(second.access_token)["act"]).toEqual({ sub: "contoso-devops" });
  });

  it("may be in the name of a client that called the resource server", async () => {
    await addClient("robot", { grant_types: ["client_credentials"], scope: "builds.read" });
    const { access_token } = await obtain();
    const response = await exchanged(access_token, { resource: LEDGER, ...(await actor("robot")) });
    expect(decodeJwt(response.access_token)).toMatchObject({ client_id: "contoso-devops", act: { sub: "robot" } });
  });

  it("goes five deep and no deeper", async () => {
    let { access_token } = await obtain();
    for (let depth = 0; depth < 5; depth++)
      access_token = (await exchanged(access_token, { resource: LEDGER, ...(await actor()) })).access_token;
    const before = await snapshot();
    await expectRefused(await exchange(access_token, { resource: LEDGER, ...(await actor()) }), before, "invalid_request");
    expect((await exchange(access_token, { resource: LEDGER })).status).toBe(200);
  });
});

describe("the new token is never more than the old one and the approval:", () => {
  it("at a resource that the old one is for, its own scopes are the limit", async () => {
    const { refresh_token } = await obtainTokens(server, browser, ada.email, { scope: SCOPE });
    const narrow = refreshRequest(refresh_token, { scope: "builds.read ledger.builds.read" });
    const { access_token } = await tokensOf(await post(server, "/token", narrow));
    expect(decodeJwt(access_token).aud).toEqual(expect.arrayContaining([API, LEDGER, ARCHIVE]));
    const response = await exchanged(access_token, { resource: [API, LEDGER] });
    expect(response.scope).toBe("builds.read ledger.builds.read");
    const before = await snapshot();
    for (const scope of ["workitems.read", "ledger.workitems.read"])
      await expectRefused(await exchange(access_token, { resource: [API, LEDGER], scope }), before, "invalid_scope");
    await expectRefused(await exchange(access_token, { resource: ARCHIVE }), before, "invalid_scope");
  });

  it("at another one, what the person granted for it in this run", async () => {
    const { access_token } = await obtain(API, { scope: "openid offline_access builds.read ledger.builds.read" });
    // Another run of the same service, with more of the same approval.
    await obtain(API, { scope: SCOPE });
    expect((await exchanged(access_token, { resource: LEDGER })).scope).toBe("ledger.builds.read");
    const before = await snapshot();
    const beyond = { resource: LEDGER, scope: "ledger.builds.read ledger.workitems.read" };
    await expectRefused(await exchange(access_token, beyond), before, "invalid_scope");
    await expectRefused(await exchange(access_token, { resource: ARCHIVE }), before, "invalid_scope");
  });

  it("over as many hops as one likes: nothing leads back to a resource where an earlier token had less", async () => {
    const { refresh_token } = await obtainTokens(server, browser, ada.email, { scope: SCOPE });
    const narrow = refreshRequest(refresh_token, { resource: API, scope: "builds.read" });
    const { access_token } = await tokensOf(await post(server, "/token", narrow));
    const first = await exchanged(access_token, { resource: LEDGER });
    const second = await exchanged(first.access_token, { resource: ARCHIVE }, "ledger");
    expect(decodeJwt(second.access_token)["exchanged_from"]).toEqual([LEDGER, API]);
    const before = await snapshot();
    for (const fields of [{ resource: API }, { audience: API }, { resource: API, scope: "workitems.read" }]) {
      await expectRefused(await exchange(first.access_token, fields), before, "invalid_target");
      await expectRefused(await exchange(first.access_token, fields, "ledger"), before, "invalid_target");
      await expectRefused(await exchange(second.access_token, fields, "ledger"), before, "invalid_target");
    }
    // Without a target it is for what is left of the policy.
    expect(decodeJwt((await exchanged(first.access_token)).access_token).aud).toEqual([ARCHIVE, LEDGER]);
  });

  it("what the person took back is no longer in it", async () => {
    const { access_token } = await obtain();
    await open(env.DB)
      .update(grants)
      .set({ scopes: ["builds.read", "ledger.builds.read"] });
    expect((await exchanged(access_token, { resource: LEDGER })).scope).toBe("ledger.builds.read");
    const before = await snapshot();
    const both = { resource: LEDGER, scope: "ledger.builds.read ledger.workitems.read" };
    await expectRefused(await exchange(access_token, both), before, "invalid_scope");
    await expectRefused(await exchange(access_token, { resource: ARCHIVE }), before, "invalid_scope");
  });

  it("what the client that exchanges may not ask for is not in it", async () => {
    await addClient("contoso-2", exchanger(everything, { scope: "ledger.builds.read" }));
    await changeResource(API, { clientId: "contoso-2" });
    const { access_token } = await obtain();
    expect((await exchanged(access_token, { resource: LEDGER }, "contoso-2")).scope).toBe("ledger.builds.read");
  });

  it("it ends no later than the tokens that it was made from", async () => {
    const { access_token, expires_in } = await obtain();
    server.pass(100);
    const first = await exchanged(access_token, { resource: LEDGER });
    expect(first.expires_in).toBeLessThanOrEqual(expires_in - 101);
    expect(decodeJwt(first.access_token).exp).toBe(decodeJwt(access_token).exp);
    await changeResource(API, { accessTokenSeconds: 30 });
    server.pass(61);
    const short = await actor();
    const second = await exchanged(access_token, { resource: LEDGER, ...short });
    expect(decodeJwt(second.access_token).exp).toBe(decodeJwt(short.actor_token).exp);
    server.pass(30);
    const before = await snapshot();
    await expectRefused(await exchange(access_token, { resource: LEDGER, ...short }), before, "invalid_request");
  });

  it("organizations are those of the old one that let both clients in", async () => {
    await decideClient(fabrikam, "buildboard", "approved");
    const { access_token } = await obtain();
    expect(decodeJwt(access_token)["organizations"]).toEqual(["contoso", "fabrikam"]);
    const reach = async () => decodeJwt((await exchanged(access_token, { resource: LEDGER })).access_token)["organizations"];
    expect(await reach()).toEqual(["contoso"]);
    await decideClient(fabrikam, "contoso-devops", "approved");
    expect(await reach()).toEqual(["contoso", "fabrikam"]);
    const kept = await exchanged(access_token, { resource: LEDGER });
    await decideClient(contoso, "contoso-devops", "denied");
    expect(await reach()).toEqual(["fabrikam"]);
    await decideClient(fabrikam, "buildboard", "denied");
    expect(await reach()).toEqual([]);
    expect(await introspect(kept.access_token, "ledger")).toMatchObject({ active: true, organizations: [] });
  });

  it("authorization_details are those of the old one at the targets", async () => {
    const web = { actions: ["read"], repositories: ["web"], type: "repository_access" };
    const books = { actions: ["read"], repositories: ["books"], type: "ledger.repository_access" };
    const limit = { type: "organization_access", organizations: ["contoso"] };
    const authorization_details = JSON.stringify([web, books, limit]);
    const { access_token } = await obtain([API, LEDGER], { authorization_details });
    const detailsOf = async (fields: Fields) =>
      decodeJwt((await exchanged(access_token, fields)).access_token)["authorization_details"];
    expect(await detailsOf({ resource: LEDGER })).toEqual([books, limit]);
    expect(await detailsOf({ resource: [API, LEDGER], authorization_details: JSON.stringify([web]) })).toEqual([web, limit]);
    const before = await snapshot();
    const other = { ...web, repositories: ["web", "secret"] };
    const wider = { type: "organization_access", organizations: ["contoso", "fabrikam"] };
    for (const asked of [[other], [wider]]) {
      const fields = { resource: API, authorization_details: JSON.stringify(asked) };
      await expectRefused(await exchange(access_token, fields), before, "invalid_authorization_details");
    }
    // A token for one resource alone says nothing of another's details.
    const alone = await obtain(API, { authorization_details });
    const response = await exchanged(alone.access_token, { resource: LEDGER });
    expect(decodeJwt(response.access_token)["authorization_details"]).toEqual([limit]);
  });
});

it("the log has a row for each exchange that was made, and none for any that was not, whatever the approval holds by now", async () => {
  const details = [{ actions: ["read"], repositories: ["web"], type: "repository_access" }];
  const { access_token } = await obtain([API, LEDGER], { authorization_details: JSON.stringify(details) });
  const kept = ["builds.read", "workitems.read", "ledger.builds.read", "ledger.workitems.read"];
  const requests: readonly Fields[] = [
    {},
    { resource: API },
    { resource: LEDGER },
    { scope: "builds.read" },
    { scope: "builds.read ledger.builds.read" },
    { scope: "ledger.builds.read", resource: [API, LEDGER] },
    { resource: API, authorization_details: JSON.stringify(details) },
    { resource: ARCHIVE },
  ];
  const statuses = new Set<number>();
  for (let mask = 0; mask < 16; mask++) {
    const scopes = kept.filter((_, index) => mask & (1 << index));
    const authorizationDetails = mask % 3 === 0 ? details : [];
    await open(env.DB).update(grants).set({ scopes, authorizationDetails });
    for (const fields of requests) {
      const before = (await logged()).length;
      server.pass(0.001);
      const { status } = await exchange(access_token, fields);
      statuses.add(status);
      expect((await logged()).length - before, `${scopes} ${JSON.stringify(fields)}`).toBe(status === 200 ? 1 : 0);
    }
  }
  expect([...statuses].toSorted()).toEqual([200, 400]);
});

describe("whatever ends the approval ends the new token at once:", () => {
  it.each<[string, (tokens: Tokens) => Promise<unknown>]>([
    ["the refresh token is revoked", ({ refresh_token }) => post(server, "/revoke", { token: refresh_token })],
    ["the person is disabled", () => open(env.DB).update(users).set({ disabledAt: 1 })],
    [
      "the service is disabled",
      () => open(env.DB).update(clients).set({ disabledAt: 1 }).where(eq(clients.clientId, "buildboard")),
    ],
    [
      "the one that exchanged is disabled",
      () => open(env.DB).update(clients).set({ disabledAt: 1 }).where(eq(clients.clientId, "contoso-devops")),
    ],
    ["the approval is revoked", () => open(env.DB).update(grants).set({ revokedAt: 1 })],
  ])("%s", async (_, end) => {
    const tokens = await obtain();
    const next = await exchanged(tokens.access_token, { resource: LEDGER, ...(await actor()) });
    server.pass(1);
    expect(await introspect(next.access_token, "ledger")).toMatchObject({ active: true, act: { sub: "contoso-devops" } });
    await end(tokens);
    expect(await introspect(next.access_token, "ledger")).toEqual({ active: false });
  });

  it("also what is exchanged at the very moment of the revocation, here and elsewhere", async () => {
    const isolates = [server, createServer({ clock: { now: server.deps.now() } })];
    const tokens = await obtain();
    const attempts = Array.from({ length: 12 }, (_, index) => async () => {
      if (index === 5) return post(server, "/revoke", { token: tokens.refresh_token });
      return exchange(tokens.access_token, { resource: LEDGER }, "contoso-devops", isolates[index % 2]);
    });
    const answers = await Promise.all(attempts.map((attempt) => attempt()));
    const given = await Promise.all(answers.map((answer) => answer.json<{ access_token?: string }>()));
    for (const { access_token } of given)
      if (access_token !== undefined) expect(await introspect(access_token, "ledger")).toEqual({ active: false });
    const won = given.filter(({ access_token }) => access_token !== undefined).length;
    expect(await logged()).toHaveLength(won);
  });

  it("and the mark that the edge reads is that of the family", async () => {
    const tokens = await obtain();
    const next = await exchanged(tokens.access_token, { resource: LEDGER });
    await post(server, "/revoke", { token: tokens.refresh_token });
    const { keys } = await env.KV.list();
    expect(keys.map(({ name }) => name)).toEqual([`revoked:family:${decodeJwt(next.access_token)["sid"]}`]);
  });

  it("the client that exchanged may end its own token alone", async () => {
    const tokens = await obtain();
    const next = await exchanged(tokens.access_token, { resource: LEDGER });
    server.pass(1);
    await post(server, "/revoke", { token: next.access_token });
    expect(await introspect(next.access_token, "ledger")).toMatchObject({ active: true });
    await post(server, "/revoke", { token: next.access_token }, basic("contoso-devops", SECRET));
    expect(await introspect(next.access_token, "ledger")).toEqual({ active: false });
    expect(await introspect(tokens.access_token, "contoso-devops")).toMatchObject({ active: true });
  });
});

describe("introspection", () => {
  it("answers to the client that acts and to the server that the token is for, not to the person's service", async () => {
    const { access_token } = await obtain();
    const next = await exchanged(access_token, { resource: LEDGER, ...(await actor()) });
    for (const clientId of ["contoso-devops", "ledger"])
      expect(await introspect(next.access_token, clientId)).toMatchObject({
        active: true,
        sub: ada.userId,
        client_id: "contoso-devops",
        aud: LEDGER,
        act: { sub: "contoso-devops" },
      });
    for (const clientId of ["buildboard", "archive"])
      expect(await introspect(next.access_token, clientId)).toEqual({ active: false });
  });

  it("of us tells nothing about the person: the token is not for us", async () => {
    const next = await exchanged((await obtain()).access_token, { resource: LEDGER });
    const response = await server.fetch("/userinfo", { headers: { authorization: `Bearer ${next.access_token}` } });
    expect(response.status).toBe(401);
  });
});

describe("keys", () => {
  const keys = Promise.all([makeDpopKey(), makeDpopKey()]);
  const proof = async (key: 0 | 1) =>
    proofBy((await keys)[key], { htm: "POST", htu: `${ISSUER}/token`, iat: Math.floor(server.deps.now() / 1000) });
  const send = (fields: Fields, clientId: string, dpop?: string) =>
    server.fetch("/token", {
      method: "POST",
      body: form(fields),
      headers: { authorization: basic(clientId, SECRET), ...(dpop === undefined ? {} : { dpop }) },
    });
  const cnfOf = (token: string) => decodeJwt(token)["cnf"];
  const request = (token: string) => ({
    grant_type: TOKEN_EXCHANGE,
    subject_token: token,
    subject_token_type: ACCESS_TOKEN,
    resource: LEDGER,
  });

  it("of the service are not asked for from the resource server, whose own proof the new token is bound to", async () => {
    const code = (await authorize(browser, ada.email, { scope: SCOPE })).get("code") ?? "";
    const bound = await tokensOf(await send(codeRequest(code, { resource: API }), "buildboard", await proof(0)));
    expect(cnfOf(bound.access_token)).toBeDefined();
    const plain = await tokensOf(await send(request(bound.access_token), "contoso-devops"));
    expect([plain.token_type, cnfOf(plain.access_token)]).toEqual(["Bearer", undefined]);
    const own = await tokensOf(await send(request(bound.access_token), "contoso-devops", await proof(1)));
    expect([own.token_type, cnfOf(own.access_token)]).toEqual(["DPoP", { jkt: (await keys)[1].jkt }]);
  });

  it("of the client itself must be shown with what is bound to them", async () => {
    const { access_token } = await obtain();
    const bound = await tokensOf(await send(request(access_token), "contoso-devops", await proof(1)));
    const before = await snapshot();
    await expectRefused(await send(request(bound.access_token), "contoso-devops"), before, "invalid_request");
    await expectRefused(await send(request(bound.access_token), "contoso-devops", await proof(0)), before, "invalid_request");
    const again = await tokensOf(await send(request(bound.access_token), "contoso-devops", await proof(1)));
    expect(cnfOf(again.access_token)).toEqual({ jkt: (await keys)[1].jkt });
  });

  it("count once", async () => {
    const { access_token } = await obtain();
    const dpop = await proof(1);
    await tokensOf(await send(request(access_token), "contoso-devops", dpop));
    const before = await snapshot();
    await expectRefused(await send(request(access_token), "contoso-devops", dpop), before, "invalid_dpop_proof");
  });
});

// CASES.md C 40 and 54
describe("an exchange is refused, and nothing changes,", () => {
  const other = "urn:ietf:params:oauth:token-type:id_token";
  it.each<[title: string, fields: Fields, error: string]>([
    ["without a subject_token", { subject_token: [] }, "invalid_request"],
    ["with two of them", { subject_token: ["a", "b"] }, "invalid_request"],
    ["with one that is none", { subject_token: "x" }, "invalid_request"],
    ["without its type", { subject_token_type: [] }, "invalid_request"],
    ["with a type that we do not read", { subject_token_type: other }, "invalid_request"],
    ["for a type that we do not issue", { requested_token_type: other }, "invalid_request"],
    ["for a refresh token", { requested_token_type: "urn:ietf:params:oauth:token-type:refresh_token" }, "invalid_request"],
    ["with an actor and no type of it", { actor_token: "x" }, "invalid_request"],
    ["with an actor's type and no actor", { actor_token_type: ACCESS_TOKEN }, "invalid_request"],
    ["with an actor that is none", { actor_token: "x", actor_token_type: ACCESS_TOKEN }, "invalid_request"],
    ["for a resource that there is not", { resource: "https://nowhere.example" }, "invalid_target"],
    ["for our own API", { resource: ISSUER }, "invalid_target"],
    ["for an audience that there is not", { audience: "ledger" }, "invalid_target"],
    ["for one that may be and one that may not", { resource: LEDGER, audience: ISSUER }, "invalid_target"],
    ["with an identity scope", { resource: LEDGER, scope: "openid" }, "invalid_scope"],
    ["with offline_access", { scope: "offline_access" }, "invalid_scope"],
    ["with a scope of a resource that it does not name", { resource: LEDGER, scope: "builds.read" }, "invalid_scope"],
    ["with a scope that nobody granted", { resource: API, scope: "workitems.write" }, "invalid_scope"],
    ["with a scope that there is not", { resource: LEDGER, scope: "nothing" }, "invalid_scope"],
    ["with details that are none", { authorization_details: "x" }, "invalid_authorization_details"],
  ])("%s", async (_, fields, error) => {
    const { access_token } = await obtain();
    const before = await snapshot();
    await expectRefused(await exchange(access_token, fields), before, error);
  });

  // CASES.md C 45 and D 63
  it.each<[title: string, authorization: string | null, fields: Fields]>([
    ["by nobody", null, {}],
    ["without a secret", null, { client_id: "contoso-devops" }],
    ["with a wrong secret", basic("contoso-devops", "wrong"), {}],
  ])("%s", async (_, authorization, fields) => {
    const { access_token } = await obtain();
    const before = await snapshot();
    const sent = { grant_type: TOKEN_EXCHANGE, subject_token: access_token, subject_token_type: ACCESS_TOKEN, ...fields };
    await expectRefused(await post(server, "/token", sent, authorization), before, "invalid_client", 401);
  });

  it.each<[title: string, metadata: Partial<ClientMetadata>, error: string]>([
    ["not registered for it", { grant_types: ["client_credentials"], scope: "builds.read" }, "unauthorized_client"],
    ["without a policy", exchanger(), "unauthorized_client"],
    ["that may only act by name, and names nobody", exchanger({ ...everything, impersonation: false }), "unauthorized_client"],
    ["whose policy has another resource", exchanger({ ...everything, resources: [ARCHIVE] }), "invalid_target"],
    [
      "whose policy has a resource that is gone",
      exchanger({ ...everything, resources: ["https://x.example"] }),
      "invalid_target",
    ],
    ["that may not bring this service's tokens", exchanger({ ...everything, from: ["cli"] }), "invalid_request"],
  ])("by a client %s", async (_, metadata, error) => {
    await addClient("contoso-2", metadata);
    await changeResource(API, { clientId: "contoso-2" });
    const { access_token } = await obtain();
    const before = await snapshot();
    await expectRefused(await exchange(access_token, { resource: LEDGER }, "contoso-2"), before, error);
  });

  it("by a client that may not act for others, and names itself", async () => {
    await addClient("contoso-2", exchanger({ ...everything, delegation: false }));
    await changeResource(API, { clientId: "contoso-2" });
    const { access_token } = await obtain();
    const fields = { resource: LEDGER, ...(await actor("contoso-2")) };
    const before = await snapshot();
    await expectRefused(await exchange(access_token, fields, "contoso-2"), before, "unauthorized_client");
    expect((await exchange(access_token, { resource: LEDGER }, "contoso-2")).status).toBe(200);
  });

  it("by a public client, and by one that registered itself", async () => {
    const { access_token } = await obtain();
    await addClient("app", exchanger(everything, { token_endpoint_auth_method: "none" }));
    await addClient("contoso-2", exchanger(everything));
    await open(env.DB).update(clients).set({ origin: "registration" }).where(eq(clients.clientId, "contoso-2"));
    for (const clientId of ["app", "contoso-2"]) {
      await changeResource(API, { clientId });
      server.pass(61);
      const before = await snapshot();
      const fields = { grant_type: TOKEN_EXCHANGE, subject_token: access_token, subject_token_type: ACCESS_TOKEN };
      const sent = clientId === "app" ? { ...fields, client_id: "app" } : fields;
      const authorization = clientId === "app" ? null : basic(clientId, SECRET);
      await expectRefused(await post(server, "/token", sent, authorization), before, "unauthorized_client");
    }
  });

  it("by a client that the token was neither sent nor issued to", async () => {
    const { access_token } = await obtain();
    const before = await snapshot();
    await expectRefused(await exchange(access_token, { resource: LEDGER }, "ledger"), before, "invalid_request");
  });

  it("with a token that speaks for no person, or an actor that does", async () => {
    const { access_token } = await obtain();
    const { actor_token } = await actor();
    const before = await snapshot();
    await expectRefused(await exchange(actor_token, { resource: LEDGER }), before, "invalid_request");
    const person = { actor_token: access_token, actor_token_type: ACCESS_TOKEN };
    await expectRefused(await exchange(access_token, { resource: LEDGER, ...person }), before, "invalid_request");
  });

  it("with an actor that called somebody else", async () => {
    const { access_token } = await obtain();
    await addClient("robot", { grant_types: ["client_credentials"], scope: "archive.builds.read" });
    const fields = { resource: LEDGER, ...(await actor("robot")) };
    const before = await snapshot();
    await expectRefused(await exchange(access_token, fields), before, "invalid_request");
  });

  it("with an ID token, a refresh token or a code in the place of an access token", async () => {
    const { id_token, refresh_token } = await obtain();
    const code = (await authorize(browser, ada.email)).get("code") ?? "";
    const before = await snapshot();
    for (const token of [id_token, refresh_token, code])
      await expectRefused(await exchange(token, { resource: LEDGER }), before, "invalid_request");
  });

  const ends: readonly (readonly [title: string, end: (tokens: Tokens) => Promise<unknown>])[] = [
    ["expired", async () => server.pass(299)],
    ["been revoked", ({ access_token }) => post(server, "/revoke", { token: access_token })],
    [
      "been revoked in the very second of its issue",
      ({ access_token }) => {
        const { jti = "", iat = 0 } = decodeJwt(access_token);
        const revokedAt = iat * 1000 + 1;
        return open(env.DB)
          .insert(revocations)
          .values({ kind: "token", id: jti, revokedAt, expiresAt: revokedAt + 600_000 });
      },
    ],
    ["lost its family", () => open(env.DB).update(families).set({ revokedAt: 1 })],
    ["lost its approval", () => open(env.DB).update(grants).set({ revokedAt: 1 })],
    ["an approval that has expired", () => open(env.DB).update(grants).set({ expiresAt: 1 })],
    ["lost its person", () => open(env.DB).update(users).set({ disabledAt: 1 })],
    ["lost its service", () => open(env.DB).update(clients).set({ disabledAt: 1 }).where(eq(clients.clientId, "buildboard"))],
  ];
  it.each(ends)("with a token that has %s", async (_, end) => {
    const tokens = await obtain();
    await end(tokens);
    const before = await snapshot();
    await expectRefused(await exchange(tokens.access_token, { resource: LEDGER }), before, "invalid_request");
  });

  it("with an actor whose token was revoked, or that is disabled", async () => {
    await addClient("robot", { grant_types: ["client_credentials"], scope: "builds.read" });
    const { access_token } = await obtain();
    const revoked = await actor();
    const disabled = await actor("robot");
    server.pass(1);
    await post(server, "/revoke", { token: revoked.actor_token }, basic("contoso-devops", SECRET));
    await open(env.DB).update(clients).set({ disabledAt: 1 }).where(eq(clients.clientId, "robot"));
    const before = await snapshot();
    for (const fields of [revoked, disabled])
      await expectRefused(await exchange(access_token, { resource: LEDGER, ...fields }), before, "invalid_request");
  });

  it("by a client that has been disabled, at once", async () => {
    const { access_token } = await obtain();
    await exchanged(access_token, { resource: LEDGER });
    await open(env.DB).update(clients).set({ disabledAt: 1 }).where(eq(clients.clientId, "contoso-devops"));
    const before = await snapshot();
    await expectRefused(await exchange(access_token, { resource: LEDGER }), before, "invalid_client", 401);
  });
});
