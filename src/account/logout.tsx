import type { Deps } from "../config.ts";
import { OAuthError } from "../errors.ts";
import { csrfToken } from "../http/csrf.ts";
import { parseForm, parseQuery } from "../http/form.ts";
import { formTargets, page } from "../http/page.tsx";
import { readerOf, T } from "../http/reader.tsx";
import { type Endpoint, redirect } from "../http/respond.ts";
import { findSignedIn, type SignedIn } from "../http/session.ts";
import type { Client, User } from "../model.ts";
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
  if (signedIn !== undefined) return confirmPage(request, deps, asked, signedIn);
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
async function confirmPage(request: Request, deps: Deps, asked: LogoutRequest, signedIn: SignedIn): Promise<Response> {
  const { client, redirectUri, subjectHint, uiLocales } = asked;
  const { user, cookie } = signedIn;
  const sealed = await sealReturn(deps, asked);
  const isOther =
    client !== null && subjectHint !== null && subjectHint !== (await subjectOf(deps, sectorOf(client.metadata), user.userId));
  const formAction = redirectUri === null ? [] : formTargets(redirectUri);
  const reader = readerOf(request, deps.config, user, uiLocales);
  const { t } = reader;
  const operator = <bdi>{deps.config.operator}</bdi>;
  return page(
    deps,
    { title: t("frame.sign_out"), reader, user, formAction },
    <section class="sheet">
      <h1>
        <T k="front.sign_out_of" with={{ operator }} />
      </h1>
      <p class="lead">
        <Asks client={client} isOther={isOther} user={user} />
      </p>
      <p>
        <T
          k="front.logout_keeps"
          with={{ operator, authorizations: <a href="/settings/authorizations">{t("frame.authorizations")}</a> }}
        />
      </p>
      {redirectUri !== null && (
        <p>
          <T k="front.then_go_on" with={{ place: <strong dir="ltr">{returnPlace(redirectUri).name}</strong> }} />
        </p>
      )}
      <form method="post" action="/sign-out" class="row">
        <input type="hidden" name="csrf" value={await csrfToken(deps, cookie)} />
        {sealed !== null && <input type="hidden" name="logout" value={sealed} />}
        <button type="submit">{t(isOther ? "front.sign_out_anyway" : "frame.sign_out")}</button>
        <a class="button quiet" href="/settings/authorizations">
          {t("front.stay_signed_in")}
        </a>
      </form>
    </section>,
  );
}

const Asks = ({ client, isOther, user }: { client: Client | null; isOther: boolean; user: User }) => {
  const name = <bdi>{user.name}</bdi>;
  if (client === null) return <T k="front.page_asks" with={{ name }} />;
  const service = <Name of={client.metadata.client_name} />;
  return isOther ? (
    <T k="front.asks_other" with={{ service, name, email: <bdi>{user.email}</bdi> }} />
  ) : (
    <T k="front.service_asks" with={{ service, name }} />
  );
};
