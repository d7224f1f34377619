import { describe, expect, it } from "vitest";
import { fetchPublic } from "../../src/http/outgoing.ts";
import { ISSUER } from "../harness.ts";

const URI = "https://client.example/jwks";
const limits = { maxBytes: 1000, seconds: 0.05 };

interface Sent {
  readonly url: string;
  readonly init: RequestInit;
}

/** The way out to a host that answers like this, and what was sent there. */
function travel(answer: (init: RequestInit) => Response | Promise<Response>) {
  const sent: Sent[] = [];
  const traveller = {
    config: { issuer: ISSUER, mtlsOrigin: "https://mtls.example" },
    fetch: async (input: RequestInfo | URL, init: RequestInit = {}) => {
      sent.push({ url: String(input), init });
      return answer(init);
    },
  };
  return { sent, traveller };
}

/** A body of chunks, with what the reader did to it. */
function stream(next: (index: number) => Promise<Uint8Array | undefined>) {
  const seen = { chunks: 0, cancelled: false };
  const body = new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        const chunk = await next(seen.chunks++);
        if (chunk === undefined) controller.close();
        else controller.enqueue(chunk);
      },
      cancel: () => {
        seen.cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { body, seen };
}

describe("fetchPublic", () => {
  it("gives the status, the headers and the text of the answer, whatever the status is", async () => {
    const { traveller } = travel(() => new Response("not h\u00e4re", { status: 404, headers: { "X-Test": "1" } }));
    const { status, headers, text } = await fetchPublic(traveller, URI, limits);
    expect([status, headers.get("x-test"), text]).toEqual([404, "1", "not h\u00e4re"]);
  });

  it.each<[string, string, boolean, boolean]>([
    ["http://localhost:8787", "http://localhost:9000/keys", true, true],
    ["http://127.0.0.1:8787", "http://[::1]:9000/keys", true, true],
    ["http://localhost:8787", "http://localhost:9000/keys", false, false],
    ["http://localhost:8787", "http://localhost:8787/keys", true, false],
    ["http://localhost:8787", "http://user@localhost:9000/keys", true, false],
    ["http://localhost:8787", "http://192.168.0.1:9000/keys", true, false],
    ["http://localhost:8787", "http://localhost.evil.example/keys", true, false],
    [ISSUER, "http://localhost:9000/keys", true, false],
    [ISSUER, "https://localhost:9000/keys", true, false],
  ])("of %s to the loopback address %s, allowed %s, goes: %s", async (issuer, url, allowsLoopback, goes) => {
    const { sent, traveller } = travel(() => new Response("ok"));
    const config = { issuer, mtlsOrigin: null };
    const outcome = fetchPublic({ ...traveller, config }, url, { ...limits, allowsLoopback });
    if (goes) await outcome;
    else await expect(outcome).rejects.toThrow(url);
    expect(sent.length).toBe(goes ? 1 : 0);
  });

  it("sends what it was given and its own name, and nothing else", async () => {
    const { sent, traveller } = travel(() => new Response(null, { status: 200 }));
    const headers = { "Content-Type": "application/x-www-form-urlencoded" };
    await fetchPublic(traveller, URI, { ...limits, method: "POST", headers, body: "logout_token=x" });
    const [only] = sent;
    expect([sent.length, only?.url, only?.init.method, only?.init.body]).toEqual([1, URI, "POST", "logout_token=x"]);
    expect(only?.init.headers).toEqual({ ...headers, "User-Agent": "Countersign" });
    expect(only?.init.redirect).toBe("manual");
  });

  // CASES.md G 108
  it.each([
    ["http://client.example/", "is not https"],
    ["https://127.0.0.1/", "is not public"],
    ["https://[::ffff:7f00:1]/", "is not public"],
    ["https://169.254.169.254/latest/meta-data", "is not public"],
    ["https://localhost./", "ends in a dot"],
    [`${ISSUER}/jwks`, "is on our own host"],
    ["https://mtls.example/token", "is on our own host"],
    ["https://user@client.example/", "holds user information"],
  ])("asks nobody for %s", async (url, reason) => {
    const { sent, traveller } = travel(() => new Response("inside"));
    await expect(fetchPublic(traveller, url, limits)).rejects.toThrow(reason);
    expect(sent).toEqual([]);
  });

  // CASES.md G 109
  it.each([301, 302, 303, 307, 308])("follows no %i, and reads nothing of it", async (status) => {
    const { body, seen } = stream(async () => new TextEncoder().encode("inside"));
    const { sent, traveller } = travel(() => new Response(body, { status, headers: { Location: "https://10.0.0.1/" } }));
    expect(await fetchPublic(traveller, URI, limits)).toMatchObject({ status, text: "" });
    expect([sent.length, seen.cancelled]).toEqual([1, true]);
  });

  // CASES.md G 110
  it("stops reading at the limit, which counts bytes and not characters", async () => {
    const exact = travel(() => new Response("\u00e4".repeat(500)));
    expect((await fetchPublic(exact.traveller, URI, limits)).text).toBe("\u00e4".repeat(500));
    const { traveller } = travel(() => new Response("\u00e4".repeat(501)));
    await expect(fetchPublic(traveller, URI, limits)).rejects.toThrow("larger than 1000 bytes");
  });

  it("stops reading a body without an end, whatever Content-Length says", async () => {
    const { body, seen } = stream(async () => new Uint8Array(300));
    const { traveller } = travel(() => new Response(body, { headers: { "Content-Length": "10" } }));
    await expect(fetchPublic(traveller, URI, limits)).rejects.toThrow("larger than 1000 bytes");
    expect([seen.chunks, seen.cancelled]).toEqual([4, true]);
  });

  it("gives up on a host that sends a byte at a time", async () => {
    const { body } = stream((index) => new Promise((resolve) => setTimeout(() => resolve(new Uint8Array([index])), 15)));
    const { traveller } = travel(() => new Response(body));
    await expect(fetchPublic(traveller, URI, limits)).rejects.toThrow("no answer within 0.05 s");
  });

  it("gives up on a host that never answers, and on a fetch that does not hear of it", async () => {
    const { sent, traveller } = travel(() => new Promise<Response>(() => {}));
    await expect(fetchPublic(traveller, URI, limits)).rejects.toThrow("no answer within 0.05 s");
    expect(sent[0]?.init.signal?.aborted).toBe(true);
  });

  it("lets a failure of the network through as what it is", async () => {
    const { traveller } = travel(() => Promise.reject(new Error("connection refused")));
    await expect(fetchPublic(traveller, URI, limits)).rejects.toThrow("connection refused");
  });
});
