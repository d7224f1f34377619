import type { Child } from "hono/jsx";
import { proofLine, proofUrl, verifyPublisher } from "../../clients/publisher.ts";
import type { Deps } from "../../config.ts";
import { OAuthError } from "../../errors.ts";
import { checkLimits, limitOf } from "../../http/rateLimit.ts";
import { redirect } from "../../http/respond.ts";
import { markAt } from "../../rules/pause.ts";
import { parsePublisherHost } from "../../rules/publisherProof.ts";
import { countAttempt } from "../../store/attempts.ts";
import { changePublisher as storePublisher } from "../../store/registry.ts";
import { Ago, Day } from "../moment.tsx";
import { Name } from "../name.tsx";
import { serviceFrame } from "./frame.tsx";
import { noSuchService, pathOf, type ServiceVisit, serviceAct, servicePage } from "./visit.ts";

/** What was typed, and what came of it. */
interface Typed {
  readonly host: string;
  readonly problem?: string | undefined;
  /** Where the host was asked: what it said instead of the line. */
  readonly found?: string;
}

/** GET /settings/developer/{client_id}/publisher: with a `host`, the line that proves it. */
export const publisherPage = servicePage((visit, parameters, deps) => {
  const { client } = visit.service;
  const typed = parameters.find("host");
  const known = client.publisher?.proof?.host ?? hostOf(client.metadata.client_uri);
  const notices = { proved: parameters.find("proved") !== undefined, removed: parameters.find("removed") !== undefined };
  const start = typed === undefined ? { host: known } : { host: typed, problem: problemOf(typed) };
  return show(deps, visit, start, typed !== undefined, notices);
});

/** POST …/publisher: `action` is `check`, which asks the host and says what it found, or `remove`. */
export const changePublisher = serviceAct(async (visit, form, deps) => {
  const { clientId } = visit.service.client;
  const { userId } = visit.user;
  const here = `${deps.config.issuer}${pathOf(clientId, "publisher")}`;
  if (form.find("action") === "remove") {
    const none = { publisher: null, markedAt: markAt(deps.now()) };
    if ((await storePublisher(deps, clientId, none, userId, { ownerId: userId })) === undefined) throw noSuchService();
    return redirect(`${here}?removed=1`);
  }
  if (form.find("action") !== "check") throw new OAuthError("invalid_request", "The form does not say what to do.");
  const host = form.find("host") ?? "";
  const parsed = parsePublisherHost(host);
  if ("problem" in parsed) return show(deps, visit, { host, problem: parsed.problem }, true);
  const limit = await limitOf("publisher_proof", userId);
  checkLimits([limit], await countAttempt(deps, [limit]), deps.now(), "checks");
  const { finding, client } = await verifyPublisher(deps, clientId, userId, parsed.host);
  if (finding.kind !== "proved") return show(deps, visit, { host, found: finding.words }, true);
  if (client === undefined) throw noSuchService();
  return redirect(`${here}?proved=1`);
});

const hostOf = (uri: string | undefined): string => (uri !== undefined && URL.canParse(uri) ? new URL(uri).hostname : "");

function problemOf(host: string): string | undefined {
  const parsed = parsePublisherHost(host);
  return "problem" in parsed ? parsed.problem : undefined;
}

async function show(
  deps: Deps,
  visit: ServiceVisit,
  typed: Typed,
  withLine: boolean,
  done: { readonly proved?: boolean; readonly removed?: boolean } = {},
): Promise<Response> {
  const { publisher, clientId } = visit.service.client;
  const here = pathOf(clientId, "publisher");
  const parsed = parsePublisherHost(typed.host);
  const proof =
    withLine && typed.problem === undefined && "host" in parsed
      ? { host: parsed.host, line: await proofLine(deps, visit.user.userId, parsed.host) }
      : undefined;
  const wrong = typed.problem !== undefined || typed.found !== undefined;
  return serviceFrame(
    deps,
    visit,
    { title: wrong ? "Error: Publisher" : "Publisher", status: wrong ? 400 : 200 },
    <div class="stack column">
      {done.proved && <Done title="The host is proved.">People now read its name as the verified publisher.</Done>}
      {done.removed && <Done title="Removed.">The service has no publisher that people could read of.</Done>}
      {publisher !== null && (
        <section class="sheet">
          <h2>Publisher today</h2>
          <p>
            <Name of={publisher.name} />{" "}
            {publisher.verifiedAt === null ? (
              <span class="tag warn">Unverified</span>
            ) : (
              <>
                <span class="tag ok">Verified</span>{" "}
                <span class="note">
                  since <Day at={publisher.verifiedAt} />
                  {publisher.proof && (
                    <>
                      , the line last seen <Ago at={publisher.proof.provedAt} now={deps.now()} />
                    </>
                  )}
                </span>
              </>
            )}
          </p>
          {publisher.verifiedAt === null && (
            <p>
              It no longer counts as checked: the proof was gone when we looked for it, or an operator said so. Prove the host
              again.
            </p>
          )}
          {publisher.proof && publisher.proof.failures > 0 && (
            <p class="notice warn">
              When we last looked, the line was not there. After three times, a day apart, the publisher counts as unverified.
            </p>
          )}
          {publisher.verifiedAt !== null && (
            <p class="note">Without it, organizations that let in verified publishers only shut the service out at once.</p>
          )}
          <form method="post" action={here}>
            <input type="hidden" name="csrf" value={visit.csrf} />
            <input type="hidden" name="action" value="remove" />
            <button type="submit" class="end small">
              Remove it
            </button>
          </form>
        </section>
      )}
      <section class="sheet">
        <h2>{publisher === null ? "Prove who publishes it" : "Prove another host"}</h2>
        <p>
          People trust what was checked. Put one line into a file on your website, and we show its host, and no other name, as
          the verified publisher. One file serves all your services under that host, and organizations that let in verified
          publishers only let this one in.
        </p>
        <form method="get" action={here} class="stack">
          {typed.problem !== undefined && (
            <p class="notice bad" role="alert" id="host-problem" tabindex={-1} autofocus>
              {typed.problem}
            </p>
          )}
          <div class="field">
            <label for="host">Host of your website</label>
            <input
              id="host"
              name="host"
              type="text"
              value={typed.host}
              placeholder="northstar.example"
              autocapitalize="none"
              autocomplete="off"
              spellcheck={false}
              {...(typed.problem === undefined ? {} : { "aria-invalid": "true" as const, "aria-describedby": "host-problem" })}
            />
          </div>
          <button type="submit" class={proof === undefined ? "" : "quiet"}>
            Show me the line
          </button>
        </form>
      </section>
      {proof && <Proof {...proof} typed={typed} csrf={visit.csrf} here={here} />}
    </div>,
  );
}

const Done = ({ title, children }: { title: string; children: Child }) => (
  <p class="notice ok" role="status">
    <strong>{title}</strong> {children}
  </p>
);

const Proof = ({ host, line, typed, csrf, here }: { host: string; line: string; typed: Typed; csrf: string; here: string }) => (
  <section class="sheet" id="line">
    <h2>The line for {host}</h2>
    <p>Put this line into the file, as it is:</p>
    <p class="copy">
      <code>{line}</code>
    </p>
    <p>The file lies here, and may hold other lines too:</p>
    <p class="copy">
      <code>{proofUrl(host)}</code>
    </p>
    {typed.found !== undefined && (
      <div class="notice bad" role="alert" tabindex={-1} autofocus>
        <p>
          <strong>We looked, and the line is not there.</strong>
        </p>
        <p>{typed.found}</p>
      </div>
    )}
    <form method="post" action={here} class="stack">
      <input type="hidden" name="csrf" value={csrf} />
      <input type="hidden" name="action" value="check" />
      <input type="hidden" name="host" value={typed.host} />
      <button type="submit">Check now</button>
      <p class="note">
        Leave the file where it is: we look again every week, and a host that has not shown it for 30 days counts as unverified.
      </p>
    </form>
  </section>
);
