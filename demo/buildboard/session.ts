import { parse, serialize } from "hono/utils/cookie";
import { decodeBase64Url, encodeBase64Url } from "hono/utils/encode";

/** What Buildboard remembers, all of it in the person's own browser: two cookies that only this Worker can read. */

export interface Bindings {
  readonly ISSUER: string;
  readonly API: string;
  readonly ORIGIN: string;
  readonly CLIENT_ID: string;
  readonly CLIENT_SECRET: string;
}

/** An authorization request that the browser has gone off with. */
export interface Pending {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

/** Times in milliseconds since the epoch. */
export interface Connected {
  readonly kind: "connected";
  readonly subject: string;
  /** Null when the person did not let us know it. */
  readonly name: string | null;
  readonly scopes: readonly string[];
  readonly accessToken: string;
  readonly expiresAt: number;
  readonly refreshToken: string | null;
  readonly connectedAt: number;
  readonly refreshedAt: number | null;
  readonly refreshes: number;
}

/** The access came to its end while we held a token. `revoked`: the token was refused; `expired`: it ran out, with none to follow. */
export interface Ended {
  readonly kind: "ended";
  readonly because: "revoked" | "expired";
  readonly endedAt: number;
}

export type Session = Connected | Ended;

interface CookieValues {
  session: Session;
  pending: Pending;
}

const lifetimeSeconds = { session: 30 * 24 * 3600, pending: 1800 } as const;

/** With `__Host-` a sibling domain cannot plant it; plain http on localhost cannot have that. */
const isSecure = (env: Bindings): boolean => env.ORIGIN.startsWith("https:");
const nameOf = (env: Bindings, kind: keyof CookieValues): string => `${isSecure(env) ? "__Host-" : ""}buildboard-${kind}`;

/** What the cookie holds; undefined if there is none, or it is not of our making. */
export async function findCookie<K extends keyof CookieValues>(
  request: Request,
  env: Bindings,
  kind: K,
): Promise<CookieValues[K] | undefined> {
  const name = nameOf(env, kind);
  const sealed = parse(request.headers.get("cookie") ?? "", name)[name];
  const text = sealed === undefined ? undefined : await open(env, kind, sealed);
  return text === undefined ? undefined : (JSON.parse(text) as CookieValues[K]);
}

/** A `Set-Cookie` value. */
export async function setCookie<K extends keyof CookieValues>(env: Bindings, kind: K, value: CookieValues[K]): Promise<string> {
  return cookie(env, kind, await seal(env, kind, JSON.stringify(value)), lifetimeSeconds[kind]);
}

/** A `Set-Cookie` value that takes the cookie away. */
export const dropCookie = (env: Bindings, kind: keyof CookieValues): string => cookie(env, kind, "", 0);

const cookie = (env: Bindings, kind: keyof CookieValues, value: string, maxAge: number): string =>
  serialize(nameOf(env, kind), value, { path: "/", httpOnly: true, sameSite: "Lax", secure: isSecure(env), maxAge });

const IV_BYTES = 12;

/** AES-256-GCM with a random IV in front; the cookie's name is authenticated too, so that one cannot stand in for the other. */
async function seal(env: Bindings, kind: string, text: string): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const sealed = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv, additionalData: utf8(kind) },
    await loadKey(env.CLIENT_SECRET),
    utf8(text),
  );
  return encodeBase64Url(new Uint8Array([...iv, ...new Uint8Array(sealed)]).buffer);
}

async function open(env: Bindings, kind: string, sealed: string): Promise<string | undefined> {
  try {
    const bytes = decodeBase64Url(sealed);
    const algorithm = { name: "AES-GCM", iv: bytes.subarray(0, IV_BYTES), additionalData: utf8(kind) };
    const text = await crypto.subtle.decrypt(algorithm, await loadKey(env.CLIENT_SECRET), bytes.subarray(IV_BYTES));
    return new TextDecoder().decode(text);
  } catch {
    return undefined;
  }
}

/** A key of our own from the client secret (HKDF, RFC 5869), so that a deployment has one secret to keep and not two. */
async function loadKey(secret: string): Promise<CryptoKey> {
  const master = await crypto.subtle.importKey("raw", utf8(secret), "HKDF", false, ["deriveKey"]);
  const parameters = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: utf8("buildboard cookie") };
  return crypto.subtle.deriveKey(parameters, master, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

const utf8 = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(new TextEncoder().encode(text));
