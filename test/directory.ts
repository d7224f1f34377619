/** An issuer that the server trusts, and the assertions that it signs. */
import { env } from "cloudflare:workers";
import { expect } from "vitest";
import type { TrustPurpose } from "../src/model.ts";
import { open } from "../src/store/database.ts";
import { identities, trustedIssuers } from "../src/store/schema.ts";
import { type ClientKey, clientKey, sign } from "./clientKey.ts";
import { ISSUER, type Server, snapshot } from "./harness.ts";

export const DIRECTORY = "https://login.contoso.example";
export const GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer";

type Trust = typeof trustedIssuers.$inferInsert;
type Claims = Readonly<Record<string, unknown>>;

const at = Date.UTC(2026, 0, 1);

/** Trusts `DIRECTORY`, unless `trust` names another, with a key of this algorithm. */
export async function addDirectory(
  purposes: readonly TrustPurpose[],
  trust: Partial<Trust> = {},
  alg = "ES256",
): Promise<ClientKey> {
  const key = await clientKey(alg, `${alg}-of-${trust.issuer ?? DIRECTORY}`);
  const keys = trust.jwksUri ? {} : { jwks: { keys: [key.jwk] } };
  await open(env.DB)
    .insert(trustedIssuers)
    .values({ issuer: DIRECTORY, purposes, ...keys, createdAt: at, updatedAt: at, ...trust });
  return key;
}

export async function addIdentity(subject: string, userId: string, issuer = DIRECTORY): Promise<void> {
  await open(env.DB).insert(identities).values({ issuer, subject, userId, createdAt: at });
}

/** The claims of a good plain assertion about the subject `ada@directory`; undefined takes one away. */
export const bearerClaims = (server: Server, changes: Claims = {}): Claims => {
  const seconds = Math.floor(server.deps.now() / 1000);
  const whole = {
    iss: DIRECTORY,
    sub: "ada@directory",
    aud: ISSUER,
    jti: crypto.randomUUID(),
    iat: seconds,
    exp: seconds + 300,
    ...changes,
  };
  return Object.fromEntries(Object.entries(whole).filter(([, value]) => value !== undefined));
};

/** The same of an ID-JAG for the client `agent`. */
export const idJagClaims = (server: Server, changes: Claims = {}): Claims =>
  bearerClaims(server, { client_id: "agent", ...changes });

export const signIdJag = (key: ClientKey, claims: Claims, header: Claims = {}): Promise<string> =>
  sign(key, claims, { typ: "oauth-id-jag+jwt", ...header });

/** What a token of ours says, nothing of it verified. */
export const payloadOf = (jwt: string): Claims =>
  JSON.parse(atob((jwt.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/")));

/** @returns the `error_description`; nothing has changed since `before`, a snapshot */
export async function expectRefused(
  response: Response,
  before: string,
  error = "invalid_grant",
  status = 400,
): Promise<string> {
  const body = await response.json<{ error: string; error_description: string }>();
  expect([response.status, body.error], JSON.stringify(body)).toEqual([status, error]);
  expect(await snapshot()).toBe(before);
  return body.error_description;
}
