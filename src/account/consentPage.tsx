import type { Deps } from "../config.ts";
import { formTargets, page } from "../http/page.tsx";
import { type Reader, T, useReader } from "../http/reader.tsx";
import type { ApprovalView, ConsentView } from "../model.ts";
import { isPaused } from "../rules/pause.ts";
import { returnPlace } from "../rules/returnPlace.ts";
import { About, PublisherLine } from "./about.tsx";
import type { ApprovalProblem } from "./answer.ts";
import { AskApproval, Asked, type Asking } from "./askApproval.tsx";
import { Permissions } from "./consentPermissions.tsx";
import { Reach } from "./consentReach.tsx";
import { Warnings } from "./consentWarnings.tsx";
import { Decision, Problem } from "./decision.tsx";
import { DetailChoices } from "./details.tsx";
import { HowLong } from "./howLong.tsx";
import { Day } from "./moment.tsx";
import { Logo } from "./name.tsx";
import type { Ticks } from "./ticks.ts";
import { ServiceName, serviceName } from "./words.tsx";

/** The form as it was sent, where the page is shown again: something is wrong with it, or it only asked an organization. */
export interface Returned {
  readonly ticks: Ticks;
  readonly problem?: ApprovalProblem;
  readonly asking?: Asking;
}

interface ApprovalForm {
  readonly sealed: string;
  readonly csrf: string;
  readonly returned: Returned | undefined;
}

/** The page on which a person decides. Nothing on it comes from the service but names, words and links, all cleaned. */
export function approvalPage(deps: Deps, reader: Reader, view: ConsentView, form: ApprovalForm): Response {
  const { t } = reader;
  const { interaction, client, user, grant } = view;
  const { problem, asking, ticks } = form.returned ?? {};
  const service = <ServiceName of={client.metadata} languages={view.languages} />;
  const place = returnPlace(interaction.request.redirectUri);
  const approval: ApprovalView = { ...view, request: interaction.request };
  const title = t(grant === null ? "consent.title" : "consent.title_again");
  const isWrong = problem !== undefined || (asking !== undefined && asking.outcome !== "asked");
  return page(
    deps,
    {
      title: isWrong ? t("frame.error_title", { title }) : title,
      reader,
      user,
      status: isWrong ? 400 : 200,
      here: `/authorize?continue=${form.sealed}`,
      wide: true,
      formAction: formTargets(interaction.request.redirectUri),
    },
    <div class="consent">
      <section class="sheet">
        <header class="asker">
          <Logo of={client} name={serviceName(client.metadata, view.languages).text} />
          <div>
            <h1>
              <T k={grant === null ? "consent.asks" : "consent.asks_again"} with={{ service }} />
            </h1>
            <PublisherLine client={client} />
          </div>
        </header>
        <Warnings view={approval} place={place} />
        <Problem of={problem} />
        <Asked view={approval} asking={asking} />
        <form method="post" action="/consent" class="permissions">
          <input type="hidden" name="csrf" value={form.csrf} />
          <input type="hidden" name="continue" value={form.sealed} />
          <Before view={approval} />
          <ManagementNote view={view} />
          <Permissions view={approval} ticks={ticks} />
          <DetailChoices
            asked={interaction.request.authorizationDetails}
            grant={grant}
            resources={view.resources}
            ticked={ticks?.details}
            languages={view.languages}
          />
          <Reach view={approval} ticks={ticks} />
          <HowLong deps={deps} view={approval} ticks={ticks} />
          <Decision user={user} sealed={form.sealed}>
            <AfterThat view={view} />
          </Decision>
          <AskApproval view={approval} asking={asking} />
        </form>
      </section>
      <aside>
        <About client={client} place={place} approvers={view.approvers} />
        <section>
          <h2>{t("consent.ours_title")}</h2>
          <p>
            <T k="consent.ours_address" with={{ issuer: <strong dir="ltr">{deps.config.issuer}</strong> }} />
          </p>
          <p>{t("consent.ours_started")}</p>
        </section>
        <section>
          <h2>{t("consent.later_title")}</h2>
          <p>
            <T
              k="consent.later"
              with={{ authorizations: <a href="/settings/authorizations">{t("frame.authorizations")}</a> }}
            />
          </p>
        </section>
      </aside>
    </div>,
  );
}

/** What there was before, and that it waits if the person paused it. */
export const Before = ({ view: { grant } }: { view: Pick<ApprovalView, "grant"> }) => {
  if (grant === null) return null;
  return (
    <>
      {grant.pausedAt !== null && isPaused(grant) && (
        <p class="notice warn">
          <T k="consent.paused" with={{ day: <Day at={grant.pausedAt} /> }} />
        </p>
      )}
      <p class="note">
        <T k="consent.approved_before" with={{ day: <Day at={grant.consentedAt} /> }} />
      </p>
    </>
  );
};

/** What becomes of an earlier approval, where the service asks for something else than to add to it. */
const ManagementNote = ({ view: { interaction, grant } }: { view: ConsentView }) => {
  const { t } = useReader();
  const action = interaction.request.grantManagement?.action;
  if (action === "replace" && grant !== null)
    return (
      <p class="notice warn">
        <strong>{t("consent.replaces_title")}</strong> {t("consent.replaces")}
      </p>
    );
  return action === "create" ? <p class="note">{t("consent.separate")}</p> : null;
};

/** Where the browser goes, whatever was decided. */
const AfterThat = ({ view: { client, interaction, languages } }: { view: ConsentView }) => {
  const { kind, name } = returnPlace(interaction.request.redirectUri);
  const place = <strong dir="ltr">{name}</strong>;
  if (kind === "web") return <T k="consent.after_web" with={{ place }} />;
  return <T k="consent.after_app" with={{ place, service: <ServiceName of={client.metadata} languages={languages} /> }} />;
};
