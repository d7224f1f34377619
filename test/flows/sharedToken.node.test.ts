/** Fifty sessions of one installation that share a refresh token, over sockets against workerd and D1. */
import { Client, DpopSession, type StoredOAuthTokens, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { afterAll, beforeAll, expect, it } from "vitest";
import demo from "../../demo/seed.json" with { type: "json" };
import { type Local, startLocal } from "../../scripts/local.ts";
import { Assistant, Provider } from "./assistant.ts";
import { Person } from "./person.ts";

const CLIENT = "northstar-assistant";
const SESSIONS = 50;
const everySession = <T>(of: (session: number) => T): readonly T[] =>
  Array.from({ length: SESSIONS }, (_, session) => of(session));

let local: Local;
/** Of the MCP server. */
let url: string;
beforeAll(async () => {
  local = await startLocal({ seed: demo, workers: ["contoso-devops"] });
  url = `${local.urls.contosoDevops}/mcp`;
});
afterAll(() => local.stop());

const introduction = () => ({ client: { client_id: CLIENT, issuer: local.urls.server } });

/** What they share, in a file or the keychain of the machine: what a person approved once. */
async function approve(dpop?: DpopSession): Promise<StoredOAuthTokens> {
  const introduced = dpop === undefined ? introduction() : { ...introduction(), dpop };
  const first = new Assistant(url, new Person(local.urls.server), introduced);
  await first.connect();
  await first.close();
  return first.provider.tokens() ?? expect.fail("no tokens");
}

const post = (path: string, fields: Readonly<Record<string, string>>) =>
  fetch(local.urls.server + path, { method: "POST", body: new URLSearchParams({ client_id: CLIENT, ...fields }) });

const refresh = (refresh_token = "") => post("/token", { grant_type: "refresh_token", refresh_token });

/** All at once, each by a request of its own. */
async function refreshAll(refreshToken: string | undefined) {
  const responses = await Promise.all(everySession(() => refresh(refreshToken)));
  const bodies = await Promise.all(responses.map(async (response) => (await response.json()) as Partial<StoredOAuthTokens>));
  return { bodies, statuses: new Set(responses.map(({ status }) => status)) };
}

it("all refresh at once and get tokens that work, of one chain, wave after wave", async () => {
  let stored: Partial<StoredOAuthTokens> = await approve();
  for (let wave = 0; wave < 3; wave++) {
    const { bodies, statuses } = await refreshAll(stored.refresh_token);
    expect([...statuses]).toEqual([200]);
    expect(new Set(bodies.map((body) => body.refresh_token)).size).toBe(1);
    expect(bodies[0]?.refresh_token).not.toBe(stored.refresh_token);
    const used = await Promise.all(
      bodies.map(({ access_token }) => fetch(url, { headers: { authorization: `Bearer ${access_token}` } })),
    );
    // The protocol has no GET here, which the server says to whom it has let in.
    expect(new Set(used.map(({ status }) => status))).toEqual(new Set([405]));
    stored = bodies[0] ?? {};
  }
});

/** A client of the SDK for each. */
const connectAll = (sessions: readonly Provider[]): Promise<readonly Client[]> =>
  Promise.all(
    sessions.map(async (authProvider) => {
      const client = new Client({ name: "agent", version: "1.0.0" }, { versionNegotiation: { mode: "auto" } });
      await client.connect(new StreamableHTTPClientTransport(new URL(url), { authProvider }));
      return client;
    }),
  );

async function callAll(clients: readonly Client[]): Promise<void> {
  const results = await Promise.all(clients.map((client) => client.callTool({ name: "list_organizations", arguments: {} })));
  expect(results.filter(({ isError }) => isError)).toEqual([]);
}

it("the SDK's sessions go on when the access token that they share is dead", async () => {
  let keychain = await approve();
  /** Each reads the keychain when a wave begins, as processes do that know nothing of each other. */
  class Session extends Provider {
    held = keychain;
    override tokens = () => this.held;
    override saveTokens = (tokens: StoredOAuthTokens) => {
      keychain = this.held = tokens;
    };
  }
  const sessions = everySession(() => new Session(introduction()));
  const clients = await connectAll(sessions);
  for (let wave = 0; wave < 3; wave++) {
    const before = keychain;
    for (const session of sessions) session.held = before;
    expect((await post("/revoke", { token: before.access_token })).status).toBe(200);
    await callAll(clients);
    expect(new Set(sessions.map(({ held }) => held.refresh_token)).size).toBe(1);
    expect(keychain.refresh_token).not.toBe(before.refresh_token);
  }
  await Promise.all(clients.map((client) => client.close()));
});

it("those that share a DPoP key as well need not agree on who refreshes, since their refresh token stays", async () => {
  const dpop = await DpopSession.create();
  let keychain = await approve(dpop);
  const { refresh_token } = keychain;
  /** Each reads the keychain whenever it likes: some find what others have just put there. */
  class Session extends Provider {
    override tokens = () => keychain;
    override saveTokens = (tokens: StoredOAuthTokens) => {
      keychain = tokens;
    };
    override invalidateCredentials = () => expect.fail("nothing is invalid");
  }
  const clients = await connectAll(everySession(() => new Session({ ...introduction(), dpop })));
  for (let wave = 0; wave < 2; wave++) {
    expect((await post("/revoke", { token: keychain.access_token })).status).toBe(200);
    await callAll(clients);
    expect(keychain.refresh_token).toBe(refresh_token);
  }
  await Promise.all(clients.map((client) => client.close()));
});

it("who comes with a token of long ago is told 400 invalid_grant, all of them and however often", async () => {
  const stale = (await approve()).refresh_token;
  const { bodies } = await refreshAll(stale);
  await refreshAll(bodies[0]?.refresh_token);
  for (let round = 0; round < 3; round++) {
    const refused = await refreshAll(stale);
    expect([...refused.statuses]).toEqual([400]);
    for (const body of refused.bodies) expect(body).toMatchObject({ error: "invalid_grant" });
  }
});
