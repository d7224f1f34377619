import { beforeAll, describe, expect, it } from "vitest";
import { OAuthError } from "../../src/errors.ts";
import { page as pageOf } from "../../src/http/page.tsx";
import { readerFor } from "../../src/http/reader.tsx";
import { person } from "../../src/http/respond.ts";
import { type Page, textOf } from "../browser.ts";
import { createServer, empty, ISSUER, type Server } from "../harness.ts";

let server: Server;

beforeAll(async () => {
  await empty();
  server = createServer();
});

async function read(error: unknown, language: string, query = ""): Promise<Page> {
  const failing = person(async () => {
    throw error;
  });
  const request = new Request(`${ISSUER}/sign-in${query}`, { headers: { "accept-language": language } });
  const response = await failing(request, server.deps);
  return { status: response.status, url: request.url, headers: response.headers, text: await response.text() };
}

describe("a page that says what went wrong", () => {
  it.each<[string, OAuthError, string, string]>([
    [
      "what people read, in German",
      new OAuthError("forbidden", "x", { say: ["frame.other_browser"] }),
      "de",
      "Dieser Link gehört zu einem anderen Browser.",
    ],
    [
      "a number of minutes, in Arabic",
      new OAuthError("slow_down", "x", { say: ["frame.too_many_attempts", { count: 2 }] }),
      "ar",
      "حاول مرة أخرى بعد دقيقتين.",
    ],
    [
      "more of them",
      new OAuthError("slow_down", "x", { say: ["frame.too_many_attempts", { count: 12 }] }),
      "ar",
      "بعد 12 دقيقة.",
    ],
    [
      "one, in English, with what there was too much of",
      new OAuthError("slow_down", "There were too many registrations. Try again in a minute.", {
        say: ["frame.too_many_attempts", { count: 1 }],
      }),
      "en",
      "There were too many registrations. Try again in a minute.",
    ],
    ["that nothing is there, in Japanese", new OAuthError("not_found", "x"), "ja", "ここには何もありません"],
    [
      "that we cannot answer, in French",
      new OAuthError("temporarily_unavailable", "x"),
      "fr",
      "Nous ne pouvons pas répondre pour le moment",
    ],
  ])("says %s", async (_, error, language, words) => {
    const page = await read(error, language);
    expect(page.status).toBe(error.status);
    expect(textOf(page)).toContain(words);
  });

  it("leaves to a service's developers in English what is wrong with its request, and says so", async () => {
    const page = await read(new OAuthError("invalid_request", "The parameter nonce is missing."), "es");
    expect(textOf(page)).toContain("Esta solicitud no puede continuar");
    expect(textOf(page)).toContain("para los responsables del servicio (en inglés) The parameter nonce is missing.");
    expect(page.text).toContain('<dd lang="en" dir="ltr">The parameter nonce is missing.</dd>');
  });

  it("says it at the top where English is read", async () => {
    const page = await read(new OAuthError("invalid_request", "The parameter nonce is missing."), "en");
    expect(page.text).toContain('<p class="lead">The parameter nonce is missing.</p>');
  });

  it("says nothing in English to others where the heading says it all", async () => {
    expect(textOf(await read(new TypeError("oh dear"), "de"))).not.toContain("Something");
    expect(textOf(await read(new TypeError("oh dear"), "en")).match(/Something went wrong/g)).toHaveLength(1);
  });

  it("speaks the language that the service named", async () => {
    expect(textOf(await read(new OAuthError("not_found", "x"), "en", "?ui_locales=de"))).toContain("Hier ist nichts");
  });
});

it("a page for developers is English within a frame that is the reader's", async () => {
  const response = pageOf(server.deps, { title: "Try", reader: readerFor(["ar"], "UTC"), english: true }, "content");
  const text = await response.text();
  expect(text).toContain('<html lang="ar" dir="rtl">');
  expect(text).toMatch(/<main [^>]*lang="en" dir="ltr">content<\/main>/);
  expect(text).toContain("انتقل إلى المحتوى");
});
