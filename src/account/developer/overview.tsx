import type { Deps } from "../../config.ts";
import type { Client } from "../../model.ts";
import { liveSecrets } from "../../rules/clientSecrets.ts";
import type { ToldError, Usage } from "../../store/developer.ts";
import { Ago, Day } from "../moment.tsx";
import { hasSecret, serviceFrame } from "./frame.tsx";
import { NextSteps } from "./nextSteps.tsx";
import { pathOf, servicePage } from "./visit.ts";

/** GET /settings/developer/{client_id}: how a service is used, what goes wrong with it, and what its library needs to know. */
export const overviewPage = servicePage(async (visit, parameters, deps) => {
  const { client, usage, errors } = visit.service;
  const isUntouched = usage.recentStarts === 0 && usage.lastUsedAt === null && errors.length === 0;
  return serviceFrame(
    deps,
    visit,
    { title: "Overview" },
    <>
      <Notices
        client={client}
        registered={parameters.find("registered") !== undefined}
        saved={parameters.find("saved") !== undefined}
        isUntouched={isUntouched}
        now={deps.now()}
      />
      <div class="overview">
        <div>
          {isUntouched && <NextSteps client={client} deps={deps} />}
          <section class="sheet">
            <h2>Use</h2>
            <UsageFacts usage={usage} client={client} now={deps.now()} />
          </section>
          <section class="sheet">
            <h2>What went wrong</h2>
            <Errors errors={errors} now={deps.now()} />
          </section>
        </div>
        <aside>
          <Library client={client} deps={deps} />
          <section>
            <h2>End</h2>
            <p class="note">Deleting a service ends what people approved for it, at once and for good.</p>
            <p>
              <a class="button end small" href={pathOf(client.clientId, "delete")}>
                Delete this service…
              </a>
            </p>
          </section>
        </aside>
      </div>
    </>,
  );
});

const Notices = ({
  client,
  registered,
  saved,
  isUntouched,
  now,
}: {
  client: Client;
  registered: boolean;
  saved: boolean;
  /** Then the secret is the first of the next steps. */
  isUntouched: boolean;
  now: number;
}) => {
  const secretless = !isUntouched && hasSecret(client.metadata) && liveSecrets(client.secrets, now).length === 0;
  const { logo_uri } = client.metadata;
  const logoless = logo_uri !== undefined && client.logo === undefined;
  if (!registered && !saved && !secretless && !logoless) return null;
  return (
    <div class="notices">
      {registered && (
        <p class="notice ok" role="status">
          <strong>The service is registered.</strong> Its <code>client_id</code> and all that a library needs stand on this
          page.
        </p>
      )}
      {saved && (
        <p class="notice ok" role="status">
          <strong>Saved.</strong> It is so everywhere within a minute.
        </p>
      )}
      {logoless && (
        <div class="notice warn">
          <p>
            <strong>Its logo could not be had,</strong> so people see its initial. At <code>{logo_uri}</code> there must be a
            PNG, JPEG, WebP or GIF of at most 64 KB and 2048 points, and no redirect.
          </p>
          <p>
            <a href={pathOf(client.clientId, "edit")}>Save the settings once more</a> when it is there: then we fetch it again.
          </p>
        </div>
      )}
      {secretless && (
        <div class="notice warn">
          <p>
            <strong>It has no secret,</strong> and cannot get tokens without one.
          </p>
          <p>
            <a href={pathOf(client.clientId, "secrets")}>Make its secret</a>
          </p>
        </div>
      )}
    </div>
  );
};

const UsageFacts = ({ usage, client, now }: { usage: Usage; client: Client; now: number }) => (
  <>
    <dl class="facts across figures">
      <div>
        <dt>People whose approval stands</dt>
        <dd>{usage.people}</dd>
      </div>
      <div>
        <dt>Authorizations in the last 30 days</dt>
        <dd>{usage.recentStarts}</dd>
      </div>
      <div>
        <dt>Last used</dt>
        <dd>{usage.lastUsedAt === null ? "Not yet" : <Ago at={usage.lastUsedAt} now={now} />}</dd>
      </div>
    </dl>
    {client.metadata.grant_types.includes("client_credentials") && (
      <p class="note">What it does as a machine, for itself, is not counted.</p>
    )}
  </>
);

const Errors = ({ errors, now }: { errors: readonly ToldError[]; now: number }) =>
  errors.length === 0 ? (
    <p>
      Nothing in the last 30 days. When we refuse a request of this service, you read here what was sent and what would have
      been right.
    </p>
  ) : (
    <>
      <ul class="errors">
        {errors.map(({ endpoint, error, text, count, firstAt, lastAt }) => (
          <li>
            <p class="row">
              <code class="tag bad">{error}</code> <span class="note">at {endpoint}</span>
            </p>
            <p>{text}</p>
            <p class="note">
              {count === 1 ? "Once" : `${count} times or more since `}
              {count > 1 && <Day at={firstAt} />}, {count === 1 ? "" : "last "}
              <Ago at={lastAt} now={now} />
            </p>
          </li>
        ))}
      </ul>
      <p class="note">
        Kept for 30 days. Codes, tokens, secrets and what is about people are left out. Anybody can send requests in the name of
        a service, so not all of these need be yours.
      </p>
    </>
  );

/** What a client library is configured with. */
const Library = ({ client: { clientId, metadata, createdAt }, deps }: { client: Client; deps: Deps }) => (
  <section>
    <h2>For your library</h2>
    <dl class="facts">
      <Fact name="Issuer">
        <code>{deps.config.issuer}</code>
      </Fact>
      <Fact name="Metadata, where libraries find the rest">
        <a href="/.well-known/openid-configuration">
          <code>{deps.config.issuer}/.well-known/openid-configuration</code>
        </a>
      </Fact>
      <Fact name="client_id">
        <code>{clientId}</code>
      </Fact>
      <Fact name="token_endpoint_auth_method">
        <code>{metadata.token_endpoint_auth_method}</code>
      </Fact>
      {metadata.redirect_uris.length > 0 && (
        <Fact name="redirect_uri">
          {metadata.redirect_uris.map((uri) => (
            <code class="line">{uri}</code>
          ))}
        </Fact>
      )}
      <Fact name="scope">{metadata.scope === "" ? "None" : <code>{metadata.scope ?? "Every scope"}</code>}</Fact>
      <Fact name="Registered">
        <Day at={createdAt} />
      </Fact>
    </dl>
  </section>
);

const Fact = ({ name, children }: { name: string; children: unknown }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);
