import { Connection } from "./connection.tsx";
import type { Build, OrganizationBoard } from "./contoso.ts";
import { authorizationsUrl } from "./countersign.ts";
import { Hall, latestOf } from "./hall.tsx";
import { type Notice, Page } from "./page.tsx";
import type { Bindings, Connected } from "./session.ts";
import { count } from "./words.ts";

interface BoardProps {
  readonly env: Bindings;
  readonly session: Connected;
  readonly organizations: readonly OrganizationBoard[] | null;
  readonly now: number;
  readonly notice: Notice | undefined;
}

export const BoardPage = ({ env, session, organizations, now, notice }: BoardProps) => (
  <Page title="Your board · Buildboard" person={session.name} notice={notice}>
    <div class="board">
      <div class="halls">
        <header class="board-head">
          <h1>Your board</h1>
          <Summary organizations={organizations} />
          <a class="button quiet" href="/board">
            Look again
          </a>
        </header>
        {organizations === null && (
          <section class="card">
            <h2>Contoso DevOps does not answer just now</h2>
            <p>Nothing is lost: you are still connected. Wait a moment, then look again.</p>
          </section>
        )}
        {organizations?.length === 0 && (
          <section class="card">
            <h2>No organization to show</h2>
            <p>You have approved Buildboard, but the approval reaches none of your organizations.</p>
          </section>
        )}
        {organizations?.map((organization) => (
          <Hall organization={organization} session={session} now={now} />
        ))}
        {organizations && (
          <p class="soft missing">
            Do you miss an organization? Buildboard sees those that you chose and whose rules let it in.{" "}
            <a href={authorizationsUrl(env)}>Look at your approval at Countersign</a>
          </p>
        )}
      </div>
      <Connection env={env} session={session} now={now} />
    </div>
  </Page>
);

const Summary = ({ organizations }: { organizations: readonly OrganizationBoard[] | null }) => {
  const builds = (organizations ?? []).flatMap(({ builds }) => (builds?.kind === "ok" ? latestOf(builds.body.builds) : []));
  if (builds.length === 0) return <p class="soft">Contoso DevOps</p>;
  const of = (status: Build["status"]) => builds.filter((build) => build.status === status).length;
  const parts = [
    [of("failed"), "failing"],
    [of("running"), "running"],
    [of("succeeded"), "passing"],
    [of("canceled"), "canceled"],
  ] as const;
  return (
    <p class="soft">
      {count(builds.length, "pipeline")}:{" "}
      {parts
        .filter(([many]) => many > 0)
        .map(([many, word]) => `${many} ${word}`)
        .join(", ")}
    </p>
  );
};
