import type { Deps } from "../config.ts";
import type { DeviceInteraction, Interaction } from "../model.ts";
import { seal, unseal } from "./secret.ts";

/**
 * The `continue` parameter: an authorization request under way, sealed. Encrypted, since it travels in URLs that a person may
 * paste; authenticated, so that no page needs to check the request again.
 */
export const sealInteraction = (deps: Deps, interaction: Interaction): Promise<string> =>
  seal(deps, "interaction", JSON.stringify(interaction));

/** The interaction, or undefined if it was not sealed by us or began too long ago. */
export async function openInteraction(deps: Deps, sealed: string): Promise<Interaction | undefined> {
  return findRecent<Interaction>(deps, await unseal(deps, "interaction", sealed));
}

/** The same of a device, under a key of its own: neither is ever taken for the other. */
export const sealDevice = (deps: Deps, interaction: DeviceInteraction): Promise<string> =>
  seal(deps, "device", JSON.stringify(interaction));

export async function openDevice(deps: Deps, sealed: string): Promise<DeviceInteraction | undefined> {
  return findRecent<DeviceInteraction>(deps, await unseal(deps, "device", sealed));
}

function findRecent<T extends { readonly startedAt: number }>(deps: Deps, text: string | undefined): T | undefined {
  if (text === undefined) return undefined;
  const interaction = JSON.parse(text) as T;
  return deps.now() < interaction.startedAt + deps.config.interactionSeconds * 1000 ? interaction : undefined;
}
