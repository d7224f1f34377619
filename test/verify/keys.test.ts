import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { challenge, checkToken } from "../../src/verify/index.ts";
import { arrange, claims, headerOf, makeKey, published, refusal, SECONDS, sign, type TestKey } from "./issuer.ts";

let [first, second]: TestKey[] = [];
beforeAll(async () => {
  [first, second] = await Promise.all([makeKey("k1"), makeKey("k2")]);
});
afterEach(() => {
  vi.useRealTimers();
});

const METADATA = "/.well-known/oauth-authorization-server";
const keys = () => {
  if (first === undefined || second === undefined) throw new Error("no keys");
  return { first, second };
};

/** A token that is good for longer than any cache of keys. */
const token = (key: TestKey, header: Record<string, unknown> = {}) =>
  sign(key, { ...headerOf(key), ...header }, claims({ exp: SECONDS + 7 * 24 * 3600 }));

describe("the issuer's keys", () => {
  it("are found through its metadata, and loaded once for many requests", async () => {
    const { first } = keys();
    const { resourceServer, network } = arrange([first]);
    const text = await token(first);
    await Promise.all(Array.from({ length: 20 }, () => checkToken(text, resourceServer)));
    await checkToken(text, resourceServer);
    expect(network.requests).toEqual([METADATA, "/jwks"]);
  });

  it.each([METADATA, "/jwks"])("are not looked for where a redirect of %s leads, whatever is there", async (from) => {
    const { first } = keys();
    const { resourceServer, network } = arrange([first]);
    const answer = network.answer;
    const elsewhere = { status: 302, headers: { location: `https://id.example/elsewhere${from}` } };
    network.answer = (path, signal) =>
      path === from ? Promise.resolve(new Response(null, elsewhere)) : answer(path.replace("/elsewhere", ""), signal);
    await expect(checkToken(await token(first), resourceServer)).rejects.toMatchObject({ code: "temporarily_unavailable" });
    expect(network.requests.at(-1)).toBe(from);
  });

  it("are loaded anew after ten minutes", async () => {
    const { first } = keys();
    const { resourceServer, network, clock } = arrange([first]);
    const text = await token(first);
    await checkToken(text, resourceServer);
    clock.now += 599_000;
    await checkToken(text, resourceServer);
    expect(network.requests).toHaveLength(2);
    clock.now += 1000;
    await checkToken(text, resourceServer);
    expect(network.requests).toEqual([METADATA, "/jwks", METADATA, "/jwks"]);
  });

  it("may be two at once: the previous one verifies beside its successor until it is withdrawn", async () => {
    const { first, second } = keys();
    const { resourceServer, network, clock } = arrange([first, second]);
    await checkToken(await token(first), resourceServer);
    await checkToken(await token(second), resourceServer);
    network.answer = published([second]);
    clock.now += 600_000;
    await checkToken(await token(second), resourceServer);
    clock.now += 30_000;
    expect(await refusal(checkToken(await token(first), resourceServer))).toMatchObject({ code: "invalid_token" });
  });

  it("that are new are found when the first token names them", async () => {
    const { first, second } = keys();
    const { resourceServer, network, clock } = arrange([first]);
    await checkToken(await token(first), resourceServer);
    network.answer = published([first, second]);
    clock.now += 30_000;
    await checkToken(await token(second), resourceServer);
    expect(network.requests).toEqual([METADATA, "/jwks", "/jwks"]);
  });

  it("are of those that sign with an algorithm we take, whatever else stands in the set", async () => {
    const { first, second } = keys();
    const { resourceServer, network } = arrange([first]);
    const strange = [null, 5, "x", {}, { kty: "EC" }, { ...second.jwk, use: "enc" }, { ...first.jwk, kid: "bad", x: "AA" }];
    network.answer = async (path) =>
      path === "/jwks"
        ? Response.json({ keys: [...strange, first.jwk, { kty: "oct", k: "AA", kid: "s", alg: "HS256" }] })
        : published([])(path);
    await checkToken(await token(first), resourceServer);
    expect(await refusal(checkToken(await token(second), resourceServer))).toMatchObject({ code: "invalid_token" });
  });

  it("of an issuer with a path are found where RFC 8414 section 3.1 puts its metadata", async () => {
    const { first } = keys();
    const issuer = "https://id.example/tenant";
    const { resourceServer, network } = arrange([first], { issuer });
    await checkToken(await sign(first, headerOf(first), claims({ iss: issuer })), resourceServer);
    expect(network.requests).toEqual([`${METADATA}/tenant`, "/jwks"]);
  });
});

describe("tokens that name keys which do not exist", () => {
  it("cost one loading of the keys, however many they are: 1,000 to a resource server that has just started", async () => {
    const { first } = keys();
    const { resourceServer, network } = arrange([first]);
    for (let index = 0; index < 1000; index++)
      expect((await refusal(checkToken(await token(first, { kid: `random-${index}` }), resourceServer))).status).toBe(401);
    expect(network.requests).toEqual([METADATA, "/jwks"]);
  });

  it("cost one more each 30 seconds, also when they come at once and when the issuer is down", async () => {
    const { first } = keys();
    const { resourceServer, network, clock } = arrange([first]);
    await checkToken(await token(first), resourceServer);
    const bad = await Promise.all(Array.from({ length: 100 }, (_, index) => token(first, { kid: `random-${index}` })));
    network.requests.length = 0;
    for (const answer of [published([first]), withStatus(500)]) {
      network.answer = answer;
      clock.now += 30_000;
      await Promise.all(bad.map((text) => refusal(checkToken(text, resourceServer))));
      clock.now += 29_999;
      await Promise.all(bad.map((text) => refusal(checkToken(text, resourceServer))));
      clock.now += 1;
    }
    expect(network.requests).toEqual(["/jwks", "/jwks"]);
  });
});

const good = () => {
  const { first } = keys();
  return { issuer: "https://id.example", jwks_uri: "https://id.example/jwks", keys: [first.jwk] };
};
const instead = (change: object) => async () => Response.json({ ...good(), ...change });
const withStatus = (code: number) => async () => Response.json(good(), { status: code });

/** Ways in which an issuer's documents may be of no use; each is good but for that. */
const spoiled: readonly (readonly [string, (path: string) => Promise<Response>])[] = [
  ["answers 500", withStatus(500)],
  ["answers 404", withStatus(404)],
  ["answers 206", withStatus(206)],
  ["redirects", async () => Response.json(good(), { status: 302, headers: { Location: "https://evil.example/keys" } })],
  ["cannot be reached", async () => Promise.reject(new TypeError("connection refused"))],
  ["sends nothing", async () => new Response(null)],
  ["sends HTML", async () => new Response("<html>")],
  ["sends null", async () => Response.json(null)],
  ["sends no key", instead({ keys: [] })],
  ["sends keys that are none", instead({ keys: [{}, null] })],
  ["sends keys that are no list", instead({ keys: {} })],
  ["sends private keys", async () => Response.json({ ...good(), keys: [await privateJwk()] })],
  ["sends more than 128 KB", instead({ x: "x".repeat(128 * 1024) })],
];

async function privateJwk(): Promise<object> {
  const { first } = keys();
  const { d } = (await crypto.subtle.exportKey("jwk", first.privateKey)) as JsonWebKey;
  return { ...first.jwk, d };
}

describe("an issuer that", () => {
  it.each(spoiled)("%s leaves known keys in force for a day, and no unknown key is taken or refused", async (_, answer) => {
    const { first, second } = keys();
    const { resourceServer, network, clock } = arrange([first]);
    const [known, unknown] = [await token(first), await token(second)];
    await checkToken(known, resourceServer);
    network.answer = answer;
    clock.now += 600_000;
    await expect(checkToken(known, resourceServer)).resolves.toBeDefined();
    const error = await refusal(checkToken(unknown, resourceServer));
    expect(error).toMatchObject({ code: "temporarily_unavailable", status: 503 });
    clock.now += 24 * 3_600_000 - 601_000;
    await expect(checkToken(known, resourceServer)).resolves.toBeDefined();
    clock.now += 1000;
    expect(await refusal(checkToken(known, resourceServer))).toMatchObject({ status: 503 });
  });

  it.each(spoiled)("%s from the start makes every token wait, until it is well again", async (_, answer) => {
    const { first } = keys();
    const told: unknown[] = [];
    const { resourceServer, network, clock } = arrange([first], { onKeysUnavailable: (error) => told.push(error) });
    network.answer = answer;
    const text = await token(first);
    for (let count = 0; count < 10; count++)
      expect(await refusal(checkToken(text, resourceServer))).toMatchObject({ status: 503 });
    expect(told).toHaveLength(1);
    network.answer = published([first]);
    clock.now += 30_000;
    await expect(checkToken(text, resourceServer)).resolves.toBeDefined();
  });

  it("is down is answered with 503, Retry-After and no challenge", async () => {
    const { first } = keys();
    const { resourceServer, network } = arrange([first]);
    network.answer = withStatus(500);
    const response = challenge(await refusal(checkToken(await token(first), resourceServer)), resourceServer);
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toBe("30");
    expect(response.headers.has("www-authenticate")).toBe(false);
    expect(await response.json()).toMatchObject({ error: "temporarily_unavailable" });
  });

  it.each(["https://evil.example", "https://id.example/", undefined, ["https://id.example"]])(
    "is called %j by its own metadata is not believed",
    async (issuer) => {
      const { first } = keys();
      const { resourceServer, network } = arrange([first]);
      network.answer = async () => Response.json({ issuer, jwks_uri: "https://id.example/jwks", keys: [first.jwk] });
      expect(await refusal(checkToken(await token(first), resourceServer))).toMatchObject({ status: 503 });
      expect(network.requests).toEqual([METADATA]);
    },
  );

  it.each(["http://id.example/jwks", "/jwks", "data:application/json,{}", undefined, 5])(
    "keeps its keys at %j is not visited there",
    async (jwks_uri) => {
      const { first } = keys();
      const { resourceServer, network } = arrange([first]);
      network.answer = async () => Response.json({ issuer: "https://id.example", jwks_uri, keys: [first.jwk] });
      expect(await refusal(checkToken(await token(first), resourceServer))).toMatchObject({ status: 503 });
      expect(network.requests).toEqual([METADATA]);
    },
  );

  it("hangs holds a request for five seconds, and holds up nobody whose key is known", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { first, second } = keys();
    const { resourceServer, network, clock } = arrange([first]);
    const [known, unknown] = [await token(first), await token(second)];
    await checkToken(known, resourceServer);
    clock.now += 600_000;
    let aborted = false;
    const asked = new Promise<void>((resolve) => {
      network.answer = (_, signal) => {
        signal?.addEventListener("abort", () => {
          aborted = true;
        });
        resolve();
        return new Promise(() => undefined);
      };
    });
    const waiting = checkToken(known, resourceServer);
    await asked;
    await expect(checkToken(known, resourceServer)).resolves.toBeDefined();
    const refused = refusal(checkToken(unknown, resourceServer));
    vi.advanceTimersByTime(5000);
    await expect(waiting).resolves.toBeDefined();
    // Whether this one had begun to wait or comes after, the attempt has failed for it too.
    expect(await refused).toMatchObject({ status: 503 });
    expect(aborted).toBe(true);
    expect(network.requests).toEqual([METADATA, "/jwks", METADATA]);
  });
});
