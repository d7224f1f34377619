import type { Deps } from "../config.ts";
import { OAuthError } from "../errors.ts";
import { csrfToken } from "../http/csrf.ts";
import { parseForm, parseQuery } from "../http/form.ts";
import { formTargets, page } from "../http/page.tsx";
import { type Endpoint, redirect } from "../http/respond.ts";
import { findSignedIn, type SignedIn } from "../http/session.ts";
import { returnPlace } from "../rules/returnPlace.ts";
import { sectorOf } from "../rules/sector.ts";
import { subjectOf } from "../tokens/subject.ts";
import { type LogoutRequest, parseLogoutRequest, sealReturn, withState } from "./logoutRequest.ts";
import { Name } from "./name.tsx";

/** A URL of 16 KB is the most that the platform takes. */
const MAX_QUERY = 10 * 1024;

/**
 * /logout, the `end_session_endpoint` (OpenID Connect RP-Initiated Logout 1.0). It always asks while somebody is signed in: any
 * page can lead a browser here, and an ID token is no secret of the person's.
 */
export const logout: Endpoint = async (request, deps) => {
  if (request.method === "POST") return asGet(request, deps);
  const asked = await parseLogoutRequest(parseQuery(request), deps);
  const signedIn = await findSignedIn(request, deps);
  if (signedIn !== undefined) return confirmPage(deps, asked, signedIn);
  const { redirectUri, state } = asked;
  return redirect(redirectUri === null ? `${deps.config.issuer}/sign-out` : withState(redirectUri, state));
};

/** A browser sends our cookie along when a foreign page leads to us, and not when it posts to us (SameSite=Lax). */
async function asGet(request: Request, deps: Deps): Promise<Response> {
  await parseForm(request.clone());
  const query = new URLSearchParams(await request.text()).toString();
  if (query.length > MAX_QUERY) throw new OAuthError("invalid_request", "The logout request is longer than 10 KB.");
  return redirect(`${deps.config.issuer}/logout?${query}`);
}

/** Who asks, who is signed in, what ends and what does not; the form goes to /sign-out. */
async function confirmPage(deps: Deps, asked: LogoutRequest, { user, cookie }: SignedIn): Promise<Response> {
  const { client, redirectUri, subjectHint } = asked;
  const sealed = await sealReturn(deps, asked);
  const isOther =
    client !== null && subjectHint !== null && subjectHint !== (await subjectOf(deps, sectorOf(client.metadata), user.userId));
  const formAction = redirectUri === null ? [] : formTargets(redirectUri);
  return page(
    deps,
    { title: "Sign out", user, formAction },
    <section class="sheet">
      <h1>Sign out of {deps.config.operator}?</h1>
      {client !== null && isOther ? (
        <p class="lead">
          <Name of={client.metadata.client_name} /> asks to sign out another account than the one in this browser. Signed in
          here is <bdi>{user.name}</bdi> ({user.email}).
        </p>
      ) : (
        <p class="lead">
          {client === null ? "A page asks" : <AskedBy name={client.metadata.client_name} />} to end the session of{" "}
          <bdi>{user.name}</bdi> in this browser.
        </p>
      )}
      <p>
        If you sign out, {deps.config.operator} asks for your password the next time. Services that asked to hear of it are
        told. What you approved stays: to end that, go to <a href="/settings/authorizations">Authorizations</a>.
      </p>
      {redirectUri !== null && (
        <p>
          After that you go on to <strong>{returnPlace(redirectUri).name}</strong>.
        </p>
      )}
      <form method="post" action="/sign-out" class="row">
        <input type="hidden" name="csrf" value={await csrfToken(deps, cookie)} />
        {sealed !== null && <input type="hidden" name="logout" value={sealed} />}
        <button type="submit">{isOther ? "Sign out anyway" : "Sign out"}</button>
        <a class="button quiet" href="/settings/authorizations">
          Stay signed in
        </a>
      </form>
    </section>,
  );
}

const AskedBy = ({ name }: { name: string }) => (
  <>
    <Name of={name} /> asks
  </>
);
