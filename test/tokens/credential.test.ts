import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findCredential, mintCredential } from "../../src/tokens/credential.ts";
import { newId } from "../../src/tokens/id.ts";
import { createServer } from "../harness.ts";

const { deps } = createServer();

const credentials = fc.record({
  kind: fc.constantFrom("code" as const, "refresh_token" as const, "device_code" as const),
  generation: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
});

describe("codes, device codes and refresh tokens", () => {
  it("say again what they were made from", async () => {
    await fc.assert(
      fc.asyncProperty(credentials, async (made) => {
        const credential = { ...made, familyId: newId(deps) };
        expect(await findCredential(deps, await mintCredential(deps, credential))).toEqual(credential);
      }),
    );
  });

  it("are the same text each time, which is what makes a parallel refresh safe", async () => {
    const credential = { kind: "refresh_token", familyId: newId(deps), generation: 7 } as const;
    expect(await mintCredential(deps, credential)).toBe(await mintCredential(deps, credential));
  });

  it("are refused when one character of them is another", async () => {
    const text = await mintCredential(deps, { kind: "refresh_token", familyId: newId(deps), generation: 3 });
    await fc.assert(
      fc.asyncProperty(fc.nat(text.length - 1), fc.constantFrom(..."abcXYZ019-_=. "), async (index, character) => {
        fc.pre(text[index] !== character);
        expect(await findCredential(deps, text.slice(0, index) + character + text.slice(index + 1))).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ["truncated", (text: string) => text.slice(0, -1)],
    ["longer by a space", (text: string) => `${text} `],
    ["in capitals", (text: string) => text.toUpperCase()],
    ["ten kilobytes long", (text: string) => text + "A".repeat(10_000)],
    ["a code instead", (text: string) => text.replace("csr_", "csc_")],
    ["a device code instead", (text: string) => text.replace("csr_", "csd_")],
    ["SQL", () => "csr_aa' OR 1=1 --"],
    ["empty", () => ""],
  ])("are refused when they are %s", async (_, change) => {
    const text = await mintCredential(deps, { kind: "refresh_token", familyId: newId(deps), generation: 3 });
    expect(await findCredential(deps, change(text))).toBeUndefined();
  });

  // CASES.md C 57
  it("hold 160 random bits or more, no two alike in 10,000, and nothing of the person", async () => {
    const seen = new Set<string>();
    for (let index = 0; index < 10_000; index++)
      seen.add(await mintCredential(deps, { kind: "code", familyId: newId(deps), generation: 0 }));
    expect(seen.size).toBe(10_000);
    for (const text of seen) expect(text).toMatch(/^csc_aa[A-Za-z0-9_-]{68}$/);
  });
});
