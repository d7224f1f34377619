/** Whether an answer of an authenticator is what it claims to be; what that means is decided elsewhere. */
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from "@simplewebauthn/server";
import type { Deps } from "../../config.ts";
import { type PasskeyOffer, rpIdOf } from "./offer.ts";

/** Only isolates that meet a passkey run the library: most of it is for attestations, which we ask of nobody. */
const load = () => import("@simplewebauthn/server");

/** What the script of the page sent, or undefined if it is not even an object. */
export function parseAnswer(text: string | undefined): { readonly id: string } | undefined {
  try {
    const answer: unknown = JSON.parse(text ?? "");
    return typeof answer === "object" && answer !== null && "id" in answer && typeof answer.id === "string"
      ? { ...answer, id: answer.id }
      : undefined;
  } catch {
    return undefined;
  }
}

const expected = (deps: Deps, { challenge }: PasskeyOffer) => ({
  expectedChallenge: challenge,
  expectedOrigin: deps.config.issuer,
  expectedRPID: rpIdOf(deps),
  requireUserVerification: true,
});

/** A new passkey, as the authenticator describes it; undefined for anything but an answer to this offer. */
export async function verifyNewPasskey(deps: Deps, offer: PasskeyOffer, answer: object) {
  try {
    const { verifyRegistrationResponse } = await load();
    const { registrationInfo } = await verifyRegistrationResponse({
      ...expected(deps, offer),
      response: answer as RegistrationResponseJSON,
    });
    if (registrationInfo === undefined) return undefined;
    const { credential, aaguid, credentialBackedUp } = registrationInfo;
    const { id, publicKey, counter } = credential;
    return { id, publicKey, counter, aaguid, backedUp: credentialBackedUp };
  } catch {
    return undefined;
  }
}

/**
 * The counter and the kind of the passkey that signed, or undefined. The counter is for the caller to compare with the last one.
 * @param publicKey COSE_Key
 */
export async function verifyPasskey(deps: Deps, offer: PasskeyOffer, answer: { readonly id: string }, publicKey: Uint8Array) {
  try {
    const { verifyAuthenticationResponse } = await load();
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      ...expected(deps, offer),
      response: answer as unknown as AuthenticationResponseJSON,
      credential: { id: answer.id, publicKey: Uint8Array.from(publicKey), counter: 0 },
    });
    if (!verified) return undefined;
    return { counter: authenticationInfo.newCounter, backedUp: authenticationInfo.credentialBackedUp };
  } catch {
    return undefined;
  }
}

/** How the authenticator says that it can be reached, for `excludeCredentials` and the like; nothing depends on it. */
export function transportsOf(answer: object): readonly string[] {
  const response: unknown = "response" in answer ? answer.response : undefined;
  const transports =
    typeof response === "object" && response !== null && "transports" in response ? response.transports : undefined;
  return Array.isArray(transports)
    ? transports.filter((one): one is string => typeof one === "string" && /^[a-z-]{1,20}$/.test(one)).slice(0, 8)
    : [];
}
