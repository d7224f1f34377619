import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { promisify } from "node:util";
import { Refusal } from "./refusal.ts";

/** The repository's root. */
export const root = join(import.meta.dirname, "..");

const binary = join(root, "node_modules/wrangler/bin/wrangler.js");

/** Wrangler without its banner, its questions and its calls home. */
const env = {
  ...process.env,
  WRANGLER_SEND_METRICS: "false",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  WRANGLER_HIDE_BANNER: "true",
};

/**
 * What a wrangler command prints.
 * @throws Refusal with wrangler's own words when it fails
 */
export async function askWrangler(...args: readonly string[]): Promise<string> {
  try {
    const options = { cwd: root, env: { ...env, CI: "1" }, maxBuffer: 64 * 1024 * 1024 };
    return (await promisify(execFile)(process.execPath, [binary, ...args], options)).stdout;
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { readonly stdout?: string; readonly stderr?: string };
    throw new Refusal(`wrangler ${args[0]} failed.\n${stdout}${stderr}`.trim());
  }
}

/**
 * Lets wrangler talk to the person.
 * @throws Refusal when it fails; it has said why by then
 */
export async function runWrangler(...args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [binary, ...args], { cwd: root, env, stdio: "inherit" });
  const [status] = await once(child, "exit");
  if (status !== 0) throw new Refusal(`wrangler ${args.join(" ")} failed.`);
}
