import type { Deps } from "../../config.ts";
import { findCookie } from "../../http/cookie.ts";
import { checkSameSite, csrfToken } from "../../http/csrf.ts";
import { parseForm, parseQuery } from "../../http/form.ts";
import { browserOf } from "../../http/interaction.ts";
import { page } from "../../http/page.tsx";
import { readerOf } from "../../http/reader.tsx";
import type { Endpoint } from "../../http/respond.ts";
import { beginSession } from "../beginSession.ts";
import { type Going, goingParameters, goingTargets, parseGoing, pathGoing } from "../going.ts";
import { offerSignIn } from "./offer.ts";
import { PASSKEY_SCRIPT_HASH, PasskeyButton } from "./passkeyButton.tsx";
import { type PasskeyProblem, provePasskey } from "./prove.ts";

const problems = {
  expired: "security.passkey_expired",
  unknown: "security.passkey_unknown",
  failed: "security.passkey_sign_in_failed",
} as const satisfies Record<PasskeyProblem, string>;

/** GET /sign-in/passkey: the button alone. */
export const passkeySignInPage: Endpoint = async (request, deps) =>
  show(request, deps, await parseGoing(request, deps, parseQuery(request)));

/** POST /sign-in/passkey: what the authenticator answered, as the page's script sends it, to whatever page offered it. */
export const passkeySignIn: Endpoint = async (request, deps) => {
  const form = await parseForm(request);
  const going = await parseGoing(request, deps, form);
  const cookie = findCookie(request, deps.config, "browser");
  await checkSameSite(request, deps, cookie, form.find("csrf"));
  const proven = await provePasskey(request, deps, form, cookie ?? "");
  return typeof proven === "string" ? show(request, deps, going, proven) : beginSession(request, deps, proven, going);
};

async function show(request: Request, deps: Deps, going: Going, problem?: PasskeyProblem): Promise<Response> {
  const { browser, cookies } = browserOf(request, deps);
  const reader = readerOf(request, deps.config, undefined, going.started?.interaction?.request.uiLocales);
  const { t } = reader;
  const title = t("security.sign_in_passkey");
  const offer = await offerSignIn(deps, browser);
  const hidden = { csrf: await csrfToken(deps, browser), ...goingParameters(going) };
  return page(
    deps,
    {
      title: problem === undefined ? title : t("frame.error_title", { title }),
      reader,
      status: problem === undefined ? 200 : 400,
      script: PASSKEY_SCRIPT_HASH,
      formAction: goingTargets(going),
      cookies,
    },
    <section class="sheet">
      <h1>{title}</h1>
      {problem !== undefined && (
        <p class="notice bad" role="alert" tabindex={-1} autofocus>
          {t(problems[problem])}
        </p>
      )}
      <PasskeyButton offer={offer} hidden={hidden} />
      <p>
        <a href={pathGoing("/sign-in", going)}>{t("security.other_ways")}</a>
      </p>
    </section>,
  );
}
