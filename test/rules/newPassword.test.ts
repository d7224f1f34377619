import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { commonPasswords } from "../../src/rules/commonPasswords.ts";
import { type Known, passwordProblem } from "../../src/rules/newPassword.ts";
import { MAX_PASSWORD_LENGTH } from "../../src/rules/passwordHash.ts";

const known: Known = { email: "ada.lovelace@contoso.example", name: "Ada Lovelace", operator: "Countersign" };

describe("a new password", () => {
  it.each([
    ["", "too_short"],
    ["xk7-Qz!", "too_short"],
    ["😀😀😀😀", "too_short"],
    [`${"x".repeat(MAX_PASSWORD_LENGTH)}yz`, "too_long"],
    ["password", "common"],
    ["PassWord", "common"],
    ["sunshine", "common"],
    ["1q2w3e4r5t", "common"],
    ["aaaaaaaaaaaa", "common"],
    ["23456789", "common"],
    ["hgfedcba", "common"],
    ["ｐａｓｓｗｏｒｄ", "common"],
    ["ada.lovelace@contoso.example", "about_you"],
    ["ADA.LOVELACE", "about_you"],
    ["Ada Lovelace", "about_you"],
    ["adalovelace1815!", "about_you"],
    ["countersign", "about_you"],
    ["Countersign2026!", "about_you"],
  ] as const)("%j is refused: %s", (password, problem) => {
    expect(passwordProblem(password, known)).toBe(problem);
  });

  it.each([
    "tr0ub4dor",
    "correct horse battery staple",
    "パスワードではない何か",
    "x7".repeat(60),
    "        !wide",
    "ÄÖÜäöüßé",
  ])("%j is taken", (password) => {
    expect(passwordProblem(password, known)).toBeUndefined();
  });

  it("is never asked for certain characters: of 12 and more that are random, all are taken", () => {
    const text = fc.string({ unit: "grapheme-composite", minLength: 12, maxLength: 200 });
    const varied = text.filter((one) => new Set(one).size > 6 && [...one.normalize("NFKC")].length >= 8);
    fc.assert(fc.property(varied, (password) => passwordProblem(password, known) === undefined));
  });

  it("is none of those that leak most often", () => {
    expect(commonPasswords.size).toBeGreaterThan(750);
    for (const password of commonPasswords) expect(passwordProblem(password, known)).toBe("common");
  });
});
