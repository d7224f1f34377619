import type { Child } from "hono/jsx";
import type { Deps } from "../config.ts";
import { type Reader, T, useReader } from "../http/reader.tsx";
import type { ApprovalView, Lifetime } from "../model.ts";
import { wantsRefreshToken } from "../rules/scope.ts";
import { longestAccessSeconds } from "./lifetime.ts";
import { inWords } from "./moment.tsx";
import type { Ticks } from "./ticks.ts";
import { ServiceName } from "./words.tsx";

interface Asking {
  readonly deps: Deps;
  readonly view: ApprovalView;
  readonly ticks: Ticks | undefined;
  readonly onDevice?: boolean;
}

/** For how long it has what it is given: by itself or only with the person, and until when. */
export const HowLong = ({ deps, view, ticks, onDevice = false }: Asking) => {
  const reader = useReader();
  const { request, grant } = view;
  const chosen = ticks?.lifetime ?? (grant !== null && grant.expiresAt !== null ? "30_days" : "until_revoked");
  // A grant that the service names, to add to it or to replace it, is one that is to last.
  const named = request.grantManagement?.action === "merge" || request.grantManagement?.action === "replace";
  const offered: readonly Lifetime[] = named ? ["until_revoked", "30_days"] : ["until_revoked", "30_days", "once"];
  return (
    <fieldset class="how-long">
      <legend>{reader.t("consent.how_long")}</legend>
      <p>
        <Presence deps={deps} view={view} onDevice={onDevice} />
      </p>
      <ul class="choices">
        {offered.map((lifetime) => (
          <li>
            <label class="choice">
              <input type="radio" name="lifetime" value={lifetime} checked={lifetime === chosen} />
              <LifetimeWords of={lifetime} deps={deps} view={view} />
            </label>
          </li>
        ))}
      </ul>
    </fieldset>
  );
};

const isAway = ({ request, client }: ApprovalView): boolean => wantsRefreshToken(request.scopes, client);

/** How long one access token lasts, as the reader says it. */
const spanOf = ({ config }: Deps, { request, resources }: ApprovalView, reader: Reader): string =>
  inWords(longestAccessSeconds(config, request.resources, resources), reader);

/** Whether it acts while the person is away. */
const Presence = ({ deps, view, onDevice }: Pick<Asking, "deps" | "view"> & { onDevice: boolean }) => {
  const reader = useReader();
  const service = <ServiceName of={view.client.metadata} languages={view.languages} />;
  const [title, note] = isAway(view)
    ? (["consent.offline", <T k="consent.offline_note" with={{ service }} />] as const)
    : ([
        onDevice ? "consent.present_device" : "consent.present",
        <T
          k={onDevice ? "consent.present_device_note" : "consent.present_note"}
          with={{ service, span: spanOf(deps, view, reader) }}
        />,
      ] as const);
  return (
    <>
      <strong>{reader.t(title)}</strong> {note}
    </>
  );
};

const LifetimeWords = ({ of: lifetime, deps, view }: { of: Lifetime } & Pick<Asking, "deps" | "view">) => {
  const reader = useReader();
  const { t } = reader;
  const { refreshIdleSeconds, refreshAbsoluteSeconds } = deps.config;
  const idle = inWords(refreshIdleSeconds, reader);
  const longest = inWords(refreshAbsoluteSeconds, reader);
  switch (lifetime) {
    case "until_revoked":
      return (
        <Lines title={t("consent.until_revoked")}>
          {isAway(view) ? t("consent.until_revoked_note", { idle, longest }) : t("consent.until_revoked_present")}
        </Lines>
      );
    case "30_days":
      return <Lines title={t("consent.for_30_days")}>{t("consent.for_30_days_note")}</Lines>;
    case "once":
      return (
        <Lines title={t("consent.once")}>
          {t("consent.once_note", { span: spanOf(deps, view, reader) })}
          {view.grant !== null && <> {t("consent.once_keeps")}</>}
        </Lines>
      );
  }
};

const Lines = ({ title, children }: { title: string; children: Child }) => (
  <span>
    <span class="title">{title}</span>
    <span class="detail">{children}</span>
  </span>
);
