/** An OpenID provider of an employer, as the server under test reaches it: by `fetch`, at a host of its own. */
import { env } from "cloudflare:workers";
import { expect } from "vitest";
import type { DirectorySettings, JsonObject } from "../src/model.ts";
import { open } from "../src/store/database.ts";
import { directories, organizationDomains } from "../src/store/schema.ts";
import { seal } from "../src/tokens/secret.ts";
import type { Browser, Page } from "./browser.ts";
import { type ClientKey, clientKey, sign } from "./clientKey.ts";
import { createServer, ISSUER, type Server } from "./harness.ts";

export const CONTOSO = "https://login.contoso.example";
export const SECRET_THERE = "the-secret-that-the-directory-gave-us";

const at = Date.UTC(2026, 0, 1);

/** What the provider answers; a test changes what it likes. */
export interface Provider {
  readonly issuer: string;
  readonly key: ClientKey;
  metadata: JsonObject;
  jwks: JsonObject;
  /** Of the ID token that the next code is exchanged for; undefined takes one away. */
  claims: JsonObject;
  /** Of its header. */
  header: JsonObject;
  userinfo: JsonObject | undefined;
  /** The whole answer of the token endpoint, where it is not tokens. */
  tokenAnswer: (() => Response | Promise<Response>) | undefined;
  /** Makes the ID token, where it is not signed as usual. */
  signAs: ((claims: JsonObject) => Promise<string>) | undefined;
  /** What was asked of it: method, path and body of each request. */
  readonly asked: { readonly path: string; readonly body: URLSearchParams; readonly headers: Headers }[];
  /** Of the authorization request that the browser was last sent with. */
  request: URLSearchParams;
}

/** A provider that says of its next person what `claims` say. */
export async function openidProvider(issuer = CONTOSO): Promise<Provider> {
  const key = await clientKey("RS256", `key-of-${issuer}`);
  return {
    issuer,
    key,
    metadata: {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      userinfo_endpoint: `${issuer}/userinfo`,
      jwks_uri: `${issuer}/keys`,
      response_types_supported: ["code"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["RS256"],
      authorization_response_iss_parameter_supported: true,
    },
    jwks: { keys: [key.jwk] },
    claims: { sub: "00u-grace", email: "grace@contoso.example", email_verified: true, name: "Grace Hopper" },
    header: {},
    userinfo: undefined,
    tokenAnswer: undefined,
    signAs: undefined,
    asked: [],
    request: new URLSearchParams(),
  };
}

/** The internet with these providers in it. */
export const internetOf =
  (clock: { now: number }, ...providers: readonly Provider[]): typeof fetch =>
  async (input, init) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    const provider = providers.find(({ issuer }) => url.origin === new URL(issuer).origin);
    if (provider === undefined) return new Response("no such host", { status: 530 });
    const { metadata, jwks, userinfo, asked } = provider;
    const body = new TextDecoder().decode(await request.arrayBuffer());
    asked.push({ path: url.pathname, body: new URLSearchParams(body), headers: request.headers });
    if (url.href === metadata["jwks_uri"]) return Response.json(jwks);
    if (url.pathname.endsWith("/.well-known/openid-configuration")) return Response.json(metadata);
    if (url.href === metadata["token_endpoint"]) return tokenAnswer(provider, clock.now);
    if (url.href === metadata["userinfo_endpoint"] && userinfo !== undefined) return Response.json(userinfo);
    return new Response("not found", { status: 404 });
  };

async function tokenAnswer(provider: Provider, now: number): Promise<Response> {
  if (provider.tokenAnswer !== undefined) return provider.tokenAnswer();
  const seconds = Math.floor(now / 1000);
  const all = {
    iss: provider.metadata["issuer"],
    aud: provider.request.get("client_id"),
    nonce: provider.request.get("nonce"),
    iat: seconds,
    exp: seconds + 300,
    auth_time: seconds,
    ...provider.claims,
  };
  const claims = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  const idToken = await (provider.signAs?.(claims) ?? sign(provider.key, claims, provider.header));
  return Response.json({ access_token: "at-there", token_type: "Bearer", expires_in: 300, id_token: idToken });
}

/** A server that reaches these providers, and its clock. */
export function serverWith(...providers: readonly Provider[]): { server: Server; clock: { now: number } } {
  const clock = { now: Date.UTC(2026, 10, 24, 12, 0, 0, 250) };
  return { server: createServer({ clock, fetch: internetOf(clock, ...providers) }), clock };
}

/** Connects the directory `contoso`, which makes accounts and finds people by their address unless `settings` say otherwise. */
export async function connectDirectory(
  server: Server,
  organizationId: string | null,
  settings: Partial<DirectorySettings> = {},
  row: Partial<typeof directories.$inferInsert> = {},
): Promise<void> {
  await open(env.DB)
    .insert(directories)
    .values({
      id: "contoso",
      displayName: "Contoso",
      issuer: CONTOSO,
      clientId: "countersign-there",
      sealedSecret: await seal(server.deps, "directory", SECRET_THERE),
      settings: { domains: ["contoso.example"], creates_accounts: true, matches_email: true, ...settings },
      organizationId,
      createdAt: at,
      updatedAt: at,
      ...row,
    });
}

export async function addDomain(organizationId: string, domain = "contoso.example"): Promise<void> {
  await open(env.DB).insert(organizationDomains).values({ domain, organizationId, createdAt: at });
}

/** Begins a sign-in: the browser is sent to the provider, which sees what it is asked. */
export async function depart(browser: Browser, provider: Provider, path = "/sign-in/work/contoso"): Promise<URLSearchParams> {
  return sentTo(await browser.open(path), provider);
}

/** What the browser that was sent away asks of the provider. */
export function sentTo(page: Page, provider: Provider): URLSearchParams {
  expect([page.status, page.url.split("?")[0]], page.text.slice(0, 2000)).toEqual([
    303,
    provider.metadata["authorization_endpoint"],
  ]);
  provider.request = new URL(page.url).searchParams;
  return provider.request;
}

/** The path at which the provider sends the browser back to us. */
export function returnPath(provider: Provider, changes: Readonly<Record<string, string | undefined>> = {}): string {
  const redirectUri = new URL(provider.request.get("redirect_uri") ?? "");
  expect(redirectUri.origin).toBe(ISSUER);
  const parameters = { code: "code-there", state: provider.request.get("state") ?? "", iss: provider.issuer, ...changes };
  const given = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return `${redirectUri.pathname}?${new URLSearchParams(given)}`;
}

/** There and back. */
export async function signInByDirectory(
  browser: Browser,
  provider: Provider,
  path = "/sign-in/work/contoso",
  changes: Readonly<Record<string, string | undefined>> = {},
): Promise<Page> {
  await depart(browser, provider, path);
  return browser.open(returnPath(provider, changes));
}
