import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { endOf, isShorterLife, livesWithin, shorterLives } from "../../src/rules/shorterLife.ts";

const DAY = 24 * 3600 * 1000;
const at = (text: string) => Date.parse(text);

describe("the end of today", () => {
  it.each([
    ["UTC", "2026-11-24T12:00:00.250Z", "2026-11-25T00:00:00Z"],
    ["UTC", "2026-11-24T23:59:59.999Z", "2026-11-25T00:00:00Z"],
    ["UTC", "2026-11-25T00:00:00Z", "2026-11-26T00:00:00Z"],
    ["Asia/Tokyo", "2026-11-24T14:59:00Z", "2026-11-24T15:00:00Z"],
    ["Asia/Kathmandu", "2026-11-24T12:00:00Z", "2026-11-24T18:15:00Z"],
    ["America/New_York", "2026-11-25T04:59:00Z", "2026-11-25T05:00:00Z"],
    // The clocks go back on this day, and forward on that, in one place at midnight.
    ["Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-25T23:00:00Z"],
    ["Europe/Berlin", "2026-03-28T23:30:00Z", "2026-03-29T22:00:00Z"],
    ["Africa/Cairo", "2026-04-23T20:00:00Z", "2026-04-23T22:00:00Z"],
  ])("of %s at %s is %s", (timeZone, now, end) => {
    expect(new Date(endOf("today", at(now), timeZone)).toISOString()).toBe(new Date(at(end)).toISOString());
  });

  it("is the first moment that has another date there", () => {
    const zones = ["UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Apia", "Pacific/Chatham", "Asia/Kolkata"];
    fc.assert(
      fc.property(fc.integer({ min: at("2024-01-01"), max: at("2040-01-01") }), fc.constantFrom(...zones), (now, timeZone) => {
        const day = new Intl.DateTimeFormat("en-CA", { timeZone });
        const end = endOf("today", now, timeZone);
        expect(end).toBeGreaterThan(now);
        expect(end).toBeLessThanOrEqual(now + 26 * 3600 * 1000);
        expect(day.format(end - 1)).toBe(day.format(now));
        expect(day.format(end)).not.toBe(day.format(now));
      }),
      { numRuns: 200 },
    );
  });
});

it("days are of 24 hours from now", () => {
  expect([endOf("7_days", 5, "UTC"), endOf("30_days", 5, "UTC")]).toEqual([5 + 7 * DAY, 5 + 30 * DAY]);
});

it("offers what is shorter than it is, and nothing longer", () => {
  const now = at("2026-11-24T12:00:00Z");
  expect(livesWithin(null, now, "UTC")).toEqual(shorterLives);
  expect(livesWithin(now + 8 * DAY, now, "UTC")).toEqual(["today", "7_days"]);
  expect(livesWithin(now + 7 * DAY, now, "UTC")).toEqual(["today"]);
  expect(livesWithin(now + 60_000, now, "UTC")).toEqual([]);
});

it("knows its own names", () => {
  expect([...shorterLives, "forever", "", undefined, "toString"].map(isShorterLife)).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
});
