/** Somebody of the demo and their browser against a server that listens: cookies, redirects, and the forms that the pages have. */
import { fieldsOf, type Page, textOf } from "../page.ts";

const PASSWORD = "correct-horse-battery-9";

type Fields = Readonly<Record<string, string | readonly string[]>>;

export class Person {
  readonly #server: string;
  readonly #email: string;
  readonly #cookies = new Map<string, string>();

  /** @param server its origin */
  constructor(server: string, email = "ada@contoso.example") {
    this.#server = server;
    this.#email = email;
  }

  /** Goes where a client sends the browser, signs in where asked, decides where asked, and ends at the redirect URI. */
  async authorize(url: URL | string, decision: "approve" | "deny" = "approve", changes: Fields = {}): Promise<URL> {
    const page = await this.arrive(url, decision, changes);
    if (page.url.startsWith(this.#server)) throw new Error(`still at ${page.url} (${page.status}): ${textOf(page)}`);
    return new URL(page.url);
  }

  /** The same, and the page or the redirect that the flow ends with. */
  async arrive(url: URL | string, decision: "approve" | "deny" = "approve", changes: Fields = {}): Promise<Page> {
    let page = await this.open(String(url));
    if (page.text.includes('action="/sign-in"'))
      page = await this.submit(page, "/sign-in", { email: this.#email, password: PASSWORD });
    if (page.text.includes('action="/consent"')) page = await this.submit(page, "/consent", { ...changes, decision });
    return page;
  }

  /** Types the code that a device shows, signs in where asked, and decides. */
  async connect(verificationUri: string, userCode: string, decision: "approve" | "deny" = "approve"): Promise<Page> {
    let page = await this.submit(await this.open(verificationUri), "/device", { user_code: userCode });
    if (page.text.includes('action="/sign-in"'))
      page = await this.submit(page, "/sign-in", { email: this.#email, password: PASSWORD });
    return this.submit(page, "/device/decision", { decision });
  }

  /** Settings → Authorizations → Revoke access of the first service there. */
  async revoke(): Promise<string> {
    const list = await this.open(`${this.#server}/settings/authorizations`);
    return textOf(await this.submit(list, "/settings/authorizations"));
  }

  /** Opens a page and follows redirects until one leads away from the server. */
  async open(url: string, init: RequestInit = {}): Promise<Page> {
    const headers = new Headers(init.headers);
    headers.set("cookie", [...this.#cookies].map((pair) => pair.join("=")).join("; "));
    const response = await fetch(url, { ...init, headers, redirect: "manual" });
    this.#keepCookies(response);
    const next = new URL(response.headers.get("location") ?? url, url);
    const text = await response.text();
    if (!response.headers.has("location") || next.origin !== this.#server)
      return { status: response.status, url: next.href, headers: response.headers, text };
    return this.open(next.href);
  }

  /** Sends the page's first form to `action`: its fields as they stand, changed by `fields`. */
  submit(page: Page, action: string, fields: Fields = {}): Promise<Page> {
    const pairs = Object.entries<string | readonly string[]>({ ...fieldsOf(page, action), ...fields }).flatMap(
      ([name, value]) => [value].flat().map((one): [string, string] => [name, one]),
    );
    return this.open(`${this.#server}${action}`, {
      method: "POST",
      body: new URLSearchParams(pairs),
      headers: { origin: this.#server },
    });
  }

  #keepCookies(response: Response): void {
    for (const line of response.headers.getSetCookie()) {
      const [name = "", value = ""] = (line.split(";")[0] ?? "").split(/=(.*)/s);
      if (value === "") this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
  }
}
