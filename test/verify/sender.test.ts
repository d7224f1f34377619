/** Tokens that are bound to a key, as a resource server receives them: by DPoP (RFC 9449) and by a certificate (RFC 8705). */
import { Hono } from "hono";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { protect } from "../../src/verify/hono.ts";
import {
  challenge,
  checkRequest,
  checkToken,
  createResourceServer,
  findAuthorizationDetails,
  type ProofStore,
  type ResourceServer,
  type ResourceServerOptions,
} from "../../src/verify/index.ts";
import { BUILDBOARD, cfOf, SOMEBODY_ELSE } from "../certificates.ts";
import { athOf, type DpopKey, makeDpopKey, proofBy } from "../proof.ts";
import { AUDIENCE, arrange, claims, headerOf, makeKey, refusal, SECONDS, sign, type TestKey } from "./issuer.ts";

const REQUEST = "https://api.example/workitems?top=5";
const SECRET = "a-secret-for-nonces-of-32-or-more";

let issuerKey: TestKey;
let mine: DpopKey;
let theirs: DpopKey;
let token: string;
beforeAll(async () => {
  [issuerKey, mine, theirs] = await Promise.all([makeKey("k1"), makeDpopKey(), makeDpopKey()]);
  token = await bound({ jkt: mine.jkt });
});

const bound = (cnf: unknown, changes: object = {}) => sign(issuerKey, headerOf(issuerKey), claims({ cnf, ...changes }));

const derOf = (base64: string) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
const thumbprintOf = async (base64: string) =>
  btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.digest("SHA-256", derOf(base64)))))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace("=", "");

interface Sending {
  readonly scheme?: string;
  readonly token?: string;
  readonly proof?: string | null;
  readonly method?: string;
  readonly cf?: object;
}

/** A proof for the request that `sending` makes, by the right key unless it says otherwise. */
const proofFor = async (changes: object = {}, { key = mine, header = {}, accessToken = token } = {}) =>
  proofBy(
    key,
    { htm: "GET", htu: "https://api.example/workitems", iat: SECONDS, ath: await athOf(accessToken), ...changes },
    header,
  );

async function requestOf({ scheme = "DPoP", token: text = token, proof, method = "GET", cf }: Sending = {}): Promise<Request> {
  const headers = new Headers({ authorization: `${scheme} ${text}` });
  const dpop = proof === undefined ? await proofFor({}, { accessToken: text }) : proof;
  if (dpop !== null) headers.set("dpop", dpop);
  return new Request(REQUEST, { method, headers, ...(cf === undefined ? {} : { cf: cf as never }) });
}

async function answer(request: Request, resourceServer: ResourceServer, ...scopes: string[]): Promise<Response> {
  try {
    return Response.json(await checkRequest(request, resourceServer, ...scopes));
  } catch (error) {
    return challenge(error, resourceServer);
  }
}

const serverWith = (options: Partial<ResourceServerOptions> = {}) => arrange([issuerKey], options).resourceServer;

/** Refused with this error and a challenge of that scheme that names it. */
async function expectRefused(response: Response, error: string, scheme = "DPoP"): Promise<void> {
  const body = await response.json<{ error: string }>();
  expect([response.status, body.error], JSON.stringify(body)).toEqual([401, error]);
  expect(response.headers.get("www-authenticate")).toMatch(new RegExp(`^${scheme} realm="${AUDIENCE}", error="${error}"`));
  expect(response.headers.get("www-authenticate")).toContain('algs="ES256 PS256 EdDSA"');
  expect(response.headers.get("cache-control")).toBe("no-store");
}

describe("a token that is bound to a DPoP key", () => {
  it.each(["DPoP", "dpop", "DPOP "])("is accepted as %j with a proof by that key", async (scheme) => {
    const response = await answer(await requestOf({ scheme }), serverWith(), "builds.read");
    expect(await response.json()).toMatchObject({ sub: "aa-ada", cnf: { jkt: mine.jkt } });
  });

  it.each<[string, string, () => Promise<Sending>, string?]>([
    ["as Bearer", "invalid_token", async () => ({ scheme: "Bearer", proof: null }), "Bearer"],
    ["as Bearer, with its proof", "invalid_token", async () => ({ scheme: "Bearer" }), "Bearer"],
    ["without a proof", "invalid_dpop_proof", async () => ({ proof: null })],
    ["with an empty proof", "invalid_dpop_proof", async () => ({ proof: "" })],
    ["with the proof of another key", "invalid_token", async () => ({ proof: await proofFor({}, { key: theirs }) })],
    [
      "with a proof of another key that names ours",
      "invalid_dpop_proof",
      async () => ({ proof: await proofFor({}, { key: theirs, header: { jwk: mine.jwk } }) }),
    ],
    ["with two proofs", "invalid_dpop_proof", async () => ({ proof: `${await proofFor()}, ${await proofFor()}` })],
    ["with a proof for no token", "invalid_dpop_proof", async () => ({ proof: await proofFor({ ath: undefined }) })],
    ["with a proof for another token", "invalid_dpop_proof", async () => ({ proof: await proofFor({}, { accessToken: "x" }) })],
    ["with a proof for another method", "invalid_dpop_proof", async () => ({ method: "DELETE" })],
    [
      "with a proof for another path",
      "invalid_dpop_proof",
      async () => ({ proof: await proofFor({ htu: "https://api.example/" }) }),
    ],
    [
      "with a proof for another host",
      "invalid_dpop_proof",
      async () => ({ proof: await proofFor({ htu: "https://b.example/workitems" }) }),
    ],
    ["with a proof of a minute ago", "invalid_dpop_proof", async () => ({ proof: await proofFor({ iat: SECONDS - 60 }) })],
    ["with a proof of the future", "invalid_dpop_proof", async () => ({ proof: await proofFor({ iat: SECONDS + 11 }) })],
    ["with alg none", "invalid_dpop_proof", async () => ({ proof: await proofFor({}, { header: { alg: "none" } }) })],
    [
      "with the type of another JWT",
      "invalid_dpop_proof",
      async () => ({ proof: await proofFor({}, { header: { typ: "JWT" } }) }),
    ],
    [
      "with the private key",
      "invalid_dpop_proof",
      async () => ({ proof: await proofFor({}, { header: { jwk: mine.privateJwk } }) }),
    ],
  ])("is refused %s", async (_, error, sending, scheme) => {
    await expectRefused(await answer(await requestOf(await sending()), serverWith()), error, scheme);
  });

  it("is refused as an ordinary one is, in the words of its scheme", async () => {
    const expired = await bound({ jkt: mine.jkt }, { exp: SECONDS - 3600 });
    await expectRefused(await answer(await requestOf({ token: expired }), serverWith()), "invalid_token");
    const short = await answer(await requestOf(), serverWith(), "workitems.read", "code.read");
    expect(short.status).toBe(403);
    expect(short.headers.get("www-authenticate")).toMatch(
      /^DPoP realm=.*error="insufficient_scope".*scope="workitems.read code.read"/,
    );
    const twice = new Request(REQUEST, { headers: { authorization: `DPoP ${token} ${token}` } });
    const bad = await answer(twice, serverWith());
    expect([bad.status, bad.headers.get("www-authenticate")]).toEqual([400, expect.stringMatching(/^DPoP .*invalid_request/)]);
  });

  it("alone is refused by checkToken, which takes what came along in so many words", async () => {
    const server = serverWith();
    expect(await refusal(checkToken(token, server))).toMatchObject({ code: "invalid_token", status: 401 });
    const sent = { token, scheme: "DPoP", method: "GET", url: REQUEST, proof: await proofFor() } as const;
    expect(await checkToken(sent, server, "builds.read")).toMatchObject({ sub: "aa-ada" });
    expect(await refusal(checkToken({ ...sent, method: "POST" }, server))).toMatchObject({ code: "invalid_dpop_proof" });
  });

  it("is checked at the address that clients know, where a proxy stands in between", async () => {
    const htu = "https://public.example/workitems";
    const sending = async () => requestOf({ proof: await proofFor({ htu }) });
    expect((await answer(await sending(), serverWith({ origin: "https://public.example" }))).status).toBe(200);
    await expectRefused(await answer(await sending(), serverWith()), "invalid_dpop_proof");
    await expectRefused(
      await answer(await requestOf(), serverWith({ origin: "https://public.example" })),
      "invalid_dpop_proof",
    );
  });
});

it("a token that is bound to nothing is refused as DPoP, whoever made the proof", async () => {
  const plain = await sign(issuerKey, headerOf(issuerKey), claims());
  await expectRefused(await answer(await requestOf({ token: plain }), serverWith()), "invalid_token");
  expect((await answer(await requestOf({ token: plain, scheme: "Bearer" }), serverWith())).status).toBe(200);
});

it("a token that is bound to nothing is refused where DPoP is required, and DPoP alone is offered", async () => {
  const server = serverWith({ dpopRequired: true });
  const plain = await sign(issuerKey, headerOf(issuerKey), claims());
  const refused = await answer(await requestOf({ token: plain, scheme: "Bearer", proof: null }), server);
  expect(refused.headers.get("www-authenticate")).not.toContain("Bearer");
  await expectRefused(refused, "invalid_token");
  expect((await answer(await requestOf(), server)).status).toBe(200);
});

describe("a proof", () => {
  it("sent 20 times at once opens once", async () => {
    const server = serverWith();
    const proof = await proofFor();
    const answers = await Promise.all(Array.from({ length: 20 }, async () => answer(await requestOf({ proof }), server)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...Array(19).fill(401)]);
    const refused = answers.find(({ status }) => status === 401);
    if (refused === undefined) throw new Error("none refused");
    await expectRefused(refused, "invalid_dpop_proof");
  });

  it("is remembered for as long as it would be good, among many others", async () => {
    const { resourceServer, clock } = arrange([issuerKey]);
    const proof = await proofFor({ iat: SECONDS + 10 });
    expect((await answer(await requestOf({ proof }), resourceServer)).status).toBe(200);
    for (let index = 0; index < 50; index++) await answer(await requestOf(), resourceServer);
    clock.now += 69_000;
    await expectRefused(await answer(await requestOf({ proof }), resourceServer), "invalid_dpop_proof");
    clock.now += 1000;
    await expectRefused(await answer(await requestOf({ proof }), resourceServer), "invalid_dpop_proof");
  });

  it("is not used up by a request that was refused", async () => {
    const server = serverWith();
    const proof = await proofFor();
    expect((await answer(await requestOf({ proof }), server, "code.read")).status).toBe(403);
    expect((await answer(await requestOf({ proof }), server)).status).toBe(200);
  });

  it("counts once over all places that share a store", async () => {
    const seen = new Map<string, number>();
    const proofs: ProofStore = {
      claim: async (key, expiresAt) => !seen.has(key) && seen.set(key, expiresAt) === seen,
    };
    const proof = await proofFor();
    const places = [serverWith({ proofs }), serverWith({ proofs })];
    const answers = await Promise.all(places.map(async (place) => answer(await requestOf({ proof }), place)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 401]);
    expect([...seen.values()]).toEqual([(SECONDS + 60) * 1000]);
  });

  it.each<[string, ProofStore["claim"]]>([
    ["fails", () => Promise.reject(new Error("down"))],
    ["hangs", () => new Promise(() => undefined)],
  ])("opens nothing while the store %s", async (_, claim) => {
    vi.useFakeTimers();
    try {
      const answered = answer(await requestOf(), serverWith({ proofs: { claim } }));
      await vi.advanceTimersByTimeAsync(1500);
      const response = await answered;
      expect([response.status, response.headers.get("retry-after")]).toEqual([503, "5"]);
      expect(response.headers.has("www-authenticate")).toBe(false);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("a nonce", () => {
  it("is asked for where there is a secret for it, and good for five minutes, at each place that has the secret", async () => {
    const { resourceServer, clock } = arrange([issuerKey], { dpopNonceSecret: SECRET });
    const refused = await answer(await requestOf(), resourceServer);
    const nonce = refused.headers.get("dpop-nonce") ?? "";
    await expectRefused(refused, "use_dpop_nonce");
    expect((await answer(await requestOf({ proof: await proofFor({ nonce }) }), resourceServer)).status).toBe(200);
    const elsewhere = serverWith({ dpopNonceSecret: SECRET });
    expect((await answer(await requestOf({ proof: await proofFor({ nonce }) }), elsewhere)).status).toBe(200);
    clock.now += 301_000;
    const late = await bound({ jkt: mine.jkt }, { exp: SECONDS + 900 });
    const proof = await proofFor({ nonce, iat: SECONDS + 301 }, { accessToken: late });
    await expectRefused(await answer(await requestOf({ token: late, proof }), resourceServer), "use_dpop_nonce");
  });

  it("of another secret, or invented, is told to be replaced", async () => {
    const foreign = await answer(await requestOf(), serverWith({ dpopNonceSecret: `${SECRET}x` }));
    for (const nonce of [foreign.headers.get("dpop-nonce"), "", "x"]) {
      const response = await answer(
        await requestOf({ proof: await proofFor({ nonce }) }),
        serverWith({ dpopNonceSecret: SECRET }),
      );
      await expectRefused(response, "use_dpop_nonce");
    }
  });
});

describe("a token that is bound to a certificate", () => {
  const x5t = async () => bound({ "x5t#S256": await thumbprintOf(BUILDBOARD) });
  const plain = { scheme: "Bearer", proof: null } as const;

  it("is accepted with that certificate, as Cloudflare or the server itself sees it", async () => {
    const sending = { ...plain, token: await x5t() };
    expect((await answer(await requestOf({ ...sending, cf: cfOf(BUILDBOARD) }), serverWith())).status).toBe(200);
    const certificate = () => derOf(BUILDBOARD);
    expect((await answer(await requestOf(sending), serverWith({ certificate }))).status).toBe(200);
  });

  it.each<[string, object | undefined]>([
    ["no certificate", undefined],
    ["another one", cfOf(SOMEBODY_ELSE)],
    ["one that was not presented", cfOf(BUILDBOARD, { certPresented: "0" })],
    ["one that is no base64", cfOf(BUILDBOARD, { certRFC9440: ":!:" })],
    ["one of an impossible length", cfOf(BUILDBOARD, { certRFC9440: ":A:" })],
    ["one without colons", cfOf(BUILDBOARD, { certRFC9440: BUILDBOARD })],
    ["one that is left out", cfOf(BUILDBOARD, { certRFC9440: undefined })],
  ])("is refused with %s", async (_, cf) => {
    const request = await requestOf({ ...plain, token: await x5t(), ...(cf === undefined ? {} : { cf }) });
    await expectRefused(await answer(request, serverWith()), "invalid_token", "Bearer");
  });

  it("does not take the certificate from a header", async () => {
    const request = await requestOf({ ...plain, token: await x5t() });
    for (const name of ["client-cert", "x-client-cert", "cf-client-cert-der-base64"])
      request.headers.set(name, `:${BUILDBOARD}:`);
    await expectRefused(await answer(request, serverWith()), "invalid_token", "Bearer");
  });

  it("and to a DPoP key too needs both", async () => {
    const both = await bound({ jkt: mine.jkt, "x5t#S256": await thumbprintOf(BUILDBOARD) });
    expect((await answer(await requestOf({ token: both, cf: cfOf(BUILDBOARD) }), serverWith())).status).toBe(200);
    await expectRefused(await answer(await requestOf({ token: both }), serverWith()), "invalid_token");
    const asBearer = await requestOf({ ...plain, token: both, cf: cfOf(BUILDBOARD) });
    await expectRefused(await answer(asBearer, serverWith()), "invalid_token", "Bearer");
  });
});

it.each<[string, unknown]>([
  ["a key of another kind", { jwk: { kty: "EC" } }],
  ["a key by name", { kid: "k" }],
  ["a member of Object.prototype", { constructor: "x" }],
  ["nothing that it names", {}],
  ["null", null],
  ["a text", "x"],
  ["a list", []],
  ["a jkt that is no text", { jkt: 5 }],
  ["a jkt that is null", { jkt: null }],
  ["a certificate that is no text", { "x5t#S256": null }],
])("a token that is bound to %s is refused, plainly and with a proof", async (_, cnf) => {
  const text = await bound(cnf);
  for (const sending of [{ scheme: "Bearer", proof: null }, { scheme: "DPoP" }]) {
    const response = await answer(await requestOf({ ...sending, token: text, cf: cfOf(BUILDBOARD) }), serverWith());
    await expectRefused(response, "invalid_token", sending.scheme);
  }
});

describe("protect", () => {
  it("lets a bound token in with its proof, and answers any other with the challenge", async () => {
    const audience = "https://sender.example";
    const { network, clock } = arrange([issuerKey]);
    const options = {
      issuer: "https://id.example",
      audience,
      fetch: network.fetch,
      now: () => clock.now,
      dpopNonceSecret: SECRET,
    };
    const app = new Hono().get("/workitems", protect(options, "workitems.read"), (c) => c.text(c.var.accessToken.sub));
    const accessToken = await bound({ jkt: mine.jkt }, { aud: audience });
    const get = async (claims: object) =>
      app.request(await requestOf({ token: accessToken, proof: await proofFor(claims, { accessToken }) }));
    const refused = await get({});
    expect([refused.status, refused.headers.get("www-authenticate")]).toEqual([401, expect.stringContaining("use_dpop_nonce")]);
    const nonce = refused.headers.get("dpop-nonce");
    expect(await (await get({ nonce })).text()).toBe("aa-ada");
  });
});

describe("createResourceServer", () => {
  it.each<[string, Partial<ResourceServerOptions>]>([
    ["origin", { origin: "api.example" }],
    ["origin", { origin: "https://api.example/" }],
    ["origin", { origin: "https://api.example/path" }],
    ["dpopNonceSecret", { dpopNonceSecret: "short" }],
  ])("says that %s is wrong: %j", (name, wrong) => {
    expect(() => createResourceServer({ issuer: "https://id.example", audience: AUDIENCE, ...wrong })).toThrow(name);
  });
});

describe("authorization_details", () => {
  const details = [
    { type: "payment", amount: 5 },
    { type: "account", number: "1" },
    { type: "payment", amount: 7 },
  ];
  const check = async (authorization_details: unknown) =>
    checkToken(await sign(issuerKey, headerOf(issuerKey), claims({ authorization_details })), serverWith());

  it("are found by their type, and are none where the token has none", async () => {
    const found = await check(details);
    expect(findAuthorizationDetails(found, "payment")).toEqual([details[0], details[2]]);
    expect(findAuthorizationDetails(found, "Payment")).toEqual([]);
    expect(findAuthorizationDetails(await check(undefined), "payment")).toEqual([]);
  });

  it.each([null, {}, "x", [null], ["x"], [[]], [{}], [{ type: 5 }], [...details, { amount: 5 }]])(
    "of another shape make the token invalid: %j",
    async (wrong) => {
      expect(await refusal(check(wrong))).toMatchObject({ code: "invalid_token" });
    },
  );
});
