import fc from "fast-check";
import { expect, it } from "vitest";
import { DATED_AHEAD_SECONDS, datedAt, isPaused, markAt } from "../../src/rules/pause.ts";
import { isRevoked } from "../../src/tokens/accessToken.ts";

type Claims = Parameters<typeof isRevoked>[0];
const tokenOf = (iat: number) => ({ iat }) as Claims;
const time = fc.integer({ min: 0, max: 4e12 });

it("a grant is paused while it has a time of it", () => {
  expect([isPaused({ pausedAt: null }), isPaused({ pausedAt: 0 }), isPaused({ pausedAt: 1 })]).toEqual([false, true, true]);
});

it("the mark of a pause ends every token from before it, and what was being minted meanwhile", () => {
  fc.assert(
    fc.property(time, fc.integer({ min: -1000, max: 3000 }), (at, later) => {
      expect(isRevoked(tokenOf(datedAt(at + later, { markedAt: null })), [markAt(at)])).toBe(true);
    }),
  );
});

it("no token that is minted once the grant has outlived the mark falls under it, however soon; and none is dated far ahead", () => {
  fc.assert(
    fc.property(time, fc.nat(100_000), (at, later) => {
      const markedAt = markAt(at);
      const iat = datedAt(at + later, { markedAt });
      expect(isRevoked(tokenOf(iat), [markedAt])).toBe(false);
      expect(iat).toBeLessThanOrEqual((at + later) / 1000 + DATED_AHEAD_SECONDS);
      expect(iat).toBeGreaterThanOrEqual(Math.floor((at + later) / 1000));
    }),
  );
});
