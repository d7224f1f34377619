import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, extname, join } from "node:path";
import type { V4WorkerOptions } from "miniflare";
import { unstable_getMiniflareWorkerOptions } from "wrangler";
import { askWrangler } from "./wrangler.ts";

const typeOfExtension: Readonly<Record<string, "ESModule" | "CompiledWasm">> = { ".js": "ESModule", ".wasm": "CompiledWasm" };

const built = new Map<string, Promise<V4WorkerOptions>>();

/**
 * The Worker of a wrangler.toml for Miniflare: the modules exactly as `wrangler deploy` would upload them, and the bindings.
 * Built once per process.
 */
export function bundle(configFile: string): Promise<V4WorkerOptions> {
  const found = built.get(configFile) ?? build(configFile);
  built.set(configFile, found);
  return found;
}

/** In this process too wrangler says only what went wrong. */
process.env["WRANGLER_LOG"] ??= "error";

async function build(configFile: string): Promise<V4WorkerOptions> {
  const out = await mkdtemp(join(tmpdir(), "countersign-bundle-"));
  try {
    const { workerOptions, main } = unstable_getMiniflareWorkerOptions(configFile);
    await askWrangler("deploy", "--dry-run", "--outdir", out, "--config", configFile);
    const entry = `${basename(main ?? "", extname(main ?? ""))}.js`;
    const files = (await readdir(out)).filter((name) => typeOfExtension[extname(name)] !== undefined);
    const modules = files
      .sort((a, b) => Number(b === entry) - Number(a === entry))
      .map(async (name) => ({
        type: typeOfExtension[extname(name)] ?? "ESModule",
        path: join(out, name),
        contents: Uint8Array.from(await readFile(join(out, name))),
      }));
    return { ...workerOptions, modulesRoot: out, modules: await Promise.all(modules) };
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}
