import type { Child } from "hono/jsx";
import type { Deps } from "../config.ts";
import type { ErrorCode, OAuthError } from "../errors.ts";
import { type MessageKey, say } from "../messages/translate.ts";
import { parseUiLocales } from "../rules/language.ts";
import { page } from "./page.tsx";
import { readerOf } from "./reader.tsx";

type Advice = readonly [heading: PlainKey, advice: PlainKey];
type PlainKey = Extract<MessageKey, `frame.${string}_advice` | (typeof headings)[number]>;

const headings = [
  "frame.server_error",
  "frame.unavailable",
  "frame.forbidden",
  "frame.not_found",
  "frame.wrong_method",
  "frame.too_large",
  "frame.slow_down",
  "frame.faulty",
] as const;

/** A heading for people, and what they can do. Codes that are not here come from a service's faulty request. */
const adviceOf: Partial<Record<ErrorCode, Advice>> = {
  server_error: ["frame.server_error", "frame.server_error_advice"],
  temporarily_unavailable: ["frame.unavailable", "frame.unavailable_advice"],
  forbidden: ["frame.forbidden", "frame.forbidden_advice"],
  not_found: ["frame.not_found", "frame.not_found_advice"],
  method_not_allowed: ["frame.wrong_method", "frame.wrong_method_advice"],
  payload_too_large: ["frame.too_large", "frame.too_large_advice"],
  slow_down: ["frame.slow_down", "frame.slow_down_advice"],
};

const faulty: Advice = ["frame.faulty", "frame.faulty_advice"];

/** A way on from an error that the person takes themselves. */
export interface WayOut {
  readonly content: Child;
  readonly formAction: readonly string[];
}

/**
 * What a person sees when something cannot be done: what it means, what to do, and the number under which our log has the
 * reason, which itself stays with us. What is wrong with a service's request is said in English, since it is for its developers.
 * @param wayOut where else the person may go from here
 */
export function errorPage(deps: Deps, request: Request, error: OAuthError, requestId: string, wayOut?: WayOut): Response {
  const uiLocales = parseUiLocales(new URL(request.url).searchParams.get("ui_locales") ?? undefined);
  const reader = readerOf(request, deps.config, undefined, uiLocales);
  const { t } = reader;
  const [heading, advice] = adviceOf[error.code] ?? faulty;
  // Of what there was too much, the English text alone can name.
  const isNamed = reader.language === "en" && error.code === "slow_down";
  const said = error.say === undefined || isNamed ? undefined : say(t, error.say);
  const isMore = reader.language === "en" && error.description !== `${t(heading)}.`;
  const inEnglish = said === undefined && isMore ? error.description : undefined;
  const toService = said === undefined && reader.language !== "en" && adviceOf[error.code] === undefined;
  return page(
    deps,
    {
      title: t(heading),
      reader,
      here: "/",
      status: error.status,
      headers: error.headers,
      formAction: wayOut?.formAction ?? [],
    },
    <section class="sheet">
      <h1>{t(heading)}</h1>
      {(said ?? inEnglish) !== undefined && <p class="lead">{said ?? inEnglish}</p>}
      <p>{t(advice)}</p>
      {wayOut?.content}
      <dl class="facts">
        {toService && (
          <div>
            <dt>{t("frame.said_by_request")}</dt>
            <dd lang="en" dir="ltr">
              {error.description}
            </dd>
          </div>
        )}
        <div>
          <dt>{t("frame.error_code")}</dt>
          <dd>
            <bdi dir="ltr">
              <code>{error.code}</code>
            </bdi>
          </dd>
        </div>
        <div>
          <dt>{t("frame.request_number")}</dt>
          <dd>
            <bdi dir="ltr">
              <code>{requestId}</code>
            </bdi>
          </dd>
        </div>
      </dl>
      <p>
        <a href="/">{t("frame.to_front")}</a>
      </p>
    </section>,
  );
}
