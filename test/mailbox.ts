/** What people were sent: the outbox of the server under test, read as its reader would. */
import { env } from "cloudflare:workers";
import { readLetter } from "../src/mail/delivery.ts";
import type { Letter } from "../src/mail/letter.ts";
import { unsealValues } from "../src/mail/sealedValues.ts";
import type { EmailKind } from "../src/model.ts";
import type { ClaimedEmail } from "../src/store/emails.ts";
import type { Server } from "./harness.ts";

export interface Received extends Letter {
  readonly to: string;
  readonly kind: EmailKind;
  readonly values: Readonly<Record<string, string | number>>;
}

/** Every e-mail to this address, the latest last; to anybody without one. @param kind of that kind alone */
export async function emailsTo(server: Server, to?: string, kind?: EmailKind): Promise<readonly Received[]> {
  const { results } = await env.DB.prepare(
    `SELECT id, "to", kind, language, time_zone AS timeZone, sealed_values AS sealedValues, created_at AS createdAt
     FROM emails WHERE (?1 IS NULL OR "to" = ?1) AND (?2 IS NULL OR kind = ?2) ORDER BY created_at, rowid`,
  )
    .bind(to ?? null, kind ?? null)
    .all<ClaimedEmail & Record<string, unknown>>();
  return Promise.all(
    results.map(async (email) => {
      const [letter, values] = [await readLetter(server.deps, email), await unsealValues(server.deps, email.sealedValues)];
      if (letter === undefined || values === undefined) throw new Error(`an e-mail to ${email.to} cannot be read`);
      return { ...letter, to: email.to, kind: email.kind, values };
    }),
  );
}

/** The latest e-mail to this address, of that kind if one is named. */
export async function lastEmail(server: Server, to: string, kind?: EmailKind): Promise<Received> {
  const last = (await emailsTo(server, to, kind)).at(-1);
  if (last === undefined) throw new Error(`no e-mail to ${to}`);
  return last;
}

/** The latest one-time code that was sent to this address. */
export async function codeFor(server: Server, to: string): Promise<string> {
  const { values } = await lastEmail(server, to, "code");
  return String(values["code"]);
}
