import type { Deps } from "../../config.ts";
import { findCookie } from "../../http/cookie.ts";
import { checkSameSite } from "../../http/csrf.ts";
import { type Parameters, parseForm, parseQuery } from "../../http/form.ts";
import { checkLimits, limitOf, networkOfRequest, whereaboutsOf } from "../../http/rateLimit.ts";
import type { Endpoint } from "../../http/respond.ts";
import type { UserId } from "../../model.ts";
import { MFA_ACR } from "../../rules/acr.ts";
import { normalizeRecoveryCode } from "../../rules/recoveryCode.ts";
import { useTotpStep } from "../../store/authenticators.ts";
import { beginSecondStep, findSecondStep, type SecondStep } from "../../store/factors.ts";
import { useRecoveryCode } from "../../store/recoveryCodes.ts";
import { sha256 } from "../../tokens/encoding.ts";
import { newId } from "../../tokens/id.ts";
import { unseal } from "../../tokens/secret.ts";
import { findTotpStep, stepEndsAt } from "../../tokens/totp.ts";
import { beginSession, type Proven } from "../beginSession.ts";
import { parseGoing } from "../going.ts";
import { provePasskey } from "../passkey/prove.ts";
import { loadPending } from "../secondStep.ts";
import { hashRecoveryCode } from "./codeSet.ts";
import { type SecondProblem, secondPage } from "./secondPage.tsx";

/** GET /sign-in/second: the second step of a sign-in whose first one is in `pending`. */
export const secondStepPage: Endpoint = async (request, deps) => {
  const parameters = parseQuery(request);
  const pending = parameters.load("pending");
  const { userId } = await loadPending(request, deps, pending);
  const going = await parseGoing(request, deps, parameters);
  return secondPage(request, deps, { pending, going, own: await findSecondStep(deps, userId) });
};

/** POST /sign-in/second: a code of an app or a recovery code in `code`, or what a passkey answered. */
export const secondStep: Endpoint = async (request, deps) => {
  const form = await parseForm(request);
  const cookie = findCookie(request, deps.config, "browser");
  await checkSameSite(request, deps, cookie, form.find("csrf"));
  const pending = form.load("pending");
  const first = await loadPending(request, deps, pending);
  const going = await parseGoing(request, deps, form);
  const taken =
    form.find("credential") === undefined
      ? await takeCode(request, deps, first, form.find("code"))
      : await takePasskey(request, deps, first, form, cookie ?? "");
  if ("proven" in taken) return beginSession(request, deps, taken.proven, going);
  return secondPage(request, deps, { pending, going, own: taken.own, problem: taken.problem });
};

type Taken = { readonly proven: Proven } | { readonly problem: SecondProblem; readonly own: SecondStep };

async function takePasskey(request: Request, deps: Deps, first: Proven, form: Parameters, cookie: string): Promise<Taken> {
  const proven = await provePasskey(request, deps, form, cookie, first.userId);
  if (typeof proven === "string") return { problem: proven, own: await findSecondStep(deps, first.userId) };
  return { proven: { ...first, acr: proven.acr, amr: [...new Set([...first.amr, ...proven.amr])] } };
}

/**
 * The attempt is counted before the code is looked at, so that parallel guesses do not slip through.
 * @throws OAuthError slow_down once there were too many
 */
async function takeCode(request: Request, deps: Deps, first: Proven, typed: string | undefined): Promise<Taken> {
  const { userId } = first;
  if (typed === undefined) return { problem: "no_code", own: await findSecondStep(deps, userId) };
  const own = await limitOf("second_step", userId, networkOfRequest(request));
  const account = await limitOf("second_step_account", userId);
  const { counts, ...step } = await beginSecondStep(deps, userId, [own, account]);
  checkLimits([own, account], counts, deps.now());
  if (!(await isCode(request, deps, userId, step, typed))) return { problem: "wrong", own: step };
  const { settlement } = first;
  return {
    proven: {
      ...first,
      acr: MFA_ACR,
      amr: [...new Set([...first.amr, "otp", "mfa"])],
      settlement: { ...settlement, forgive: [...(settlement?.forgive ?? []), own.key, account.key] },
    },
  };
}

/** Whether it is a code of one of the person's apps, or from their paper, that was not used before; then it is used up. */
async function isCode(request: Request, deps: Deps, userId: UserId, step: SecondStep, typed: string): Promise<boolean> {
  for (const { id, sealedSecret } of step.authenticators) {
    const secret = await unseal(deps, "authenticator", sealedSecret);
    const found = secret === undefined ? undefined : await findTotpStep(secret, typed, deps.now());
    if (found === undefined) continue;
    const key = await sha256(`totp\0${id}\0${found}`);
    return useTotpStep(deps, id, userId, found, { key, rid: newId(deps), expiresAt: stepEndsAt(found) });
  }
  const normal = normalizeRecoveryCode(typed);
  if (normal === undefined) return false;
  const code = await hashRecoveryCode(deps, userId, normal);
  const claim = { key: await sha256(`recovery\0${code}`), rid: newId(deps), expiresAt: deps.now() + 60_000 };
  return useRecoveryCode(deps, { userId, code, whereabouts: whereaboutsOf(request) }, claim);
}
