import fc from "fast-check";
import { expect, it } from "vitest";
import { normalizeRecoveryCode, RECOVERY_BYTES, RECOVERY_CODES, recoveryCodesOf } from "../../src/rules/recoveryCode.ts";

const bytes = fc.uint8Array({ minLength: RECOVERY_BYTES, maxLength: RECOVERY_BYTES });

it("ten codes of two groups of five, in letters that no one takes for others", () => {
  fc.assert(
    fc.property(bytes, (random) => {
      const codes = recoveryCodesOf(random);
      expect(codes).toHaveLength(RECOVERY_CODES);
      for (const code of codes) expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/);
    }),
  );
});

it("a code is read as it was written, however somebody types it", () => {
  fc.assert(
    fc.property(bytes, (random) => {
      for (const code of recoveryCodesOf(random)) {
        const careless = code.toLowerCase().replaceAll("0", "o").replaceAll("1", "l").replace("-", " ");
        expect([code, careless, code.replace("-", "")].map(normalizeRecoveryCode)).toEqual([code, code, code]);
      }
    }),
  );
});

it.each(["", "12345", "12345-1234", "12345-123456", "UUUUU-UUUUU", "12345-1234é", "1234512345 1"])("%j is none", (typed) => {
  expect(normalizeRecoveryCode(typed)).toBeUndefined();
});
