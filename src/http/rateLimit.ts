import type { Deps } from "../config.ts";
import { OAuthError } from "../errors.ts";
import type { Whereabouts } from "../model.ts";
import { networkOf, siteOf } from "../rules/network.ts";
import { placeOf } from "../rules/place.ts";
import { type Count, type Counter, countAttempt } from "../store/attempts.ts";
import { sha256 } from "../tokens/encoding.ts";

const MINUTE = 60;

/** How many wrong guesses we bear. Each window closes by itself: nobody is locked out for good. */
const limits = {
  /** Of one account from one network. */
  sign_in: { max: 10, windowSeconds: 15 * MINUTE },
  /** Of any accounts from one network. */
  sign_in_network: { max: 50, windowSeconds: 15 * MINUTE },
  /** Of one account from all networks together, save those that it was entered from lately. */
  sign_in_account: { max: 100, windowSeconds: 60 * MINUTE },
  /** No guesses, but one-time codes that are sent to an address: from one network, from all of them, and to any addresses. */
  email_code: { max: 5, windowSeconds: 15 * MINUTE },
  email_code_address: { max: 20, windowSeconds: 60 * MINUTE },
  email_code_network: { max: 50, windowSeconds: 60 * MINUTE },
  /** Of the second step of a sign-in, whose password was right: of one account from one network, and from all together. */
  second_step: { max: 5, windowSeconds: 15 * MINUTE },
  second_step_account: { max: 10, windowSeconds: 60 * MINUTE },
  /** Of one client's secret from one network. */
  client_secret: { max: 20, windowSeconds: 15 * MINUTE },
  /** Of user codes of devices, from one network and by one account. */
  user_code: { max: 5, windowSeconds: 15 * MINUTE },
  user_code_account: { max: 10, windowSeconds: 60 * MINUTE },
  /** No guesses, but devices of one client in one network that ask for codes. */
  device_authorization: { max: 60, windowSeconds: 10 * MINUTE },
  /** No guesses, but registrations from one network. Services register one client for each of their people, from a few networks. */
  registration: { max: 60, windowSeconds: 60 * MINUTE },
  registration_site: { max: 600, windowSeconds: 60 * MINUTE },
  /** Nor are these: replacements of one registration, which are logged, and for which we ask hosts that its client names. */
  registration_change: { max: 30, windowSeconds: 15 * MINUTE },
  /** Of documents of clients that nobody has named before, from one network: we fetch for no stranger without end. */
  client_document: { max: 30, windowSeconds: 15 * MINUTE },
  client_document_site: { max: 300, windowSeconds: 15 * MINUTE },
  /** No guesses, but services that one person registers, publishers' files that they have us ask for, and invitations that they have us send. */
  service_registration: { max: 20, windowSeconds: 60 * MINUTE },
  publisher_proof: { max: 30, windowSeconds: 60 * MINUTE },
  service_report: { max: 20, windowSeconds: 60 * MINUTE },
  organization_invitation: { max: 30, windowSeconds: 60 * MINUTE },
  service_logo: { max: 20, windowSeconds: 60 * MINUTE },
} as const;

/** A counter and how far it may go. */
export interface Limit extends Counter {
  readonly max: number;
}

/** The limit of that name for one subject. Only its hash is kept, so that the counters tell nobody who tried what. */
export const limitOf = async (name: keyof typeof limits, ...subject: readonly string[]): Promise<Limit> => ({
  ...limits[name],
  key: `${name}:${await sha256(subject.join("\0"))}`,
});

/** By the header that Cloudflare sets and nobody else can. */
const addressOf = (request: Request): string => request.headers.get("cf-connecting-ip") ?? "local";

/** The network that a request comes from. */
export const networkOfRequest = (request: Request): string => networkOf(addressOf(request));

/** The limits of the network that a request comes from and of the site around it, for what strangers leave behind here. */
export const networkLimits = (name: "registration" | "client_document", request: Request): Promise<readonly Limit[]> =>
  Promise.all([limitOf(name, networkOfRequest(request)), limitOf(`${name}_site`, siteOf(addressOf(request)))]);

/** The network, and the place that Cloudflare takes it for. */
export const whereaboutsOf = (request: Request): Whereabouts => ({
  ...placeOf(request.cf),
  network: networkOfRequest(request),
});

/**
 * Refuses when one of the limits is passed.
 * @param counts with the attempt at hand
 * @param what was too much
 * @throws OAuthError slow_down, with Retry-After
 */
export function checkLimits(passable: readonly Limit[], counts: readonly Count[], at: number, what = "wrong attempts"): void {
  const passed = passable.flatMap(({ key, max }) => counts.find((count) => count.key === key && count.count > max) ?? []);
  if (passed.length === 0) return;
  const seconds = Math.ceil((Math.max(...passed.map(({ expiresAt }) => expiresAt)) - at) / 1000);
  throw new OAuthError("slow_down", `There were too many ${what}. Try again in ${inWords(seconds)}.`, {
    say: ["frame.too_many_attempts", { count: Math.ceil(seconds / MINUTE) }],
    reason: `over ${passed.map(({ key }) => key).join(", ")}`,
    headers: { "Retry-After": String(seconds) },
  });
}

/**
 * Counts one wrong guess, in one trip.
 * @throws OAuthError slow_down once a limit is passed
 */
export async function countFailure(deps: Deps, ...passable: readonly Limit[]): Promise<void> {
  checkLimits(passable, await countAttempt(deps, passable), deps.now());
}

const inWords = (seconds: number): string => {
  const minutes = Math.ceil(seconds / MINUTE);
  return minutes === 1 ? "a minute" : `${minutes} minutes`;
};
