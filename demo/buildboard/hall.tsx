import type { Child } from "hono/jsx";
import type { Answer, Build, OrganizationBoard, Repository, WorkItem } from "./contoso.ts";
import { Act } from "./page.tsx";
import type { Connected } from "./session.ts";
import { BuildLine, Tile } from "./tile.tsx";
import { age, count } from "./words.ts";

const states = ["new", "active", "resolved", "closed"];

/** The first of each pipeline; the API has the newest in front. */
export const latestOf = (builds: readonly Build[]): readonly Build[] =>
  builds.filter((build, index) => builds.findIndex(({ pipeline }) => pipeline === build.pipeline) === index);

/** One organization: its builds, its work items, its commits. */
export const Hall = ({ organization, session, now }: { organization: OrganizationBoard; session: Connected; now: number }) => (
  <section class="hall" aria-labelledby={`hall-${organization.name}`}>
    <header>
      <h2 id={`hall-${organization.name}`}>{organization.displayName}</h2>
      <code>{organization.name}</code>
    </header>
    <Part title="Builds" answer={organization.builds} lacking="Without that permission there are no builds here.">
      {({ builds }) => <Builds builds={builds} now={now} />}
    </Part>
    <div class="pair">
      <Part title="Work items" answer={organization.workItems} lacking="Without that permission there are no work items here.">
        {({ work_items }) => (
          <WorkItems
            items={work_items}
            organization={organization.name}
            writable={session.scopes.includes("workitems.write")}
            now={now}
          />
        )}
      </Part>
      <Part title="Latest commits" answer={organization.code} lacking="Without that permission there are no commits here.">
        {({ repositories }) => <Commits repositories={repositories} now={now} />}
      </Part>
    </div>
  </section>
);

interface PartProps<T> {
  readonly title: string;
  readonly answer: Answer<T> | null;
  readonly lacking: string;
  readonly children: (body: T) => Child;
}

/** One part of an organization, or why there is nothing to see. `answer` is null when the person did not allow it. */
const Part = <T,>({ title, answer, lacking, children }: PartProps<T>) => (
  <div class="part">
    <h3>{title}</h3>
    {answer === null && (
      <div class="empty">
        <p>
          <b>You did not allow this.</b> {lacking}
        </p>
        <Act to="/connect" class="small quiet">
          Ask again
        </Act>
      </div>
    )}
    {answer?.kind === "ok" && children(answer.body)}
    {answer?.kind === "forbidden" && (
      <p class="empty">
        <b>Contoso DevOps says no.</b> {answer.description}
      </p>
    )}
    {answer?.kind === "unavailable" && <p class="empty">This part does not answer just now. Look again in a moment.</p>}
  </div>
);

const Builds = ({ builds, now }: { builds: readonly Build[]; now: number }) => {
  const latest = latestOf(builds);
  const earlier = builds.filter((build) => !latest.includes(build));
  return (
    <>
      <ul class="tiles">
        {latest.map((build) => (
          <Tile build={build} now={now} />
        ))}
      </ul>
      {earlier.length > 0 && (
        <details>
          <summary>{count(earlier.length, "earlier build")}</summary>
          <ul class="lines">
            {earlier.map((build) => (
              <BuildLine build={build} now={now} />
            ))}
          </ul>
        </details>
      )}
    </>
  );
};

interface WorkItemsProps {
  readonly items: readonly WorkItem[];
  readonly organization: string;
  readonly writable: boolean;
  readonly now: number;
}

const WorkItems = ({ items, organization, writable, now }: WorkItemsProps) => (
  <>
    <ul class="items">
      {items.map((item) => (
        <li class="item">
          <div>
            <p>
              <span class={`kind ${item.type}`}>{item.type}</span> {item.title}
            </p>
            <p class="soft">
              #{item.id}, {item.assigned_to ?? "nobody yet"}, {age(Date.parse(item.changed_at), now)}
            </p>
          </div>
          {writable ? <Move item={item} organization={organization} /> : <span class="state">{item.state}</span>}
        </li>
      ))}
    </ul>
    {writable && (
      <form method="post" action="/workitems" class="add">
        <input type="hidden" name="organization" value={organization} />
        <label for={`add-${organization}`}>A new task</label>
        <input id={`add-${organization}`} name="title" required maxlength={200} autocomplete="off" />
        <button type="submit" class="small">
          Add
        </button>
      </form>
    )}
  </>
);

const Move = ({ item, organization }: { item: WorkItem; organization: string }) => (
  <form method="post" action="/workitems" class="move">
    <input type="hidden" name="organization" value={organization} />
    <input type="hidden" name="id" value={item.id} />
    <select name="state" aria-label={`State of #${item.id}`}>
      {states.map((state) => (
        <option value={state} selected={state === item.state}>
          {state}
        </option>
      ))}
    </select>
    <button type="submit" class="small quiet" aria-label={`Move #${item.id}`}>
      Move
    </button>
  </form>
);

const COMMITS = 4;

const Commits = ({ repositories, now }: { repositories: readonly Repository[]; now: number }) => {
  const commits = repositories
    .flatMap(({ name, commits }) => commits.map((commit) => ({ ...commit, repository: name })))
    .toSorted((a, b) => b.committed_at.localeCompare(a.committed_at))
    .slice(0, COMMITS);
  return (
    <ul class="items">
      {commits.map(({ id, message, author, committed_at, repository }) => (
        <li>
          <p>{message}</p>
          <p class="soft">
            <code>{id}</code> {repository}, {author}, {age(Date.parse(committed_at), now)}
          </p>
        </li>
      ))}
    </ul>
  );
};
