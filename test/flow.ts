/** The authorization code flow as a client and a browser go through it, in steps that a test can stop between. */
import { type Browser, type Fields, type Page, textOf } from "./browser.ts";
import { CALLBACK, PASSWORD, SECRET } from "./builders.ts";
import { basic, form, type Server } from "./harness.ts";

/** RFC 7636, appendix B. */
export const VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
export const CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/** An authorization request of the client `buildboard`; null takes a parameter away. */
export function authorizationUrl(changes: Readonly<Record<string, string | readonly string[] | null>> = {}): string {
  const parameters: Readonly<Record<string, string | readonly string[] | null>> = {
    response_type: "code",
    client_id: "buildboard",
    redirect_uri: CALLBACK,
    scope: "openid profile offline_access workitems.read builds.read",
    state: "af0ifjsldkj",
    nonce: "n-0S6_WzA2Mj",
    code_challenge: CHALLENGE,
    code_challenge_method: "S256",
    ...changes,
  };
  const kept = Object.entries(parameters).filter((entry): entry is [string, string | readonly string[]] => entry[1] !== null);
  return `/authorize?${form(Object.fromEntries(kept))}`;
}

/** Fills in the sign-in form. */
export const signIn = (browser: Browser, page: Page, email: string, password = PASSWORD): Promise<Page> =>
  browser.submit(page, "/sign-in", { email, password });

/** Presses Approve, with the boxes as `fields` leaves them. */
export const approve = (
  browser: Browser,
  page: Page,
  fields: Readonly<Record<string, string | readonly string[] | null>> = {},
) => browser.submit(page, "/consent", { ...fields, decision: "approve" });

/** The parameters of the authorization response that the browser was sent away with. */
export function responseOf(page: Page, redirectUri = CALLBACK): URLSearchParams {
  if (page.status !== 303 || !page.url.startsWith(redirectUri))
    throw new Error(`not sent back to the client but at ${page.url} (${page.status}): ${textOf(page).slice(0, 400)}`);
  return new URL(page.url).searchParams;
}

/** Signs in where that is asked for, approves where that is asked for, and returns the authorization response. */
export async function authorize(
  browser: Browser,
  email: string,
  changes: Parameters<typeof authorizationUrl>[0] = {},
): Promise<URLSearchParams> {
  let page = await browser.open(authorizationUrl(changes));
  if (page.text.includes('action="/sign-in"')) page = await signIn(browser, page, email);
  if (page.text.includes('action="/consent"')) page = await approve(browser, page);
  return responseOf(page, typeof changes["redirect_uri"] === "string" ? changes["redirect_uri"] : CALLBACK);
}

/** A request to an endpoint for programs, by default as the client `buildboard`. */
export const post = (
  server: Server,
  path: string,
  fields: Fields,
  authorization: string | null = basic("buildboard", SECRET),
) => server.fetch(path, { method: "POST", body: form(fields), headers: authorization === null ? {} : { authorization } });

/** What the tests read in a token response. */
export interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly id_token: string;
  readonly scope: string;
  readonly expires_in: number;
  readonly token_type: string;
}

export const codeRequest = (code: string, changes: Fields = {}): Fields => ({
  grant_type: "authorization_code",
  code,
  redirect_uri: CALLBACK,
  code_verifier: VERIFIER,
  ...changes,
});

export const refreshRequest = (refreshToken: string, changes: Fields = {}): Fields => ({
  grant_type: "refresh_token",
  refresh_token: refreshToken,
  ...changes,
});

/** The tokens of a response that must be one. */
export async function tokensOf(response: Response): Promise<Tokens> {
  const body = await response.json<Tokens>();
  if (response.status !== 200) throw new Error(`no tokens but ${response.status} ${JSON.stringify(body)}`);
  return body;
}

/** The whole flow: the person's browser, the code, the tokens. */
export async function obtainTokens(server: Server, browser: Browser, email: string, changes = {}): Promise<Tokens> {
  const response = await authorize(browser, email, changes);
  return tokensOf(await post(server, "/token", codeRequest(response.get("code") ?? "")));
}

/** The introspection response, as the resource server of `API` gets it. */
export async function introspect(server: Server, token: string): Promise<Readonly<Record<string, unknown>>> {
  const response = await post(server, "/introspect", { token }, basic("contoso-devops", SECRET));
  if (response.status !== 200) throw new Error(`introspection answered ${response.status}`);
  return response.json();
}

/** The page of the first of the person's authorizations, or of the one whose line holds the name. */
export async function openAuthorization(browser: Browser, name = "", init: RequestInit = {}): Promise<Page> {
  const list = await browser.open("/settings/authorizations");
  const line = [...list.text.matchAll(/<article\b.*?<\/article>/gs)].find(([text]) => text.includes(name))?.[0] ?? "";
  const path = /href="(\/settings\/authorizations\/[^"]+)"/.exec(line)?.[1];
  if (path === undefined) throw new Error(`no authorization of ${name}: ${textOf(list).slice(0, 400)}`);
  return browser.open(path, init);
}
