import fc from "fast-check";
import { expect, test } from "vitest";
import { parseJsonObject } from "../../src/rules/json.ts";

test.each<[text: string, problem: string]>([
  ["", "is not valid JSON"],
  ["{", "is not valid JSON"],
  ["{'a':1}", "is not valid JSON"],
  ['{"a":1,}', "is not valid JSON"],
  ['{"a":1} {"a":1}', "is not valid JSON"],
  ["[]", "is not a JSON object"],
  ["null", "is not a JSON object"],
  ['"a"', "is not a JSON object"],
  ['{"a":1,"a":1}', "has a member twice"],
  ['{"a":1,"\\u0061":2}', "has a member twice"],
  ['{"a":{"b":[{"c":1,"d":2,"c":3}]}}', "has a member twice"],
  ['{"":1, "" :2}', "has a member twice"],
  ['{"__proto__":1,"__proto__":2}', "has a member twice"],
  [`${'{"a":'.repeat(13)}1${"}".repeat(13)}`, "is deeper than 12 levels"],
  [`{"a":${"[".repeat(12)}${"]".repeat(12)}}`, "is deeper than 12 levels"],
])("%s is none that we take", (text, problem) => {
  expect(parseJsonObject(text)).toBe(problem);
});

test.each<[text: string, value: object]>([
  ["{}", {}],
  [`{"a":${"[".repeat(11)}${"]".repeat(11)}}`, JSON.parse(`{"a":${"[".repeat(11)}${"]".repeat(11)}}`) as object],
  ['{"a":{"a":1},"b":[{"a":1},{"a":1}]}', { a: { a: 1 }, b: [{ a: 1 }, { a: 1 }] }],
  ['{"a":"\\"a\\":1,{[","b":"}"}', { a: '"a":1,{[', b: "}" }],
  ['{"a\\\\":1,"a":2}', { "a\\": 1, a: 2 }],
])("%s is what JSON says", (text, value) => {
  expect(parseJsonObject(text)).toEqual(value);
});

test("whatever an honest program writes is read as it was meant", () => {
  const values = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 6 }));
  fc.assert(
    fc.property(values, fc.boolean(), (value, spaced) => {
      const text = JSON.stringify(value, null, spaced ? 2 : undefined);
      expect(parseJsonObject(text)).toEqual(JSON.parse(text));
    }),
  );
});

test("a member that is written again, anywhere and in any spelling, is found", () => {
  const spell = (name: string) =>
    [...name].map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
  const member = fc.record({ name: fc.stringMatching(/^[a-z]{1,6}$/), depth: fc.nat(5), spelt: fc.boolean() });
  fc.assert(
    fc.property(member, ({ name, depth, spelt }) => {
      const inner = `{"${name}":1,"other":[],"${spelt ? spell(name) : name}":2}`;
      expect(parseJsonObject(`${'{"x":['.repeat(depth)}${inner}${"]}".repeat(depth)}`)).toBe("has a member twice");
    }),
  );
});

test("64 KB of anything are looked through in a moment", () => {
  const hostile = ["[", '{"a":', '"', "\\", ":", "{}", '"\\', ",", '"a":'].map((part) =>
    part.repeat(Math.floor(65_536 / part.length)),
  );
  const before = performance.now();
  for (const text of hostile) for (const whole of [text, `{"a":"${text}"}`, `{"a":[${text}]}`]) parseJsonObject(whole);
  expect(performance.now() - before).toBeLessThan(1000);
});
