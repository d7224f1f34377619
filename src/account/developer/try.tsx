import type { Deps } from "../../config.ts";
import { OAuthError } from "../../errors.ts";
import { redirect } from "../../http/respond.ts";
import type { ClientMetadata } from "../../model.ts";
import { updateClient } from "../../store/registry.ts";
import { serviceFrame } from "./frame.tsx";
import { newTrial, type Trial, trialCallback } from "./trial.ts";
import { changedMeanwhile, pathOf, type ServiceVisit, serviceAct, servicePage } from "./visit.ts";

/** What the developer chose for the request. */
interface Choices {
  readonly redirectUri: string;
  readonly scope: string;
  /** Whether the approval page is shown even to who has approved. */
  readonly again: boolean;
}

/** GET /settings/developer/{client_id}/try: an authorization request with everything filled in, to be opened or copied. */
export const tryPage = servicePage(async (visit, parameters, deps) => {
  const { client } = visit.service;
  const { metadata } = client;
  checkUse(visit);
  const callback = trialCallback(deps);
  const first = metadata.redirect_uris.includes(callback) ? callback : (metadata.redirect_uris[0] ?? "");
  const asked = parameters.find("redirect_uri");
  const choices: Choices = {
    redirectUri: metadata.redirect_uris.find((uri) => uri === asked) ?? first,
    scope: (parameters.find("scope") ?? metadata.scope ?? "openid").slice(0, 2000),
    again: asked === undefined || parameters.find("again") !== undefined,
  };
  const trial = await newTrial(deps, visit.user.userId, client.clientId);
  return show(deps, visit, choices, trial);
});

/** POST …/try: `callback` is `add` or `remove`: whether answers may come to our own address. */
export const changeTry = serviceAct(async (visit, form, deps) => {
  checkUse(visit);
  const { client } = visit.service;
  const { userId } = visit.user;
  const callback = trialCallback(deps);
  const others = client.metadata.redirect_uris.filter((uri) => uri !== callback);
  const wanted = form.find("callback");
  if (wanted !== "add" && wanted !== "remove") throw new OAuthError("invalid_request", "The form does not say what to do.");
  if (wanted === "remove" && others.length === 0)
    throw new OAuthError("invalid_request", "It is the only redirect URI of this service. Register another one first.");
  const metadata = { ...client.metadata, redirect_uris: wanted === "add" ? [...others, callback] : others };
  if ((await updateClient(deps, client.clientId, { metadata }, userId, { ownerId: userId })) === undefined)
    throw changedMeanwhile();
  return redirect(`${deps.config.issuer}${pathOf(client.clientId, "try")}`);
});

function checkUse({ service }: ServiceVisit): void {
  if (!service.client.metadata.grant_types.includes("authorization_code"))
    throw new OAuthError("not_found", "People do not approve this service in the browser, so there is no page to try.");
}

function requestUrl({ config }: Deps, clientId: string, { redirectUri, scope, again }: Choices, trial: Trial): string {
  const parameters = {
    response_type: "code",
    client_id: clientId,
    redirect_uri: redirectUri,
    scope,
    state: trial.state,
    ...(scope.split(" ").includes("openid") ? { nonce: trial.nonce } : {}),
    code_challenge: trial.challenge,
    code_challenge_method: "S256",
    ...(again ? { prompt: "consent" } : {}),
  };
  return `${config.issuer}/authorize?${new URLSearchParams(parameters)}`;
}

/** What a request in the address bar cannot do. */
function obstacleOf(metadata: ClientMetadata): string | undefined {
  if (metadata.require_pushed_authorization_requests)
    return "This service takes pushed requests only, so that this link will be refused: push the request yourself.";
  if (metadata.require_signed_request_object)
    return "This service takes signed requests only, so that this link will be refused: sign the request yourself.";
  return undefined;
}

async function show(deps: Deps, visit: ServiceVisit, choices: Choices, trial: Trial): Promise<Response> {
  const { client } = visit.service;
  const { metadata, clientId } = client;
  const here = pathOf(clientId, "try");
  const url = requestUrl(deps, clientId, choices, trial);
  const callback = trialCallback(deps);
  const obstacle = obstacleOf(metadata);
  return serviceFrame(
    deps,
    visit,
    { title: "Try it out" },
    <div class="stack column">
      <section class="sheet">
        <h2>The approval page, as people see it</h2>
        <p>
          This is a real request, answered for your own account. If you approve, it stands in your{" "}
          <a href="/settings/authorizations">authorizations</a>, where you can end it.
        </p>
        {obstacle !== undefined && <p class="notice warn">{obstacle}</p>}
        <p>
          <a class="button" href={url}>
            Open the approval page
          </a>
        </p>
        <p>Or copy the request:</p>
        <p class="copy">
          <code>{url}</code>
        </p>
        <details>
          <summary>For the token request after it</summary>
          <dl class="facts">
            <div>
              <dt>code_verifier</dt>
              <dd>
                <code>{trial.verifier}</code>
              </dd>
            </div>
            <div>
              <dt>state</dt>
              <dd>
                <code>{trial.state}</code>
              </dd>
            </div>
          </dl>
          <p class="note">A library makes these itself, anew for each request. These are for trying by hand.</p>
        </details>
      </section>
      <section class="sheet">
        <h2>Change the request</h2>
        <form method="get" action={here} class="stack">
          <fieldset>
            <legend>Where the answer goes</legend>
            <ul class="choices">
              {metadata.redirect_uris.map((uri) => (
                <li>
                  <label class="choice">
                    <input type="radio" name="redirect_uri" value={uri} checked={uri === choices.redirectUri} />
                    <span>
                      <code>{uri}</code>
                      {uri === callback && <span class="detail">Our page, which shows you what came back.</span>}
                    </span>
                  </label>
                </li>
              ))}
            </ul>
          </fieldset>
          <div class="field">
            <label for="scope">Scope</label>
            <input
              id="scope"
              name="scope"
              type="text"
              value={choices.scope}
              autocomplete="off"
              autocapitalize="none"
              spellcheck={false}
            />
          </div>
          <label class="choice">
            <input type="checkbox" name="again" value="on" checked={choices.again} />
            <span>
              <span class="title">Show the page even if I have approved before</span>
              <span class="detail">
                <code>prompt=consent</code>
              </span>
            </span>
          </label>
          <button type="submit" class="quiet">
            Make the request anew
          </button>
        </form>
      </section>
      <section class="sheet">
        <h2>A page of ours to come back to</h2>
        {metadata.redirect_uris.includes(callback) ? (
          <Callback csrf={visit.csrf} here={here} wanted="remove" button="Take it out again">
            <p>
              Answers may come to <code>{callback}</code>, which shows them to you alone and exchanges nothing. Take it out
              before the service is in use.
            </p>
          </Callback>
        ) : (
          <Callback csrf={visit.csrf} here={here} wanted="add" button="Register our page">
            <p>
              Is nothing listening at your own addresses yet? Register a page of ours as one more redirect URI of this service.
              It shows what came back to you alone, and exchanges nothing.
            </p>
          </Callback>
        )}
      </section>
    </div>,
  );
}

const Callback = ({
  csrf,
  here,
  wanted,
  button,
  children,
}: {
  csrf: string;
  here: string;
  wanted: "add" | "remove";
  button: string;
  children: unknown;
}) => (
  <form method="post" action={here} class="stack">
    {children}
    <input type="hidden" name="csrf" value={csrf} />
    <input type="hidden" name="callback" value={wanted} />
    <button type="submit" class="quiet">
      {button}
    </button>
  </form>
);
