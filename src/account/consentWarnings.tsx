import type { ApprovalView } from "../model.ts";
import { documentHost } from "../rules/clientDocument.ts";
import { isOutdated } from "../rules/next.ts";
import type { ReturnPlace } from "../rules/returnPlace.ts";
import { Day } from "./moment.tsx";
import { findNameWarning } from "./name.tsx";
import { ServiceName, serviceName } from "./words.tsx";

/**
 * What a careful person would want to be told first.
 * @param place null where the browser goes nowhere from here, since a device asks
 */
export const Warnings = ({ view, place }: { view: ApprovalView; place: ReturnPlace | null }) => {
  const { client, grant, languages } = view;
  const nameWarning = findNameWarning(serviceName(client.metadata, languages).text);
  const isPublic = client.metadata.token_endpoint_auth_method === "none";
  return (
    <>
      {nameWarning && (
        <p class="notice bad">
          {nameWarning} Look at the {place === null ? "device" : "address that you go back to"} before you decide.
        </p>
      )}
      {grant !== null && isOutdated(client, grant) && (
        <p class="notice warn">
          <strong>This service has changed since you approved it</strong>, on <Day at={grant.consentedAt} />: it has another
          name or leads you back to another place. Approve only if that is the service that you know.
        </p>
      )}
      {client.publisher?.verifiedAt == null && <Unverified view={view} place={place} />}
      {place?.kind === "device" && isPublic && (
        <p class="notice warn">
          <strong>The answer goes to an app on this device.</strong> We cannot tell which app receives it. Any program here
          could say that it is <ServiceName of={client.metadata} languages={languages} />: approve only if you have just started
          it yourself.
        </p>
      )}
    </>
  );
};

/** All that we know of a service which nobody has looked at: its addresses, and since when it is here. */
const Unverified = ({ view: { client, grant }, place }: { view: ApprovalView; place: ReturnPlace | null }) => {
  const host = documentHost(client);
  const cameByItself = client.origin === "document" || client.origin === "registration";
  return (
    <div class="notice warn">
      <p>
        <strong>We have not checked who runs this service.</strong> Anybody can choose its name
        {client.logo === undefined ? "" : " and its picture"}. <Trusted host={host} place={place} />
      </p>
      {cameByItself && grant === null && (
        <p>
          You have not approved it before. It came here by itself on <Day at={client.createdAt} />.
        </p>
      )}
    </div>
  );
};

/** The addresses that the person is to judge by. */
const Trusted = ({ host, place }: { host: string | undefined; place: ReturnPlace | null }) => {
  const isWeb = place?.kind === "web";
  const app = place === null ? "what runs on the device" : "the app that you have just used";
  if (host === undefined || host === place?.name)
    return <>Approve only if you trust {isWeb ? <strong>{place.name}</strong> : app}.</>;
  return (
    <>
      It is described at <strong>{host}</strong>
      {isWeb && (
        <>
          , and you go back to <strong>{place.name}</strong>
        </>
      )}
      . Approve only if you trust {isWeb ? "both" : `that address and ${app}`}.
    </>
  );
};
