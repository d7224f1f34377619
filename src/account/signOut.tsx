import { tellClients } from "../backchannel.ts";
import { findCookie } from "../http/cookie.ts";
import { checkSameSite, csrfToken } from "../http/csrf.ts";
import { parseForm } from "../http/form.ts";
import { browserOf } from "../http/interaction.ts";
import { page } from "../http/page.tsx";
import { whereaboutsOf } from "../http/rateLimit.ts";
import { readerOf, T, useReader } from "../http/reader.tsx";
import { type Endpoint, redirect } from "../http/respond.ts";
import { endSessions } from "../store/sessions.ts";
import { type Account, accountCookies, findAccounts, heldSessions } from "./accounts.ts";
import { findReturn } from "./logoutRequest.ts";

/** GET /sign-out: asks, since any page can lead a browser here; tells that it is done when nobody is signed in. */
export const signOutPage: Endpoint = async (request, deps) => {
  const { current: signedIn, others } = await findAccounts(request, deps);
  const reader = readerOf(request, deps.config, signedIn?.user);
  const { t } = reader;
  const { browser, cookies } = browserOf(request, deps);
  const csrf = await csrfToken(deps, findCookie(request, deps.config, "session") ?? browser);
  if (signedIn === undefined)
    return page(
      deps,
      { title: t("front.signed_out"), reader, cookies: others.length === 0 ? [] : cookies },
      <section class="sheet">
        <h1>{t("front.you_are_signed_out")}</h1>
        <p class="lead">
          <T k="front.nobody_signed_in" with={{ operator: <bdi>{deps.config.operator}</bdi> }} />
        </p>
        <p>{t("front.services_keep_access")}</p>
        <StillHere others={others} csrf={csrf} />
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
        <input type="hidden" name="csrf" value={csrf} />
        <button type="submit">{t("frame.sign_out")}</button>
        <a class="button quiet" href="/settings/authorizations">
          {t("front.stay_signed_in")}
        </a>
      </form>
      <StillHere others={others} csrf={csrf} />
    </section>,
  );
};

/** Who else is signed in in this browser. */
const StillHere = ({ others, csrf }: { others: readonly Account[]; csrf: string }) => {
  const { t } = useReader();
  if (others.length === 0) return null;
  return (
    <>
      <h2>{t("signIn.still_here")}</h2>
      <ul class="bullets">
        {others.map(({ user }) => (
          <li>
            <bdi>{user.name}</bdi> <bdi class="note">{user.email}</bdi>
          </li>
        ))}
      </ul>
      <form method="post" action="/sign-out">
        <input type="hidden" name="csrf" value={csrf} />
        <button type="submit" class="quiet" name="all" value="1">
          {t("signIn.sign_out_all")}
        </button>
      </form>
    </>
  );
};

/**
 * POST /sign-out: ends the session on the server, so that a copy of the cookie is worth nothing, and tells the services that want
 * to hear of it; with `all`, those of everybody in this browser. Then it shows that it is over, or leads back to the service that
 * asked for it, as `logout` has it.
 */
export const signOut: Endpoint = async (request, deps) => {
  const { current, others } = await heldSessions(request, deps);
  const form = await parseForm(request);
  const done = (await findReturn(deps, form.find("logout"))) ?? `${deps.config.issuer}/sign-out`;
  const all = form.find("all") !== undefined;
  const ending = [...(current === undefined ? [] : [current]), ...(all ? others : [])];
  if (ending.length === 0) return redirect(done);
  const binding = current?.cookie ?? findCookie(request, deps.config, "browser");
  await checkSameSite(request, deps, binding, form.find("csrf"));
  const sessionIds = ending.map(({ id }) => id);
  const { logouts } = await endSessions(deps, { kind: "held", sessionIds }, whereaboutsOf(request));
  await tellClients(deps, logouts);
  return redirect(done, accountCookies(request, deps.config, undefined, all ? [] : others));
};
