/** What has to be done without anybody asking, once a minute. Each part may run twice, at once, or be cut off anywhere. */
import { tellDueClients } from "./backchannel.ts";
import { recheckPublishers } from "./clients/publisher.ts";
import type { Deps } from "./config.ts";
import { rotateKeys } from "./keyring.ts";
import { deliverDue } from "./mail/delivery.ts";
import { removeExpiredClients } from "./store/clientEnd.ts";
import { deleteExpired } from "./store/retention.ts";
import { drainOutbox } from "./store/revocation.ts";

/** Marks put to KV in one run: a Worker may call KV a thousand times. */
const OUTBOX_LIMIT = 500;

const parts: Readonly<Record<string, (deps: Deps) => Promise<unknown>>> = {
  "drain the outbox": (deps) => drainOutbox(deps, OUTBOX_LIMIT),
  "tell clients of logouts": tellDueClients,
  "deliver e-mails": deliverDue,
  "rotate keys": rotateKeys,
  "look at publishers' proofs again": recheckPublishers,
  "end unused registrations": removeExpiredClients,
  "delete expired rows": deleteExpired,
};

/** Does every part, whatever becomes of the others; fails, so that the platform counts it, when one of them failed. */
export async function work(deps: Deps): Promise<void> {
  const failed: string[] = [];
  for (const [name, part] of Object.entries(parts)) {
    try {
      await part(deps);
    } catch (error) {
      failed.push(name);
      console.error(JSON.stringify({ level: "error", cron: name, reason: String(error) }));
    }
  }
  if (failed.length > 0) throw new Error(`cron: could not ${failed.join(", ")}`);
}
