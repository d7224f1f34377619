import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Language, languages } from "../../src/messages/languages.ts";
import { say, translator } from "../../src/messages/translate.ts";

const all = Object.keys(languages) as Language[];

describe("a message", () => {
  it.each<[Language, number, string]>([
    ["en", 1, "Try again in a minute."],
    ["en", 0, "Try again in 0 minutes."],
    ["en", 1500, "Try again in 1,500 minutes."],
    ["de", 1500, "Versuchen Sie es in 1.500 Minuten wieder."],
    ["fr", 0, "Réessayez dans une minute."],
    ["fr", 1_000_000, "Réessayez dans 1 000 000 de minutes."],
    ["ja", 1, "1 分後にもう一度お試しください。"],
    ["ar", 2, "حاول مرة أخرى بعد دقيقتين."],
    ["ar", 3, "حاول مرة أخرى بعد 3 دقائق."],
    ["ar", 11, "حاول مرة أخرى بعد 11 دقيقة."],
    ["ar", 100, "حاول مرة أخرى بعد 100 دقيقة."],
  ])("in %s has the form for %d", (language, count, words) => {
    const text = translator(language).t("frame.too_many_attempts", { count });
    expect(text.replace(/[\u00a0\u202f]/g, " ")).toContain(words);
  });

  it("takes in whatever a value is, as it is", () => {
    fc.assert(
      fc.property(fc.constantFrom(...all), fc.string(), fc.string(), (language, issuer, operator) => {
        const { t, compose } = translator(language);
        const text = t("frame.colophon", { issuer, operator });
        const rest = t("frame.colophon", { issuer: "\0", operator: "\0" }).split("\0");
        expect(text).toHaveLength(rest.join("").length + issuer.length + operator.length);
        expect(text).toContain(issuer);
        expect(text).toContain(operator);
        expect(compose<string, "frame.colophon">("frame.colophon", { issuer, operator }).join("")).toBe(text);
      }),
    );
  });

  it("does not look into a value for placeholders", () => {
    const text = translator("en").t("frame.place", { city: "{country}", country: "$&{city}" });
    expect(text).toBe("{country}, $&{city}");
  });

  it("holds elements where its placeholders stand", () => {
    const element = { an: "element" };
    expect(translator("ja").compose("frame.place", { city: element, country: "JP" })).toEqual(["", "JP", "、", element, ""]);
  });

  it("is found out to be none", () => {
    const { t } = translator("en") as unknown as { t: (key: string) => string };
    for (const key of ["frame.nothing", "nothing.frame", "frame", "", "frame.skip.more"])
      expect(() => t(key), key).toThrow(TypeError);
  });

  it("can be said later, with its values", () => {
    expect(say(translator("de").t, ["frame.error_title", { title: "X" }])).toBe("Fehler: X");
    expect(say(translator("de").t, ["frame.skip"])).toBe("Zum Inhalt springen");
  });
});
