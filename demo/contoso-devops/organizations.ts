import { type Organization, sampleOrganizations, type WorkItem, workItemStates, workItemTypes } from "./data.ts";

/**
 * The organizations as the API gives them out. Changes to work items live in this isolate's memory: real as long as it runs,
 * and gone with it, which is right for a demo and for nothing else.
 */

const MINUTE = 60_000;
const MAX_TITLE = 200;
const MAX_WORK_ITEMS = 200;

interface StoredWorkItem extends Omit<WorkItem, "minutesAgo"> {
  readonly changedAt: number;
}

/** When this isolate first answered: what the ages in data.ts count back from. */
let startedAt: number | undefined;
const workItemsOf = new Map<string, StoredWorkItem[]>();

function since(minutesAgo: number): number {
  startedAt ??= Date.now();
  return startedAt - minutesAgo * MINUTE;
}

export const findOrganization = (name: string): Organization | undefined =>
  sampleOrganizations.find((organization) => organization.name === name);

export const organizationJson = ({ name, displayName, repositories }: Organization) => ({
  name,
  display_name: displayName,
  repositories: repositories.length,
});

/** Newest first. A build whose time is not over runs, and has no end yet. */
export const buildsJson = (organization: Organization) =>
  organization.builds.map(({ minutesAgo, durationSeconds, outcome, failedStep, requestedBy, ...build }) => {
    const beganAt = since(minutesAgo);
    const endsAt = beganAt + durationSeconds * 1000;
    const over = Date.now() >= endsAt;
    return {
      ...build,
      requested_by: requestedBy,
      status: over ? outcome : ("running" as const),
      started_at: iso(beganAt),
      finished_at: over ? iso(endsAt) : null,
      duration_seconds: over ? durationSeconds : Math.max(0, Math.round((Date.now() - beganAt) / 1000)),
      failed_step: over ? (failedStep ?? null) : null,
    };
  });

export const codeJson = (organization: Organization) =>
  organization.repositories.map(({ name, description, language, commits, files }) => ({
    name,
    description,
    language,
    default_branch: "main",
    commits: commits.map(({ minutesAgo, ...commit }) => ({ ...commit, committed_at: iso(since(minutesAgo)) })),
    files: files.map(({ path, content }) => ({ path, bytes: new TextEncoder().encode(content).length })),
  }));

export const findFile = (organization: Organization, repository: string, path: string): string | undefined =>
  organization.repositories.find(({ name }) => name === repository)?.files.find((file) => file.path === path)?.content;

/** Last changed first. */
export const workItemsJson = (organization: Organization) =>
  load(organization)
    .toSorted((a, b) => b.changedAt - a.changedAt)
    .map(workItemJson);

export const workItemJson = ({ id, type, title, state, assignedTo, changedAt }: StoredWorkItem) => ({
  id,
  type,
  title,
  state,
  assigned_to: assignedTo,
  changed_at: iso(changedAt),
});

/** Adds a work item, or says in a sentence why not. */
export function addWorkItem(organization: Organization, body: unknown): StoredWorkItem | string {
  const { title, type = "task" } = members(body);
  const items = load(organization);
  const kind = workItemTypes.find((known) => known === type);
  if (typeof title !== "string" || title.trim() === "") return "title must be a text.";
  if (title.length > MAX_TITLE) return `title is longer than ${MAX_TITLE} characters.`;
  if (kind === undefined) return `type must be one of ${workItemTypes.join(", ")}.`;
  if (items.length >= MAX_WORK_ITEMS) return "This organization has as many work items as the demo holds.";
  const item: StoredWorkItem = {
    id: Math.max(0, ...items.map(({ id }) => id)) + 1,
    type: kind,
    title: title.trim(),
    state: "new",
    assignedTo: null,
    changedAt: Date.now(),
  };
  items.push(item);
  return item;
}

/** Moves a work item to another state, or says in a sentence why not; undefined if there is no such item. */
export function moveWorkItem(organization: Organization, id: number, body: unknown): StoredWorkItem | string | undefined {
  const items = load(organization);
  const index = items.findIndex((item) => item.id === id);
  const item = items[index];
  if (item === undefined) return undefined;
  const state = workItemStates.find((known) => known === members(body)["state"]);
  if (state === undefined) return `state must be one of ${workItemStates.join(", ")}.`;
  const moved = { ...item, state, changedAt: Date.now() };
  items[index] = moved;
  return moved;
}

function load(organization: Organization): StoredWorkItem[] {
  const known = workItemsOf.get(organization.name);
  if (known !== undefined) return known;
  const items = organization.workItems.map(({ minutesAgo, ...item }) => ({ ...item, changedAt: since(minutesAgo) }));
  workItemsOf.set(organization.name, items);
  return items;
}

const members = (body: unknown): Readonly<Record<string, unknown>> =>
  typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};

const iso = (at: number): string => new Date(at).toISOString();
