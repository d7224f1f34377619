import type { Confirmation, DeviceRequest, FamilyState } from "../model.ts";
import { decideDeviceCode, isHeldBy, type Redemption } from "./family.ts";

/** What a device is told when it asks whether it was approved (RFC 8628 section 3.5). */
export type PollAnswer =
  | Redemption
  | { readonly kind: "pending" | "denied" | "expired" }
  /** The interval that it must keep from now on. */
  | { readonly kind: "slow_down"; readonly intervalSeconds: number };

/** How much longer a device must wait after each poll that came too soon (RFC 8628 section 3.5). */
export const SLOWER_SECONDS = 5;

/**
 * What the state after a poll says. Only who proves to be the right client, and to hold the key, learns more than `invalid_grant`.
 * @param device as it stood before the poll; undefined once it is forgotten, which it is only after it has expired
 * @param tooSoon whether the poll came before the interval was over
 */
export function decidePoll(
  polled: {
    readonly device:
      | {
          readonly clientId: string;
          readonly request: Pick<DeviceRequest, "confirmation">;
          readonly status: "pending" | "approved" | "denied";
          readonly intervalSeconds: number;
          readonly expiresAt: number;
        }
      | undefined;
    readonly tooSoon: boolean;
    readonly state: FamilyState | undefined;
  },
  asked: Parameters<typeof decideDeviceCode>[1] & { readonly confirmation: Confirmation | null },
  client: Parameters<typeof decideDeviceCode>[2],
): PollAnswer {
  const { device, tooSoon, state } = polled;
  if (device === undefined || device.status === "approved") return decideDeviceCode(state, asked, client);
  const refused = (reason: string): PollAnswer => ({ kind: "refused", error: "invalid_grant", reason });
  if (device.clientId !== asked.clientId) return refused("device code of another client");
  if (!isHeldBy(device.request.confirmation, asked.confirmation)) return refused("the device code is bound to another key");
  if (device.status === "denied") return { kind: "denied" };
  if (device.expiresAt <= asked.at) return { kind: "expired" };
  return tooSoon ? { kind: "slow_down", intervalSeconds: device.intervalSeconds + SLOWER_SECONDS } : { kind: "pending" };
}
