import type { Child } from "hono/jsx";
import type { Deps } from "../../config.ts";
import { T, useReader } from "../../http/reader.tsx";
import type { Resource } from "../../model.ts";
import type { EndedAuthorization } from "../../store/authorizationList.ts";
import { latestEffectSeconds } from "../lifetime.ts";
import { inWords, Moment } from "../moment.tsx";
import { Name } from "../name.tsx";

/** Something that the person has just done, and when it counts everywhere. */
export interface Effect {
  readonly now: number;
  /** From then on no service goes by what was before. */
  readonly everywhereAt: number;
  readonly seconds: number;
}

/** @param doneAt when it was done */
export function effectOf(deps: Deps, doneAt: number, identifiers: readonly string[], resources: readonly Resource[]): Effect {
  const seconds = latestEffectSeconds(deps.config, identifiers, resources);
  return { now: deps.now(), everywhereAt: doneAt + seconds * 1000, seconds };
}

/** For so long a page that was left open still says so by itself. */
const MAX_REFRESH_SECONDS = 2 * 60 * 60;

/**
 * Lets the browser ask once more, when the effect is complete: then the page says that it is, and asks no more. As a header it is the
 * same as the element, and a page that was answered a second time has none.
 */
export function refreshAt(effect: Effect | undefined): Readonly<Record<string, string>> {
  if (effect === undefined || effect.everywhereAt <= effect.now) return {};
  const left = Math.ceil((effect.everywhereAt - effect.now) / 1000);
  return left > MAX_REFRESH_SECONDS ? {} : { Refresh: String(left + 1) };
}

/** When what was handed out before stops to count. */
export const EffectWords = ({ of: { now, everywhereAt, seconds } }: { of: Effect }): Child => {
  const reader = useReader();
  return now >= everywhereAt ? (
    <strong>{reader.t("authorizations.effect_done")}</strong>
  ) : (
    <T k="authorizations.effect_soon" with={{ duration: inWords(seconds, reader), time: <Moment at={everywhereAt} /> }} />
  );
};

/** What ended, when that takes effect, and what it does not undo. */
export const EndedNotice = ({ ended, effect }: { ended: EndedAuthorization; effect: Effect }) => {
  const { t } = useReader();
  const names = ended.serviceNames.map((name, index) => (
    <>
      {index > 0 && t("authorizations.list_separator")}
      <Name of={name} />
    </>
  ));
  return (
    <div class="notice ok" role="status">
      <p>
        <strong>
          {ended.device === null ? (
            <T k="authorizations.ended" with={{ services: <>{names}</> }} />
          ) : (
            <T k="authorizations.ended_device" with={{ service: <>{names}</>, device: <bdi>{ended.device}</bdi> }} />
          )}
        </strong>{" "}
        {t("authorizations.ended_effect", { count: ended.serviceNames.length })} <EffectWords of={effect} />
      </p>
      {ended.vouched && <p>{t("authorizations.ended_vouched")}</p>}
      <p>{t("authorizations.copied")}</p>
    </div>
  );
};
