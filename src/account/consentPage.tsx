import type { Deps } from "../config.ts";
import { formTargets, page } from "../http/page.tsx";
import type { ApprovalView, ConsentView } from "../model.ts";
import { returnPlace } from "../rules/returnPlace.ts";
import { About, PublisherLine } from "./about.tsx";
import type { ApprovalProblem } from "./answer.ts";
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

interface ApprovalForm {
  readonly sealed: string;
  readonly csrf: string;
  readonly refused: { readonly problem: ApprovalProblem; readonly ticks: Ticks } | undefined;
}

/** The page on which a person decides. Nothing on it comes from the service but names, words and links, all cleaned. */
export function approvalPage(deps: Deps, view: ConsentView, form: ApprovalForm): Response {
  const { interaction, client, user, grant } = view;
  const service = <ServiceName of={client.metadata} languages={view.languages} />;
  const problem = form.refused?.problem;
  const approval: ApprovalView = { ...view, request: interaction.request };
  const title = `${grant ? "More access" : "Access"} for a service`;
  return page(
    deps,
    {
      title: problem ? `Error: ${title}` : title,
      user,
      status: problem ? 400 : 200,
      wide: true,
      formAction: formTargets(interaction.request.redirectUri),
    },
    <div class="consent">
      <section class="sheet">
        <header class="asker">
          <Logo of={client} name={serviceName(client.metadata, view.languages).text} />
          <div>
            <h1>
              {service} asks {grant ? "for your approval again" : "to act in your name"}
            </h1>
            <PublisherLine client={client} />
          </div>
        </header>
        <Warnings view={approval} place={returnPlace(interaction.request.redirectUri)} />
        <Problem of={problem} />
        <form method="post" action="/consent" class="permissions">
          <input type="hidden" name="csrf" value={form.csrf} />
          <input type="hidden" name="continue" value={form.sealed} />
          {grant && (
            <p class="note">
              You approved this service before, on <Day at={grant.consentedAt} />. What it asks for the first time is marked as
              new.
            </p>
          )}
          <ManagementNote view={view} />
          <Permissions view={approval} ticks={form.refused?.ticks} />
          <DetailChoices
            asked={interaction.request.authorizationDetails}
            grant={grant}
            resources={view.resources}
            ticked={form.refused?.ticks.details}
            languages={view.languages}
          />
          <Reach view={approval} ticks={form.refused?.ticks} />
          <HowLong deps={deps} view={approval} />
          <Decision user={user} sealed={form.sealed}>
            <AfterThat view={view} />
          </Decision>
        </form>
      </section>
      <aside>
        <About client={client} place={returnPlace(interaction.request.redirectUri)} />
        <section>
          <h2>Is this page ours?</h2>
          <p>
            The address bar of your browser must begin with <strong>{deps.config.issuer}</strong>. No service needs your
            password: type it here and nowhere else.
          </p>
          <p>If you did not start this yourself just now, or somebody sent you the link, deny it.</p>
        </section>
        <section>
          <h2>Change your mind later</h2>
          <p>
            Everything that you approve is listed under <a href="/settings/authorizations">Authorizations</a>. You can end it
            there at any time.
          </p>
        </section>
      </aside>
    </div>,
  );
}

/** What becomes of an earlier approval, where the service asks for something else than to add to it. */
const ManagementNote = ({ view: { interaction, grant } }: { view: ConsentView }) => {
  const action = interaction.request.grantManagement?.action;
  if (action === "replace" && grant !== null)
    return (
      <p class="notice warn">
        <strong>This takes the place of what you approved before.</strong> What is not ticked here, the service loses.
      </p>
    );
  if (action !== "create") return null;
  return <p class="note">This approval stands by itself: what you may have approved before stays as it is.</p>;
};

/** Where the browser goes, whatever was decided. */
const AfterThat = ({ view: { client, interaction, languages } }: { view: ConsentView }) => {
  const place = returnPlace(interaction.request.redirectUri);
  return (
    <>
      Either way you then go back to{" "}
      {place.kind === "web" ? (
        <strong>{place.name}</strong>
      ) : (
        <>
          <ServiceName of={client.metadata} languages={languages} /> on this device (<strong>{place.name}</strong>)
        </>
      )}
      . If you deny, it learns that you denied and nothing else.
    </>
  );
};
