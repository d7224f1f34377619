/** Pictures of clients: fetched by us, once, and served as nothing but pictures. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { refreshLogo } from "../../src/clients/logo.ts";
import { findClient } from "../../src/store/clients.ts";
import { Browser } from "../browser.ts";
import { addClient, addOrganization, addResource, addUser } from "../builders.ts";
import { type ClientHost, createClientHost, DOCUMENT, documentOf, HOSTED_CALLBACK } from "../clientHost.ts";
import { approve, authorizationUrl, signIn } from "../flow.ts";
import { createServer, empty, type Server } from "../harness.ts";

const LOGO = "https://client.example/logo.png";

const bytesOf = (...parts: readonly (string | readonly number[])[]): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === "string" ? [...part].map((c) => c.charCodeAt(0)) : part)));

const png = (side: number) =>
  bytesOf([0x89], "PNG\r\n", [0x1a], "\n", [0, 0, 0, 13], "IHDR", ...[0, 1].map(() => [0, 0, side >> 8, side & 255]));
const PNG = png(48);
const GIF = bytesOf("GIF89a", [1, 0, 1, 0, 0, 0, 0, 0x3b]);
const pictures: readonly (readonly [type: string, bytes: Uint8Array<ArrayBuffer>])[] = [
  ["image/png", PNG],
  ["image/jpeg", bytesOf([0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, 0xc0, 0, 11, 8, 0, 48, 0, 48])],
  ["image/gif", GIF],
  ["image/gif", bytesOf("GIF87a", [1, 0, 1, 0, 0, 0, 0, 0x3b])],
  ["image/webp", bytesOf("RIFF", [10, 13, 0, 0], "WEBPVP8 ", [0, 0, 0, 0, 0, 0, 0, 0x9d, 1, 0x2a, 48, 0, 48, 0])],
];

let host: ClientHost;
let server: Server;

beforeEach(async () => {
  await empty();
  host = createClientHost();
  server = createServer({ fetch: host.fetch });
  await addClient("buildboard", { logo_uri: LOGO });
});

const picture =
  (bytes: Uint8Array<ArrayBuffer>, type = "image/png") =>
  () =>
    new Response(bytes, { headers: { "content-type": type } });

/** What registering or changing the client with this `logo_uri` does. */
async function refresh(logo_uri: string | null = LOGO): Promise<void> {
  const client = await findClient(server.deps, "buildboard");
  if (client === undefined) throw new Error("no client");
  const { logo_uri: _, ...others } = client.metadata;
  const metadata = logo_uri === null ? others : { ...others, logo_uri };
  await env.DB.prepare("UPDATE clients SET metadata = ?").bind(JSON.stringify(metadata)).run();
  await refreshLogo(server.deps, { ...client, metadata });
}

const logoOf = async (): Promise<string | undefined> => (await findClient(server.deps, "buildboard"))?.logo;

const get = (path = "/logos/buildboard") => server.fetch(path);

it.each(pictures)("a picture that is %s is served as that, whatever its header claimed", async (type, bytes) => {
  host.serve(LOGO, picture(bytes, "text/html; charset=utf-8"));
  await refresh();
  const response = await get();
  expect([response.status, response.headers.get("content-type")]).toEqual([200, type]);
  expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes);
});

it("a picture is served as nothing else, and kept by the browser under its own address alone", async () => {
  host.serve(LOGO, picture(PNG));
  await refresh();
  const { headers } = await get();
  expect(headers.get("content-security-policy")).toBe("default-src 'none'; sandbox");
  expect(headers.get("x-content-type-options")).toBe("nosniff");
  expect(headers.get("cross-origin-resource-policy")).toBe("same-origin");
  expect(headers.get("cache-control")).toBe("private, no-cache");
  const address = `/logos/buildboard?v=${(await logoOf())?.slice(0, 16)}`;
  expect((await get(address)).headers.get("cache-control")).toBe("private, max-age=31536000, immutable");
  expect((await get("/logos/buildboard?v=AAAAAAAAAAAAAAAA")).headers.get("cache-control")).toBe("private, no-cache");
});

// CASES.md E 83
describe.each<[string, string, () => Response | Promise<Response>]>([
  ["SVG", LOGO, picture(bytesOf('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'), "image/svg+xml")],
  ["SVG that claims to be PNG", LOGO, picture(bytesOf("<?xml version='1.0'?><svg/>"), "image/png")],
  ["a page", LOGO, picture(bytesOf("<!doctype html><script>alert(1)</script>"), "image/png")],
  ["empty", LOGO, picture(new Uint8Array())],
  ["larger than 64 KB", LOGO, picture(bytesOf([...PNG, ...Array<number>(64 * 1024).fill(0)]))],
  ["larger than 2048 points when unpacked", LOGO, picture(png(2049))],
  ["of no size that its bytes tell", LOGO, picture(PNG.slice(0, 12))],
  ["not there", LOGO, () => new Response(PNG, { status: 404 })],
  ["elsewhere", LOGO, () => Response.redirect("https://169.254.169.254/latest", 302)],
  ["at a host that is down", LOGO, () => Promise.reject(new TypeError("connection refused"))],
])("a logo that is %s", (_, uri, answer) => {
  it("is not kept, and fails nothing", async () => {
    host.serve(uri, answer);
    await refresh(uri);
    expect([await logoOf(), (await get()).status]).toEqual([undefined, 404]);
    expect(host.asked).toEqual([uri]);
  });

  it("leaves the earlier picture from the same address in place, and none from another", async () => {
    host.serve(LOGO, picture(PNG));
    await refresh();
    const before = await logoOf();
    host.serve(uri, answer);
    server.pass(24 * 3600);
    await refresh(uri);
    expect([host.asked.length, await logoOf()]).toEqual([2, before]);
    host.serve("https://client.example/new.png", answer);
    await refresh("https://client.example/new.png");
    expect(await logoOf()).toBeUndefined();
  });
});

it.each([
  "http://client.example/logo.png",
  "data:image/svg+xml,<svg/>",
  "javascript:alert(1)",
  "https://127.0.0.1/logo.png",
  "https://169.254.169.254/logo.png",
  "https://localhost/logo.png",
  "https://[::1]/logo.png",
  "https://id.example/icon.svg",
])("nobody is asked for %s", async (uri) => {
  await refresh(uri);
  expect([host.asked, await logoOf()]).toEqual([[], undefined]);
});

describe("a picture that we have", () => {
  beforeEach(async () => {
    host.serve(LOGO, picture(PNG));
    await refresh();
  });

  it("is not fetched again for a day, save from another address", async () => {
    server.pass(24 * 3600 - 1);
    await refresh();
    expect(host.asked).toHaveLength(1);
    host.serve("https://client.example/new.gif", picture(GIF));
    await refresh("https://client.example/new.gif");
    expect((await get()).headers.get("content-type")).toBe("image/gif");
  });

  it("takes another address when it changes, and the same when it does not", async () => {
    const before = await logoOf();
    server.pass(24 * 3600);
    await refresh();
    expect([host.asked.length, await logoOf()]).toEqual([2, before]);
    host.serve(LOGO, picture(bytesOf([...PNG, 1])));
    server.pass(24 * 3600);
    await refresh();
    expect(await logoOf()).not.toBe(before);
  });

  it("is let go when the client has none any more", async () => {
    await refresh(null);
    expect([await logoOf(), (await get()).status]).toEqual([undefined, 404]);
  });

  it("gives way to that of a later change, however late it comes itself", async () => {
    const slow = Promise.withResolvers<Response>();
    host.serve("https://client.example/slow.png", () => slow.promise);
    host.serve("https://client.example/new.gif", picture(GIF));
    const first = refresh("https://client.example/slow.png");
    await vi.waitFor(() => expect(host.asked).toContain("https://client.example/slow.png"));
    await refresh("https://client.example/new.gif");
    slow.resolve(picture(PNG)());
    await first;
    expect((await get()).headers.get("content-type")).toBe("image/gif");
  });

  it("is put nowhere for a client that was removed meanwhile", async () => {
    await env.DB.prepare("DELETE FROM client_logos").run();
    const client = await findClient(server.deps, "buildboard");
    await env.DB.prepare("DELETE FROM clients").run();
    if (client !== undefined) await refreshLogo(server.deps, client);
    expect((await get()).status).toBe(404);
  });
});

describe("the logo of a client that a document describes", () => {
  let browser: Browser;
  let email: string;
  beforeEach(async () => {
    browser = new Browser(server);
    const ada = await addUser("Ada");
    email = ada.email;
    await addOrganization("contoso", "all", ada.userId);
    await addResource();
    host.serve(DOCUMENT, documentOf({ logo_uri: LOGO }));
  });
  const url = authorizationUrl({ client_id: DOCUMENT, redirect_uri: HOSTED_CALLBACK, scope: "openid builds.read" });

  it("stands on every page that speaks of it, and comes from us alone", async () => {
    host.serve(LOGO, picture(PNG));
    const start = await browser.open(url);
    const src = /<img[^>]+src="([^"]+)"/.exec(start.text)?.[1]?.replaceAll("&amp;", "&") ?? "";
    expect(src).toMatch(/^\/logos\/https%3A%2F%2Fclient\.example%2Foauth%2Fclient\.json\?v=[\w-]{16}$/);
    expect(start.text).toContain('alt="Logo of Fieldnotes"');
    const response = await server.fetch(src);
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "image/png"]);
    const asked = host.asked.length;
    const consent = await signIn(browser, start, email);
    expect(consent.text).toContain(`src="${src}"`);
    await approve(browser, consent);
    expect((await browser.open("/settings/authorizations")).text).toContain(`src="${src}"`);
    for (const page of [start, consent]) expect(page.text).not.toContain(LOGO);
    expect([asked, host.asked]).toEqual([2, [DOCUMENT, LOGO]]);
  });

  it("that cannot be had is its initial, and holds nothing up", async () => {
    const start = await browser.open(url);
    expect([start.status, start.text.includes("<img")]).toEqual([200, false]);
    expect(start.text).toContain('class="monogram"');
  });
});

it.each(["/logos/nobody", "/logos/%ff", "/logos/%", "/logos/..%2f..%2fjwks", "/logos/"])(
  "%s is the page that says that nothing is there",
  async (path) => {
    const response = await server.fetch(path);
    expect([response.status, response.headers.get("content-type")]).toEqual([404, "text/html; charset=utf-8"]);
  },
);
