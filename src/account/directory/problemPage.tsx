import type { Deps } from "../../config.ts";
import { DirectoryFailure, type DirectoryProblem } from "../../directories/problem.ts";
import { page } from "../../http/page.tsx";
import { readerOf } from "../../http/reader.tsx";
import type { Directory } from "../../store/directories.ts";
import { toBase64url } from "../../tokens/encoding.ts";
import { IDENTITIES, workPath } from "./paths.ts";

/** Where the person may go from here: again to the directory, and elsewhere. */
export interface WayBack {
  /** `continue` or `to`, as the sign-in began with it. */
  readonly going: Readonly<Record<string, string>>;
  /** Whether they were linking an account to their own, which is done in their settings. */
  readonly isLinking: boolean;
}

const statuses: Readonly<Partial<Record<DirectoryProblem, number>>> = {
  unavailable: 503,
  misconfigured: 502,
  untrusted: 502,
  clock: 502,
  wrong_tenant: 403,
  no_account: 403,
  taken: 403,
  others: 403,
  disabled: 403,
};

/** Those that another try does not help. */
const final: readonly DirectoryProblem[] = ["misconfigured", "clock", "no_account", "taken", "others", "disabled"];

/** Those that an administrator looks into, by the number of the line in the log. */
const logged: readonly DirectoryProblem[] = [
  "denied",
  "unavailable",
  "misconfigured",
  "untrusted",
  "clock",
  "not_fresh",
  "wrong_tenant",
];

/** Says in words why somebody did not come in by their directory, and what they can do; with one line in the log. */
export function problemPage(
  request: Request,
  deps: Deps,
  directory: Directory,
  { problem, message }: Pick<DirectoryFailure, "problem" | "message">,
  { going, isLinking }: WayBack,
): Response {
  const reader = readerOf(request, deps.config);
  const { t } = reader;
  const number = toBase64url(deps.random(9));
  const words = { directory: directory.displayName, operator: deps.config.operator };
  const line = { level: "info", request_id: number, directory: directory.id, error: problem, reason: message };
  console.info(JSON.stringify(line));
  const query = new URLSearchParams(going).toString();
  const withGoing = (path: string) => (query === "" ? path : `${path}?${query}`);
  const title = t(`directories.${problem}_title`, words);
  const elsewhere = isLinking ? IDENTITIES : withGoing("/sign-in");
  return page(
    deps,
    {
      title: t("frame.error_title", { title }),
      reader,
      status: statuses[problem] ?? 400,
      // This address holds a code, which counts once.
      here: elsewhere,
      ...(problem === "unavailable" ? { headers: { "Retry-After": "10" } } : {}),
    },
    <section class="sheet">
      <h1>{title}</h1>
      <p class="lead">{t(`directories.${problem}`, words)}</p>
      {logged.includes(problem) && <p class="note">{t("directories.number", { number })}</p>}
      <div class="stack">
        {!isLinking && !final.includes(problem) && (
          <a class="button full" href={withGoing(workPath(directory.id))}>
            {t("directories.try_again")}
          </a>
        )}
        <a class="button quiet full" href={elsewhere}>
          {isLinking ? t("directories.to_settings") : t("directories.another_way")}
        </a>
      </div>
    </section>,
  );
}

/** The page of what went wrong on the way; whatever else was thrown is thrown on. */
export const answerFailure =
  (request: Request, deps: Deps, directory: Directory, back: WayBack) =>
  (error: unknown): Response => {
    if (error instanceof DirectoryFailure) return problemPage(request, deps, directory, error, back);
    throw error;
  };
