import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Reader, readerOf } from "../../src/http/reader.tsx";
import { languages } from "../../src/messages/languages.ts";
import { createServer, ISSUER } from "../harness.ts";

const { config } = createServer().deps;

interface Situation {
  readonly accept?: string;
  readonly cookie?: string;
  readonly user?: { readonly language?: string | null; readonly timeZone?: string | null; readonly zoneinfo?: string };
  readonly uiLocales?: readonly string[];
  readonly cf?: CfProperties;
  readonly path?: string;
  readonly method?: string;
}

function read({ accept, cookie, user, uiLocales, cf, path = "/", method = "GET" }: Situation): Reader {
  const headers = new Headers();
  if (accept !== undefined) headers.set("accept-language", accept);
  if (cookie !== undefined) headers.set("cookie", `__Host-countersign-language=${cookie}`);
  const request = new Request(`${ISSUER}${path}`, { headers, method, ...(cf === undefined ? {} : { cf }) });
  const person = user && {
    language: user.language ?? null,
    timeZone: user.timeZone ?? null,
    profile: user.zoneinfo === undefined ? {} : { zoneinfo: user.zoneinfo },
  };
  return readerOf(request, config, person, uiLocales);
}

describe("the language of a reader", () => {
  it.each<[string, Situation, string]>([
    ["nothing", {}, "en"],
    ["the browser's", { accept: "fr-CA,en;q=0.5" }, "fr"],
    ["the first of the browser's that we have", { accept: "nl,sv;q=0.9,ja;q=0.8,de;q=0.7" }, "ja"],
    ["a language that we do not have", { accept: "nl" }, "en"],
    ["what the service says, before the browser's", { accept: "fr", uiLocales: ["de-AT"] }, "de"],
    ["the cookie, before what the service says", { accept: "fr", uiLocales: ["de"], cookie: "es" }, "es"],
    ["the person's own, before the cookie", { accept: "fr", uiLocales: ["de"], cookie: "es", user: { language: "ar" } }, "ar"],
    ["the cookie of a person who has set nothing", { accept: "fr", cookie: "es", user: {} }, "es"],
    ["a cookie of no language", { accept: "fr", cookie: "tlh" }, "fr"],
    ["a cookie that names something of every object", { accept: "fr", cookie: "constructor" }, "fr"],
    ["a setting of no language of ours", { accept: "fr", user: { language: "toString" } }, "fr"],
  ])("is by %s", (_, situation, language) => {
    expect(read(situation).language).toBe(language);
  });

  it("is one of ours, whatever a header says", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."adefjrs-;=q.0,19* \t"), maxLength: 2000 }), (accept) => {
        expect(Object.keys(languages)).toContain(read({ accept }).language);
      }),
    );
  });

  it("is found in a header of a megabyte", () => {
    expect(read({ accept: "de,".repeat(300_000) }).language).toBe("de");
  });
});

describe("the time zone of a reader", () => {
  it.each<[string, Situation, string]>([
    ["nothing", {}, "UTC"],
    ["where Cloudflare takes them to be", { cf: { timezone: "Asia/Tokyo" } }, "Asia/Tokyo"],
    ["what their profile says", { cf: { timezone: "Asia/Tokyo" }, user: { zoneinfo: "Europe/Paris" } }, "Europe/Paris"],
    ["what they set", { user: { timeZone: "America/Lima", zoneinfo: "Europe/Paris" } }, "America/Lima"],
    ["a profile of a directory that writes what it likes", { user: { zoneinfo: "Mars/Olympus" } }, "UTC"],
    ["what is no name", { cf: { timezone: "+02:00" } }, "UTC"],
  ])("is by %s", (_, situation, zone) => {
    expect(read(situation).timeZone).toBe(zone);
  });
});

describe("where a reader comes back to", () => {
  it.each<[string, Situation, string]>([
    ["the page, with its query", { path: "/device?user_code=WDJB-MJHT" }, "/device?user_code=WDJB-MJHT"],
    [
      "a page of the settings, with its query",
      { path: "/settings/authorizations?q=a&page=2" },
      "/settings/authorizations?q=a&page=2",
    ],
    ["a page, without what others wrote into its address", { path: "/logout?state=evil&to=/" }, "/logout?to=%2F"],
    ["the page of a form that was sent, without", { path: "/sign-in?x=1", method: "POST" }, "/sign-in"],
    ["the front page, when the address is too long to carry along", { path: `/sign-in?continue=${"x".repeat(2000)}` }, "/"],
  ])("is %s", (_, situation, here) => {
    expect(read(situation).here).toBe(here);
  });
});
