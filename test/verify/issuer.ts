/** An authorization server as a resource server sees it: keys, tokens of any kind, and documents that a test may spoil. */
import { createResourceServer, OAuthError, type ResourceServer, type ResourceServerOptions } from "../../src/verify/index.ts";

export const AUDIENCE = "https://api.example";

/** 2026-11-24T12:00:00.250Z: not on a whole second, so that rounding shows. */
const START = Date.UTC(2026, 10, 24, 12, 0, 0, 250);
export const SECONDS = Math.floor(START / 1000);

const algorithms = {
  ES256: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
  RS256: {
    name: "RSASSA-PKCS1-v1_5",
    modulusLength: 2048,
    publicExponent: Uint8Array.of(1, 0, 1),
    hash: "SHA-256",
  },
} as const;

export interface TestKey {
  readonly kid: string;
  readonly alg: keyof typeof algorithms;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly jwk: JsonWebKey;
}

export async function makeKey(kid: string, alg: TestKey["alg"] = "ES256", modulusLength = 2048): Promise<TestKey> {
  const algorithm = { ...algorithms[alg], ...(alg === "RS256" ? { modulusLength } : {}) };
  const pair = (await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"])) as CryptoKeyPair;
  const { kty, crv, x, y, n, e } = (await crypto.subtle.exportKey("jwk", pair.publicKey)) as JsonWebKey;
  const material = JSON.parse(JSON.stringify({ kty, crv, x, y, n, e })) as JsonWebKey;
  return { ...pair, kid, alg, jwk: { ...material, kid, alg, use: "sig" } as JsonWebKey };
}

export const encode = (data: string | Uint8Array): string =>
  btoa(typeof data === "string" ? data : String.fromCharCode(...data))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");

/** A JWS of exactly this header and payload, which may be JSON text that no JSON.stringify would write. */
export async function sign(key: TestKey, header: object | string, payload: object | string): Promise<string> {
  const text = (value: object | string) => encode(typeof value === "string" ? value : JSON.stringify(value));
  const input = `${text(header)}.${text(payload)}`;
  const signature = await crypto.subtle.sign(algorithms[key.alg], key.privateKey, new TextEncoder().encode(input));
  return `${input}.${encode(new Uint8Array(signature))}`;
}

export const headerOf = (key: TestKey): Record<string, unknown> => ({ alg: key.alg, typ: "at+jwt", kid: key.kid });

/** The claims of a good token, some of them changed; undefined leaves one out. */
export const claims = (changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
  iss: "https://id.example",
  sub: "aa-ada",
  aud: AUDIENCE,
  client_id: "buildboard",
  scope: "workitems.read builds.read",
  iat: SECONDS,
  exp: SECONDS + 300,
  jti: "aa-token",
  auth_time: SECONDS - 60,
  acr: "pwd",
  grant_id: "aa-grant",
  sid: "aa-family",
  organizations: ["contoso"],
  ...changes,
});

/** What the resource server fetched, and what it gets. */
interface Network {
  readonly requests: string[];
  /** Replaced by tests that spoil it. */
  answer: (path: string, signal: AbortSignal | undefined) => Promise<Response>;
  readonly fetch: typeof fetch;
}

interface Arranged {
  readonly clock: { now: number };
  readonly network: Network;
  readonly resourceServer: ResourceServer;
}

export const published =
  (keys: readonly TestKey[], issuer = "https://id.example") =>
  async (path: string): Promise<Response> =>
    path === "/jwks"
      ? Response.json({ keys: keys.map(({ jwk }) => jwk) })
      : Response.json({ issuer, jwks_uri: `${new URL(issuer).origin}/jwks` });

/** A resource server with nothing loaded, whose issuer publishes these keys. */
export function arrange(keys: readonly TestKey[], options: Partial<ResourceServerOptions> = {}): Arranged {
  const clock = { now: START };
  const network: Network = {
    requests: [],
    answer: published(keys, options.issuer),
    fetch: async (input, init) => {
      const { pathname } = new URL(String(input));
      network.requests.push(pathname);
      const answer = await network.answer(pathname, init?.signal ?? undefined);
      const location = answer.headers.get("location");
      // One redirect is enough to tell who follows any.
      return location === null || init?.redirect === "manual"
        ? answer
        : network.fetch(location, { ...init, redirect: "manual" });
    },
  };
  const resourceServer = createResourceServer({
    issuer: "https://id.example",
    audience: AUDIENCE,
    fetch: network.fetch,
    now: () => clock.now,
    onKeysUnavailable: () => undefined,
    onRevocationUnavailable: () => undefined,
    ...options,
  });
  return { clock, network, resourceServer };
}

/** What a check threw, which must be an OAuthError. */
export const refusal = (checked: Promise<unknown>): Promise<OAuthError> =>
  checked.then(
    () => {
      throw new Error("accepted");
    },
    (error: unknown) => {
      if (error instanceof OAuthError) return error;
      throw error;
    },
  );
