/** A device that has no browser of its own, and the person who types its code into theirs. */
import type { Browser, Fields, Page } from "./browser.ts";
import { addClient } from "./builders.ts";
import { post, signIn } from "./flow.ts";
import { form, type Server } from "./harness.ts";

export const DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code";

/** A public client of devices, unless `metadata` says otherwise. */
export const addDeviceClient = (clientId = "wallboard", metadata: Parameters<typeof addClient>[1] = {}) =>
  addClient(clientId, {
    client_name: "Wallboard",
    token_endpoint_auth_method: "none",
    grant_types: [DEVICE_GRANT, "refresh_token"],
    response_types: [],
    redirect_uris: [],
    ...metadata,
  });

export interface DeviceAnswer {
  readonly device_code: string;
  readonly user_code: string;
  readonly verification_uri: string;
  readonly verification_uri_complete: string;
  readonly expires_in: number;
  readonly interval: number;
}

/** The request of the device `wallboard` for its codes; `init` may hold its network and place. */
export const requestCodes = (server: Server, changes: Fields = {}, init: RequestInit = {}): Promise<Response> =>
  server.fetch("/device_authorization", {
    method: "POST",
    body: form({ client_id: "wallboard", scope: "openid offline_access builds.read", ...changes }),
    ...init,
  });

export async function obtainCodes(server: Server, changes: Fields = {}, init: RequestInit = {}): Promise<DeviceAnswer> {
  const response = await requestCodes(server, changes, init);
  const body = await response.json<DeviceAnswer>();
  if (response.status !== 200) throw new Error(`no codes but ${response.status} ${JSON.stringify(body)}`);
  return body;
}

export const poll = (
  server: Server,
  device_code: string,
  changes: Fields = {},
  authorization: string | null = null,
): Promise<Response> =>
  post(
    server,
    "/token",
    { grant_type: DEVICE_GRANT, device_code, ...(authorization === null ? { client_id: "wallboard" } : {}), ...changes },
    authorization,
  );

/** Types the code and presses Continue; signs in where that is asked for. It ends at the approval page. */
export async function enterCode(browser: Browser, userCode: string, email: string): Promise<Page> {
  let page = await browser.submit(await browser.open("/device"), "/device", { user_code: userCode });
  if (page.text.includes('action="/sign-in"')) page = await signIn(browser, page, email);
  return page;
}

/** Presses a button of the approval page, with the boxes as `fields` leaves them. */
export const decide = (
  browser: Browser,
  page: Page,
  decision: "approve" | "deny",
  fields: Readonly<Record<string, string | readonly string[] | null>> = {},
): Promise<Page> => browser.submit(page, "/device/decision", { ...fields, decision });

/** Codes that a person has approved. */
export async function obtainApproved(
  server: Server,
  browser: Browser,
  email: string,
  changes: Fields = {},
  fields: Parameters<typeof decide>[3] = {},
): Promise<DeviceAnswer> {
  const codes = await obtainCodes(server, changes);
  await decide(browser, await enterCode(browser, codes.user_code, email), "approve", fields);
  return codes;
}
