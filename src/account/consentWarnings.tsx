import { T, useReader } from "../http/reader.tsx";
import type { ApprovalView, Client } from "../model.ts";
import { documentHost } from "../rules/clientDocument.ts";
import { isOutdated } from "../rules/next.ts";
import { type ReturnPlace, returnPlace } from "../rules/returnPlace.ts";
import { Day } from "./moment.tsx";
import { findNameWarning } from "./name.tsx";
import { ServiceName, serviceName } from "./words.tsx";

/**
 * What a careful person would want to be told first.
 * @param place null where the browser goes nowhere from here, since a device asks
 */
export const Warnings = ({ view, place }: { view: ApprovalView; place: ReturnPlace | null }) => {
  const { t } = useReader();
  const { client, grant, languages } = view;
  const nameWarning = findNameWarning(serviceName(client.metadata, languages).text);
  const isPublic = client.metadata.token_endpoint_auth_method === "none";
  return (
    <>
      {nameWarning && (
        <p class="notice bad">
          {t(nameWarning)} {t(place === null ? "consent.look_at_device" : "consent.look_at_address")}
        </p>
      )}
      {grant !== null && isOutdated(client, grant) && (
        <p class="notice warn">
          <strong>
            <T k="consent.changed" with={{ day: <Day at={grant.consentedAt} /> }} />
          </strong>{" "}
          {t("consent.changed_note")}
        </p>
      )}
      {client.publisher?.verifiedAt == null && <Unverified view={view} place={place} />}
      {place?.kind === "device" && isPublic && (
        <p class="notice warn">
          <strong>{t("consent.answer_to_app")}</strong>{" "}
          <T k="consent.answer_to_app_note" with={{ service: <ServiceName of={client.metadata} languages={languages} /> }} />
          {hasNoSite(client) && <> {t("consent.no_site")}</>}
        </p>
      )}
    </>
  );
};

/** Whether nothing but programs on people's devices ever gets its answers. */
const hasNoSite = (client: Client): boolean =>
  documentHost(client) === undefined && client.metadata.redirect_uris.every((uri) => returnPlace(uri).kind === "device");

/** All that we know of a service which nobody has looked at: its addresses, and since when it is here. */
const Unverified = ({ view: { client, grant }, place }: { view: ApprovalView; place: ReturnPlace | null }) => {
  const { t } = useReader();
  const cameByItself = client.origin === "document" || client.origin === "registration";
  return (
    <div class="notice warn">
      <p>
        <strong>{t("consent.unchecked")}</strong>{" "}
        {t(client.logo === undefined ? "consent.any_name" : "consent.any_name_and_picture")}{" "}
        <Trusted host={documentHost(client)} place={place} />
      </p>
      {grant === null && (
        <p>
          {cameByItself ? (
            <T k="consent.first_time_since" with={{ day: <Day at={client.createdAt} /> }} />
          ) : (
            t("consent.first_time")
          )}
        </p>
      )}
    </div>
  );
};

/** The addresses that the person is to judge by. */
const Trusted = ({ host, place }: { host: string | undefined; place: ReturnPlace | null }) => {
  const { t } = useReader();
  const isWeb = place?.kind === "web";
  if (host === undefined || host === place?.name) {
    if (isWeb) return <T k="consent.trust_place" with={{ place: <Address of={place.name} /> }} />;
    return <>{t(place === null ? "consent.trust_device" : "consent.trust_app")}</>;
  }
  const described = { host: <Address of={host} /> };
  if (isWeb) return <T k="consent.trust_host_and_place" with={{ ...described, place: <Address of={place.name} /> }} />;
  return <T k={place === null ? "consent.trust_host_and_device" : "consent.trust_host_and_app"} with={described} />;
};

const Address = ({ of: name }: { of: string }) => <strong dir="ltr">{name}</strong>;
