import type { D1Migration } from "@cloudflare/vitest-plugin";
import type { Env } from "../src/config.ts";

declare global {
  namespace Cloudflare {
    interface Env extends TestEnv {}
  }
}

interface TestEnv extends Env {
  readonly MIGRATIONS: D1Migration[];
}
