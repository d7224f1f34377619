import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { languageTagProblem, localText, parseUiLocales, preferredLanguages } from "../../src/rules/language.ts";

describe("the languages of a person", () => {
  it.each<[string, string | null, readonly string[], readonly string[]]>([
    ["no header", null, [], []],
    ["an empty header", "", [], []],
    ["one language", "de", [], ["de"]],
    ["languages of one weight, in their order", "de, fr ,en", [], ["de", "fr", "en"]],
    ["weights", "da, en-gb;q=0.8, en;q=0.7", [], ["da", "en-gb", "en"]],
    ["weights out of order", "en;q=0.3,ja;q=0.9,fr", [], ["fr", "ja", "en"]],
    ["a weight of three digits", "en;q=0.001,fr;q=0.002", [], ["fr", "en"]],
    ["a full weight written out", "en;q=0.9,de;q=1.000", [], ["de", "en"]],
    ["spaces around the weight", "en ; q=0.5 , de", [], ["de", "en"]],
    ["a capital Q", "en;Q=0.5,de", [], ["de", "en"]],
    ["a language that is refused", "en;q=0,de;q=0.0,fr;q=0.000", [], []],
    ["the wildcard, which says nothing", "*, de;q=0.5", [], ["de"]],
    ["one language twice", "de,de;q=0.1", [], ["de"]],
    ["a weight above one", "en;q=1.1,de", [], ["de"]],
    ["a weight of four digits", "en;q=0.1234,de", [], ["de"]],
    ["a weight in words", "en;q=high,de", [], ["de"]],
    ["a negative weight", "en;q=-1,de", [], ["de"]],
    ["a weight and something else", "en;q=0.5;x=1,de", [], ["de"]],
    ["something else than a weight", "en;level=1,de", [], ["de"]],
    ["no language", "12,e_n,é,-de,de-,,;q=1,toolongalanguage, de", [], ["de"]],
    ["what the service knows, first", "en,fr", ["de-CH", "fr"], ["de-CH", "fr", "en"]],
  ])("are found in %s", (_, header, uiLocales, expected) => {
    expect(preferredLanguages(header, uiLocales)).toEqual(expected);
  });

  it.each(["a", "a,", "en;", ";q=", "q=0.", "a-", "-", ",", " ", "\t", "*", "en;q=0.5,", "ä,", "\u0000", "%", "(((("])(
    "are looked for at once in a header of a million times “%s”",
    (text) => {
      const startedAt = performance.now();
      const found = preferredLanguages(text.repeat(1_000_000), [text]);
      expect(found.length).toBeLessThanOrEqual(20);
      expect(performance.now() - startedAt).toBeLessThan(100);
    },
  );

  it("are twenty at most, each of them a language range, whatever comes", () => {
    const piece = fc.constantFrom("en", "de-AT", "zh-Hant-TW", "*", ",", ";q=", "0.5", "1", " ", "-", "x", "q", "\0", "é");
    const hostile = fc.oneof(
      fc.string(),
      fc.array(piece, { maxLength: 200 }).map((pieces) => pieces.join("")),
    );
    fc.assert(
      fc.property(hostile, hostile, (header, locales) => {
        const languages = preferredLanguages(header, parseUiLocales(locales));
        expect(languages.length).toBeLessThanOrEqual(20);
        expect(new Set(languages).size).toBe(languages.length);
        for (const language of languages) expect(language).toMatch(/^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$/);
      }),
    );
  });
});

describe("ui_locales", () => {
  it.each<[string | undefined, readonly string[]]>([
    [undefined, []],
    ["", []],
    ["fr-CA fr en", ["fr-CA", "fr", "en"]],
    ["  de   de ", ["de"]],
    ["de;q=0.5 * <b> fr_CA en", ["en"]],
    ["de,fr", []],
    [Array.from({ length: 30 }, (_, index) => `a-${index}`).join(" "), Array.from({ length: 20 }, (_, index) => `a-${index}`)],
  ])("in %j are %j", (text, expected) => {
    expect(parseUiLocales(text)).toEqual(expected);
  });
});

describe("a text in several languages", () => {
  const scope = {
    name: "notes.read",
    title: "Read notes",
    "title#de": "Notizen lesen",
    "title#pt-BR": "Ler notas",
    "title#zh-Hant": "讀取筆記",
    "title#sr-Latn": "Čitanje",
    "titles#de": "wrong",
    description: "All of them.",
    "description#en-GB": "Every one.",
    "description#fr": 7,
  };

  it.each<[readonly string[], string, string | null]>([
    [[], "Read notes", null],
    [["de"], "Notizen lesen", "de"],
    [["DE"], "Notizen lesen", "de"],
    [["de-CH-1996"], "Notizen lesen", "de"],
    [["de-x-own"], "Notizen lesen", "de"],
    [["pt-br"], "Ler notas", "pt-BR"],
    // Lookup shortens what is asked for, never what there is (RFC 4647 section 3.4).
    [["pt"], "Read notes", null],
    [["pt-PT", "de"], "Notizen lesen", "de"],
    [["zh-Hant-TW"], "讀取筆記", "zh-Hant"],
    [["zh-TW"], "Read notes", null],
    [["sr-Latn-RS"], "Čitanje", "sr-Latn"],
    [["ja", "fr"], "Read notes", null],
    // The text without a tag counts as English, so that nobody who reads English first is shown another language.
    [["en", "de"], "Read notes", null],
    [["en-US", "de"], "Read notes", null],
    [["ja", "en", "de"], "Read notes", null],
    [["d"], "Read notes", null],
  ])("for somebody who reads %j is “%s”", (languages, text, language) => {
    expect(localText(scope, "title", languages)).toEqual({ text, language });
  });

  it("is the one of that very English, where there is one", () => {
    expect(localText(scope, "description", ["en-GB"])).toEqual({ text: "Every one.", language: "en-GB" });
    expect(localText(scope, "description", ["en-US"])).toEqual({ text: "All of them.", language: null });
    const tagged = { title: "Lire", "title#en": "Read" };
    expect(localText(tagged, "title", ["en-US"])).toEqual({ text: "Read", language: "en" });
    expect(localText(tagged, "title", ["ja"])).toEqual({ text: "Lire", language: null });
  });

  it("is never something that is no text, nor a text of another member", () => {
    expect(localText(scope, "description", ["fr"])).toEqual({ text: "All of them.", language: null });
    expect(localText({}, "title", ["de"])).toEqual({ text: "", language: null });
    expect(localText({ "title#de": "Lesen" }, "title", [])).toEqual({ text: "", language: null });
    fc.assert(
      fc.property(fc.string(), fc.array(fc.string()), (member, languages) => {
        expect(["", ...Object.values(scope)]).toContain(localText(scope, member, languages).text);
      }),
    );
  });

  it("has a tag of BCP 47's shape", () => {
    for (const tag of ["de", "zh-Hant-TW", "sr-Latn", "de-CH-1996", "es-419"]) expect(languageTagProblem(tag)).toBeUndefined();
    for (const tag of ["", "d", "*", "de_AT", "de-", "-de", "de--at", "123", "toolongalanguage", "de at", "dé", "a".repeat(99)])
      expect(languageTagProblem(tag), tag).toBeDefined();
  });
});
