import { spawn } from "node:child_process";
import { once } from "node:events";
import { loadChromium } from "./chromium.ts";
import { command } from "./refusal.ts";
import { root } from "./wrangler.ts";

/** `npm test [-- FILE…]`: every test, in workerd, in Node and in Chromium; or those of some files, which may need no browser. */
await command(async () => {
  const files = process.argv.slice(2);
  const chromium = await loadChromium({ install: files.length === 0 });
  const env = { ...process.env, ...(chromium === undefined ? {} : { CHROMIUM: chromium }) };
  const vitest = spawn(process.execPath, ["node_modules/vitest/vitest.mjs", "run", ...files], {
    cwd: root,
    env,
    stdio: "inherit",
  });
  const [status] = await once(vitest, "exit");
  process.exitCode = status ?? 1;
});
