import { EmailMessage } from "cloudflare:email";
import type { Deps } from "../config.ts";
import { within } from "../http/outgoing.ts";
import { mailAddress, mimeMessage } from "../rules/mime.ts";
import { type ClaimedEmail, claimEmails, settleEmails } from "../store/emails.ts";
import { sendByApi } from "./httpApi.ts";
import { type Letter, letterOf } from "./letter.ts";
import { unsealValues } from "./sealedValues.ts";

/** A letter with what stands on its envelope. */
export interface Parcel {
  readonly id: string;
  readonly from: { readonly name: string; readonly address: string };
  readonly to: string;
  readonly at: number;
  readonly letter: Letter;
}

/** E-mails of one run of the cron, and of those as many at once; a Worker has six connections at a time. */
const AT_MOST = 60;
const AT_ONCE = 5;
const REQUEST_SECONDS = 3;

/** What becomes of an attempt: `hopeless` is what no other one will change. */
type Outcome = "sent" | "failed" | "hopeless";

/** Delivers what is due: the cron's part. */
export async function deliverDue(deps: Deps): Promise<void> {
  for (let count = 0; count < AT_MOST; count += AT_ONCE) {
    const claimed = await claimEmails(deps, AT_ONCE);
    await deliver(deps, claimed);
    if (claimed.length < AT_ONCE) return;
  }
}

/**
 * Delivers at once what a request has just queued for this address, where somebody waits for it. The answer waits for three seconds at
 * most, and does not fail by it: what did not go out is the cron's.
 */
export async function deliverTo(deps: Deps, to: string): Promise<void> {
  try {
    await within(REQUEST_SECONDS, async () => deliver(deps, await claimEmails(deps, AT_ONCE, to)));
  } catch (error) {
    complain("an e-mail is left to the cron", error);
  }
}

async function deliver(deps: Deps, claimed: readonly ClaimedEmail[]): Promise<void> {
  if (claimed.length === 0) return;
  const outcomes = await Promise.all(claimed.map((email) => attempt(deps, email)));
  const among = (outcome: Outcome) => claimed.filter((_, index) => outcomes[index] === outcome).map(({ id }) => id);
  const givenUp = await settleEmails(deps, {
    sent: among("sent"),
    failed: among("failed"),
    hopeless: among("hopeless"),
    keeps: deps.config.email.kind === "mailbox",
  });
  for (const id of givenUp) complain("an e-mail was given up", id);
}

async function attempt(deps: Deps, email: ClaimedEmail): Promise<Outcome> {
  const { config } = deps;
  if (config.email.kind === "off") {
    complain("an e-mail cannot be sent, as EMAIL is off", email.kind);
    return "hopeless";
  }
  try {
    const letter = await readLetter(deps, email);
    if (letter === undefined) {
      complain("an e-mail cannot be read: MASTER_SECRET was another when it was queued", email.id);
      return "hopeless";
    }
    await send(deps, email, letter);
    return "sent";
  } catch (error) {
    complain(`an e-mail (${email.kind}) did not go out`, error);
    return "failed";
  }
}

/** The e-mail as it is read; undefined if what it is filled with cannot be unsealed. */
export async function readLetter(deps: Deps, email: ClaimedEmail): Promise<Letter | undefined> {
  const values = await unsealValues(deps, email.sealedValues);
  return values && letterOf(deps.config, { ...email, values });
}

/** By whichever way this deployment has. */
async function send(deps: Deps, { id, to, createdAt }: ClaimedEmail, letter: Letter): Promise<void> {
  const { email: transport, operator, issuer } = deps.config;
  if (transport.kind === "off" || transport.kind === "mailbox") return;
  const from = { name: operator, address: transport.from };
  if (transport.kind === "api") return sendByApi(deps, transport, { id, from, to, at: createdAt, letter });
  const raw = mimeMessage({ ...letter, messageId: `${id}@${new URL(issuer).hostname}`, from, to, at: createdAt });
  await deps.sendEmail?.send(new EmailMessage(transport.from, mailAddress(to), raw));
}

const complain = (what: string, reason: unknown): void =>
  console.error(JSON.stringify({ level: "error", email: what, reason: String(reason) }));
