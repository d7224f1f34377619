/** What an isolate keeps is bounded, whoever names things to it. */
import { expect, it } from "vitest";
import { type keep, keepState, remember } from "../../src/store/memory.ts";
import { createServer } from "../harness.ts";

const flood = (deps: Parameters<typeof keep>[0], count: number) => {
  for (let index = 0; index < count; index++) keepState(deps, `stranger:${index}`, () => ({}));
};

it("what nobody has asked for longest goes first, and no more than so many stay", async () => {
  const { deps } = createServer();
  const state = keepState(deps, "used", () => ({ count: 0 }));
  keepState(deps, "unused", () => ({}));
  await remember(deps, "loaded", async () => 1);
  flood(deps, 1500);
  expect(keepState(deps, "used", () => ({ count: 1 }))).toBe(state);
  flood(deps, 10_000);
  expect(deps.memory.size).toBe(2000);
  for (const key of ["unused", "loaded", "stranger:0"]) expect(deps.memory.has(key)).toBe(false);
  expect(deps.memory.has("stranger:9999")).toBe(true);
});

it("what is kept twice counts once", () => {
  const { deps } = createServer();
  flood(deps, 2000);
  flood(deps, 2000);
  expect([deps.memory.size, deps.memory.has("stranger:0")]).toEqual([2000, true]);
});
