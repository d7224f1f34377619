import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ClientSecret } from "../../src/model.ts";
import {
  fingerprintOf,
  liveSecrets,
  type Overlap,
  overlaps,
  secretsFor,
  withNewSecret,
  withoutSecret,
} from "../../src/rules/clientSecrets.ts";

const NOW = 1_000_000_000;
const DAY = 24 * 3600 * 1000;
const secret = (name: string, expiresAt: number | null = null): ClientSecret => ({
  sha256: name.padEnd(43, "_"),
  createdAt: 0,
  expiresAt,
});
const [a, b, added] = [secret("a"), secret("b"), secret("new")];

describe("a new secret", () => {
  it.each<[Overlap, readonly ClientSecret[], readonly ClientSecret[] | undefined]>([
    ["keep", [], [added]],
    ["keep", [a], [a, added]],
    ["now", [a], [added]],
    ["24h", [a], [{ ...a, expiresAt: NOW + DAY }, added]],
    ["7d", [secret("a", NOW + DAY)], [secret("a", NOW + DAY), added]],
    ["1h", [secret("a", NOW + DAY)], [secret("a", NOW + DAY / 24), added]],
    ["keep", [secret("a", NOW)], [added]],
    ["keep", [secret("a", NOW), b], [b, added]],
    ["now", [a, b], undefined],
    ["keep", [secret("a", NOW + 1), b], undefined],
  ])("with %s beside %j", (overlap, secrets, expected) => {
    expect(withNewSecret(secrets, added, overlap, NOW)).toEqual(expected);
  });

  it("never makes more than two that are live, and never prolongs one", () => {
    const any = fc.array(fc.option(fc.integer({ min: NOW - DAY, max: NOW + 10 * DAY })), { maxLength: 4 });
    const overlap = fc.constantFrom(...(Object.keys(overlaps) as Overlap[]));
    fc.assert(
      fc.property(any, overlap, (ends, chosen) => {
        const secrets = ends.map((end, index) => secret(String(index), end));
        const all = withNewSecret(secrets, added, chosen, NOW);
        expect(all === undefined).toBe(liveSecrets(secrets, NOW).length > 1);
        if (all === undefined) return;
        expect(all.length).toBeLessThanOrEqual(2);
        expect(all.at(-1)).toBe(added);
        for (const old of all.slice(0, -1)) {
          const before = secrets.find(({ sha256 }) => sha256 === old.sha256)?.expiresAt ?? Number.POSITIVE_INFINITY;
          expect(old.expiresAt ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(before);
        }
      }),
    );
  });
});

describe("a secret that ends", () => {
  it("is taken out by its fingerprint, with what is dead anyway", () => {
    expect(withoutSecret([a, b, secret("c", NOW)], fingerprintOf(a), NOW)).toEqual([b]);
    expect(withoutSecret([a], fingerprintOf(b), NOW)).toBeUndefined();
    expect(withoutSecret([a], "", NOW)).toBeUndefined();
    expect(withoutSecret([secret("c", NOW)], fingerprintOf(secret("c")), NOW)).toBeUndefined();
  });
});

describe("another way of authenticating", () => {
  const sealed = { ...a, sealed: "x" };
  it.each([
    ["none", []],
    ["private_key_jwt", []],
    ["client_secret_jwt", [sealed]],
    ["client_secret_basic", [a, b]],
    ["client_secret_post", [a, b]],
  ] as const)("by %s leaves of the secrets what it uses", (method, expected) => {
    expect(secretsFor(method, [sealed, b])).toEqual(expected);
  });
});
