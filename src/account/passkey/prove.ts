import type { Deps } from "../../config.ts";
import type { Parameters } from "../../http/form.ts";
import { whereaboutsOf } from "../../http/rateLimit.ts";
import type { UserId } from "../../model.ts";
import { PASSKEY_ACR } from "../../rules/acr.ts";
import { findPasskey, usePasskey } from "../../store/passkeys.ts";
import type { Claim } from "../../store/seen.ts";
import { sameText, sha256 } from "../../tokens/encoding.ts";
import { newId } from "../../tokens/id.ts";
import type { Proven } from "../beginSession.ts";
import { openOffer, type PasskeyOffer, userHandleOf } from "./offer.ts";
import { parseAnswer, verifyPasskey } from "./verify.ts";

/** Why an answer does not count. `expired`: the page lay open for too long, or was used before. */
export type PasskeyProblem = "expired" | "unknown" | "failed";

/** The claim on an offer's challenge, which counts once. */
export const claimOf = async (deps: Deps, { challenge, expiresAt }: PasskeyOffer): Promise<Claim> => ({
  key: await sha256(`passkey\0${challenge}`),
  rid: newId(deps),
  expiresAt,
});

/**
 * Who answered with their passkey, and how sure that makes us: the key was used by somebody who unlocked it (RFC 8176: `user`,
 * `mfa`), in hardware unless it is kept on several devices.
 * @param cookie the value of `browser`
 * @param whose of whom it has to be; anybody's will do without
 */
export async function provePasskey(
  request: Request,
  deps: Deps,
  form: Parameters,
  cookie: string,
  whose?: UserId,
): Promise<Pick<Proven, "userId" | "amr" | "acr"> | PasskeyProblem> {
  const offer = await openOffer(deps, form.find("offer"), whose === undefined ? "sign_in" : "second_step", cookie);
  if (offer === undefined) return "expired";
  const answer = parseAnswer(form.find("credential"));
  if (answer === undefined) return "failed";
  const passkey = await findPasskey(deps, answer.id);
  if (passkey === undefined) return "unknown";
  const { userId, publicKey } = passkey;
  if (whose !== undefined && userId !== whose) return "unknown";
  const verified = await verifyPasskey(deps, offer, answer, publicKey);
  if (verified === undefined || !(await isOwnHandle(answer, userId, whose !== undefined))) return "failed";
  const use = { id: answer.id, userId, ...verified, whereabouts: whereaboutsOf(request) };
  if (!(await usePasskey(deps, use, await claimOf(deps, offer)))) return "expired";
  return { userId, acr: PASSKEY_ACR, amr: [verified.backedUp ? "swk" : "hwk", "pop", "user", "mfa"] };
}

/** The person whom the authenticator names has to be the owner (Web Authentication section 7.2, step 6); it may name none only where we did. */
async function isOwnHandle(answer: object, userId: UserId, named: boolean): Promise<boolean> {
  const response: unknown = "response" in answer ? answer.response : undefined;
  const handle =
    typeof response === "object" && response !== null && "userHandle" in response ? response.userHandle : undefined;
  if (typeof handle !== "string" || handle === "") return named;
  return sameText(handle, await userHandleOf(userId));
}
