import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeUserCode, normalizeUserCode, showUserCode, USER_CODE_BYTES } from "../../src/rules/userCode.ts";

const bytes = fc.uint8Array({ minLength: USER_CODE_BYTES, maxLength: USER_CODE_BYTES }).map((array) => Uint8Array.from(array));

// CASES.md G 116
describe("a user code", () => {
  it("has eight letters, none of which is a vowel or passes for a digit", () => {
    fc.assert(
      fc.property(bytes, (random) => {
        expect(makeUserCode(random)).toMatch(/^[B-DF-HJ-NP-TV-XZ]{8}$/);
      }),
    );
  });

  it("is another one for other bytes, and uses each letter in each place", () => {
    const random = (index: number) => {
      const array = new Uint8Array(USER_CODE_BYTES);
      new DataView(array.buffer).setBigUint64(0, (BigInt(index) * 0x9e3779b97f4a7c15n) & 0xffffffffffffffffn);
      return array;
    };
    const codes = Array.from({ length: 20_000 }, (_, index) => makeUserCode(random(index)));
    expect(new Set(codes).size).toBe(20_000);
    for (let place = 0; place < 8; place++) expect(new Set(codes.map((code) => code[place])).size).toBe(20);
  });

  it("is found again in what people make of it", () => {
    const full = (text: string) => text.replace(/[A-Z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0));
    fc.assert(
      fc.property(bytes, fc.constantFrom("-", " ", "–", "‐", "－", "_", "\u00a0", ".", "", "\u200b", "　"), (random, gap) => {
        const code = makeUserCode(random);
        const typed = `${code.slice(0, 4)}${gap}${code.slice(4)}`;
        for (const text of [
          typed,
          typed.toLowerCase(),
          full(typed),
          full(typed).toLowerCase(),
          ` ${typed} `,
          showUserCode(code),
        ])
          expect(normalizeUserCode(text)).toBe(code);
      }),
    );
  });

  it("is shown in two halves", () => {
    expect(showUserCode("WDJBMJHT")).toBe("WDJB-MJHT");
  });
});

it.each([
  ["seven letters", "WDJBMJH"],
  ["nine letters", "WDJBMJHTT"],
  ["a vowel", "WDJB-MJHA"],
  ["a digit", "WDJB-MJH7"],
  ["Y, which we do not use", "WDJB-MJHY"],
  ["a letter of another alphabet", "WDJB-MJHТ"],
  ["an accent", "WDJB-MJHŤ"],
  ["nothing", ""],
  ["only hyphens", "----"],
  ["SQL", "' OR 1=1 --"],
  ["a NUL", "WDJB\0MJHT"],
  ["a lone surrogate", "WDJBMJH\ud800"],
  ["very much", "W".repeat(100_000)],
  ["the code among very many spaces", `WDJB${" ".repeat(100_000)}MJHT`],
])("what somebody typed is no code: %s", (_, typed) => {
  expect(normalizeUserCode(typed)).toBeUndefined();
});

it("letters that Unicode counts as the same are the same: the Kelvin sign is a K", () => {
  expect(normalizeUserCode("\u212aBCD-FGHJ")).toBe("KBCDFGHJ");
});
