/** What a browser is asked to answer with a passkey: options for its API, and the challenge among them, sealed for the way back. */
import type { Deps } from "../../config.ts";
import type { User, UserId } from "../../model.ts";
import type { OwnPasskey } from "../../store/factors.ts";
import { sha256, toBase64url } from "../../tokens/encoding.ts";
import { seal, unseal } from "../../tokens/secret.ts";

/** So long an offer is good: a sign-in page lies open for a while. */
const OFFER_SECONDS = 10 * 60;
const CHALLENGE_BYTES = 32;

/** EdDSA, ES256, RS256 (COSE): what authenticators have. */
const ALGORITHMS = [-8, -7, -257];

/** What an offer is for; an answer to one is none to another. */
export type PasskeyPurpose = "sign_in" | "second_step" | "registration";

/** Travels in the form, sealed. */
export interface PasskeyOffer {
  readonly purpose: PasskeyPurpose;
  readonly challenge: string;
  /** SHA-256 (base64url) of the cookie that the form is bound to. */
  readonly holder: string;
  readonly expiresAt: number;
}

/** An offer as the form takes it. */
export interface MadeOffer {
  /** For `PublicKeyCredential.parse…OptionsFromJSON`. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly sealed: string;
}

type Known = Pick<OwnPasskey, "id" | "transports">;

/** The domain that passkeys here belong to (Web Authentication section 5.1.3, `rp.id`). */
export const rpIdOf = ({ config }: Pick<Deps, "config">): string => new URL(config.issuer).hostname;

/** What authenticators keep as the person: says nothing, and stays when their address changes (section 14.6.1). */
export const userHandleOf = (userId: UserId): Promise<string> => sha256(`passkey\0${userId}`);

async function makeOffer(
  deps: Deps,
  purpose: PasskeyPurpose,
  cookie: string,
  options: Readonly<Record<string, unknown>>,
): Promise<MadeOffer> {
  const challenge = toBase64url(deps.random(CHALLENGE_BYTES));
  const expiresAt = deps.now() + OFFER_SECONDS * 1000;
  const offer: PasskeyOffer = { purpose, challenge, holder: await sha256(cookie), expiresAt };
  return {
    options: { ...options, challenge, timeout: OFFER_SECONDS * 1000 },
    sealed: await seal(deps, "passkey", JSON.stringify(offer)),
  };
}

const named = (passkeys: readonly Known[]) => passkeys.map(({ id, transports }) => ({ type: "public-key", id, transports }));

/**
 * To sign in with any passkey of anybody, or, as the second step, with one of theirs.
 * @param cookie the value of `browser`
 */
export const offerSignIn = (deps: Deps, cookie: string, own?: readonly Known[]): Promise<MadeOffer> =>
  makeOffer(deps, own === undefined ? "sign_in" : "second_step", cookie, {
    rpId: rpIdOf(deps),
    userVerification: "required",
    ...(own === undefined ? {} : { allowCredentials: named(own) }),
  });

/** To make a new passkey, on an authenticator that has none of the person's yet. @param cookie the value of `session` */
export const offerRegistration = async (deps: Deps, cookie: string, user: User, own: readonly Known[]): Promise<MadeOffer> =>
  makeOffer(deps, "registration", cookie, {
    rp: { id: rpIdOf(deps), name: deps.config.operator },
    user: { id: await userHandleOf(user.userId), name: user.email, displayName: user.name },
    pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: "public-key", alg })),
    excludeCredentials: named(own),
    authenticatorSelection: { residentKey: "required", requireResidentKey: true, userVerification: "required" },
    attestation: "none",
  });

/** The offer that came back, or undefined unless we made it, for this purpose, in this browser, and lately. */
export async function openOffer(
  deps: Deps,
  sealed: string | undefined,
  purpose: PasskeyPurpose,
  cookie: string,
): Promise<PasskeyOffer | undefined> {
  const text = sealed === undefined ? undefined : await unseal(deps, "passkey", sealed);
  if (text === undefined) return undefined;
  const offer = JSON.parse(text) as PasskeyOffer;
  const isOurs = offer.purpose === purpose && offer.holder === (await sha256(cookie));
  return isOurs && deps.now() < offer.expiresAt ? offer : undefined;
}
