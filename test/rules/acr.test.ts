import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  acrsMet,
  acrValuesSupported,
  isAcrAllowed,
  MFA_ACR,
  PASSKEY_ACR,
  PASSWORD_ACR,
  toldAcr,
  wantsOtherAcr,
} from "../../src/rules/acr.ts";

const insisting = (...values: string[]) => ({
  claims: { id_token: { acr: { essential: true, values } }, userinfo: {} },
  acrValues: [],
});
const preferring = (...acrValues: string[]) => ({ claims: null, acrValues });

describe("a class of sign-in", () => {
  it.each([
    [PASSWORD_ACR, [PASSWORD_ACR]],
    [MFA_ACR, [MFA_ACR, PASSWORD_ACR]],
    [PASSKEY_ACR, [PASSKEY_ACR, MFA_ACR, PASSWORD_ACR]],
    ["urn:of:a:directory", ["urn:of:a:directory"]],
  ])("%s meets %j", (acr, met) => {
    expect(acrsMet(acr)).toEqual(met);
  });

  it.each([
    ["nothing is asked for", preferring(), PASSWORD_ACR, false, true],
    ["the weaker is preferred", preferring(PASSWORD_ACR), PASSKEY_ACR, false, true],
    ["a stronger is preferred", preferring(MFA_ACR), PASSWORD_ACR, true, true],
    ["the same or a stronger is preferred", preferring(PASSKEY_ACR, PASSWORD_ACR), PASSWORD_ACR, false, true],
    ["none of ours is preferred", preferring("phr"), PASSWORD_ACR, false, true],
    ["a stronger is insisted on", insisting(PASSKEY_ACR), MFA_ACR, true, false],
    ["a weaker is insisted on", insisting(MFA_ACR), PASSKEY_ACR, false, true],
    ["none of ours is insisted on", insisting("urn:x"), PASSKEY_ACR, false, false],
  ])("where %s", (_, request, acr, wantsOther, allowed) => {
    expect(wantsOtherAcr(request, acr)).toBe(wantsOther);
    expect(isAcrAllowed(request, acr)).toBe(allowed);
  });

  it.each([
    [preferring(), PASSKEY_ACR, PASSKEY_ACR],
    [preferring(PASSWORD_ACR), PASSKEY_ACR, PASSWORD_ACR],
    [preferring(PASSWORD_ACR, MFA_ACR), PASSKEY_ACR, MFA_ACR],
    [preferring(PASSKEY_ACR), PASSWORD_ACR, PASSWORD_ACR],
    [preferring("phr"), MFA_ACR, MFA_ACR],
    [insisting(MFA_ACR), PASSKEY_ACR, MFA_ACR],
    [insisting("urn:x", PASSWORD_ACR), MFA_ACR, PASSWORD_ACR],
    [{ ...insisting(PASSWORD_ACR), acrValues: [MFA_ACR] }, PASSKEY_ACR, PASSWORD_ACR],
  ])("%j of a sign-in by %s is told as %s", (request, acr, told) => {
    expect(toldAcr(request, acr)).toBe(told);
  });

  it("is never told as more than it was, nor as what was not insisted on while it could be", () => {
    const some = fc.subarray([...acrValuesSupported, "urn:x"]);
    fc.assert(
      fc.property(fc.constantFrom(...acrValuesSupported), some, some, (acr, prefers, insists) => {
        const request = { ...(insists.length === 0 ? preferring() : insisting(...insists)), acrValues: prefers };
        expect(acrsMet(acr)).toContain(toldAcr(request, acr));
        if (insists.length > 0 && isAcrAllowed(request, acr)) expect(insists).toContain(toldAcr(request, acr));
      }),
    );
  });
});
