import type { Deps } from "../config.ts";
import { page } from "../http/page.tsx";
import type { Resource, User } from "../model.ts";
import { decideAccess, isVouched } from "../rules/organizations.ts";
import { describePermissions } from "../rules/permissions.ts";
import type { AuthorizationList, AuthorizedDevice, EndedAuthorization, ListedAuthorization } from "../store/authorizations.ts";
import { PublisherLine } from "./about.tsx";
import { AuthorityLine, EndNote } from "./authority.tsx";
import { ApprovedDetail } from "./details.tsx";
import { latestEffectSeconds } from "./lifetime.ts";
import { Ago, Day, inWords } from "./moment.tsx";
import { Logo, Name } from "./name.tsx";
import { accessWords } from "./organizationWords.ts";
import { ResourceName, ServiceName, serviceName, Words } from "./words.tsx";

const HERE = "/settings/authorizations";
const UNUSED_SECONDS = 90 * 24 * 60 * 60;

interface Content {
  readonly user: User;
  readonly csrf: string;
  readonly list: AuthorizationList;
  /** From 0. */
  readonly page: number;
  readonly resources: readonly Resource[];
  /** Of the person, the best first. */
  readonly languages: readonly string[];
}

/** Everything that the person has approved, last used first. */
export function listPage(deps: Deps, content: Content): Response {
  const { user, list, resources } = content;
  const { authorizations, ended } = list;
  return page(
    deps,
    { title: ended ? "Revoked" : "Authorizations", user, under: HERE, wide: true },
    <>
      <header class="heading">
        <h1>Authorizations</h1>
        <p class="lead">
          Services that may act in your name, because you approved it
          {list.authorizations.some(({ authority }) => authority !== null) && ", or somebody who may speak for you let them in"}
          . Revoke what you no longer use.
        </p>
        <p class="note">
          Does a device show you a code? <a href="/device">Connect it here</a>.
        </p>
      </header>
      {ended && <EndedNotice ended={ended} seconds={latestEffectSeconds(deps.config, ended.resources, resources)} />}
      {authorizations.length === 0 ? (
        <Nothing later={content.page > 0} />
      ) : (
        <ul class="services">
          {authorizations.map((authorization) => (
            <Service authorization={authorization} content={content} now={deps.now()} />
          ))}
        </ul>
      )}
      <Pages content={content} />
      {authorizations.length > 0 && (
        <section class="after">
          <p class="note">Lost a device, or unsure who has access? You can end all of it at once.</p>
          <a class="button end" href={`${HERE}?confirm=all`}>
            Revoke all…
          </a>
        </section>
      )}
    </>,
  );
}

const Service = ({
  authorization,
  content: { csrf, resources, languages },
  now,
}: {
  authorization: ListedAuthorization;
  content: Content;
  now: number;
}) => {
  const { client, grantId, scopes, claims, authorizationDetails, createdAt, consentedAt, lastUsedAt, expiresAt, devices } =
    authorization;
  const service = <ServiceName of={client.metadata} languages={languages} />;
  const permissions = describePermissions(scopes, claims, resources, languages);
  const unused = now - (lastUsedAt ?? consentedAt) > UNUSED_SECONDS * 1000;
  return (
    <li>
      <article class="sheet" aria-labelledby={`name-${grantId}`}>
        <header class="asker">
          <Logo of={client} name={serviceName(client.metadata, languages).text} />
          <div>
            <h2 id={`name-${grantId}`}>{service}</h2>
            <PublisherLine client={client} />
            <AuthorityLine of={authorization} />
            {client.metadata.initiate_login_uri !== undefined && (
              <a href={`/initiate-login?${new URLSearchParams({ client_id: client.clientId })}`}>Open {service}</a>
            )}
          </div>
          {unused && <span class="tag warn">Not used for {inWords(UNUSED_SECONDS)}</span>}
        </header>
        <dl class="facts across">
          <div>
            <dt>{authorization.authority === null ? "Approved" : "Let in"}</dt>
            <dd>
              <Day at={createdAt} />
            </dd>
          </div>
          {consentedAt > createdAt && (
            <div>
              <dt>Changed</dt>
              <dd>
                <Day at={consentedAt} />
              </dd>
            </div>
          )}
          <div>
            <dt>Last used</dt>
            <dd>{lastUsedAt === null ? "Not yet" : <Ago at={lastUsedAt} now={now} />}</dd>
          </div>
          {expiresAt !== null && (
            <div>
              <dt>Ends</dt>
              <dd>
                <Day at={expiresAt} />
              </dd>
            </div>
          )}
        </dl>
        <div class="columns">
          <section>
            <h3>Permissions</h3>
            <ul class="plain">
              {permissions.map(({ title, kind, resource }) => (
                <li>
                  <Words of={title} />
                  {resource !== null && (
                    <span class="note">
                      {" "}
                      in <ResourceName of={resource} languages={languages} />
                    </span>
                  )}
                  {kind === "full" && (
                    <>
                      {" "}
                      <span class="tag bad">Full access</span>{" "}
                      <strong class="line">Everything you can do there, it can do.</strong>
                    </>
                  )}
                </li>
              ))}
              {authorizationDetails.map((detail) => (
                <li>
                  <ApprovedDetail detail={detail} resources={resources} languages={languages} />
                </li>
              ))}
              {scopes.includes("offline_access") && <li>Access when you are not here</li>}
            </ul>
          </section>
          {(permissions.some(({ kind }) => kind !== "identity") || authorizationDetails.length > 0) && (
            <Places authorization={authorization} />
          )}
        </div>
        {devices.length > 0 && <Devices devices={devices} csrf={csrf} now={now} />}
        <form method="post" action={HERE} class="end-row">
          <input type="hidden" name="csrf" value={csrf} />
          <input type="hidden" name="action" value="revoke" />
          <input type="hidden" name="grant_id" value={grantId} />
          <button type="submit" class="end">
            <span>
              Revoke access
              <span class="unseen"> of {service}</span>
            </span>
          </button>
          <EndNote of={authorization} />
        </form>
      </article>
    </li>
  );
};

/** Where the service may go, and where it would if its owners let it. */
const Places = ({ authorization }: { authorization: ListedAuthorization }) => {
  const { organizations, reach, client } = authorization;
  const vouched = isVouched(authorization);
  const shown = reach.filter(({ organizationId }) => organizations === null || organizations.includes(organizationId));
  return (
    <section>
      <h3>{placesTitle(organizations === null, vouched)}</h3>
      {shown.length === 0 ? (
        <p>None today</p>
      ) : (
        <ul class="plain">
          {shown.map((organization) => {
            const { label, mark } = accessWords(decideAccess(organization, client, vouched), organization);
            return (
              <li class="spread">
                <Name of={organization.displayName} /> <span class={`tag ${mark}`}>{label}</span>
              </li>
            );
          })}
        </ul>
      )}
    </section>
  );
};

function placesTitle(everywhere: boolean, vouched: boolean): string {
  if (everywhere) return "In all organizations that you may enter";
  return vouched ? "In the directory's organization" : "In the organizations that you chose";
}

const Devices = ({ devices, csrf, now }: { devices: readonly AuthorizedDevice[]; csrf: string; now: number }) => (
  <section class="devices">
    <h3>Connected from</h3>
    <ul>
      {devices.map(({ familyId, device, createdAt, lastUsedAt }) => (
        <li>
          <form method="post" action={HERE} class="row apart">
            <p>
              {device}
              <span class="note line">
                since <Day at={createdAt} />, last used <Ago at={lastUsedAt} now={now} />
              </span>
            </p>
            <input type="hidden" name="csrf" value={csrf} />
            <input type="hidden" name="action" value="revoke_device" />
            <input type="hidden" name="family_id" value={familyId} />
            <button type="submit" class="end small">
              <span>
                Revoke this device<span class="unseen">: {device}</span>
              </span>
            </button>
          </form>
        </li>
      ))}
    </ul>
  </section>
);

/** What ended, when that takes effect, and what it does not undo. */
const EndedNotice = ({ ended, seconds }: { ended: EndedAuthorization; seconds: number }) => (
  <div class="notice ok" role="status">
    <p>
      <strong>
        Revoked:{" "}
        {ended.serviceNames.map((name, index) => (
          <>
            {index > 0 && ", "}
            <Name of={name} />
          </>
        ))}
        {ended.device !== null && ` on ${ended.device}`}.
      </strong>{" "}
      {ended.serviceNames.length > 1 ? "They get" : "It gets"} no new access from now on
      {ended.vouched && ", unless who let it in does so again"}. <Effect seconds={seconds} />
    </p>
  </div>
);

const Effect = ({ seconds }: { seconds: number }) => (
  <>
    Access that was handed out before usually stops within a minute, and everywhere in {inWords(seconds)} at the latest. Data
    that a service has copied stays with it: ask the service itself to delete that.
  </>
);

const Nothing = ({ later }: { later: boolean }) => (
  <section class="sheet">
    <h2>{later ? "Nothing more" : "No service may act in your name"}</h2>
    <p>
      {later
        ? "This page of the list is empty."
        : "When a service asks and you approve, it appears here, with what it may do and a way to end it."}
    </p>
    {later && (
      <p>
        <a href={HERE}>To the beginning of the list</a>
      </p>
    )}
  </section>
);

const Pages = ({ content: { page: current, list } }: { content: Content }) =>
  current === 0 && !list.hasMore ? null : (
    <nav class="row apart pages" aria-label="Pages">
      {current > 0 ? <a href={`${HERE}?page=${current}`}>← Used more recently</a> : <span />}
      {list.hasMore && <a href={`${HERE}?page=${current + 2}`}>Used longer ago →</a>}
    </nav>
  );

/** Asks before everything ends. */
export function confirmPage(deps: Deps, { user, csrf, list, resources, languages }: Content): Response {
  const { authorizations, hasMore } = list;
  const seconds = latestEffectSeconds(
    deps.config,
    authorizations.flatMap((authorization) => authorization.resources),
    resources,
  );
  return page(
    deps,
    { title: "Revoke all authorizations", user, under: HERE },
    <section class="sheet">
      <h1>Revoke all authorizations?</h1>
      <p class="lead">These services lose their access, on every device:</p>
      <ul class="bullets">
        {authorizations.map(({ client }) => (
          <li>
            <ServiceName of={client.metadata} languages={languages} />
          </li>
        ))}
        {hasMore && <li>and all the others on your list</li>}
      </ul>
      <p>
        They get no new access from that moment on. <Effect seconds={seconds} /> You can approve each of them again whenever you
        like.
      </p>
      <form method="post" action={HERE} class="row">
        <input type="hidden" name="csrf" value={csrf} />
        <input type="hidden" name="action" value="revoke_all" />
        <button type="submit" class="end">
          Revoke all
        </button>
        <a class="button quiet" href={HERE}>
          Keep them
        </a>
      </form>
    </section>,
  );
}
