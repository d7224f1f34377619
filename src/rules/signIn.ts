import type { Interaction, Session } from "../model.ts";
import { wantsOtherAcr } from "./acr.ts";
import { isExpectedPerson } from "./next.ts";

/** What the sign-in page offers. `confirm`: the person is known to us, and the service wants them to prove it again. */
export type SignInOffer = { readonly kind: "password"; readonly confirm: boolean } | { readonly kind: "choice" };

/**
 * Whether someone who is signed in may go on as who they are, or as whom else this browser knows. Not when the service wants a fresh
 * sign-in (`prompt=login`, `max_age`, an `acr` that only a fresh one reaches; OpenID Connect Core 3.1.2.1), nor when none of them is
 * the person that it expects (`id_token_hint`).
 * @param subject what the service behind the interaction calls them
 * @param another the person said that they want another account
 * @param others what it calls the other people who are signed in in this browser
 */
export function decideSignIn(
  session: Session | undefined,
  subject: string | undefined,
  interaction: Interaction | undefined,
  another: boolean,
  others: readonly string[] = [],
): SignInOffer {
  if (another) return { kind: "password", confirm: false };
  const isExpected = (one: string) => interaction === undefined || isExpectedPerson(interaction.request, one);
  const someoneElse: SignInOffer = others.some(isExpected) ? { kind: "choice" } : { kind: "password", confirm: false };
  if (session === undefined) return someoneElse;
  if (interaction === undefined) return { kind: "choice" };
  const { prompt, maxAgeSeconds } = interaction.request;
  if (subject !== undefined && !isExpected(subject)) return someoneElse;
  const stale = maxAgeSeconds !== null && session.authAt + maxAgeSeconds * 1000 < interaction.startedAt;
  const wantsLogin = prompt.includes("login") || wantsOtherAcr(interaction.request, session.acr);
  return stale || (wantsLogin && session.authAt < interaction.startedAt)
    ? { kind: "password", confirm: true }
    : { kind: "choice" };
}
