import { useReader } from "../http/reader.tsx";
import { decideAccess, isVouched } from "../rules/organizations.ts";
import { describePermissions } from "../rules/permissions.ts";
import type { AuthorizedDevice, ListedAuthorization } from "../store/authorizations.ts";
import { PublisherLine } from "./about.tsx";
import { AuthorityLine, EndNote } from "./authority.tsx";
import { type Content, HERE } from "./authorizationContent.ts";
import { ApprovedDetail } from "./details.tsx";
import { Ago, Day, inWords } from "./moment.tsx";
import { Logo, Name } from "./name.tsx";
import { accessWords } from "./organizationWords.ts";
import { ResourceName, ServiceName, serviceName, Words } from "./words.tsx";

const UNUSED_SECONDS = 90 * 24 * 60 * 60;

/** One service in the list: what it may do, where, on which devices, and the buttons that end that. */
export const Service = ({
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
          {unused && <span class="tag warn">Not used for {inWords(UNUSED_SECONDS, useReader())}</span>}
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
