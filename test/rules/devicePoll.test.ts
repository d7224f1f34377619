import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decidePoll } from "../../src/rules/devicePoll.ts";

type Polled = Parameters<typeof decidePoll>[0];
type Device = NonNullable<Polled["device"]>;

const waiting: Device = {
  clientId: "wallboard",
  request: { confirmation: null },
  status: "pending",
  intervalSeconds: 10,
  expiresAt: 600_000,
};
const polled = (device: Partial<Device> | undefined, tooSoon = false): Polled => ({
  device: device && { ...waiting, ...device },
  tooSoon,
  state: undefined,
});
const asked = {
  clientId: "wallboard",
  resources: [],
  details: [],
  confirmation: null,
  once: { rid: "mine" },
  at: 100_000,
};
const client = { confidential: false, overlapSeconds: 90 };

describe("decidePoll", () => {
  it.each<[string, Polled, Partial<typeof asked>, object]>([
    ["waits", polled({}), {}, { kind: "pending" }],
    ["waits, and asked too soon", polled({}, true), {}, { kind: "slow_down", intervalSeconds: 15 }],
    ["was denied", polled({ status: "denied" }), {}, { kind: "denied" }],
    ["was denied, and asks too soon", polled({ status: "denied" }, true), {}, { kind: "denied" }],
    ["has expired", polled({}), { at: 600_000 }, { kind: "expired" }],
    ["has expired, and asks too soon", polled({}, true), { at: 600_000 }, { kind: "expired" }],
    ["is forgotten", polled(undefined), {}, { kind: "expired" }],
    ["is another client's", polled({}), { clientId: "other" }, { kind: "refused", error: "invalid_grant" }],
    ["is another client's, and denied", polled({ status: "denied" }), { clientId: "other" }, { error: "invalid_grant" }],
    ["shows no key", polled({ request: { confirmation: { jkt: "key" } } }), {}, { error: "invalid_grant" }],
  ])("says to a device that %s what it is to do", (_, found, changes, answer) => {
    expect(decidePoll(found, { ...asked, ...changes }, client)).toMatchObject(answer);
  });

  it("tells nobody but the right client with the right key whether somebody has decided", () => {
    const devices = fc.record({
      status: fc.constantFrom("pending" as const, "denied" as const),
      expiresAt: fc.nat(200_000),
      intervalSeconds: fc.integer({ min: 5, max: 300 }),
    });
    fc.assert(
      fc.property(devices, fc.boolean(), fc.constantFrom("client", "key"), (device, tooSoon, wrong) => {
        const request = { confirmation: { jkt: "key" } };
        const stranger =
          wrong === "client"
            ? { ...asked, clientId: "other", confirmation: { jkt: "key" } }
            : { ...asked, confirmation: { jkt: "another" } };
        expect(decidePoll(polled({ ...device, request }, tooSoon), stranger, client)).toMatchObject({
          kind: "refused",
          error: "invalid_grant",
        });
      }),
    );
  });
});
