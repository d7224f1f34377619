import { form, ISSUER, type Server } from "./harness.ts";
import { fieldsOf, type Page } from "./page.ts";

export { fieldsOf, type Page, textOf } from "./page.ts";

export type Fields = Readonly<Record<string, string | readonly string[]>>;

/** What a browser says of a form that a page of ours sent. */
export const SAME_SITE = { origin: ISSUER, "sec-fetch-site": "same-origin" };

/** How a POST that no page of ours sent from this browser differs from one that did: its headers, or its token. */
export interface Forgery {
  readonly headers: Readonly<Record<string, string>>;
  readonly csrf?: string | null;
}

export const forgeries: readonly (readonly [name: string, forgery: Forgery])[] = [
  ["a foreign Origin", { headers: { origin: "https://evil.example" } }],
  ["an opaque Origin", { headers: { origin: "null" } }],
  ["an Origin that ours is the beginning of", { headers: { origin: `${ISSUER}.evil.example` } }],
  ["Sec-Fetch-Site: cross-site", { headers: { ...SAME_SITE, "sec-fetch-site": "cross-site" } }],
  ["Sec-Fetch-Site: same-site", { headers: { ...SAME_SITE, "sec-fetch-site": "same-site" } }],
  ["no token", { headers: SAME_SITE, csrf: null }],
  ["an empty token", { headers: SAME_SITE, csrf: "" }],
  ["an invented token", { headers: SAME_SITE, csrf: "x".repeat(43) }],
];

/** A browser as far as our pages need one: cookies, redirects within our origin, forms as they stand in the page. */
export class Browser {
  readonly cookies = new Map<string, string>();
  readonly #server: Server;

  constructor(server: Server) {
    this.#server = server;
  }

  /** Opens a path of ours and follows redirects until a page, or until one leads away (`status` is then 303). */
  async open(path: string, init: RequestInit = {}): Promise<Page> {
    let [next, options] = [path, init];
    for (let hop = 0; hop < 10; hop++) {
      const response = await this.send(next, options);
      const location = response.headers.get("location");
      const text = await response.text();
      const url = new URL(location ?? next, ISSUER);
      if (location === null || url.origin !== ISSUER)
        return { status: response.status, url: url.href, headers: response.headers, text };
      [next, options] = [url.pathname + url.search, {}];
    }
    throw new Error(`too many redirects, the last to ${next}`);
  }

  /** One request with this browser's cookies, redirects not followed. */
  async send(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (this.cookies.size > 0) headers.set("cookie", [...this.cookies].map((pair) => pair.join("=")).join("; "));
    const response = await this.#server.fetch(path, { ...init, headers });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ""] = line.split(";");
      const [name = "", value = ""] = pair.split(/=(.*)/s);
      if (value === "" || /max-age=0/i.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return response;
  }

  /** Sends the form of the page that posts to `action`: its hidden fields and ticked boxes, changed by `fields`; null takes one away. */
  submit(page: Page, action: string, fields: Readonly<Record<string, string | readonly string[] | null>> = {}): Promise<Page> {
    return this.open(action, { method: "POST", body: bodyOf(page, action, fields), headers: SAME_SITE });
  }

  /** Sends the same as `submit` would but for the forgery; redirects are not followed. */
  forge(page: Page, action: string, { headers, csrf }: Forgery, fields: Fields = {}): Promise<Response> {
    const changes = csrf === undefined ? fields : { ...fields, csrf };
    return this.send(action, { method: "POST", body: bodyOf(page, action, changes), headers });
  }
}

function bodyOf(
  page: Page,
  action: string,
  changes: Readonly<Record<string, string | readonly string[] | null>>,
): URLSearchParams {
  const merged = Object.entries({ ...fieldsOf(page, action), ...changes });
  return form(Object.fromEntries(merged.filter((entry): entry is [string, string | readonly string[]] => entry[1] !== null)));
}
