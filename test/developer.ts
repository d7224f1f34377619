/** The developer pages as a developer goes through them. */
import { type Browser, type Fields, type Page, SAME_SITE } from "./browser.ts";
import { signIn } from "./flow.ts";
import { form } from "./harness.ts";

export const DEVELOPER = "/settings/developer";

/** What a form of ours sends of a website with a server; text areas and all. */
export const serviceFields = (changes: Fields = {}): Fields => ({
  client_name: "Ledger",
  client_uri: "",
  policy_uri: "",
  tos_uri: "",
  logo_uri: "",
  contacts: "",
  kind: "web",
  redirect_uris: "https://ledger.example/callback",
  scope: ["openid", "profile", "workitems.read"],
  token_endpoint_auth_method: "",
  jwks: "",
  jwks_uri: "",
  ...changes,
});

/** Posts to a developer page as its own form would, with the token of the session; redirects are not followed. */
export async function sendForm(browser: Browser, path: string, fields: Fields): Promise<Response> {
  const page = await browser.open(`${DEVELOPER}/new`);
  const csrf = /name="csrf" value="([^"]*)"/.exec(page.text)?.[1] ?? "";
  return browser.send(path, { method: "POST", headers: SAME_SITE, body: form({ csrf, ...fields }) });
}

/** The same, following redirects to a page. */
export async function submitForm(browser: Browser, path: string, fields: Fields): Promise<Page> {
  const page = await browser.open(`${DEVELOPER}/new`);
  const csrf = /name="csrf" value="([^"]*)"/.exec(page.text)?.[1] ?? "";
  return browser.open(path, { method: "POST", headers: SAME_SITE, body: form({ csrf, ...fields }) });
}

export const enter = async (browser: Browser, email: string): Promise<Page> =>
  signIn(browser, await browser.open(DEVELOPER), email);

/** Registers a service. @returns its client_id */
export async function registerService(browser: Browser, changes: Fields = {}): Promise<string> {
  const response = await sendForm(browser, `${DEVELOPER}/new`, serviceFields(changes));
  const id = /\/settings\/developer\/([\w-]+)\?registered=1$/.exec(response.headers.get("location") ?? "")?.[1];
  if (id === undefined) throw new Error(`not registered but ${response.status}: ${(await response.text()).slice(0, 2000)}`);
  return id;
}

/** Makes a secret of the service. */
export async function makeSecret(browser: Browser, clientId: string, overlap = "keep"): Promise<string> {
  const page = await submitForm(browser, `${DEVELOPER}/${clientId}/secrets`, { action: "new", overlap });
  const secret = /<code>(css_[\w-]+)<\/code>/.exec(page.text)?.[1];
  if (secret === undefined) throw new Error(`no secret on ${page.url} (${page.status})`);
  return secret;
}
