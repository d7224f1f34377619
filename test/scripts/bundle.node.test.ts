import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { bundle } from "../../scripts/bundle.ts";
import { root } from "../../scripts/wrangler.ts";

/** What one isolate has to load before it answers; a third of it are the messages in six languages. */
const MAX_GZIP_BYTES = 600_000;

// CASES.md G 108: of a name that resolves to a private address the Worker cannot know; the platform does
it("the Worker that is deployed reaches public addresses alone", async () => {
  expect(await bundle(`${root}/wrangler.toml`)).toMatchObject({
    compatibilityFlags: expect.arrayContaining(["global_fetch_strictly_public"]),
  });
});

it("the Worker that is deployed stays under 600 KB gzip, and holds nothing of the tests", async () => {
  const worker = await bundle(`${root}/wrangler.toml`);
  const modules = "modules" in worker && Array.isArray(worker.modules) ? worker.modules : [];
  const contents = modules.map(({ contents }) => Buffer.from(contents ?? ""));
  expect(contents.length).toBeGreaterThanOrEqual(2);
  const size = contents.reduce((total, content) => total + gzipSync(content).length, 0);
  expect(size).toBeGreaterThan(50_000);
  expect(size).toBeLessThan(MAX_GZIP_BYTES);
  expect(contents.join("\n")).not.toMatch(/fast-check|vitest|oidc-provider/);
});
