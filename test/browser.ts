import { form, ISSUER, type Server } from "./harness.ts";

/** What a browser is showing, or where it was sent outside of our origin. */
export interface Page {
  readonly status: number;
  readonly url: string;
  readonly headers: Headers;
  readonly text: string;
}

export type Fields = Readonly<Record<string, string | readonly string[]>>;

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
    const merged = { ...fieldsOf(page, action), ...fields };
    const kept = Object.fromEntries(
      Object.entries(merged).filter((entry): entry is [string, string | string[]] => entry[1] !== null),
    );
    return this.open(action, {
      method: "POST",
      body: form(kept),
      headers: { origin: ISSUER, "sec-fetch-site": "same-origin" },
    });
  }
}

/** The fields that a browser would send for the page's first form with this action if nothing were typed. */
export function fieldsOf(page: Page, action: string): Record<string, string | string[]> {
  const content = [...page.text.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gs)].find(
    ([, tag = ""]) => attribute(tag, "action") === action,
  )?.[2];
  if (content === undefined)
    throw new Error(`no form to ${action} on ${page.url} (${page.status}): ${textOf(page).slice(0, 400)}`);
  const fields: Record<string, string | string[]> = {};
  for (const [, tag = ""] of content.matchAll(/<input\b([^>]*)>/g)) {
    const name = attribute(tag, "name");
    const type = attribute(tag, "type");
    const off = (type === "checkbox" || type === "radio") && !/\schecked\b/.test(tag);
    if (name === undefined || off || /\sdisabled\b/.test(tag) || type === "submit") continue;
    const value = attribute(tag, "value") ?? (type === "checkbox" ? "on" : "");
    fields[name] = name in fields ? [fields[name] ?? "", value].flat() : value;
  }
  return fields;
}

const attribute = (tag: string, name: string): string | undefined => {
  const value = new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1];
  return value?.replace(/&(amp|lt|gt|quot|#39);/g, (_, entity: string) => entities[entity] ?? "");
};

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };

/** What a person reads on the page. */
export const textOf = (page: Page): string =>
  page.text
    .replace(/<head>.*?<\/head>/s, "")
    .replace(/<[^>]+>/g, " ")
    .replace(/&(amp|lt|gt|quot|#39);/g, (_, entity: string) => entities[entity] ?? "")
    .replace(/\s+/g, " ")
    .trim();
