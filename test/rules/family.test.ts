import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FamilyState } from "../../src/model.ts";
import { decideCode, decideDeviceCode, decideRefresh } from "../../src/rules/family.ts";

const HOUR = 3_600_000;
const CALLBACK = "https://buildboard.example/callback";

/** A family that was rotated at 1 h and may be used until 10 h. */
function state(family: Partial<FamilyState["family"]> = {}, rest: Partial<FamilyState> = {}): FamilyState {
  return {
    family: {
      id: "aafamily",
      clientId: "buildboard",
      device: "Chrome on Linux",
      generation: 4,
      rotatedAt: HOUR,
      rid: "winner",
      redirectUri: CALLBACK,
      codeChallenge: "challenge",
      nonce: null,
      scopes: ["openid", "builds.read"],
      resources: ["https://api.example"],
      authorizationDetails: [],
      claims: null,
      confirmation: null,
      sessionId: "session",
      grantManagement: null,
      authAt: 0,
      acr: "0",
      amr: [],
      createdAt: 0,
      codeExpiresAt: 60_000,
      idleExpiresAt: 10 * HOUR,
      expiresAt: 20 * HOUR,
      revokedAt: null,
      ...family,
    },
    grant: {
      grantId: "aagrant",
      scopes: [],
      claims: [],
      resources: [],
      organizations: null,
      authorizationDetails: [],
      authority: null,
      pausedAt: null,
      markedAt: null,
      once: false,
      declined: [],
      publisherName: null,
      createdAt: 0,
      consentedAt: 0,
      expiresAt: null,
      revokedAt: null,
    },
    user: {
      userId: "aaada",
      email: "ada@contoso.example",
      emailVerified: true,
      name: "Ada",
      profile: {},
      language: null,
      timeZone: null,
      updatedAt: 0,
    },
    userDisabledAt: null,
    client: {
      clientId: "buildboard",
      metadata: {
        client_name: "Buildboard",
        application_type: "web",
        redirect_uris: [CALLBACK],
        grant_types: ["authorization_code", "refresh_token"],
        response_types: ["code"],
        token_endpoint_auth_method: "none",
        id_token_signed_response_alg: "RS256",
        authorization_signed_response_alg: "RS256",
        introspection_signed_response_alg: "RS256",
        subject_type: "public",
        require_pkce: true,
        refresh_overlap_seconds: 90,
      },
      secrets: [],
      origin: "operator",
      ownerId: null,
      publisher: null,
      createdAt: 0,
    },
    clientDisabledAt: null,
    organizations: [],
    ...rest,
  };
}

type Asked = Parameters<typeof decideRefresh>[1];
const ask: Asked = {
  clientId: "buildboard",
  generation: 4,
  scopes: [],
  resources: [],
  details: [],
  confirmation: null,
  bound: true,
  rotates: true,
  once: { rid: "mine" },
  at: HOUR + 1000,
};
const publicClient = { confidential: false, overlapSeconds: 90 };
const revokedGrant = { grant: { ...state().grant, revokedAt: 1 } };

const paused = { grant: { ...state().grant, pausedAt: 1 } };

describe("decideRefresh", () => {
  it.each<[string, FamilyState | undefined, Partial<Asked>, string]>([
    ["the update that we won", state({ generation: 5, rid: "mine" }), {}, "redeemed"],
    ["our own retry, long after the overlap", state({ generation: 5, rid: "mine" }), { at: 9 * HOUR }, "redeemed"],
    ["a parallel one within the overlap", state({ generation: 5 }), {}, "redeemed"],
    ["a parallel one after the overlap", state({ generation: 5 }), { at: HOUR + 90_000 }, "reused"],
    ["one whose successor was used", state({ generation: 6 }), {}, "reused"],
    ["no such family", undefined, {}, "refused"],
    ["another client's", state(), { clientId: "other" }, "refused"],
    ["a generation to come", state({ generation: 3 }), {}, "refused"],
    ["a revoked family's", state({ generation: 5, revokedAt: 1 }), {}, "refused"],
    ["a revoked grant's", state({ generation: 5 }, revokedGrant), {}, "refused"],
    ["an expired grant's", state({ generation: 5 }, { grant: { ...state().grant, expiresAt: HOUR } }), {}, "refused"],
    ["a disabled person's", state({ generation: 5 }, { userDisabledAt: 1 }), {}, "refused"],
    ["a disabled client's", state({ generation: 5 }, { clientDisabledAt: 1 }), {}, "refused"],
    ["one that idled too long", state(), { at: 10 * HOUR }, "refused"],
    ["one past its last day", state({ idleExpiresAt: 30 * HOUR }), { at: 20 * HOUR }, "refused"],
  ])("says of %s what it is", (_, found, changes, kind) => {
    expect(decideRefresh(found, { ...ask, ...changes }, publicClient).kind).toBe(kind);
  });

  it.each<[string, FamilyState, Partial<Asked>, string]>([
    ["its present token", state({ generation: 4 }, paused), {}, "access_denied"],
    ["one whose successor was used", state({ generation: 6 }, paused), {}, "access_denied"],
    ["a parallel one", state({ generation: 5 }, paused), {}, "access_denied"],
    ["another client's", state({}, paused), { clientId: "other" }, "invalid_grant"],
    ["a revoked family's", state({ revokedAt: 1 }, paused), {}, "invalid_grant"],
    ["one that idled too long", state({}, paused), { at: 10 * HOUR }, "invalid_grant"],
  ])("of a paused grant refuses %s, and ends nothing", (_, found, changes, error) => {
    expect(decideRefresh(found, { ...ask, ...changes }, publicClient)).toMatchObject({ kind: "refused", error });
  });

  it("never ends the family of a client that authenticated itself", () => {
    fc.assert(
      fc.property(fc.nat(10), fc.nat(10), fc.nat(20 * HOUR), (generation, presented, at) => {
        const asked = { ...ask, generation: presented, at };
        expect(decideRefresh(state({ generation }), asked, { confidential: true, overlapSeconds: 90 }).kind).not.toBe("reused");
      }),
    );
  });

  it("redeems nothing but the one step from what was presented, and nothing at all of a dead family", () => {
    const deaths = fc.constantFrom<FamilyState>(
      state({ revokedAt: 1 }),
      state({}, revokedGrant),
      state({}, { userDisabledAt: 1 }),
      state({}, { clientDisabledAt: 1 }),
    );
    fc.assert(
      fc.property(
        fc.nat(10),
        fc.nat(10),
        fc.nat(20 * HOUR),
        fc.boolean(),
        fc.boolean(),
        deaths,
        (current, presented, at, mine, confidential, dead) => {
          const asked = { ...ask, generation: presented, at, once: { rid: mine ? "winner" : "mine" } };
          const client = { confidential, overlapSeconds: 90 };
          const alive = decideRefresh(state({ generation: current }), asked, client);
          if (alive.kind === "redeemed") expect([alive.generation, current]).toEqual([presented + 1, presented + 1]);
          const family = { ...dead.family, generation: current };
          expect(decideRefresh({ ...dead, family }, asked, client).kind).toBe("refused");
        },
      ),
    );
  });

  const [mine, theirs] = [{ jkt: "mine" }, { jkt: "theirs" }];

  it.each<[string, FamilyState, Partial<Asked>, string]>([
    ["its key", state({ generation: 4, rid: "mine", confirmation: mine }), { confirmation: mine }, "redeemed"],
    ["another key", state({ generation: 5, rid: "mine", confirmation: mine }), { confirmation: theirs }, "refused"],
    ["a certificate", state({ generation: 5, confirmation: mine }), { confirmation: { "x5t#S256": "mine" } }, "refused"],
    ["no key", state({ generation: 6, confirmation: mine }), {}, "refused"],
    ["no key, by a client that authenticated", state({ generation: 5, confirmation: mine }), { bound: false }, "redeemed"],
  ])("says of a bound token presented with %s what it is", (_, found, changes, kind) => {
    expect(decideRefresh(found, { ...ask, ...changes }, publicClient).kind).toBe(kind);
  });

  it.each<[string, Partial<Asked>, number]>([
    ["stays the same while a public client holds the key that it is bound to", { confirmation: mine }, 4],
    ["is another one for a client that authenticates with a secret, whatever key it shows", { bound: false }, 5],
  ])("of a bound family %s", (_, changes, generation) => {
    const found = state({ generation, rid: "mine", confirmation: mine });
    expect(decideRefresh(found, { ...ask, ...changes }, publicClient)).toMatchObject({ kind: "redeemed", generation });
  });

  it("rotates an unbound token whatever key comes along with it: whoever stole it may have brought that key", () => {
    const asked = { ...ask, confirmation: theirs };
    expect(decideRefresh(state({ generation: 5, rid: "mine" }), asked, publicClient)).toMatchObject({ generation: 5 });
    expect(decideRefresh(state({ generation: 6 }), asked, publicClient).kind).toBe("reused");
  });

  it.each<[string, FamilyState, string]>([
    ["that we won", state({ generation: 4, rid: "mine" }), "redeemed"],
    ["that another request used meanwhile", state({ generation: 4 }), "refused"],
    ["that rotated while its client had no key yet", state({ generation: 5 }), "refused"],
  ])("says of a token that stays the same, %s, what it is", (_, found, kind) => {
    const asked = { ...ask, rotates: false };
    expect(decideRefresh(found, asked, { confidential: true, overlapSeconds: 90 })).toMatchObject({ kind });
  });

  it.each<[string, Partial<Asked>, string]>([
    ["a scope", { scopes: ["openid", "admin"] }, "invalid_scope"],
    ["a resource", { resources: ["https://elsewhere.example"] }, "invalid_target"],
  ])("refuses %s beyond the authorization by its own name", (_, changes, error) => {
    expect(decideRefresh(state(), { ...ask, ...changes }, publicClient)).toMatchObject({ kind: "refused", error });
  });
});

describe("decideCode", () => {
  type AskedCode = Parameters<typeof decideCode>[1];
  const code: AskedCode = {
    clientId: "buildboard",
    redirectUri: CALLBACK,
    codeChallenge: "challenge",
    resources: [],
    details: [],
    confirmation: null,
    once: { rid: "mine" },
    at: 1000,
  };
  const fresh = state({ generation: 0, rid: "authorize" });

  it.each<[string, FamilyState | undefined, Partial<AskedCode>, string]>([
    ["the update that we won", state({ generation: 1, rid: "mine" }), {}, "redeemed"],
    ["one that somebody redeemed before", state({ generation: 1 }), {}, "reused"],
    ["one whose family went on", state({ generation: 7 }), {}, "reused"],
    ["one that expired", fresh, {}, "refused"],
    ["no such family", undefined, {}, "refused"],
    ["another client's, although it was used", state({ generation: 1 }), { clientId: "other" }, "refused"],
    ["one used before, with a wrong verifier", state({ generation: 1 }), { codeChallenge: "another" }, "refused"],
    [
      "one used before, with a wrong redirect URI",
      state({ generation: 1 }),
      { redirectUri: "https://evil.example/" },
      "refused",
    ],
    ["a revoked family's", state({ generation: 1, rid: "mine", revokedAt: 1 }), {}, "refused"],
  ])("says of %s what it is", (_, found, changes, kind) => {
    expect(decideCode(found, { ...code, ...changes }).kind).toBe(kind);
  });

  it("wants the redirect URI again where there was no challenge", () => {
    const plain = state({ generation: 1, rid: "mine", codeChallenge: null });
    const asked = { ...code, codeChallenge: null };
    expect(decideCode(plain, { ...asked, redirectUri: null }).kind).toBe("refused");
    expect(decideCode(plain, asked).kind).toBe("redeemed");
  });

  it("refuses a redirect URI that the client has given up since", () => {
    const { client } = state();
    const moved = { ...client, metadata: { ...client.metadata, redirect_uris: ["https://buildboard.example/new"] } };
    expect(decideCode(state({ generation: 1, rid: "mine" }, { client: moved }), code).kind).toBe("refused");
  });
});

describe("decideDeviceCode", () => {
  type Asked = Parameters<typeof decideDeviceCode>[1];
  const ask: Asked = {
    clientId: "buildboard",
    resources: [],
    details: [],
    confirmation: null,
    once: { rid: "mine" },
    at: HOUR + 1000,
  };
  /** Of a device: redeemed at 1 h by somebody else's poll, its code good until 1 h and 5 min. */
  const device = (family: Partial<FamilyState["family"]> = {}, rest: Partial<FamilyState> = {}) =>
    state(
      { generation: 1, redirectUri: "", codeChallenge: null, codeExpiresAt: HOUR + 300_000, rid: "other", ...family },
      rest,
    );
  const key = { jkt: "key" };

  it.each<[string, FamilyState | undefined, Partial<Asked>, string]>([
    ["the update that we won", device({ rid: "mine" }), {}, "redeemed"],
    ["a poll beside it, or after an answer that was lost", device(), {}, "redeemed"],
    ["one just before the overlap is over", device(), { at: HOUR + 89_999 }, "redeemed"],
    ["one after it", device(), { at: HOUR + 90_000 }, "reused"],
    ["one within it whose code has expired", device({ codeExpiresAt: HOUR + 500 }), {}, "reused"],
    ["one whose refresh token was used", device({ generation: 2 }), {}, "reused"],
    ["one that came too late", device({ generation: 0, codeExpiresAt: HOUR }), {}, "expired"],
    ["one that was forgotten", undefined, {}, "expired"],
    ["another client's", device({ rid: "mine" }), { clientId: "other" }, "refused"],
    [
      "one that is bound to another key",
      device({ rid: "mine", confirmation: { jkt: "other" } }),
      { confirmation: key },
      "refused",
    ],
    ["one that is bound to a key, without it", device({ rid: "mine", confirmation: key }), {}, "refused"],
    ["one that is bound to this key", device({ confirmation: key }), { confirmation: key }, "redeemed"],
    ["a revoked one", device({ rid: "mine", revokedAt: 1 }), {}, "refused"],
    ["a revoked grant's", device({ rid: "mine" }, revokedGrant), {}, "refused"],
    ["a disabled person's", device({ rid: "mine" }, { userDisabledAt: 1 }), {}, "refused"],
    ["one for more than was authorized", device({ generation: 0 }), { resources: ["https://other.example"] }, "refused"],
  ])("says of %s what it is", (_, found, changes, kind) => {
    expect(decideDeviceCode(found, { ...ask, ...changes }, publicClient).kind).toBe(kind);
  });

  it("never yields more than the first refresh token, and ends nothing of a client that authenticated itself", () => {
    fc.assert(
      fc.property(
        fc.nat(5),
        fc.constantFrom("mine", "other"),
        fc.nat(3 * HOUR),
        fc.boolean(),
        (generation, rid, at, confidential) => {
          const decision = decideDeviceCode(device({ generation, rid }), { ...ask, at }, { confidential, overlapSeconds: 300 });
          if (decision.kind === "redeemed") expect([decision.generation, generation]).toEqual([1, 1]);
          if (confidential) expect(decision.kind).not.toBe("reused");
        },
      ),
    );
  });
});
