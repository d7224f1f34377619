import type { Deps } from "../config.ts";
import { OAuthError } from "../errors.ts";
import { loadOwnDevice, loadOwnInteraction } from "../http/interaction.ts";
import type { Client, ClientId, DeviceInteraction, Interaction } from "../model.ts";
import { findClient } from "../store/clients.ts";
import { openDevice } from "../tokens/interaction.ts";

/** What brought somebody here: an authorization request of a service in this browser, or a device whose code was typed in it. */
export type Arrival = Started | StartedDevice;

export interface Started {
  /** As it travels in `continue`. */
  readonly sealed: string;
  readonly interaction: Interaction;
  readonly client: Client;
  /** Where the browser goes on with it. */
  readonly path: "/authorize";
}

export interface StartedDevice {
  readonly sealed: string;
  /** It asks nothing of the sign-in. */
  readonly interaction: null;
  readonly device: DeviceInteraction;
  readonly client: Client;
  readonly path: "/device";
}

/**
 * The authorization request that `continue` carries, and the service behind it.
 * @throws OAuthError when it has expired, belongs to another browser, or the service is no more
 */
export async function loadStarted(request: Request, deps: Deps, sealed: string): Promise<Started> {
  const { interaction } = await loadOwnInteraction(request, deps, sealed);
  return { sealed, interaction, client: await loadClient(deps, interaction.request.clientId), path: "/authorize" };
}

/** The same of a device's request. */
export async function loadStartedDevice(request: Request, deps: Deps, sealed: string): Promise<StartedDevice> {
  const device = await loadOwnDevice(request, deps, sealed);
  return { sealed, interaction: null, device, client: await loadClient(deps, device.clientId), path: "/device" };
}

/** Whichever of the two `continue` carries. */
export const loadArrival = async (request: Request, deps: Deps, sealed: string): Promise<Arrival> =>
  (await openDevice(deps, sealed)) === undefined
    ? loadStarted(request, deps, sealed)
    : loadStartedDevice(request, deps, sealed);

async function loadClient(deps: Deps, clientId: ClientId): Promise<Client> {
  const client = await findClient(deps, clientId);
  if (client !== undefined) return client;
  throw new OAuthError("invalid_request", "The service that sent you here is no longer registered with us.", {
    say: ["frame.service_gone"],
  });
}
