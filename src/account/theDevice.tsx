import type { Deps } from "../config.ts";
import { T, useReader } from "../http/reader.tsx";
import type { Whereabouts } from "../model.ts";
import { type Distance, distanceOf, placeWords } from "../rules/place.ts";
import { showUserCode } from "../rules/userCode.ts";
import type { DeviceCode } from "../store/deviceCodes.ts";
import { Ago } from "./moment.tsx";

/**
 * Which device it is, as far as we can tell, and the code to compare.
 * @param here where this browser is
 */
export const TheDevice = ({ deps, device, here }: { deps: Deps; device: DeviceCode; here: Whereabouts }) => {
  const reader = useReader();
  const { t } = reader;
  const { whereabouts } = device.request;
  const place = placeWords(whereabouts, reader);
  return (
    <section class="device" aria-label={t("device.the_device")}>
      <p class="user-code shown">
        <span class="unseen">{t("device.code")} </span>
        <bdi dir="ltr">{showUserCode(device.userCode)}</bdi>
      </p>
      <dl class="facts across">
        <div>
          <dt>{t("device.device")}</dt>
          <dd>
            <bdi>{device.request.device}</bdi>
          </dd>
        </div>
        <div>
          <dt>{t("device.where")}</dt>
          <dd>{place === null ? t("device.not_known") : <bdi>{place}</bdi>}</dd>
        </div>
        <div>
          <dt>{t("device.asked")}</dt>
          <dd>
            <Ago at={device.createdAt} now={deps.now()} />
          </dd>
        </div>
      </dl>
      <Far distance={distanceOf(whereabouts, here)} there={place} here={placeWords(here, reader)} />
      <p class="notice warn">
        <strong>{t("device.in_front")}</strong> {t("device.in_front_advice")}
      </p>
    </section>
  );
};

/** Said where the device seems not to be where the browser is. */
const Far = ({ distance, there, here }: { distance: Distance; there: string | null; here: string | null }) => {
  const { t } = useReader();
  switch (distance) {
    case "other_country":
      return (
        <p class="notice bad">
          <strong>{t("device.far")}</strong>{" "}
          <T k="device.far_text" with={{ there: <bdi>{there}</bdi>, here: <bdi>{here}</bdi> }} />
        </p>
      );
    case "other_network":
      return <p class="note">{t("device.other_network")}</p>;
    case "same_network":
      return <p class="note">{t("device.same_network")}</p>;
    case "unknown":
      return null;
  }
};
