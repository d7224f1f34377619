import type { Child } from "hono/jsx";
import { T, useReader } from "../../http/reader.tsx";
import type { Authorization } from "../../store/authorization.ts";
import { Moment } from "../moment.tsx";
import type { Sight } from "./detail.tsx";
import { type Effect, EffectWords } from "./ended.tsx";

/** What the person has just done, in a notice; the address only says which of these to look for, the rest is as D1 has it. */
const acts = ["paused", "resumed", "narrowed", "shortened"] as const;
type Act = (typeof acts)[number];

/** For so long after it the notice is news. */
const NEWS_SECONDS = 2 * 60 * 60;

/** Says what was done, when it counts everywhere, and later that it does. Of what is not so it says nothing. */
export const Done = ({
  sight: { authorization, now },
  done,
  effect,
}: {
  sight: Sight;
  done: string | undefined;
  effect: Effect | undefined;
}): Child => {
  const { t } = useReader();
  const { endedDevice, expiresAt } = authorization;
  const act = acts.find((one) => one === done && happened(authorization, one, now));
  if (endedDevice !== undefined)
    return (
      <div class="notice ok" role="status">
        <p>
          <strong>
            <T k="authorizations.done_device" with={{ device: <bdi>{endedDevice.device}</bdi> }} />
          </strong>{" "}
          {effect && <EffectWords of={effect} />}
        </p>
      </div>
    );
  if (act === undefined) return null;
  return (
    <div class="notice ok" role="status">
      <p>
        <strong>{t(`authorizations.done_${act}`)}</strong>{" "}
        {(act === "paused" || act === "narrowed") && effect && <EffectWords of={effect} />}
        {act === "shortened" && expiresAt !== null && (
          <T k="authorizations.done_ends" with={{ time: <Moment at={expiresAt} /> }} />
        )}
      </p>
      {act === "narrowed" && <p>{t("authorizations.copied")}</p>}
    </div>
  );
};

/** That it is the latest of what was done with the authorization, and not long ago. */
function happened({ history, pausedAt }: Authorization, act: Act, now: number): boolean {
  const latest = history.find(({ action }) => action.startsWith("grant."));
  const isNews = latest?.action === `grant.${act}` && now < latest.at + NEWS_SECONDS * 1000;
  return isNews && (act !== "paused" || pausedAt !== null);
}
