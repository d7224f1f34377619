import { describe, expect, it } from "vitest";
import { parseBrandLogo } from "../../src/rules/brand.ts";
import { createServer, type Server } from "../harness.ts";

const SVG = '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h8"/></svg>';

function branded(changes: Partial<Server["deps"]["config"]["brand"]>): Server {
  const { brand } = createServer().deps.config;
  return createServer({ config: { brand: { ...brand, ...changes }, operator: "Contoso" } });
}

describe("an operator's logo", () => {
  const logo = parseBrandLogo(`data:image/svg+xml,${encodeURIComponent(SVG)}`);
  if (typeof logo === "string") throw new Error(logo);

  it("is a picture that runs nothing, before the name on every page", async () => {
    const server = branded({ logo });
    const response = await server.fetch("/brand");
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "image/svg+xml"]);
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(response.headers.get("content-security-policy")).toBe("default-src 'none'; sandbox");
    expect(await response.text()).toBe(SVG);
    const page = await (await server.fetch("/")).text();
    expect(page).toContain('<img class="brand-logo" src="/brand" alt=""/>');
    expect(page).toContain('<link rel="icon" href="/brand"/>');
    expect(page).not.toContain('class="mark"');
  });

  it("is ours where none is set", async () => {
    const server = createServer();
    expect((await server.fetch("/brand")).status).toBe(404);
    expect(await (await server.fetch("/")).text()).toContain('class="mark"');
  });
});

describe("an operator's colours", () => {
  const sheetOf = async (server: Server) => {
    const path = /href="(\/style\.css[^"]*)"/.exec(await (await server.fetch("/")).text())?.[1] ?? "";
    return { path, css: await (await server.fetch(path)).text() };
  };

  it("stand in the style sheet, whose address changes with them", async () => {
    const plain = await sheetOf(createServer());
    const { path, css } = await sheetOf(branded({ accent: "#1f3a8a", accentDark: "#aac4ff" }));
    expect(path).not.toBe(plain.path);
    expect(css).toContain("@media (prefers-color-scheme: light) { :root { --accent: #1f3a8a; } }");
    expect(css).toContain("@media (prefers-color-scheme: dark) { :root { --accent: #aac4ff; } }");
    expect(css.startsWith(plain.css)).toBe(true);
  });
});

describe("an operator's links", () => {
  it("stand at the foot of every page, in the reader's language", async () => {
    const server = branded({
      supportUrl: "mailto:help@contoso.example",
      privacyUrl: "https://contoso.example/privacy?a=1&b=2",
      termsUrl: "https://contoso.example/terms",
    });
    const response = await server.fetch("/device", { headers: { "accept-language": "de" } });
    const foot = /<ul class="foot">.*?<\/ul>/s.exec(await response.text())?.[0];
    expect([...(foot ?? "").matchAll(/href="([^"]*)"[^>]*>([^<]*)</g)].map(([, href, words]) => [href, words])).toEqual([
      ["/language?to=%2Fdevice", "Deutsch"],
      ["mailto:help@contoso.example", "Hilfe"],
      ["https://contoso.example/privacy?a=1&amp;b=2", "Datenschutz"],
      ["https://contoso.example/terms", "Nutzungsbedingungen"],
    ]);
  });

  it("are not there unless they are set", async () => {
    const text = await (await createServer().fetch("/")).text();
    expect(text.match(/<ul class="foot">.*?<\/ul>/s)?.[0].match(/<a /g)).toHaveLength(1);
  });
});
