import { env } from "cloudflare:workers";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { type MarkKind, markKey } from "../../src/model.ts";
import { challenge, checkToken, type ResourceServerOptions, type RevocationStore } from "../../src/verify/index.ts";
import { arrange, claims, headerOf, makeKey, refusal, SECONDS, sign, type TestKey } from "./issuer.ts";

let key: TestKey;
beforeAll(async () => {
  key = await makeKey("k1");
});
afterEach(async () => {
  vi.useRealTimers();
  const { keys } = await env.KV.list();
  await Promise.all(keys.map(({ name }) => env.KV.delete(name)));
});

const token = (changes: Record<string, unknown> = {}) => sign(key, headerOf(key), claims(changes));
const mark = (kind: MarkKind, id: string, seconds: number) => env.KV.put(markKey(kind, id), String(seconds * 1000 + 999));

/** A KV of whose answers the test decides, and which counts the reads. */
function createStore(answer: (keys: string[]) => Promise<Map<string, string | null>>) {
  const reads: unknown[] = [];
  const store: RevocationStore = {
    get: (keys, options) => {
      reads.push(options);
      return answer(keys);
    },
  };
  return { store, reads };
}

const nothing = async (keys: string[]) => new Map(keys.map((name) => [name, null]));
const revokedGrant = (revokedAt: string) => async (keys: string[]) =>
  new Map(keys.map((name) => [name, name === markKey("grant", "aa-grant") ? revokedAt : null]));
const failing = async (): Promise<never> => {
  throw new Error("KV GET failed: 500");
};

describe("with the real KV", () => {
  const ids: readonly (readonly [MarkKind, string])[] = [
    ["grant", "aa-grant"],
    ["family", "aa-family"],
    ["user", "aa-ada"],
    ["client", "buildboard"],
    ["token", "aa-token"],
  ];

  it.each(ids)("a token is refused once its %s is revoked, and one that was issued after that is good", async (kind, id) => {
    const { resourceServer } = arrange([key], { revocations: env.KV });
    await mark(kind, id, SECONDS);
    expect(await refusal(checkToken(await token(), resourceServer))).toMatchObject({ code: "invalid_token", status: 401 });
    await expect(checkToken(await token({ iat: SECONDS + 1 }), resourceServer)).resolves.toBeDefined();
  });

  it("the revocation of something else changes nothing", async () => {
    const { resourceServer } = arrange([key], { revocations: env.KV });
    for (const [kind] of ids) await mark(kind, "aa-other", SECONDS);
    await mark("token", "aa-grant", SECONDS);
    await expect(checkToken(await token(), resourceServer)).resolves.toBeDefined();
  });

  it("a revoked token is told so before it is told of its scope", async () => {
    const { resourceServer } = arrange([key], { revocations: env.KV });
    await mark("grant", "aa-grant", SECONDS);
    expect(await refusal(checkToken(await token(), resourceServer, "admin"))).toMatchObject({ status: 401 });
  });
});

it("a check reads KV once, and only for a token that is otherwise good", async () => {
  const { store, reads } = createStore(nothing);
  const { resourceServer } = arrange([key], { revocations: store });
  await checkToken(await token(), resourceServer);
  expect(reads).toEqual([{ type: "text", cacheTtl: 60 }]);
  await refusal(checkToken(await token({ exp: SECONDS - 3600 }), resourceServer));
  expect(reads).toHaveLength(1);
});

describe("when KV goes back in time", () => {
  it("a revocation once seen stays, whether KV then says nothing, something older, or fails", async () => {
    for (const later of [nothing, revokedGrant(String((SECONDS - 100) * 1000)), failing]) {
      let answer: (keys: string[]) => Promise<Map<string, string | null>> = revokedGrant(String(SECONDS * 1000));
      const { resourceServer } = arrange([key], { revocations: createStore((keys) => answer(keys)).store });
      expect(await refusal(checkToken(await token(), resourceServer))).toMatchObject({ status: 401 });
      answer = later;
      expect(await refusal(checkToken(await token({ jti: "aa-second" }), resourceServer))).toMatchObject({ status: 401 });
      await expect(checkToken(await token({ iat: SECONDS + 1 }), resourceServer)).resolves.toBeDefined();
      expect(await refusal(checkToken(await token(), resourceServer))).toMatchObject({ status: 401 });
    }
  });

  it("a newer revocation takes the place of the one that was remembered", async () => {
    let answer = revokedGrant(String((SECONDS - 100) * 1000));
    const { resourceServer } = arrange([key], { revocations: createStore((keys) => answer(keys)).store });
    await expect(checkToken(await token(), resourceServer)).resolves.toBeDefined();
    answer = revokedGrant(String(SECONDS * 1000));
    expect(await refusal(checkToken(await token(), resourceServer))).toMatchObject({ status: 401 });
  });

  it("a location that has heard of nothing refuses the token when it expires", async () => {
    const { resourceServer, clock } = arrange([key], { revocations: createStore(nothing).store });
    const text = await token();
    clock.now += 359_000;
    await expect(checkToken(text, resourceServer)).resolves.toBeDefined();
    clock.now += 1000;
    expect(await refusal(checkToken(text, resourceServer))).toMatchObject({ status: 401 });
  });

  it("what is remembered is bounded, and what was seen last is kept", async () => {
    let answer: (keys: string[]) => Promise<Map<string, string | null>> = nothing;
    const { resourceServer } = arrange([key], { revocations: createStore((keys) => answer(keys)).store });
    const { checkRevocation } = resourceServer;
    const check = (id: string, iat = SECONDS) =>
      checkRevocation({ ...(claims() as unknown as Parameters<typeof checkRevocation>[0]), grant_id: id, iat });
    const see = (id: string, seconds = SECONDS) => {
      answer = async () => new Map([[markKey("grant", id), String(seconds * 1000)]]);
      return check(id, seconds);
    };
    for (let index = 0; index < 10_000; index++) expect(await see(`aa-${index}`)).toBe(true);
    expect(await see("aa-0", SECONDS + 1)).toBe(true);
    expect(await see("aa-10000")).toBe(true);
    answer = nothing;
    expect(await check("aa-0")).toBe(true);
    expect(await check("aa-1")).toBe(false);
    expect(await check("aa-2")).toBe(true);
    expect(await check("aa-10000")).toBe(true);
  });
});

it("a mark that cannot be read revokes what was issued before it was seen", async () => {
  for (const value of ["", "soon", "-1", "1e999", "{}"]) {
    const { resourceServer } = arrange([key], { revocations: createStore(revokedGrant(value)).store });
    expect(await refusal(checkToken(await token(), resourceServer))).toMatchObject({ status: 401 });
    await expect(checkToken(await token({ iat: SECONDS + 1 }), resourceServer)).resolves.toBeDefined();
  }
});

describe("when KV fails", () => {
  const throwing: RevocationStore = {
    get: () => {
      throw new Error("KV is gone");
    },
  };

  it.each([
    ["rejects", createStore(failing).store],
    ["throws", throwing],
    ["answers nonsense", { get: async () => null } as unknown as RevocationStore],
  ])("a good token is good until it expires, and the application is told: it %s", async (_, revocations) => {
    const told: unknown[] = [];
    const { resourceServer, clock } = arrange([key], { revocations, onRevocationUnavailable: (error) => told.push(error) });
    await expect(checkToken(await token(), resourceServer)).resolves.toBeDefined();
    expect(told).toEqual([expect.any(Error)]);
    clock.now += 360_000;
    expect(await refusal(checkToken(await token(), resourceServer))).toMatchObject({ status: 401 });
  });

  it("a strict resource server answers 503 with Retry-After, and refuses what it knows to be revoked", async () => {
    let answer: (keys: string[]) => Promise<Map<string, string | null>> = failing;
    const { store } = createStore((keys) => answer(keys));
    const { resourceServer } = arrange([key], { revocations: store, strict: true });
    const response = challenge(await refusal(checkToken(await token(), resourceServer)), resourceServer);
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toBe("5");
    answer = revokedGrant(String(SECONDS * 1000));
    expect(await refusal(checkToken(await token(), resourceServer))).toMatchObject({ status: 401 });
    answer = failing;
    expect(await refusal(checkToken(await token(), resourceServer))).toMatchObject({ status: 401 });
  });

  it("a listener that throws changes nothing", async () => {
    const onRevocationUnavailable = () => {
      throw new Error("no metrics");
    };
    const { resourceServer } = arrange([key], { revocations: throwing, onRevocationUnavailable });
    await expect(checkToken(await token(), resourceServer)).resolves.toBeDefined();
  });

  /** Checks a token against a KV that hangs until a second has passed. */
  async function checkAgainstHanging(options: Partial<ResourceServerOptions>) {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    let hang: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      hang = resolve;
    });
    const revocations: RevocationStore = {
      get: () => {
        hang();
        return new Promise(() => undefined);
      },
    };
    const { resourceServer } = arrange([key], { revocations, ...options });
    const checked = checkToken(await token(), resourceServer);
    await asked;
    vi.advanceTimersByTime(1000);
    return checked;
  }

  it("a KV that hangs is waited for one second", async () => {
    const told: unknown[] = [];
    await expect(checkAgainstHanging({ onRevocationUnavailable: (error) => told.push(error) })).resolves.toBeDefined();
    expect(told).toHaveLength(1);
    expect(await refusal(checkAgainstHanging({ strict: true }))).toMatchObject({ status: 503 });
  });
});
