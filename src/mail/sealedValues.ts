import type { Deps } from "../config.ts";
import { seal, unseal } from "../tokens/secret.ts";

/** What the placeholders of an e-mail's messages stand for. Times are milliseconds since the epoch, under names that end in `At`. */
export type EmailValues = Readonly<Record<string, string | number>>;

/** The values as they lie in the outbox: a one-time code may be among them, which nobody is to read there. */
export const sealValues = (deps: Deps, values: EmailValues): Promise<string> => seal(deps, "email", JSON.stringify(values));

/** What `sealValues` was given; undefined if it was not us. */
export async function unsealValues(deps: Deps, sealed: string): Promise<EmailValues | undefined> {
  const text = await unseal(deps, "email", sealed);
  return text === undefined ? undefined : (JSON.parse(text) as EmailValues);
}
