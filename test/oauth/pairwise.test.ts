/** Pairwise subjects (OpenID Connect Core 8): what each client calls the person, wherever it reads of them. */

import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { beforeEach, describe, expect, it } from "vitest";
import type { ClientMetadata } from "../../src/model.ts";
import { sectorOf } from "../../src/rules/sector.ts";
import { Browser } from "../browser.ts";
import { addClient, addOrganization, addResource, addUser, CALLBACK, SECRET } from "../builders.ts";
import {
  authorizationUrl,
  authorize,
  codeRequest,
  introspect,
  post,
  refreshRequest,
  responseOf,
  signIn,
  type Tokens,
  tokensOf,
} from "../flow.ts";
import { basic, createServer, empty, type Server, snapshot } from "../harness.ts";

const ELSEWHERE = "https://planner.example/callback";

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
  await addClient("contoso-devops", { grant_types: [], redirect_uris: [] });
  await addClient("public");
  await addClient("buildboard", { subject_type: "pairwise" });
  await addClient("sibling", { subject_type: "pairwise", redirect_uris: ["https://buildboard.example/other"] });
  await addClient("stranger", { subject_type: "pairwise", redirect_uris: [ELSEWHERE] });
  await addClient("sector", {
    subject_type: "pairwise",
    redirect_uris: [ELSEWHERE],
    sector_identifier_uri: "https://buildboard.example/sector.json",
  });
});

const redirectOf: Readonly<Record<string, string>> = {
  public: CALLBACK,
  buildboard: CALLBACK,
  sibling: "https://buildboard.example/other",
  stranger: ELSEWHERE,
  sector: ELSEWHERE,
};

async function obtain(client_id = "buildboard", someone = ada, from = browser): Promise<Tokens> {
  const redirect_uri = redirectOf[client_id] ?? CALLBACK;
  const code = (await authorize(from, someone.email, { client_id, redirect_uri })).get("code") ?? "";
  return tokensOf(await post(server, "/token", codeRequest(code, { redirect_uri }), basic(client_id, SECRET)));
}

const subjectIn = async (clientId: string, someone = ada, from = browser): Promise<string> =>
  String(decodeJwt((await obtain(clientId, someone, from)).id_token).sub);

describe("a pairwise subject", () => {
  it("is the same everywhere that the client reads of the person, and never the user id", async () => {
    const tokens = await obtain();
    const { sub } = decodeJwt(tokens.id_token);
    expect(sub).toMatch(/^[\w-]{43}$/);
    server.pass(1);
    const refreshed = await tokensOf(await post(server, "/token", refreshRequest(tokens.refresh_token)));
    const headers = { authorization: `Bearer ${refreshed.access_token}` };
    const userinfo = await (await server.fetch("/userinfo", { headers })).text();
    const ask = async (token: string) => (await post(server, "/introspect", { token })).text();
    const answers = [userinfo, await ask(refreshed.access_token), await ask(refreshed.refresh_token)];
    answers.push(JSON.stringify(await introspect(server, refreshed.access_token)));
    for (const jwt of [tokens.access_token, tokens.id_token, refreshed.access_token, refreshed.id_token])
      answers.push(JSON.stringify(decodeJwt(jwt)));
    for (const answer of answers) {
      expect(JSON.parse(answer).sub, answer).toBe(sub);
      expect(answer).not.toContain(ada.userId);
    }
  });

  it("is one for the clients of a sector, another for those of another, and the user id for public clients", async () => {
    const subjects = new Map<string, string>();
    for (const clientId of Object.keys(redirectOf)) subjects.set(clientId, await subjectIn(clientId));
    expect(subjects.get("sibling")).toBe(subjects.get("buildboard"));
    expect(subjects.get("sector")).toBe(subjects.get("buildboard"));
    expect(subjects.get("public")).toBe(ada.userId);
    expect(new Set(subjects.values()).size).toBe(3);
  });

  it("is another for each person, and lasts through sign-ins, consents and isolates", async () => {
    const grace = await addUser("Grace");
    const first = await subjectIn("buildboard");
    expect(await subjectIn("buildboard", grace, new Browser(server))).not.toBe(first);
    await env.DB.batch(["families", "grants"].map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
    server = createServer();
    expect(await subjectIn("buildboard", ada, new Browser(server))).toBe(first);
  });

  it("is another under another MASTER_SECRET, so that nobody can compute it from the user id", async () => {
    const first = await subjectIn("buildboard");
    await env.DB.exec("DELETE FROM signing_keys");
    server = createServer();
    Object.assign(server.deps, { config: { ...server.deps.config, masterSecret: "another".repeat(8) } });
    expect(await subjectIn("buildboard", ada, new Browser(server))).not.toBe(first);
    await env.DB.exec("DELETE FROM signing_keys");
  });

  it("ends with its token: a revoked one is inactive, and the client's next one has the same subject", async () => {
    const tokens = await obtain();
    expect((await post(server, "/revoke", { token: tokens.refresh_token })).status).toBe(200);
    expect(await introspect(server, tokens.access_token)).toEqual({ active: false });
    server.pass(1);
    expect(await subjectIn("buildboard")).toBe(decodeJwt(tokens.id_token).sub);
  });
});

describe("the log", () => {
  it("names the person by the user id, whatever the client calls them", async () => {
    const tokens = await obtain();
    expect((await post(server, "/revoke", { token: tokens.access_token })).status).toBe(200);
    expect((await post(server, "/revoke", { token: tokens.refresh_token })).status).toBe(200);
    const { results } = await env.DB.prepare(
      "SELECT action, user_id FROM audit WHERE action IN ('code.redeemed', 'token.revoked', 'family.revoked') ORDER BY rowid",
    ).all();
    const user_id = ada.userId;
    const actions = ["code.redeemed", "token.revoked", "family.revoked"];
    expect(results).toEqual(actions.map((action) => ({ action, user_id })));
  });
});

describe("a request that insists on a person by their pairwise subject", () => {
  const insist = (how: string, sub: string, idToken: string) =>
    how === "id_token_hint" ? { id_token_hint: idToken } : { claims: JSON.stringify({ id_token: { sub: { value: sub } } }) };
  const ways = ["id_token_hint", "claims"];

  it.each(ways)("by %s goes on where that person is signed in", async (how) => {
    const { id_token } = await obtain();
    server.pass(1);
    const changes = insist(how, String(decodeJwt(id_token).sub), id_token);
    expect((await authorize(browser, ada.email, { ...changes, prompt: "none" })).get("code")).not.toBeNull();
  });

  it.each(ways)("by %s is login_required where another person is", async (how) => {
    const { id_token } = await obtain();
    const grace = await addUser("Grace");
    const other = new Browser(server);
    await obtain("buildboard", grace, other);
    server.pass(1);
    const before = await snapshot();
    const changes = insist(how, String(decodeJwt(id_token).sub), id_token);
    const page = await other.open(authorizationUrl({ ...changes, prompt: "none" }));
    expect(responseOf(page).get("error")).toBe("login_required");
    expect(await snapshot()).toBe(before);
  });

  it("by claims does not go by the user id, which the client cannot know", async () => {
    await obtain();
    server.pass(1);
    const page = await browser.open(authorizationUrl({ ...insist("claims", ada.userId, ""), prompt: "none" }));
    expect(responseOf(page).get("error")).toBe("login_required");
  });

  it("by id_token_hint offers to go on as that person, and to nobody else", async () => {
    const { id_token } = await obtain();
    const ask = authorizationUrl({ id_token_hint: id_token, prompt: "select_account" });
    server.pass(1);
    expect((await browser.open(ask)).text).toContain("continue");
    const grace = await addUser("Grace");
    const other = new Browser(server);
    await signIn(other, await other.open("/sign-in"), grace.email);
    server.pass(1);
    const page = await other.open(ask);
    expect(page.text).toContain('name="password"');
    expect(page.text).not.toContain(grace.email);
  });

  it("by an ID token of a sibling of the sector is refused all the same: it was issued to another client", async () => {
    const { id_token } = await obtain("sibling");
    await obtain();
    const page = await browser.open(authorizationUrl({ id_token_hint: id_token, prompt: "none" }));
    expect(responseOf(page).get("error")).toBe("invalid_request");
  });
});

describe("the sector of a client", () => {
  const base = { subject_type: "pairwise", redirect_uris: [CALLBACK] } as unknown as ClientMetadata;

  it.each<[string, Partial<ClientMetadata>, string | null]>([
    ["is none for public subjects", { subject_type: "public" }, null],
    ["is the host of its redirect URI", {}, "buildboard.example"],
    [
      "leaves the path out",
      { redirect_uris: ["https://BUILDBOARD.example/a", "https://buildboard.example/b"] },
      "buildboard.example",
    ],
    ["leaves the port out", { redirect_uris: ["https://buildboard.example:8443/a"] }, "buildboard.example"],
    [
      "is the host of the document that names it",
      { sector_identifier_uri: "https://northstar.example/s" },
      "northstar.example",
    ],
  ])("%s", (_, metadata, sector) => {
    expect(sectorOf({ ...base, ...metadata } as ClientMetadata)).toBe(sector);
  });
});
