/** Many sessions of one installation, which share its refresh token in a file or a keychain, on servers far apart. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { Browser } from "../browser.ts";
import { addClient, addOrganization, addResource, addUser, CALLBACK } from "../builders.ts";
import { authorize, codeRequest, introspect, post, refreshRequest, type Tokens, tokensOf } from "../flow.ts";
import { createServer, empty, type Server } from "../harness.ts";

const SESSIONS = 50;

let clock: { now: number };
/** Two isolates: they share D1 and nothing else. */
let isolates: readonly [Server, Server];
let stored: Tokens;

beforeEach(async () => {
  await empty();
  clock = { now: Date.UTC(2026, 10, 24, 12) };
  isolates = [createServer({ clock }), createServer({ clock })];
  const { email, userId } = await addUser("Ada");
  await addOrganization("contoso", "all", userId);
  await addResource();
  await addClient("cli", { token_endpoint_auth_method: "none" });
  await addClient("contoso-devops", { grant_types: [], redirect_uris: [] });
  const scope = "offline_access builds.read";
  const answer = await authorize(new Browser(isolates[0]), email, { client_id: "cli", scope });
  stored = await tokensOf(
    await post(
      isolates[0],
      "/token",
      codeRequest(answer.get("code") ?? "", { client_id: "cli", redirect_uri: CALLBACK }),
      null,
    ),
  );
});

const pass = (seconds: number) => {
  clock.now += seconds * 1000;
};

/** One session's refresh, at the isolate that it happens to reach. */
const refresh = (refreshToken: string, session: number) =>
  post(isolates[session % 2] ?? isolates[0], "/token", refreshRequest(refreshToken, { client_id: "cli" }), null);

/** All sessions find their access token expired and refresh at once with what is stored; what they get is stored then. */
async function wave(sessions = SESSIONS): Promise<readonly Tokens[]> {
  const { refresh_token } = stored;
  const responses = await Promise.all(Array.from({ length: sessions }, (_, session) => refresh(refresh_token, session)));
  const all = await Promise.all(responses.map(tokensOf));
  [stored = stored] = all;
  return all;
}

const families = () =>
  env.DB.prepare("SELECT count(*) AS count, max(generation) AS generation FROM families WHERE revoked_at IS NULL").first<{
    count: number;
    generation: number;
  }>();

describe("fifty sessions", () => {
  it("refresh in waves, and all get tokens that work, of one chain", async () => {
    for (let round = 1; round <= 5; round++) {
      const before = stored.refresh_token;
      const all = await wave();
      expect(new Set(all.map(({ refresh_token }) => refresh_token)).size).toBe(1);
      expect(stored.refresh_token).not.toBe(before);
      expect(new Set(all.map(({ access_token }) => access_token)).size).toBe(SESSIONS);
      const states = await Promise.all(
        all.map(({ access_token }, session) => introspect(isolates[session % 2] ?? isolates[0], access_token)),
      );
      expect(states.filter(({ active }) => active !== true)).toEqual([]);
      expect(await families()).toEqual({ count: 1, generation: round + 1 });
      pass(301);
    }
  });

  it("may come late with what was stored before, while nobody has used what came of it", async () => {
    const before = stored.refresh_token;
    await wave(40);
    const { refresh_token } = stored;
    for (const [late, session] of [10, 30, 49].map((wait, index) => [wait, index] as const)) {
      pass(late);
      expect((await tokensOf(await refresh(before, session))).refresh_token).toBe(refresh_token);
    }
    expect(await families()).toEqual({ count: 1, generation: 2 });
  });

  it("get the answer again that was lost on its way, over and over", async () => {
    const before = stored.refresh_token;
    for (let attempt = 0; attempt < 10; attempt++) stored = await tokensOf(await refresh(before, attempt));
    expect((await wave()).length).toBe(SESSIONS);
    expect(await families()).toEqual({ count: 1, generation: 3 });
  });
});

describe("a token of long ago", () => {
  it.each([
    ["is of two generations before", 2, 1],
    ["was used before the overlap ended, and comes after", 1, 91],
  ])("that %s gets 400 invalid_grant, and all sessions have to sign in anew", async (_, waves, late) => {
    const stale = stored.refresh_token;
    for (let round = 0; round < waves; round++) await wave();
    pass(late);
    const responses = await Promise.all(Array.from({ length: SESSIONS }, (_, session) => refresh(stale, session)));
    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([400]));
    for (const response of responses) expect(await response.json()).toMatchObject({ error: "invalid_grant" });
    // A stolen copy looks just like this: the chain ends.
    const current = await refresh(stored.refresh_token, 0);
    expect([current.status, await current.json()]).toMatchObject([400, { error: "invalid_grant" }]);
    expect(await families()).toMatchObject({ count: 0 });
  });

  it("is told so however often it is tried, and never that this is too often or our fault", async () => {
    const stale = stored.refresh_token;
    await wave(2);
    await wave(2);
    for (let round = 0; round < 6; round++) {
      const responses = await Promise.all(Array.from({ length: SESSIONS }, (_, session) => refresh(stale, session)));
      expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([400]));
    }
  });

  it("in the middle of a wave ends the chain, and nobody gets anything but tokens or invalid_grant", async () => {
    const stale = stored.refresh_token;
    await wave();
    await wave();
    const { refresh_token } = stored;
    const responses = await Promise.all(
      Array.from({ length: SESSIONS }, (_, session) => refresh(session % 10 === 0 ? stale : refresh_token, session)),
    );
    for (const { status } of responses) expect([200, 400]).toContain(status);
    expect(await families()).toMatchObject({ count: 0 });
  });
});
