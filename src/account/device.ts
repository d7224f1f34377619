import type { Deps } from "../config.ts";
import { findCookie } from "../http/cookie.ts";
import { checkSameSite, csrfToken } from "../http/csrf.ts";
import { parseForm, parseQuery } from "../http/form.ts";
import { browserOf } from "../http/interaction.ts";
import { checkLimits, limitOf, networkOfRequest } from "../http/rateLimit.ts";
import { readerOf } from "../http/reader.tsx";
import { type Endpoint, redirect } from "../http/respond.ts";
import { findSignedIn } from "../http/session.ts";
import type { User } from "../model.ts";
import { normalizeUserCode, showUserCode } from "../rules/userCode.ts";
import { findClient } from "../store/clients.ts";
import { findByUserCode, findDeviceSituation } from "../store/deviceCodes.ts";
import { sha256 } from "../tokens/encoding.ts";
import { sealDevice } from "../tokens/interaction.ts";
import { showApproval } from "./deviceDecision.ts";
import { answeredPage, type CodeProblem, codePage } from "./devicePage.tsx";
import { loadStartedDevice } from "./started.ts";

/** Of what came as a code, as much goes back into the field. */
const MAX_SHOWN = 32;

/**
 * GET /device (RFC 8628 section 3.3): the field for the code, which a link or a QR code may fill in, but not send. With `continue` it
 * looks at what stands, as /authorize does, and shows what comes next: the sign-in, the approval, or that it is done.
 */
export const devicePage: Endpoint = async (request, deps) => {
  const parameters = parseQuery(request);
  const sealed = parameters.find("continue");
  return sealed === undefined
    ? showField(request, deps, { typed: parameters.find("user_code") ?? "" })
    : look(request, deps, sealed);
};

/**
 * POST /device: the code that somebody typed. Wrong ones are counted, by network and by account; and what is said of a code that
 * there never was is said of one that was used or has expired.
 * @throws OAuthError slow_down
 */
export const enterCode: Endpoint = async (request, deps) => {
  const form = await parseForm(request);
  const browser = findCookie(request, deps.config, "browser");
  await checkSameSite(request, deps, browser, form.find("csrf"));
  const typed = form.find("user_code") ?? "";
  const code = normalizeUserCode(typed);
  if (code === undefined) return showField(request, deps, { typed, problem: typed === "" ? "no_code" : "not_a_code" });
  const signedIn = await findSignedIn(request, deps);
  const limits = [
    await limitOf("user_code", networkOfRequest(request)),
    ...(signedIn === undefined ? [] : [await limitOf("user_code_account", signedIn.user.userId)]),
  ];
  const { device, counts } = await findByUserCode(deps, code, limits);
  checkLimits(limits, counts, deps.now());
  const client = device && (await findClient(deps, device.clientId));
  if (device === undefined || client === undefined || browser === undefined)
    return showField(request, deps, { typed, problem: "unknown", user: signedIn?.user });
  const sealed = await sealDevice(deps, { ...device, startedAt: deps.now(), browser: await sha256(browser) });
  return redirect(`${deps.config.issuer}/device?continue=${sealed}`);
};

/** The form is bound to the `browser` cookie, as that of the sign-in is: nobody need be signed in yet. */
async function showField(
  request: Request,
  deps: Deps,
  { typed, problem, user }: { readonly typed: string; readonly problem?: CodeProblem; readonly user?: User | undefined },
): Promise<Response> {
  const { browser, cookies } = browserOf(request, deps);
  const code = normalizeUserCode(typed);
  const shown = code === undefined ? typed.slice(0, MAX_SHOWN) : showUserCode(code);
  const reader = readerOf(request, deps.config, user);
  return codePage(deps, { shown, problem, csrf: await csrfToken(deps, browser), cookies, reader });
}

async function look(request: Request, deps: Deps, sealed: string): Promise<Response> {
  const started = await loadStartedDevice(request, deps, sealed);
  const cookie = findCookie(request, deps.config, "session");
  const found = cookie === undefined ? undefined : await findDeviceSituation(deps, await sha256(cookie), started.device);
  if (cookie === undefined || found?.situation === undefined)
    return redirect(`${deps.config.issuer}/sign-in?continue=${sealed}`);
  const { device, situation } = found;
  if (device === undefined || (device.status === "pending" && device.expiresAt <= deps.now()))
    return showField(request, deps, { typed: "", problem: "unknown", user: situation.user });
  if (device.status !== "pending") {
    const reader = readerOf(request, deps.config, situation.user);
    return answeredPage(deps, { status: device.status, started, user: situation.user, reader });
  }
  return showApproval(request, deps, { started, situation, device, cookie });
}
