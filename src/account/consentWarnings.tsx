import type { ConsentView } from "../model.ts";
import { documentHost } from "../rules/clientDocument.ts";
import { type ReturnPlace, returnPlace } from "../rules/returnPlace.ts";
import { Day } from "./moment.tsx";
import { findNameWarning } from "./name.tsx";
import { ServiceName, serviceName } from "./words.tsx";

/** What a careful person would want to be told first. */
export const Warnings = ({ view }: { view: ConsentView }) => {
  const { client, interaction, languages } = view;
  const nameWarning = findNameWarning(serviceName(client.metadata, languages).text);
  const place = returnPlace(interaction.request.redirectUri);
  const isPublic = client.metadata.token_endpoint_auth_method === "none";
  return (
    <>
      {nameWarning && <p class="notice bad">{nameWarning} Look at the address that you go back to before you decide.</p>}
      {client.publisher?.verifiedAt == null && <Unverified view={view} place={place} />}
      {place.kind === "device" && isPublic && (
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
const Unverified = ({ view: { client, grant }, place }: { view: ConsentView; place: ReturnPlace }) => {
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
const Trusted = ({ host, place }: { host: string | undefined; place: ReturnPlace }) => {
  const isWeb = place.kind === "web";
  if (host === undefined || host === place.name)
    return <>Approve only if you trust {isWeb ? <strong>{place.name}</strong> : "the app that you have just used"}.</>;
  return (
    <>
      It is described at <strong>{host}</strong>
      {isWeb && (
        <>
          , and you go back to <strong>{place.name}</strong>
        </>
      )}
      . Approve only if you trust {isWeb ? "both" : "that address and the app that you have just used"}.
    </>
  );
};
