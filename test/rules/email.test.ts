import fc from "fast-check";
import { expect, test } from "vitest";
import { normalizeEmail } from "../../src/rules/email.ts";

test.each([
  ["ada@example.com", "ada@example.com"],
  ["  Ada@Example.COM ", "ada@example.com"],
  ["\u212aim@example.com", "kim@example.com"],
  ["ada\uff20example.com", "ada@example.com"],
  ["jose\u0301@example.com", "jos\u00e9@example.com"],
  ["ada+tag@localhost", "ada+tag@localhost"],
])("the address %j is known as %j", (text, known) => {
  expect(normalizeEmail(text)).toBe(known);
});

test.each([
  "",
  "ada",
  "@example.com",
  "ada@",
  "ada@@example.com",
  "ada@b@example.com",
  "ada@.example.com",
  "ada@example..com",
  "ada@example.com.",
  "ada lovelace@example.com",
  "ada@exam\nple.com",
  "ada\0@example.com",
  "ada\u200b@example.com",
  "\u202eada@example.com",
  "ada\ud800@example.com",
  `${"a".repeat(250)}@example.com`,
])("%j is no address", (text) => {
  expect(normalizeEmail(text)).toBeUndefined();
});

test("an address that is normal already stays as it is", () => {
  const part = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(part, part, (local, domain) => {
      const once = normalizeEmail(`${local}@${domain}`);
      return once === undefined || normalizeEmail(once) === once;
    }),
    { numRuns: 2000 },
  );
});

test("no character makes an address that becomes another one when it is normalised again", () => {
  const unstable: string[] = [];
  for (let code = 0; code <= 0x10ffff; code++) {
    const once = normalizeEmail(`${String.fromCodePoint(code)}@example.com`);
    if (once !== undefined && normalizeEmail(once) !== once) unstable.push(code.toString(16));
  }
  expect(unstable).toEqual([]);
});

test("case and width make no second account", () => {
  const letters = fc.stringMatching(/^[a-zA-Z0-9.]{1,20}$/);
  const wide = (text: string) => text.replace(/[!-~]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0));
  fc.assert(
    fc.property(letters, (local) => {
      const known = normalizeEmail(`${local}@example.com`);
      return (
        known === normalizeEmail(`${local.toUpperCase()}@EXAMPLE.com`) && known === normalizeEmail(`${wide(local)}@example.com`)
      );
    }),
  );
});

test.each([
  ["a row of labels", "a.".repeat(25_000)],
  ["a row of signs", "@".repeat(50_000)],
  ["a domain without an end", `a@${"a.".repeat(120)}`],
  ["a letter that stands for eighteen", "\ufdfa".repeat(508)],
])("%s is refused before it costs anything", (_, text) => {
  expect(normalizeEmail(text)).toBeUndefined();
});
