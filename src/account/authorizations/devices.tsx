import { T, useReader } from "../../http/reader.tsx";
import { longestAccessSeconds } from "../lifetime.ts";
import { Ago, Day, Moment } from "../moment.tsx";
import type { Sight } from "./detail.tsx";

/** Where the service is connected from, what is out there, and a way to end that on one device. */
export const Devices = ({ sight: { authorization, resources, deps, csrf, action, now } }: { sight: Sight }) => {
  const { t } = useReader();
  const { devices, markedAt, authority } = authorization;
  // What a directory let in comes from no device of the person's.
  if (authority !== null && devices.length === 0) return null;
  const life = longestAccessSeconds(deps.config, authorization.resources, resources) * 1000;
  return (
    <section class="sheet" aria-labelledby="devices">
      <h2 id="devices">{t("authorizations.devices")}</h2>
      {devices.length === 0 && <p>{t("authorizations.devices_none")}</p>}
      <ul class="rows">
        {devices.map(({ familyId, device, createdAt, lastUsedAt, endsAt }) => {
          const until = lastUsedAt + life;
          const isOut = until > now && (markedAt === null || lastUsedAt > markedAt);
          return (
            <li class="row apart">
              <p>
                <bdi>{device}</bdi>
                <span class="note line">
                  <T
                    k="authorizations.device_times"
                    with={{ since: <Day at={createdAt} />, used: <Ago at={lastUsedAt} now={now} /> }}
                  />
                </span>
                <span class="note line">
                  {isOut ? (
                    <T k="authorizations.token_out" with={{ time: <Moment at={until} /> }} />
                  ) : (
                    t("authorizations.token_none")
                  )}{" "}
                  {authorization.scopes.includes("offline_access") && (
                    <T k="authorizations.renews_until" with={{ day: <Day at={endsAt} /> }} />
                  )}
                </span>
              </p>
              <form method="post" action={action}>
                <input type="hidden" name="csrf" value={csrf} />
                <input type="hidden" name="action" value="revoke_device" />
                <input type="hidden" name="family_id" value={familyId} />
                <button type="submit" class="end small" aria-label={t("authorizations.revoke_device_named", { device })}>
                  {t("authorizations.revoke_device")}
                </button>
              </form>
            </li>
          );
        })}
      </ul>
      {authorization.hasMoreDevices && <p class="note">{t("authorizations.devices_more")}</p>}
    </section>
  );
};
