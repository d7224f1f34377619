/** A developer's own trial of a service: what belongs to one is derived, so that nothing is kept until the answer comes back. */
import type { Deps } from "../../config.ts";
import type { ClientId, UserId } from "../../model.ts";
import { sameText, sha256, toBase64url, toUtf8 } from "../../tokens/encoding.ts";
import { mac } from "../../tokens/secret.ts";
import { DEVELOPER } from "./visit.ts";

/** The state of the request, by which the answer is known again, and the secret half of its PKCE. */
export interface Trial {
  readonly state: string;
  readonly verifier: string;
  readonly challenge: string;
  readonly nonce: string;
}

/** Where the answer may come to, if the developer registers it for the service. */
export const trialCallback = ({ config }: Deps): string => `${config.issuer}${DEVELOPER}/callback`;

const keyed = async (deps: Deps, ...parts: readonly string[]): Promise<string> =>
  toBase64url(await mac(deps, "trial", toUtf8(parts.join("\0"))));

/** A new trial of the service by this person. */
export async function newTrial(deps: Deps, userId: UserId, clientId: ClientId): Promise<Trial> {
  const random = toBase64url(deps.random(12));
  return trialOf(deps, userId, clientId, random);
}

async function trialOf(deps: Deps, userId: UserId, clientId: ClientId, random: string): Promise<Trial> {
  const state = `${clientId}.${random}.${await keyed(deps, "state", userId, clientId, random)}`;
  const verifier = await keyed(deps, "verifier", userId, clientId, random);
  return { state, verifier, challenge: await sha256(verifier), nonce: random };
}

/** The trial that an answer belongs to, with the service's id; undefined unless this person began it. */
export async function findTrial(
  deps: Deps,
  userId: UserId,
  state: string,
): Promise<(Trial & { readonly clientId: ClientId }) | undefined> {
  const [clientId, random, proof, ...more] = state.split(".");
  if (clientId === undefined || random === undefined || proof === undefined || more.length > 0) return undefined;
  const trial = await trialOf(deps, userId, clientId, random);
  return sameText(trial.state, state) ? { ...trial, clientId } : undefined;
}
