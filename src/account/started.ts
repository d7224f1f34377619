import type { Deps } from "../config.ts";
import { OAuthError } from "../errors.ts";
import { loadOwnInteraction } from "../http/interaction.ts";
import type { Client, Interaction } from "../model.ts";
import { findClient } from "../store/clients.ts";

/** The authorization request that brought somebody here, as this browser began it. */
export interface Started {
  /** As it travels in `continue`. */
  readonly sealed: string;
  readonly interaction: Interaction;
  readonly client: Client;
}

/**
 * What `continue` carries, and the service behind it.
 * @throws OAuthError when it has expired, belongs to another browser, or the service is no more
 */
export async function loadStarted(request: Request, deps: Deps, sealed: string): Promise<Started> {
  const { interaction } = await loadOwnInteraction(request, deps, sealed);
  const client = await findClient(deps, interaction.request.clientId);
  if (client === undefined)
    throw new OAuthError("invalid_request", "The service that sent you here is no longer registered with us.");
  return { sealed, interaction, client };
}
