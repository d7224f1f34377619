/** Every act of the store has one effect and one row in the log, whether it is done once, again, twice at once, or twice by ourselves. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { Deps } from "../../src/config.ts";
import type { AccessTokenClaims, AuthorizationRequest, Session } from "../../src/model.ts";
import { type Consent, storeConsent } from "../../src/store/consent.ts";
import { open } from "../../src/store/database.ts";
import { startFamily } from "../../src/store/familyStart.ts";
import { addKey, type SigningKeyRow } from "../../src/store/keys.ts";
import { type Revocation, revoke } from "../../src/store/revocation.ts";
import { clients, signingKeys, users } from "../../src/store/schema.ts";
import { createSession, endSessions, selectSession } from "../../src/store/sessions.ts";
import { addClient, addOrganization, addUser, CALLBACK } from "../builders.ts";
import { createServer, empty, type Server } from "../harness.ts";

const FAMILY = "aafamily000000000000000";
const GRANT = "aagrant0000000000000000";
const KEY_AT = Date.UTC(2040, 0, 1);

let server: Server;
let ada: string;
let contoso: string;
let at: number;

async function beginAnew() {
  await empty();
  await env.DB.prepare("DELETE FROM signing_keys WHERE created_at = ?").bind(KEY_AT).run();
  server = createServer();
  at = server.deps.now();
  ada = (await addUser("Ada")).userId;
  contoso = await addOrganization("contoso", "all", ada);
  await addClient("buildboard");
  await addClient("second");
}

beforeEach(beginAnew);

/** A binding whose first batch is carried out and whose answer is then lost, as D1 may do. */
const losingAnAnswer = (): Deps => {
  let lost = false;
  const lossy = (db: D1Database) =>
    new Proxy(db, {
      get: (target, name) => {
        const value = Reflect.get(target, name);
        if (name !== "batch") return typeof value === "function" ? value.bind(target) : value;
        return async (statements: D1PreparedStatement[]) => {
          const results = await target.batch(statements);
          if (lost) return results;
          lost = true;
          throw new Error("D1_ERROR: Network connection lost.");
        };
      },
    });
  return createServer({ db: lossy, clock: { now: at } }).deps;
};

type Way = (act: (deps: Deps) => Promise<unknown>) => Promise<unknown>;

const once: Way = (act) => act(server.deps);

/** How an act may come to be carried out more than once. */
const ways: Readonly<Record<string, Way>> = {
  "and again": async (act) => {
    await act(server.deps);
    await act(server.deps);
  },
  "twice at once": (act) => Promise.all([act(server.deps), act(createServer({ clock: { now: at } }).deps)]),
  "ten times at once": (act) => Promise.all(Array.from({ length: 10 }, () => act(server.deps))),
  "with its first answer lost": (act) => act(losingAnAnswer()),
};

/** What stands in D1, the log without its random ids. In which order a grant has its scopes means nothing. */
async function state() {
  const tables = ["sessions", "grants", "families", "revocations", "attempts"];
  const rows = await env.DB.batch<Readonly<Record<string, unknown>>>([
    ...tables.map((table) => env.DB.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`)),
    env.DB.prepare("SELECT kid, active_at FROM signing_keys WHERE created_at = ? ORDER BY 1").bind(KEY_AT),
    env.DB.prepare(
      "SELECT at, action, actor, user_id, client_id, grant_id, family_id, detail FROM audit ORDER BY action, grant_id",
    ),
  ]);
  return rows.map(({ results }) => results.map((row) => ("scopes" in row ? { ...row, scopes: sorted(row["scopes"]) } : row)));
}

const sorted = (json: unknown): readonly string[] => (JSON.parse(String(json)) as string[]).toSorted();

const logged = async () => {
  const { results } = await env.DB.prepare("SELECT action FROM audit ORDER BY action").all<{ action: string }>();
  return results.map(({ action }) => action);
};

const session = (id = "session"): Session => ({
  id,
  authAt: at,
  beganAt: at,
  selectedAt: at,
  acr: "acr",
  amr: ["pwd"],
  expiresAt: at + 1000,
});

const sessionOf = (id: string, replaces?: string) => ({
  id,
  userId: ada,
  acr: "acr",
  amr: ["pwd"],
  device: "Firefox on Linux",
  whereabouts: { city: null, country: null, network: "192.0.2.0/24" },
  held: replaces === undefined ? [] : [replaces],
  dropped: [],
  settlement: { clear: "own", forgive: ["network", "account"], familiarKey: "familiar" },
  sealedValues: "",
  at,
});

const consentOf = (changes: Partial<Consent> = {}): Consent => ({
  target: { kind: "common", newGrantId: GRANT },
  interactionId: FAMILY,
  sessionId: "session",
  clientId: "buildboard",
  scopes: { given: ["openid", "builds.read"], declined: ["email"] },
  claims: { given: [], declined: [] },
  details: { given: [], declined: [] },
  resources: [],
  organizations: [contoso],
  expiresAt: null,
  approvedFor: [],
  whereabouts: { city: null, country: null, network: "network" },
  sealedValues: "sealed",
  markedAt: at + 3000,
  at,
  ...changes,
});

const authorization: AuthorizationRequest = {
  clientId: "buildboard",
  redirectUri: CALLBACK,
  responseMode: "query",
  state: null,
  scopes: ["openid"],
  resources: [],
  authorizationDetails: [],
  codeChallenge: null,
  dpopJkt: null,
  nonce: null,
  prompt: [],
  maxAgeSeconds: null,
  loginHint: null,
  acrValues: [],
  subjectHint: null,
  claims: null,
  grantManagement: null,
};

const familyOf = (changes: Partial<Parameters<typeof startFamily>[1]> = {}) => ({
  id: FAMILY,
  grantId: GRANT,
  session: session(),
  acr: "acr",
  request: authorization,
  scopes: ["openid"],
  resources: [],
  authorizationDetails: [],
  device: "Firefox on Linux",
  hearsOfLogout: true,
  rid: "rid",
  at,
  ...changes,
});

const signedIn = () => createSession(server.deps, sessionOf("session"));
const consented = async () => {
  await signedIn();
  await storeConsent(server.deps, consentOf());
};
const started = async () => {
  await consented();
  await startFamily(server.deps, familyOf());
};
const startedTwice = async () => {
  await started();
  await storeConsent(
    server.deps,
    consentOf({ target: { kind: "common", newGrantId: "aasecond" }, clientId: "second", interactionId: "aaother" }),
  );
};

const claims: AccessTokenClaims = {
  iss: "https://id.example",
  sub: "aaada00000000000000000",
  aud: "https://api.example",
  client_id: "buildboard",
  scope: "openid",
  iat: 1,
  exp: 2,
  jti: "jti",
  auth_time: 1,
  acr: "acr",
  grant_id: GRANT,
  sid: FAMILY,
};

const keyOf = (kid: string, activeAt = KEY_AT): SigningKeyRow => ({
  kid,
  alg: "ES256",
  publicJwk: { kty: "EC" },
  sealedPrivateJwk: "sealed",
  createdAt: KEY_AT,
  activeAt,
  retiresAt: activeAt + 1000,
  expiresAt: activeAt + 2000,
});

const revoking = (revocation: () => Revocation) => (deps: Deps) => revoke(deps, revocation());

interface Act {
  readonly before: () => Promise<unknown>;
  readonly act: (deps: Deps) => Promise<unknown>;
  /** What the log has gained. */
  readonly logs: readonly string[];
}

const acts: Readonly<Record<string, Act>> = {
  createSession: {
    before: async () => undefined,
    act: (deps) => createSession(deps, sessionOf("session")),
    logs: ["session.started"],
  },
  "createSession in place of another": {
    before: () => createSession(server.deps, sessionOf("before")),
    act: (deps) => createSession(deps, sessionOf("session", "before")),
    logs: ["session.ended", "session.started"],
  },
  selectSession: {
    before: async () => {
      await signedIn();
      server.pass(1);
      at = server.deps.now();
    },
    act: (deps) => selectSession(deps, "session"),
    logs: ["session.selected"],
  },
  endSessions: {
    before: signedIn,
    act: (deps) => endSessions(deps, { kind: "held", sessionIds: ["session"] }),
    logs: ["session.ended"],
  },
  storeConsent: { before: signedIn, act: (deps) => storeConsent(deps, consentOf()), logs: ["grant.consented"] },
  "storeConsent that approves for an organization": {
    before: async () => {
      await signedIn();
      await env.DB.batch([
        env.DB.prepare("UPDATE organizations SET policy = 'approved'"),
        env.DB.prepare("UPDATE memberships SET role = 'owner'"),
      ]);
    },
    act: (deps) => storeConsent(deps, consentOf({ approvedFor: [{ organizationId: contoso, sealedValues: "sealed" }] })),
    logs: ["access.approved", "grant.consented"],
  },
  "storeConsent for this time alone": {
    before: consented,
    act: (deps) =>
      storeConsent(
        deps,
        consentOf({ target: { kind: "once", grantId: "aaonce" }, interactionId: "aaonce", expiresAt: at + 9000, at: at + 1 }),
      ),
    logs: ["grant.consented"],
  },
  "storeConsent over an earlier one": {
    before: consented,
    act: (deps) => storeConsent(deps, consentOf({ scopes: { given: ["email"], declined: ["builds.read"] }, at: at + 1 })),
    logs: ["grant.narrowed", "grant.widened"],
  },
  startFamily: { before: consented, act: (deps) => startFamily(deps, familyOf()), logs: ["family.started"] },
  "revoke of one grant": {
    before: startedTwice,
    act: revoking(() => ({ kind: "grants", userId: ada, grantIds: [GRANT], by: ada })),
    logs: ["grant.revoked"],
  },
  "revoke of all grants": {
    before: startedTwice,
    act: revoking(() => ({ kind: "grants", userId: ada, grantIds: null, by: ada })),
    logs: ["grant.revoked", "grant.revoked"],
  },
  "revoke of a family": {
    before: started,
    act: revoking(() => ({ kind: "family", familyId: FAMILY, clientId: "buildboard", by: "buildboard" })),
    logs: ["family.revoked"],
  },
  "revoke of a token": {
    before: started,
    act: revoking(() => ({ kind: "token", claims, by: "buildboard" })),
    logs: ["token.revoked"],
  },
  addKey: { before: async () => undefined, act: (deps) => addKey(deps, keyOf("one")), logs: ["key.created"] },
};

describe.each(Object.entries(acts))("%s", (_, { before, act, logs }) => {
  /** What is there after the act was done in this way in an empty house, and what it added to the log. */
  async function outcome(way: Way) {
    await beginAnew();
    await before();
    const known = await logged();
    await way(act);
    return { state: await state(), logs: without(await logged(), known) };
  }

  it("done once leaves one row of the log for each change", async () => {
    expect((await outcome(once)).logs).toEqual(logs);
  });

  it.each(Object.entries(ways))("done %s leaves what it leaves once, the log included", async (_way, way) => {
    expect(await outcome(way)).toEqual(await outcome(once));
  });
});

/** The list without the first occurrence of each of `taken`. */
function without(list: readonly string[], taken: readonly string[]): readonly string[] {
  const rest = [...taken];
  return list.filter((item) => {
    const found = rest.indexOf(item);
    if (found !== -1) rest.splice(found, 1);
    return found === -1;
  });
}

describe("an act that comes later", () => {
  it("is answered as done by startFamily for the same request, and as used for another", async () => {
    await consented();
    expect(await startFamily(server.deps, familyOf())).toBe("started");
    expect(await startFamily(server.deps, familyOf())).toBe("started");
    const before = await state();
    expect(await startFamily(server.deps, familyOf({ rid: "another" }))).toBe("used");
    expect(await state()).toEqual(before);
  });

  it("of two requests for one interaction at once starts one family", async () => {
    await consented();
    const rids = Array.from({ length: 10 }, (_, index) => startFamily(server.deps, familyOf({ rid: `rid-${index}` })));
    expect((await Promise.all(rids)).toSorted()).toEqual(["started", ...Array(9).fill("used")]);
  });

  it("finds nothing to revoke a second time: no mark, no date moved, no row of the log", async () => {
    await startedTwice();
    const revocations: readonly Revocation[] = [
      { kind: "token", claims, by: "buildboard" },
      { kind: "family", familyId: FAMILY, clientId: null, userId: ada, by: ada },
      { kind: "grants", userId: ada, grantIds: [GRANT], by: ada },
      { kind: "grants", userId: ada, grantIds: null, by: ada },
    ];
    for (const revocation of revocations) {
      expect(await revoke(server.deps, revocation)).toHaveLength(1);
      const before = await state();
      server.pass(1);
      expect(await revoke(server.deps, revocation)).toEqual([]);
      expect(await state()).toEqual(before);
    }
  });

  it("is stored by storeConsent neither after the code nor without a session", async () => {
    await started();
    const before = await state();
    expect(await storeConsent(server.deps, consentOf({ at: at + 1 }))).toBe("used");
    expect(await storeConsent(server.deps, consentOf({ sessionId: "none", interactionId: "aaother", at: at + 1 }))).toBe(
      "ended",
    );
    expect(await state()).toEqual(before);
  });

  it("of two keys for one time at once keeps one, and lets the next one follow when that one retires", async () => {
    await Promise.all([addKey(server.deps, keyOf("one")), addKey(createServer().deps, keyOf("two"))]);
    const kids = async () =>
      (await open(env.DB).select().from(signingKeys)).filter(({ createdAt }) => createdAt === KEY_AT).map(({ kid }) => kid);
    expect(await kids()).toHaveLength(1);
    await addKey(server.deps, keyOf("three", KEY_AT + 999));
    expect(await kids()).toHaveLength(1);
    await addKey(server.deps, keyOf("four", KEY_AT + 1000));
    expect(await kids()).toHaveLength(2);
    expect(await logged()).toEqual(["key.created", "key.created"]);
  });
});

describe("an act whose ground has gone", () => {
  const disable = {
    person: () => open(env.DB).update(users).set({ disabledAt: 1 }),
    client: () => open(env.DB).update(clients).set({ disabledAt: 1 }),
  };

  it("begins no session, ends none and forgives no attempt for a person who was disabled meanwhile", async () => {
    await createSession(server.deps, sessionOf("before"));
    await disable.person();
    const [sessions, , , , , , log] = await state();
    expect(await createSession(server.deps, sessionOf("session"))).toBeUndefined();
    const after = await state();
    expect([after[0], after[6]]).toEqual([sessions, log]);
  });

  it.each(["person", "client"] as const)("stores no consent and starts no family once the %s is disabled", async (who) => {
    await consented();
    await disable[who]();
    const before = await state();
    expect(await storeConsent(server.deps, consentOf({ at: at + 1 }))).toBe("ended");
    expect(await startFamily(server.deps, familyOf())).toBe("ended");
    expect(await state()).toEqual(before);
  });

  it("starts no family once the grant is revoked or the session is over", async () => {
    await consented();
    expect(await startFamily(server.deps, familyOf({ session: session("another") }))).toBe("ended");
    await revoke(server.deps, { kind: "grants", userId: ada, grantIds: null, by: ada });
    const before = await state();
    expect(await startFamily(server.deps, familyOf())).toBe("ended");
    expect(await state()).toEqual(before);
  });

  it("revokes nothing that is another client's or another person's", async () => {
    await started();
    const before = await state();
    for (const revocation of [
      { kind: "family", familyId: FAMILY, clientId: "second", by: "second" },
      { kind: "family", familyId: FAMILY, clientId: null, userId: "aagrace", by: "aagrace" },
      { kind: "grants", userId: "aagrace", grantIds: [GRANT], by: "aagrace" },
      { kind: "grants", userId: "aagrace", grantIds: null, by: "aagrace" },
    ] satisfies readonly Revocation[])
      expect(await revoke(server.deps, revocation)).toEqual([]);
    expect(await state()).toEqual(before);
  });
});

describe("startFamily and revoke at once", () => {
  it("leave no living family of a revoked grant, whichever comes first", async () => {
    await consented();
    for (let round = 0; round < 20; round++) {
      const id = `aafamily${String(round).padStart(14, "0")}`;
      await storeConsent(
        server.deps,
        consentOf({ target: { kind: "common", newGrantId: `aagrant${round}` }, interactionId: id, at: at + round + 1 }),
      );
      const live = await env.DB.prepare("SELECT id FROM grants WHERE revoked_at IS NULL").first<string>("id");
      const start = () => startFamily(server.deps, familyOf({ id, grantId: live ?? "", at: at + round + 1 }));
      const end = () => revoke(server.deps, { kind: "grants", userId: ada, grantIds: null, by: ada });
      await Promise.all(round % 2 === 0 ? [start(), end()] : [end(), start()]);
      const left =
        "SELECT count(*) AS n FROM families JOIN grants ON grants.id = grant_id WHERE families.revoked_at IS NULL AND grants.revoked_at IS NOT NULL";
      expect(await env.DB.prepare(left).first("n")).toBe(0);
    }
  });
});
