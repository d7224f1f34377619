import { describe, expect, it } from "vitest";
import type { Client, ClientMetadata, JsonObject } from "../../src/model.ts";
import { findCertificates, findClientKeys, loadEncryptionKey } from "../../src/oauth/clientKeys.ts";
import { thumbprintOf } from "../../src/tokens/certificate.ts";
import { SELF_SIGNED } from "../certificates.ts";
import { clientKey } from "../clientKey.ts";
import { createServer } from "../harness.ts";

const URI = "https://client.example/jwks";

/** A client whose keys lie at `URI`, which answers with `answer`; `asked` counts how often. */
function arrange(metadata: Partial<ClientMetadata> = { jwks_uri: URI }) {
  const server = createServer();
  const host = { asked: 0, answer: async (): Promise<Response> => new Response("no", { status: 503 }) };
  const fetcher = async () => {
    host.asked++;
    return host.answer();
  };
  const deps = { ...server.deps, fetch: fetcher };
  const client = { clientId: "c", metadata, secrets: [], publisher: null, createdAt: 0 } as unknown as Client;
  return { host, deps, client, pass: server.pass, find: findClientKeys(deps, client) };
}

const serve = (host: { answer: () => Promise<Response> }, ...keys: readonly JsonObject[]) => {
  host.answer = async () => Response.json({ keys });
};

describe("findClientKeys", () => {
  it("asks once for all requests side by side", async () => {
    const { host, find } = arrange();
    serve(host, (await clientKey("ES256")).jwk);
    const found = await Promise.all(Array.from({ length: 20 }, () => find("ES256-key", "ES256")));
    expect([found.map((keys) => keys.length), host.asked]).toEqual([Array(20).fill(1), 1]);
  });

  it("asks anew after ten minutes, and takes what it then gets", async () => {
    const { host, find, pass } = arrange();
    serve(host, (await clientKey("ES256")).jwk);
    await find("ES256-key", "ES256");
    serve(host, (await clientKey("ES256", "next")).jwk);
    pass(599);
    expect([(await find("ES256-key", "ES256")).length, host.asked]).toEqual([1, 1]);
    pass(1);
    expect([(await find("ES256-key", "ES256")).length, host.asked]).toEqual([0, 2]);
    expect(await find("next", "ES256")).toHaveLength(1);
  });

  // CASES.md F-26
  it("tells the failure for half a minute, and then tries again", async () => {
    const { host, find, pass } = arrange();
    await expect(find("k", "ES256")).rejects.toThrow(`${URI} answered 503`);
    serve(host, (await clientKey("ES256")).jwk);
    pass(29);
    await expect(find("ES256-key", "ES256")).rejects.toThrow("503");
    expect(host.asked).toBe(1);
    pass(1);
    expect(await find("ES256-key", "ES256")).toHaveLength(1);
  });

  it("goes on with good keys for a day while the host fails, flips, or forgets them", async () => {
    const { host, find, pass } = arrange();
    const { jwk } = await clientKey("ES256");
    serve(host, jwk);
    await find("ES256-key", "ES256");
    for (const answer of [
      () => Response.error(),
      () => new Response("<html>"),
      () => Response.json({ keys: [] }),
      () => Response.json({ keys: Array(101).fill(jwk) }),
      () => Response.json({ keys: jwk }),
      () => Response.json([jwk]),
      () => Response.json(null),
      () => new Response(null, { status: 304 }),
    ]) {
      host.answer = async () => answer();
      pass(601);
      expect(await find("ES256-key", "ES256")).toHaveLength(1);
    }
    expect(host.asked).toBe(9);
    pass(24 * 3600);
    await expect(find("ES256-key", "ES256")).rejects.toThrow("304");
  });

  it("does not wait half a minute for an attempt that died with its request", async () => {
    const { host, find, pass } = arrange();
    host.answer = () => new Promise(() => {});
    const lost = find("ES256-key", "ES256").catch((error: unknown) => error);
    serve(host, (await clientKey("ES256")).jwk);
    pass(6);
    expect(await find("ES256-key", "ES256")).toHaveLength(1);
    expect(host.asked).toBe(2);
    void lost;
  });

  it("takes a key without a name for any kid, unless one has that very name", async () => {
    const [named, other] = [await clientKey("ES256"), await clientKey("ES256", "other")];
    const { kid: _, ...nameless } = other.jwk;
    const { find } = arrange({ jwks: { keys: [named.jwk, nameless] } });
    expect([(await find("ES256-key", "ES256")).length, (await find("x", "ES256")).length]).toEqual([1, 1]);
    expect(await find(undefined, "ES256")).toHaveLength(2);
  });

  it("finds no key for another algorithm, nor for a secret's, nor for a client without keys", async () => {
    const { find } = arrange({ jwks: { keys: [(await clientKey("RS256")).jwk] } });
    expect([await find("RS256-key", "PS256"), await find("RS256-key", "HS256")]).toEqual([[], []]);
    expect(await arrange({}).find(undefined, "ES256")).toEqual([]);
  });

  it("asks no host that is not public", async () => {
    const { host, find } = arrange({ jwks_uri: "https://127.0.0.1/jwks" });
    await expect(find("k", "ES256")).rejects.toThrow("not public");
    expect(host.asked).toBe(0);
  });
});

describe("loadEncryptionKey", () => {
  it("takes a key that is marked for it before one that is not marked, and never one that signs", async () => {
    const { jwk } = await clientKey("ES256");
    const { use: _, alg: __, ...bare } = jwk;
    const keys = [jwk, { ...bare, kid: "bare" }, { ...bare, kid: "marked", use: "enc" }];
    const load = async (...some: readonly JsonObject[]) => {
      const { deps, client } = arrange({ jwks: { keys: some } });
      return (await loadEncryptionKey(deps, client, "ECDH-ES")).kid;
    };
    expect([await load(...keys), await load(...keys.slice(0, 2))]).toEqual(["marked", "bare"]);
    await expect(load(jwk)).rejects.toMatchObject({ code: "invalid_client_metadata" });
  });

  it("says that it can be tried again when the keys cannot be read", async () => {
    const { deps, client } = arrange();
    await expect(loadEncryptionKey(deps, client, "RSA-OAEP-256")).rejects.toMatchObject({
      status: 503,
      reason: `${URI} answered 503`,
      headers: { "Retry-After": "30" },
    });
  });
});

describe("findCertificates", () => {
  it("looks again for a certificate that it did not know, and refuses when it cannot look", async () => {
    const { host, deps, client, pass } = arrange();
    const { jwk } = await clientKey("ES256");
    await expect(findCertificates(deps, client)).rejects.toMatchObject({ code: "invalid_client", status: 401 });
    pass(30);
    serve(host, jwk);
    expect(await findCertificates(deps, client)).toEqual([]);
    serve(host, { ...jwk, x5c: [SELF_SIGNED] }, { ...jwk, x5c: ["not base64"] }, { ...jwk, x5c: "no array" });
    pass(30);
    expect(await findCertificates(deps, client)).toEqual([]);
    const thumbprint = thumbprintOf(SELF_SIGNED) ?? "";
    expect(await findCertificates(deps, client, thumbprint)).toEqual([thumbprint]);
    expect(host.asked).toBe(3);
  });
});
