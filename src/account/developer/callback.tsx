import type { Deps } from "../../config.ts";
import { OAuthError } from "../../errors.ts";
import type { Parameters } from "../../http/form.ts";
import type { Client } from "../../model.ts";
import { Name } from "../name.tsx";
import { developerPage } from "./frame.tsx";
import { curlLine } from "./sample.ts";
import { findTrial, type Trial, trialCallback } from "./trial.ts";
import { listPage, pathOf } from "./visit.ts";

/**
 * GET /settings/developer/callback: where a trial's answer comes back to. It is shown to the developer who began the trial, in
 * their own session, and to nobody else; the code is not exchanged, and dies a minute after it was made.
 */
export const callbackPage = listPage(async (visit, parameters, deps) => {
  const trial = await findTrial(deps, visit.user.userId, parameters.find("state") ?? "");
  const client = visit.services.find((service) => service.client.clientId === trial?.clientId)?.client;
  if (trial === undefined || client === undefined)
    throw new OAuthError("not_found", "This answer belongs to no trial that you began.", {
      reason: "a foreign or forged state",
    });
  const code = codeIn(parameters);
  const isOurs = parameters.find("iss") === deps.config.issuer;
  return developerPage(
    deps,
    visit,
    { title: "The answer came back" },
    <section class="sheet">
      <h1>{code === undefined ? "An error came back" : "A code came back"}</h1>
      <p class="lead">
        This is what <Name of={client.metadata.client_name} /> would have got at its redirect URI.
      </p>
      {code === undefined ? (
        <Refused parameters={parameters} />
      ) : (
        <Code code={code} trial={trial} client={client} deps={deps} />
      )}
      <dl class="facts">
        <div>
          <dt>state</dt>
          <dd>As it was sent. A service must check that.</dd>
        </div>
        <div>
          <dt>iss</dt>
          <dd>{isOurs ? "This server. A service with several servers must check that." : "Missing, or another server."}</dd>
        </div>
      </dl>
      <p class="row">
        <a class="button quiet" href={pathOf(client.clientId, "try")}>
          Try again
        </a>
        <a href="/settings/authorizations">End the approval</a>
      </p>
    </section>,
  );
});

/** A shell is going to read it. */
const codeIn = (parameters: Parameters): string | undefined => {
  const code = parameters.find("code");
  return code !== undefined && /^[\w.~-]{1,500}$/.test(code) ? code : undefined;
};

const Refused = ({ parameters }: { parameters: Parameters }) => (
  <div class="notice warn">
    <p>
      <code>{parameters.find("error") ?? "no error, and no code either"}</code>
    </p>
    <p>{parameters.find("error_description") ?? "Without a description."}</p>
  </div>
);

const Code = ({ code, trial, client, deps }: { code: string; trial: Trial; client: Client; deps: Deps }) => (
  <>
    <p>
      The service now exchanges it, once and within a minute, for tokens. This page does not. If you want to see them, send this
      yourself:
    </p>
    <pre class="copy">
      <code>{tokenRequest(code, trial, client, deps)}</code>
    </pre>
    {client.metadata.dpop_bound_access_tokens && (
      <p class="note">It needs a DPoP proof as well, which no line of a shell can make.</p>
    )}
    <p class="note">
      Whoever has all of this can get the tokens of your own account: keep it to yourself while the minute lasts.
    </p>
  </>
);

const tokenRequest = (code: string, { verifier }: Trial, client: Client, deps: Deps): string =>
  curlLine(deps, client, "/token", {
    grant_type: "authorization_code",
    code,
    redirect_uri: trialCallback(deps),
    code_verifier: verifier,
  });
