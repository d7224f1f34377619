import type { Deps } from "../config.ts";
import type { Interaction } from "../model.ts";
import { seal, unseal } from "./secret.ts";

/**
 * The `continue` parameter: an authorization request under way, sealed. Encrypted, since it travels in URLs that a person may
 * paste; authenticated, so that no page needs to check the request again.
 */
export const sealInteraction = (deps: Deps, interaction: Interaction): Promise<string> =>
  seal(deps, "interaction", JSON.stringify(interaction));

/** The interaction, or undefined if it was not sealed by us or began too long ago. */
export async function openInteraction(deps: Deps, sealed: string): Promise<Interaction | undefined> {
  const text = await unseal(deps, "interaction", sealed);
  if (text === undefined) return undefined;
  const interaction = JSON.parse(text) as Interaction;
  return deps.now() < interaction.startedAt + deps.config.interactionSeconds * 1000 ? interaction : undefined;
}
