import { availableParallelism } from "node:os";
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

const alias = {
  "countersign/verify/hono": new URL("./src/verify/hono.ts", import.meta.url).pathname,
  "countersign/verify": new URL("./src/verify/index.ts", import.meta.url).pathname,
};

/** Two projects: what runs in workerd, with real D1 and KV, and what needs Node: processes, files, Chromium. */
export default defineConfig({
  test: {
    silent: "passed-only",
    // Vitest leaves one core free by default, which on two cores is half of them.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        plugins: [
          cloudflareTest(async () => ({
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: {
              bindings: {
                ISSUER: "https://id.example",
                MASTER_SECRET: "a-secret-for-tests-of-43-characters-or-more-",
                MIGRATIONS: await readD1Migrations("./migrations"),
              },
            },
          })),
        ],
        resolve: { alias },
        test: {
          name: "workerd",
          include: ["test/**/*.test.{ts,tsx}"],
          exclude: ["test/**/*.node.test.ts"],
          setupFiles: ["./test/setup.ts"],
          testTimeout: 20_000,
        },
      },
      {
        resolve: { alias },
        test: {
          name: "node",
          include: ["test/**/*.node.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
