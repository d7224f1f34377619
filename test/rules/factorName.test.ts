import { expect, it } from "vitest";
import { parseFactorName } from "../../src/rules/factorName.ts";

it.each([
  [" Phone ", "Phone"],
  ["My\n key", "My key"],
  ["\u202egnp.exe", "gnp.exe"],
  ["هاتفي", "هاتفي"],
  ["x".repeat(60), "x".repeat(60)],
])("%j is kept as %j", (typed, name) => {
  expect(parseFactorName(typed)).toEqual({ name });
});

it.each([
  [undefined, "no_name"],
  ["", "no_name"],
  ["\u200b \t", "no_name"],
  ["x".repeat(61), "long_name"],
])("%j is refused: %s", (typed, problem) => {
  expect(parseFactorName(typed)).toEqual({ problem });
});
