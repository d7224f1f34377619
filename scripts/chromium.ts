import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";
import { Refusal } from "./refusal.ts";
import { root } from "./wrangler.ts";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "msedge", "microsoft-edge"];

const elsewhere = [
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
  "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe",
];

/**
 * The path of a Chromium, installed if there is none and `install` allows it.
 * @throws Refusal when there is none and it cannot be installed
 */
export async function loadChromium(options: { readonly install: boolean }): Promise<string | undefined> {
  const found = findChromium();
  if (found !== undefined || !options.install) return found;
  console.error("The tests need Chromium and there is none: installing it.");
  for (const steps of await installations()) {
    const done = steps.every(([program, ...args]) => spawnSync(program, args, { cwd: root, stdio: "inherit" }).status === 0);
    const installed = done ? findChromium() : undefined;
    if (installed !== undefined) return installed;
  }
  throw new Refusal("The tests need Chromium, which could not be installed. Install it and name its path in CHROMIUM.");
}

function findChromium(): string | undefined {
  const named = process.env["CHROMIUM"];
  if (named !== undefined && named !== "") {
    if (runs(named)) return named;
    throw new Refusal(`CHROMIUM is ${named}, which does not run.`);
  }
  const directories = (process.env["PATH"] ?? "").split(delimiter);
  const onPath = names.flatMap((name) => directories.map((directory) => join(directory, name)));
  return [...onPath, ...elsewhere, chromium.executablePath()].find((path) => existsSync(path) && runs(path));
}

/** Ubuntu's chromium-browser, for one, is a script that only asks for a snap. On Windows `--version` would open a window. */
function runs(path: string): boolean {
  if (process.platform === "win32") return existsSync(path);
  try {
    return /\d+\.\d+/.test(
      execFileSync(path, ["--version"], { stdio: ["ignore", "pipe", "ignore"], timeout: 20_000 }).toString(),
    );
  } catch {
    return false;
  }
}

type Steps = readonly (readonly [program: string, ...args: string[]])[];

/** Debian packages a Chromium that brings what it needs; everywhere else Playwright's build is the one that works. */
async function installations(): Promise<readonly Steps[]> {
  const system = await readFile("/etc/os-release", "utf8").catch(() => "");
  const root = process.getuid?.() === 0;
  const debian: Steps = [
    ["apt-get", "update"],
    ["apt-get", "install", "--yes", "--no-install-recommends", "chromium", "fonts-liberation"],
  ];
  const cli = "node_modules/playwright-core/cli.js";
  const playwright: Steps = [[process.execPath, cli, "install", ...(root && system !== "" ? ["--with-deps"] : []), "chromium"]];
  return root && /^ID=debian$/m.test(system) ? [debian, playwright] : [playwright];
}
