/** Recovery codes as we keep them and as a person does. */
import type { Deps } from "../../config.ts";
import type { UserId } from "../../model.ts";
import { RECOVERY_BYTES, recoveryCodesOf } from "../../rules/recoveryCode.ts";
import { toBase64url, toUtf8 } from "../../tokens/encoding.ts";
import { mac } from "../../tokens/secret.ts";

/** What D1 holds of a code: without our key nobody can try out which code it is. @param code as `normalizeRecoveryCode` spells it */
export const hashRecoveryCode = async (deps: Deps, userId: UserId, code: string): Promise<string> =>
  toBase64url(await mac(deps, "recovery code", toUtf8(`${userId}\0${code}`)));

/** A new set: to be shown once, and to be kept. */
export async function makeCodeSet(
  deps: Deps,
  userId: UserId,
): Promise<{ readonly shown: readonly string[]; readonly kept: readonly string[] }> {
  const shown = recoveryCodesOf(deps.random(RECOVERY_BYTES));
  return { shown, kept: await Promise.all(shown.map((code) => hashRecoveryCode(deps, userId, code))) };
}
