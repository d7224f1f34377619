import { expect, it } from "vitest";
import { findTotpStep, newTotpSecret, stepOf, totpCode, totpUri } from "../../src/tokens/totp.ts";

/** The secret of RFC 6238, appendix B: `12345678901234567890`. */
const SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

// RFC 6238, appendix B; there with eight digits, of which six are the last ones.
it.each([
  [59, "94287082"],
  [1111111109, "07081804"],
  [1111111111, "14050471"],
  [1234567890, "89005924"],
  [2000000000, "69279037"],
  [20000000000, "65353130"],
])("the code at %i s is the one of RFC 6238", async (seconds, eight) => {
  expect(await totpCode(SECRET, stepOf(seconds * 1000))).toBe(eight.slice(-6));
});

it("a code counts in its own step and in the ones beside it, in groups too, and in no other", async () => {
  const at = 1_111_111_111_000;
  const here = stepOf(at);
  for (const drift of [-2, -1, 0, 1, 2]) {
    const code = await totpCode(SECRET, here + drift);
    const expected = Math.abs(drift) > 1 ? undefined : here + drift;
    expect(await findTotpStep(SECRET, code, at)).toBe(expected);
    expect(await findTotpStep(SECRET, ` ${code.slice(0, 3)} ${code.slice(3)} `, at)).toBe(expected);
  }
});

it.each(["", "12345", "1234567", "abcdef", "٠٥٠٤٧١", "050471050471", "050 47"])("%j is no code", async (typed) => {
  expect(await findTotpStep(SECRET, typed, 1_111_111_111_000)).toBeUndefined();
});

it("a new secret has 160 bits, and its URI names operator and account unmistakably", () => {
  const secret = newTotpSecret({ random: (bytes) => new Uint8Array(bytes).fill(0xff) });
  expect(secret).toBe("7".repeat(32));
  expect(totpUri(secret, "Contoso & Co", "ada+x@contoso.example")).toBe(
    `otpauth://totp/Contoso%20%26%20Co:ada%2Bx%40contoso.example?secret=${secret}&issuer=Contoso%20%26%20Co`,
  );
});
