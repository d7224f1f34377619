import { tellClients } from "../backchannel.ts";
import { dropCookie, findCookie } from "../http/cookie.ts";
import { checkSameSite, csrfToken } from "../http/csrf.ts";
import { parseForm } from "../http/form.ts";
import { page } from "../http/page.tsx";
import { readerOf, T } from "../http/reader.tsx";
import { type Endpoint, redirect } from "../http/respond.ts";
import { findSignedIn } from "../http/session.ts";
import { endSession } from "../store/sessions.ts";
import { sha256 } from "../tokens/encoding.ts";
import { findReturn } from "./logoutRequest.ts";

/** GET /sign-out: asks, since any page can lead a browser here; tells that it is done when nobody is signed in. */
export const signOutPage: Endpoint = async (request, deps) => {
  const signedIn = await findSignedIn(request, deps);
  const reader = readerOf(request, deps.config, signedIn?.user);
  const { t } = reader;
  if (signedIn === undefined)
    return page(
      deps,
      { title: t("front.signed_out"), reader },
      <section class="sheet">
        <h1>{t("front.you_are_signed_out")}</h1>
        <p class="lead">
          <T k="front.nobody_signed_in" with={{ operator: <bdi>{deps.config.operator}</bdi> }} />
        </p>
        <p>{t("front.services_keep_access")}</p>
        <a class="button quiet full" href="/sign-in">
          {t("front.sign_in_again")}
        </a>
      </section>,
    );
  return page(
    deps,
    { title: t("frame.sign_out"), reader, user: signedIn.user },
    <section class="sheet">
      <h1>{t("front.sign_out_question")}</h1>
      <p class="lead">
        <T k="front.ends_session" with={{ name: <bdi>{signedIn.user.name}</bdi> }} />
      </p>
      <p>
        <T
          k="front.sign_out_keeps"
          with={{ authorizations: <a href="/settings/authorizations">{t("frame.authorizations")}</a> }}
        />
      </p>
      <form method="post" action="/sign-out" class="row">
        <input type="hidden" name="csrf" value={await csrfToken(deps, signedIn.cookie)} />
        <button type="submit">{t("frame.sign_out")}</button>
        <a class="button quiet" href="/settings/authorizations">
          {t("front.stay_signed_in")}
        </a>
      </form>
    </section>,
  );
};

/**
 * POST /sign-out: ends the session on the server, so that a copy of the cookie is worth nothing, and tells the services that want
 * to hear of it. Then it shows that it is over, or leads back to the service that asked for it, as `logout` has it.
 */
export const signOut: Endpoint = async (request, deps) => {
  const cookie = findCookie(request, deps.config, "session");
  const form = await parseForm(request);
  const done = (await findReturn(deps, form.find("logout"))) ?? `${deps.config.issuer}/sign-out`;
  if (cookie === undefined) return redirect(done);
  await checkSameSite(request, deps, cookie, form.find("csrf"));
  await tellClients(deps, await endSession(deps, await sha256(cookie)));
  return redirect(done, [dropCookie(deps.config, "session")]);
};
