import type { Deps } from "../config.ts";

const MAX_ENTRIES = 2000;

/**
 * What `load` gave within the last `config.cacheSeconds`, in this isolate. Undefined is not remembered, so that what was just
 * created is found. Nothing that decides whether a person's authorization still stands may come from here.
 */
export async function remember<T>(deps: Deps, key: string, load: () => Promise<T>): Promise<T> {
  const known = deps.memory.get(key);
  const now = deps.now();
  if (known !== undefined && now < known.expiresAt) return known.value as T;
  const value = await load();
  if (value !== undefined) keep(deps, key, value, now + deps.config.cacheSeconds * 1000);
  return value;
}

/**
 * Keeps a value in this isolate, among so many at most: strangers name clients and addresses without end. What nobody has asked for
 * longest goes first.
 */
export function keep(deps: Deps, key: string, value: unknown, expiresAt: number): void {
  deps.memory.delete(key);
  for (const oldest of deps.memory.keys()) {
    if (deps.memory.size < MAX_ENTRIES) break;
    deps.memory.delete(oldest);
  }
  deps.memory.set(key, { value, expiresAt });
}

/** What `keepState` keeps under the key, if anything. */
export const findKept = <T extends object>(deps: Deps, key: string): T | undefined =>
  deps.memory.get(key)?.value as T | undefined;

/** What this isolate itself knows of something, which changes in place; begun by `begin`, and kept as long as it is asked for. */
export function keepState<T extends object>(deps: Deps, key: string, begin: () => T): T {
  const state = findKept<T>(deps, key) ?? begin();
  keep(deps, key, state, Number.POSITIVE_INFINITY);
  return state;
}

/** Forgets what `remember` keeps under the key, in this isolate; others go on with it for `config.cacheSeconds` at most. */
export const forget = (deps: Deps, key: string): void => void deps.memory.delete(key);
