import type { Build } from "./contoso.ts";
import { age, duration } from "./words.ts";

const wordOf: Readonly<Record<Build["status"], string>> = {
  running: "Running",
  succeeded: "Passed",
  failed: "Failed",
  canceled: "Canceled",
};

const shapeOf: Readonly<Record<Build["status"], string>> = {
  running: "M12 5.500a6.500 6.500 0 1 1-6 4M12 8.500V12l2.500 2",
  succeeded: "M6 12.500l4 4 8-9",
  failed: "M7 7l10 10M17 7L7 17",
  canceled: "M6.500 12h11",
};

/** The state of a build as a word and a shape; never by colour alone. */
export const Status = ({ status }: { status: Build["status"] }) => (
  <span class={`status ${status}`}>
    <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
      <path d={shapeOf[status]} />
    </svg>
    {wordOf[status]}
  </span>
);

/** One pipeline and its latest build. */
export const Tile = ({ build, now }: { build: Build; now: number }) => (
  <li class={`tile ${build.status}`}>
    <p class="tile-head">
      <Status status={build.status} /> <span class="number">#{build.number}</span>
    </p>
    <p class="tile-name">{build.pipeline}</p>
    <p class="tile-branch">
      <code>{build.branch}</code>
    </p>
    {build.failed_step && <p class="tile-step">Stopped at “{build.failed_step}”</p>}
    <p class="tile-foot">
      {build.status === "running"
        ? `for ${duration(build.duration_seconds)} so far`
        : `took ${duration(build.duration_seconds)}, began ${age(Date.parse(build.started_at), now)}`}
    </p>
  </li>
);

/** An earlier build, in one line. */
export const BuildLine = ({ build, now }: { build: Build; now: number }) => (
  <li class="line">
    <Status status={build.status} />
    <span class="line-what">
      {build.pipeline} <span class="number">#{build.number}</span> <code>{build.branch}</code>
    </span>
    <span class="soft">
      {build.requested_by}, {age(Date.parse(build.started_at), now)}
    </span>
  </li>
);
