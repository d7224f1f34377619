import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { displayName } from "../../src/rules/displayName.ts";

const OTHERWISE = "A service without a name";

describe("displayName leaves honest names as they are", () => {
  it.each([
    "Buildboard",
    "Łódź Builds & Co. (beta) 2.0",
    "Яндекс Почта",
    "Хор Москва",
    "Αθήνα Μετρό",
    "日本語Wiki",
    "שלום",
    "مرحبا",
    "카카오 Talk",
    "हिन्दी",
    "हिन्दी १२",
    "Builds 24/7",
    "ビルドⅤ",
    "Build Ⅱ",
    "<img src=x onerror=alert(1)>",
  ])("%s", (name) => {
    expect(displayName(name, OTHERWISE)).toEqual({ text: name.normalize("NFC"), suspicion: null });
  });
});

describe("displayName shows what a name hides", () => {
  it.each([
    ["a right-to-left override", "Google\u202egnp.exe", "Googlegnp.exe", "invisible"],
    ["bidi isolates", "\u2066Build\u2069board", "Buildboard", "invisible"],
    ["a zero-width space", "Build\u200bboard", "Buildboard", "invisible"],
    ["a byte order mark", "\ufeffBuildboard", "Buildboard", "invisible"],
    ["a soft hyphen", "Build\u00adboard", "Buildboard", "invisible"],
    ["a Hangul filler", "Build\u3164board", "Buildboard", "invisible"],
    ["tag characters", "Build\u{e0041}board", "Buildboard", "invisible"],
    ["a Cherokee letter among Latin ones", "\u13c0oogle", "\u13c0oogle", "mixed_scripts"],
    ["a Cyrillic letter among Latin ones", "P\u0430yPal", "P\u0430yPal", "mixed_scripts"],
    ["a Greek letter among Latin ones", "G\u03bfogle", "G\u03bfogle", "mixed_scripts"],
    [
      "a Cyrillic word that reads as a Latin one",
      "\u0410\u0440\u0440\u04cf\u0435",
      "\u0410\u0440\u0440\u04cf\u0435",
      "look_alike",
    ],
    ["one such word beside a Latin one", "\u0421\u0430\u0455\u0435 Support", "\u0421\u0430\u0455\u0435 Support", "look_alike"],
    ["letters of mathematics", "\u{1d406}\u{1d428}ogle", "\u{1d406}\u{1d428}ogle", "look_alike"],
    ["wide letters", "\uff27oogle", "\uff27oogle", "look_alike"],
    ["a Roman numeral", "Paypa\u217c", "Paypa\u217c", "look_alike"],
    ["digits of another script among Latin letters", "G\u0a66\u0a66gle", "G\u0a66\u0a66gle", "mixed_scripts"],
    ["a script g", "\u0261oogle", "\u0261oogle", "look_alike"],
  ])("%s", (_, name, text, suspicion) => {
    expect(displayName(name, OTHERWISE)).toEqual({ text, suspicion });
  });

  it("puts a name of several lines on one", () => {
    expect(displayName("Build\r\n\t board ", OTHERWISE)).toEqual({ text: "Build board", suspicion: null });
  });

  it("cuts a name of 300 characters at 80 and says so by an ellipsis", () => {
    expect(displayName("x".repeat(300), OTHERWISE).text).toBe(`${"x".repeat(80)}…`);
  });

  it("keeps accents from piling up", () => {
    expect([...displayName(`x${"\u0335".repeat(40)}`, OTHERWISE).text]).toHaveLength(5);
  });

  it.each(["", "  ", "\u200b\u200d", "\u2800", "\u0301", "\ud800"])(
    "calls a name without anything to see by its other name",
    (name) => {
      expect(displayName(name, OTHERWISE).text).toBe(OTHERWISE);
    },
  );
});

describe("displayName, whatever the name", () => {
  const anyName = fc.oneof(fc.string({ unit: "binary", maxLength: 200 }), fc.string({ unit: "grapheme", maxLength: 200 }));

  it("shows nothing that is invisible, breaks the line or turns the text around", () => {
    fc.assert(
      fc.property(anyName, (name) => {
        expect(displayName(name, OTHERWISE).text).toMatch(/^[^\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]+$/u);
      }),
    );
  });

  it("shows 81 characters at most, and at least one", () => {
    fc.assert(
      fc.property(anyName, (name) => {
        const length = [...displayName(name, OTHERWISE).text].length;
        expect(length).toBeGreaterThan(0);
        expect(length).toBeLessThanOrEqual(81);
      }),
    );
  });

  it("leaves plain ASCII alone", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[!-~](?:[ -~]{0,60}[!-~])?$/), (name) => {
        expect(displayName(name, OTHERWISE)).toEqual({ text: name.replace(/ +/g, " "), suspicion: null });
      }),
    );
  });

  it("takes what it has shown for clean", () => {
    fc.assert(
      fc.property(anyName, (name) => {
        const { text } = displayName(name, OTHERWISE);
        expect(displayName(text, OTHERWISE).suspicion).not.toBe("invisible");
      }),
    );
  });
});
