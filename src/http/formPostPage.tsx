import type { Deps } from "../config.ts";
import { displayName } from "../rules/displayName.ts";
import { formTargets, page } from "./page.tsx";
import { readerOf, T } from "./reader.tsx";

/** Sends the form as soon as it is there. The policy of the page lets this script run and no other. */
const SUBMIT = "document.forms[0].submit();";
const SUBMIT_HASH = "sha256-8lDeP0UDwCO6/RhblgeH/ctdBzjVpJxrXizsnIk3cEQ=";

/**
 * A page that brings the response to the service as a form (OAuth 2.0 Form Post Response Mode). Most people see it for the blink
 * of an eye; without JavaScript they press the button.
 */
export function formPostPage(
  request: Request,
  deps: Deps,
  {
    serviceName,
    redirectUri,
    parameters,
  }: {
    readonly serviceName: string;
    readonly redirectUri: string;
    readonly parameters: Readonly<Record<string, string>>;
  },
): Response {
  const reader = readerOf(request, deps.config);
  const { t } = reader;
  return page(
    deps,
    { title: t("front.on_the_way"), reader, formAction: formTargets(redirectUri), script: SUBMIT_HASH },
    <section class="sheet">
      <h1>{t("front.one_moment")}</h1>
      <p class="lead">
        <T k="front.on_the_way_to" with={{ service: <bdi>{displayName(serviceName, t("front.the_service")).text}</bdi> }} />
      </p>
      <form method="post" action={redirectUri}>
        {Object.entries(parameters).map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
        <button type="submit">{t("front.continue")}</button>
      </form>
      <script>{SUBMIT}</script>
    </section>,
  );
}
