import type { Deps } from "../config.ts";
import { domainOf } from "../rules/directoryPerson.ts";
import { type Directory, loadDirectories } from "../store/directories.ts";

/**
 * The directory at which people with this address sign in, by its domain; undefined for none. It says nothing of whether there is such
 * a person. No trip when this isolate knows the directories.
 * @param email as `rules/email.ts` normalises it
 */
export async function findDirectoryFor(deps: Deps, email: string): Promise<Directory | undefined> {
  const domain = domainOf(email);
  return (await loadDirectories(deps)).find(({ settings }) => settings.domains.includes(domain));
}
