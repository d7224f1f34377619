import type { Deps } from "../config.ts";
import { page } from "../http/page.tsx";
import { type Reader, T } from "../http/reader.tsx";
import type { ApprovalView, Whereabouts } from "../model.ts";
import type { DeviceCode } from "../store/deviceCodes.ts";
import { About, PublisherLine } from "./about.tsx";
import type { ApprovalProblem } from "./answer.ts";
import { Before } from "./consentPage.tsx";
import { Permissions } from "./consentPermissions.tsx";
import { Reach } from "./consentReach.tsx";
import { Warnings } from "./consentWarnings.tsx";
import { Decision, Problem } from "./decision.tsx";
import { DetailChoices } from "./details.tsx";
import { HowLong } from "./howLong.tsx";
import { Logo } from "./name.tsx";
import { TheDevice } from "./theDevice.tsx";
import type { Ticks } from "./ticks.ts";
import { ServiceName, serviceName } from "./words.tsx";

interface ApprovalForm {
  readonly device: DeviceCode;
  /** Where this browser is. */
  readonly here: Whereabouts;
  readonly reader: Reader;
  readonly sealed: string;
  readonly csrf: string;
  readonly refused: { readonly problem: ApprovalProblem; readonly ticks: Ticks } | undefined;
}

/**
 * The page on which a person decides about a device: as that for a service in the browser, and before anything else which device it
 * is, since whoever got them to type a code of their own would get into their account (RFC 8628 section 5.4).
 */
export function deviceApprovalPage(deps: Deps, view: ApprovalView, form: ApprovalForm): Response {
  const { client, user, grant, languages } = view;
  const { problem, ticks } = form.refused ?? {};
  const name = serviceName(client.metadata, languages).text;
  const { reader } = form;
  const { t } = reader;
  const title = t("device.approval_title");
  return page(
    deps,
    { title: problem ? t("frame.error_title", { title }) : title, reader, user, status: problem ? 400 : 200, wide: true },
    <div class="consent">
      <section class="sheet">
        <header class="asker">
          <Logo of={client} name={name} />
          <div>
            <h1>
              <T k="device.asks" with={{ service: <ServiceName of={client.metadata} languages={languages} /> }} />
            </h1>
            <PublisherLine client={client} />
          </div>
        </header>
        <TheDevice deps={deps} device={form.device} here={form.here} />
        <Warnings view={view} place={null} />
        <Problem of={problem} />
        <form method="post" action="/device/decision" class="permissions">
          <input type="hidden" name="csrf" value={form.csrf} />
          <input type="hidden" name="continue" value={form.sealed} />
          <Before view={view} />
          <Permissions view={view} ticks={ticks} />
          <DetailChoices
            asked={view.request.authorizationDetails}
            grant={grant}
            resources={view.resources}
            ticked={ticks?.details}
            languages={languages}
          />
          <Reach view={view} ticks={ticks} />
          <HowLong deps={deps} view={view} ticks={ticks} onDevice />
          <Decision user={user} sealed={form.sealed}>
            {t("consent.after_device")}
          </Decision>
        </form>
      </section>
      <aside>
        <About client={client} place={null} approvers={view.approvers} />
        <section>
          <h2>{t("consent.ours_title")}</h2>
          <p>
            <T k="consent.ours_address_device" with={{ issuer: <strong dir="ltr">{deps.config.issuer}</strong> }} />
          </p>
        </section>
        <section>
          <h2>{t("consent.later_title")}</h2>
          <p>
            <T
              k="consent.later_device"
              with={{ authorizations: <a href="/settings/authorizations">{t("frame.authorizations")}</a> }}
            />
          </p>
        </section>
      </aside>
    </div>,
  );
}
