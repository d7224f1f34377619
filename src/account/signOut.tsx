import { tellClients } from "../backchannel.ts";
import { dropCookie, findCookie } from "../http/cookie.ts";
import { checkSameSite, csrfToken } from "../http/csrf.ts";
import { parseForm } from "../http/form.ts";
import { page } from "../http/page.tsx";
import { type Endpoint, redirect } from "../http/respond.ts";
import { findSignedIn } from "../http/session.ts";
import { endSession } from "../store/sessions.ts";
import { sha256 } from "../tokens/encoding.ts";
import { findReturn } from "./logoutRequest.ts";

/** GET /sign-out: asks, since any page can lead a browser here; tells that it is done when nobody is signed in. */
export const signOutPage: Endpoint = async (request, deps) => {
  const signedIn = await findSignedIn(request, deps);
  if (signedIn === undefined)
    return page(
      deps,
      { title: "Signed out" },
      <section class="sheet">
        <h1>You are signed out</h1>
        <p class="lead">Nobody is signed in to {deps.config.operator} in this browser.</p>
        <p>
          Services that you approved keep their access until you revoke it. Some also have a sign-in of their own, which goes on
          until you sign out there.
        </p>
        <a class="button quiet full" href="/sign-in">
          Sign in again
        </a>
      </section>,
    );
  return page(
    deps,
    { title: "Sign out", user: signedIn.user },
    <section class="sheet">
      <h1>Sign out?</h1>
      <p class="lead">
        This ends the session of <bdi>{signedIn.user.name}</bdi> in this browser.
      </p>
      <p>
        Services that asked to hear of it are told. Services that you approved keep their access. To end that, go to{" "}
        <a href="/settings/authorizations">Authorizations</a>.
      </p>
      <form method="post" action="/sign-out" class="row">
        <input type="hidden" name="csrf" value={await csrfToken(deps, signedIn.cookie)} />
        <button type="submit">Sign out</button>
        <a class="button quiet" href="/settings/authorizations">
          Stay signed in
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
