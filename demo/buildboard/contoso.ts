import * as oauth from "oauth4webapi";
import { ended, httpOptions, isNearItsEnd, refresh } from "./countersign.ts";
import type { Bindings, Connected, Session } from "./session.ts";

/** What Buildboard reads from Contoso DevOps, and how it keeps its token alive while it does. */

export interface Build {
  readonly number: number;
  readonly pipeline: string;
  readonly repository: string;
  readonly branch: string;
  readonly commit: string;
  readonly reason: string;
  readonly requested_by: string;
  readonly status: "running" | "succeeded" | "failed" | "canceled";
  readonly started_at: string;
  readonly duration_seconds: number;
  readonly failed_step: string | null;
}

export interface WorkItem {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly state: string;
  readonly assigned_to: string | null;
  readonly changed_at: string;
}

export interface Repository {
  readonly name: string;
  readonly language: string;
  readonly commits: readonly {
    readonly id: string;
    readonly message: string;
    readonly author: string;
    readonly committed_at: string;
  }[];
}

/** What came of one request. `refused`: the token counts for nothing. `forbidden`: not for this, in the API's own words. */
export type Answer<T> =
  | { readonly kind: "ok"; readonly body: T }
  | { readonly kind: "refused" }
  | { readonly kind: "forbidden"; readonly description: string }
  | { readonly kind: "unavailable" };

export interface OrganizationBoard {
  readonly name: string;
  readonly displayName: string;
  readonly builds: Answer<{ readonly builds: readonly Build[] }> | null;
  readonly workItems: Answer<{ readonly work_items: readonly WorkItem[] }> | null;
  readonly code: Answer<{ readonly repositories: readonly Repository[] }> | null;
}

/** The session as it is afterwards, and what the board shows; `organizations` is null when the API gave no answer. */
export interface Board {
  readonly session: Session;
  readonly organizations: readonly OrganizationBoard[] | null;
}

/** One request; it never throws. */
async function ask<T>(env: Bindings, session: Connected, path: string, change?: unknown): Promise<Answer<T>> {
  const headers = new Headers({ Accept: "application/json" });
  if (change !== undefined) headers.set("Content-Type", "application/json");
  const method = change === undefined ? "GET" : "POST";
  const body = change === undefined ? null : JSON.stringify(change);
  const url = new URL(`/api/${path}`, env.API);
  try {
    const options = httpOptions(env);
    const response = await oauth.protectedResourceRequest(session.accessToken, method, url, headers, body, options);
    if (response.ok) return { kind: "ok", body: await response.json<T>() };
    return response.status < 500 ? { kind: "forbidden", description: await describe(response) } : { kind: "unavailable" };
  } catch (error) {
    if (!(error instanceof oauth.WWWAuthenticateChallengeError)) return { kind: "unavailable" };
    if (error.status === 401) return { kind: "refused" };
    const description = error.cause[0]?.parameters.error_description;
    return error.status < 500 ? { kind: "forbidden", description: description ?? "Not allowed." } : { kind: "unavailable" };
  }
}

async function describe(response: Response): Promise<string> {
  const body = await response.json<{ error_description?: unknown }>().catch(() => ({ error_description: undefined }));
  return typeof body.error_description === "string" ? body.error_description : `It answered ${response.status}.`;
}

/**
 * Runs `work` with a token that is good: renewed beforehand when its end is near, and once more when the API refuses it. If it
 * is refused even then, the access has been revoked.
 */
async function withGoodToken<T>(
  env: Bindings,
  session: Connected,
  work: (session: Connected) => Promise<T | "refused">,
): Promise<{ readonly session: Session; readonly result: T | null }> {
  let current: Session = session;
  let renewed = false;
  if (isNearItsEnd(session)) {
    current = await refresh(env, session);
    renewed = true;
  }
  if (current.kind === "ended") return { session: current, result: null };
  let result = await work(current);
  if (result === "refused" && !renewed) {
    current = await refresh(env, current);
    if (current.kind === "ended") return { session: current, result: null };
    result = await work(current);
  }
  return result === "refused" ? { session: ended("revoked"), result: null } : { session: current, result };
}

/** Everything that the board shows, as far as the person allowed it. */
export async function loadBoard(env: Bindings, session: Connected): Promise<Board> {
  const { session: after, result } = await withGoodToken(env, session, async (current) => {
    const organizations = await ask<{ organizations: readonly { name: string; display_name: string }[] }>(
      env,
      current,
      "organizations",
    );
    if (organizations.kind === "refused") return "refused";
    if (organizations.kind !== "ok") return { organizations: null };
    const boards = await Promise.all(
      organizations.body.organizations.map(({ name, display_name }) => loadOrganization(env, current, name, display_name)),
    );
    const answers = boards.flatMap(({ builds, workItems, code }) => [builds, workItems, code]);
    return answers.some((answer) => answer?.kind === "refused") ? "refused" : { organizations: boards };
  });
  return { session: after, organizations: result?.organizations ?? null };
}

async function loadOrganization(
  env: Bindings,
  session: Connected,
  name: string,
  displayName: string,
): Promise<OrganizationBoard> {
  const read = <T>(scope: string, what: string): Promise<Answer<T>> | null =>
    session.scopes.includes(scope) ? ask<T>(env, session, `organizations/${encodeURIComponent(name)}/${what}`) : null;
  const [builds, workItems, code] = await Promise.all([
    read<{ builds: readonly Build[] }>("builds.read", "builds"),
    read<{ work_items: readonly WorkItem[] }>("workitems.read", "workitems"),
    read<{ repositories: readonly Repository[] }>("code.read", "code"),
  ]);
  return { name, displayName, builds, workItems, code };
}

/** Adds a work item or moves one, and says how it went. */
export async function changeWorkItem(
  env: Bindings,
  session: Connected,
  change: { readonly organization: string; readonly id: string | null; readonly body: unknown },
): Promise<{ readonly session: Session; readonly answer: Answer<WorkItem> }> {
  const path = ["organizations", change.organization, "workitems", ...(change.id === null ? [] : [change.id])];
  const { session: after, result } = await withGoodToken(env, session, async (current) => {
    const answer = await ask<WorkItem>(env, current, path.map(encodeURIComponent).join("/"), change.body);
    return answer.kind === "refused" ? "refused" : answer;
  });
  return { session: after, answer: result ?? { kind: "refused" } };
}
