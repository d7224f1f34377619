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
  if (value === undefined) return value;
  if (deps.memory.size >= MAX_ENTRIES) deps.memory.clear();
  deps.memory.set(key, { value, expiresAt: now + deps.config.cacheSeconds * 1000 });
  return value;
}

/** Forgets what `remember` keeps under the key, in this isolate; others go on with it for `config.cacheSeconds` at most. */
export const forget = (deps: Deps, key: string): void => void deps.memory.delete(key);
