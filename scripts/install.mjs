/**
 * What must be there before anything of ours runs: Node 20 or newer, the packages of the lock file, and the Node 24 that is
 * one of them. Plain JavaScript without dependencies, because it runs when nothing is installed yet.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";

const root = resolve(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "..");
const ours = resolve(root, process.platform === "win32" ? "node_modules/node/bin/node.exe" : "node_modules/.bin/node");
const major = Number(process.versions.node.split(".")[0]);

/** Ends the process with one line. */
function refuse(line) {
  console.error(line);
  process.exit(1);
}

/** Installs the packages unless they are there. */
function install() {
  if (major < 20) refuse(`Countersign needs Node 20 or newer; this is Node ${process.versions.node}.`);
  if (isInstalled()) return;
  console.error("Installing packages, which takes a minute the first time …");
  const args = [existsSync(resolve(root, "package-lock.json")) ? "ci" : "install", "--no-audit", "--no-fund"];
  const npm = process.env.npm_execpath;
  const { status } = npm?.endsWith(".js")
    ? spawnSync(process.execPath, [npm, ...args], { cwd: root, stdio: "inherit" })
    : spawnSync("npm", args, { cwd: root, stdio: "inherit", shell: process.platform === "win32" });
  if (status !== 0) refuse("The packages could not be installed; npm says why above.");
}

/** Whether node_modules is what the lock file says, by the list that npm leaves there once it is complete. */
function isInstalled() {
  const packagesOf = (file) => JSON.parse(readFileSync(resolve(root, file), "utf8")).packages;
  try {
    const present = packagesOf("node_modules/.package-lock.json");
    if (!existsSync(resolve(root, "package-lock.json"))) return true;
    return Object.entries(packagesOf("package-lock.json")).every(
      ([path, { version, optional, devOptional, peer }]) =>
        path === "" || optional || devOptional || peer || present[path]?.version === version,
    );
  } catch {
    return false;
  }
}

/**
 * Installs, and makes sure that the command runs on Node 24: true when it does already, false when a second process on our own
 * Node has done the work.
 */
export async function onNode24() {
  install();
  if (major >= 24) return true;
  if (!existsSync(ours)) refuse("The packages brought no Node 24. Install Node 24 or newer yourself and run this again.");
  const child = spawn(ours, process.argv.slice(1), { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  // npm does not always pass a SIGTERM on: when it is gone, so is the reason to run.
  const parent = process.ppid;
  const watch = setInterval(() => process.ppid !== parent && child.kill(), 250);
  process.exitCode = await new Promise((done) => {
    child.on("error", () => done(1));
    child.on("exit", (status) => done(status ?? 1));
  });
  clearInterval(watch);
  return false;
}

if (process.argv[1] === resolve(root, "scripts/install.mjs")) install();
