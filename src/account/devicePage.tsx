import type { Deps } from "../config.ts";
import { page } from "../http/page.tsx";
import { type Reader, T } from "../http/reader.tsx";
import type { User } from "../model.ts";
import { showUserCode } from "../rules/userCode.ts";
import { inWords } from "./moment.tsx";
import { Name } from "./name.tsx";
import type { StartedDevice } from "./started.ts";

/** Why the field is shown again. `unknown` stands for codes that there never were, that were used and that have expired. */
export type CodeProblem = "no_code" | "not_a_code" | "unknown";

/** The one of RFC 8628 section 3.2. */
const EXAMPLE = showUserCode("WDJBMJHT");

const problemWords = (problem: CodeProblem, deps: Deps, reader: Reader): string =>
  problem === "unknown"
    ? reader.t("device.unknown", { duration: inWords(deps.config.deviceCodeSeconds, reader) })
    : reader.t(`device.${problem}`);

/** The field for the code that a device shows. */
export function codePage(
  deps: Deps,
  {
    shown,
    problem,
    csrf,
    cookies,
    reader,
  }: {
    readonly shown: string;
    readonly problem: CodeProblem | undefined;
    readonly csrf: string;
    readonly cookies: readonly string[];
    readonly reader: Reader;
  },
): Response {
  const { t } = reader;
  const heading = t("device.heading");
  return page(
    deps,
    {
      title: problem ? t("frame.error_title", { title: heading }) : heading,
      reader,
      status: problem ? 400 : 200,
      cookies,
    },
    <section class="sheet">
      <h1>{heading}</h1>
      <p class="lead">{t("device.lead")}</p>
      {problem && (
        <p class="notice bad" id="problem" role="alert" tabindex={-1} autofocus>
          {problemWords(problem, deps, reader)}
        </p>
      )}
      <form method="post" action="/device" class="stack" novalidate>
        <input type="hidden" name="csrf" value={csrf} />
        <div class="field">
          <label for="user_code">{t("device.field")}</label>
          <input
            id="user_code"
            name="user_code"
            type="text"
            value={shown}
            class="user-code"
            dir="ltr"
            autocomplete="off"
            autocapitalize="characters"
            spellcheck={false}
            required
            autofocus={problem === undefined}
            aria-describedby={problem ? "problem user_code_hint" : "user_code_hint"}
            aria-invalid={problem && "true"}
          />
          <p class="hint" id="user_code_hint">
            {problem === undefined && shown !== "" ? (
              t("device.filled_in")
            ) : (
              <T k="device.example" with={{ example: <bdi dir="ltr">{EXAMPLE}</bdi> }} />
            )}
          </p>
        </div>
        <button type="submit" class="full">
          {t("front.continue")}
        </button>
      </form>
      <p class="notice warn">
        <strong>{t("device.sent_to_you")}</strong> {t("device.sent_to_you_text")}
      </p>
    </section>,
  );
}

/** What became of a device's request. */
export function answeredPage(
  deps: Deps,
  {
    status,
    started: { client },
    user,
    reader,
  }: {
    readonly status: "approved" | "denied";
    readonly started: StartedDevice;
    readonly user: User;
    readonly reader: Reader;
  },
): Response {
  const { t } = reader;
  const service = <Name of={client.metadata.client_name} />;
  const approved = status === "approved";
  const heading = t(approved ? "device.approved" : "device.denied");
  return page(
    deps,
    { title: heading, reader, user },
    <section class="sheet">
      <h1>{heading}</h1>
      {approved ? (
        <>
          <p class="lead">
            <T k="device.approved_lead" with={{ service }} />
          </p>
          <p>
            <T
              k="device.approved_end"
              with={{ authorizations: <a href="/settings/authorizations">{t("frame.authorizations")}</a> }}
            />
          </p>
        </>
      ) : (
        <>
          <p class="lead">
            <T k="device.denied_lead" with={{ service }} />
          </p>
          <p>{t("device.denied_close")}</p>
        </>
      )}
    </section>,
  );
}
