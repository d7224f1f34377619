import type { Interaction, Session } from "../model.ts";
import { wantsOtherAcr } from "./acr.ts";
import { isExpectedPerson, isFresh } from "./next.ts";

/** What the sign-in page offers. `confirm`: the person is known to us, and the service wants them to prove it again. */
export type SignInOffer = { readonly kind: "password"; readonly confirm: boolean } | { readonly kind: "choice" };

/**
 * Whether someone who is signed in may go on as who they are, or as whom else this browser knows. Not when the service wants a fresh
 * sign-in (`prompt=login`, `max_age`, an `acr` that only a fresh one reaches; OpenID Connect Core 3.1.2.1), nor when none of them is
 * the person that it expects (`id_token_hint`).
 * @param subject what the service behind the interaction calls them
 * @param another the person said that they want another account
 * @param now by which a sign-in is too old as it is to `decideNext`: a choice that it would not take leads nowhere
 * @param others what it calls the other people who are signed in in this browser
 */
export function decideSignIn(
  session: Session | undefined,
  subject: string | undefined,
  interaction: Interaction | undefined,
  another: boolean,
  now: number,
  others: readonly string[] = [],
): SignInOffer {
  if (another) return { kind: "password", confirm: false };
  const isExpected = (one: string) => interaction === undefined || isExpectedPerson(interaction.request, one);
  const someoneElse: SignInOffer = others.some(isExpected) ? { kind: "choice" } : { kind: "password", confirm: false };
  if (session === undefined) return someoneElse;
  if (interaction === undefined) return { kind: "choice" };
  if (subject !== undefined && !isExpected(subject)) return someoneElse;
  const { request, startedAt } = interaction;
  const wantsOther = session.beganAt < startedAt && wantsOtherAcr(request, session.acr);
  return wantsOther || !isFresh({ request, startedAt, now }, session)
    ? { kind: "password", confirm: true }
    : { kind: "choice" };
}
