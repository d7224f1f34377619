import type { Deps } from "../../config.ts";
import { page } from "../../http/page.tsx";
import { type Reader, readerOf, T, useReader } from "../../http/reader.tsx";
import type { Resource, UserId } from "../../model.ts";
import { authorizationMarks } from "../../rules/authorizationMarks.ts";
import { type Authorization, type AuthorizationSight, findAuthorization } from "../../store/authorization.ts";
import { loadResources } from "../../store/resources.ts";
import { About, PublisherLine } from "../about.tsx";
import { Ago, Day, Moment } from "../moment.tsx";
import { Logo, Name } from "../name.tsx";
import { type Find, lookingAtFound, type Visit } from "../visit.ts";
import { ServiceName, serviceName } from "../words.tsx";
import { Devices } from "./devices.tsx";
import { Done } from "./done.tsx";
import { effectOf, refreshAt } from "./ended.tsx";
import { Ends, Lifetime, PauseOrResume } from "./ends.tsx";
import { History, Place } from "./history.tsx";
import { hostOf, Marks } from "./line.tsx";
import { pageNumber } from "./list.tsx";
import { type NarrowProblem, Permissions } from "./permissions.tsx";
import { Places } from "./places.tsx";
import { grantIdOf, HERE, noSuchAuthorization, pathOf, type Visitor } from "./visit.ts";

/** What the sections of the page are made of. */
export interface Sight {
  readonly deps: Deps;
  readonly csrf: string;
  readonly userId: UserId;
  readonly authorization: Authorization;
  readonly resources: readonly Resource[];
  /** Where the page's forms go. */
  readonly action: string;
  readonly now: number;
}

const find: Find<AuthorizationSight> = (deps, sessionId, request) => {
  const query = new URL(request.url).searchParams;
  const historyPage = pageNumber(query.get("history") ?? undefined);
  return findAuthorization(deps, sessionId, { grantId: grantIdOf(request), historyPage, endedId: query.get("revoked") ?? "" });
};

/** GET /settings/authorizations/{grant_id}: all about one of them, and everything that can be done with it. One trip. */
export const authorizationPage = lookingAtFound(find, async (visit, parameters, deps) =>
  show(deps, visit, { historyPage: pageNumber(parameters.find("history")), done: parameters.find("done") }),
);

/** The page again, with what the form of its permissions got wrong; undefined when nobody is signed in. */
export async function refused(visitor: Visitor, problem: NarrowProblem): Promise<Response | undefined> {
  const { deps, request, csrf } = visitor;
  const seen = await find(deps, visitor.sessionId, request);
  return seen && show(deps, { ...seen, csrf, reader: readerOf(request, deps.config, seen.user) }, { historyPage: 0, problem });
}

async function show(
  deps: Deps,
  { user, authorization, csrf, reader }: AuthorizationSight & Pick<Visit, "csrf" | "reader">,
  told: { readonly historyPage: number; readonly done?: string | undefined; readonly problem?: NarrowProblem },
): Promise<Response> {
  if (authorization === undefined) throw noSuchAuthorization();
  const { client, markedAt, endedDevice } = authorization;
  const resources = await loadResources(deps);
  const action = pathOf(authorization.grantId);
  const sight: Sight = { deps, csrf, userId: user.userId, authorization, resources, action, now: deps.now() };
  const endedAt = endedDevice?.endedAt ?? markedAt;
  const effect = endedAt === null ? undefined : effectOf(deps, endedAt, authorization.resources, resources);
  const isNew = told.done !== undefined || endedDevice !== undefined;
  return page(
    deps,
    {
      title: serviceName(client.metadata, reader.languages).text.slice(0, 80),
      reader,
      user,
      under: HERE,
      wide: true,
      ...(told.problem === undefined ? {} : { status: 400 }),
      headers: isNew ? refreshAt(effect) : {},
    },
    <>
      <p class="trail">
        <a href={HERE}>{reader.t("authorizations.back")}</a>
      </p>
      <Head sight={sight} reader={reader} />
      {isNew && <Done sight={sight} done={told.done} effect={effect} />}
      <div class="overview">
        <div>
          <Permissions sight={sight} problem={told.problem} />
          <Places sight={sight} />
          <Devices sight={sight} />
          <History sight={sight} page={told.historyPage} />
        </div>
        <aside>
          <PauseOrResume sight={sight} />
          <Lifetime sight={sight} />
          <Ends sight={sight} />
          <About client={client} place={null} />
          <section>
            <p>
              <a href={`/report/${encodeURIComponent(client.clientId)}`}>{reader.t("authorizations.report")}</a>
            </p>
          </section>
        </aside>
      </div>
    </>,
  );
}

const Head = ({ sight: { authorization, now }, reader: { languages } }: { sight: Sight; reader: Reader }) => {
  const { client, authority } = authorization;
  const service = <ServiceName of={client.metadata} languages={languages} />;
  return (
    <header class="heading">
      <div class="asker">
        <Logo of={client} name={serviceName(client.metadata, languages).text} />
        <div>
          <h1>{service}</h1>
          <PublisherLine client={client} />
          {authority !== null && <LetIn authorization={authorization} />}
          <Marks of={authorizationMarks(authorization, now)} />
          {client.metadata.initiate_login_uri !== undefined && (
            <p>
              <a href={`/initiate-login?${new URLSearchParams({ client_id: client.clientId })}`}>
                <T k="authorizations.open" with={{ service }} />
              </a>
            </p>
          )}
        </div>
      </div>
      <MarkNotes authorization={authorization} now={now} />
      <Facts authorization={authorization} now={now} />
    </header>
  );
};

/** Whose word it was, and who alone can keep the service out for good. */
const LetIn = ({ authorization: { authority, organizations, reach } }: { authorization: Authorization }) => {
  const organization = reach.find(({ organizationId }) => organizations?.includes(organizationId));
  const directory = <code>{hostOf(authority ?? "")}</code>;
  return (
    <p class="note">
      {organization === undefined ? (
        <T k="authorizations.let_in_by_issuer" with={{ directory }} />
      ) : (
        <T k="authorizations.let_in_by_directory" with={{ organization: <Name of={organization.displayName} />, directory }} />
      )}
    </p>
  );
};

/** What the graver marks mean. */
const MarkNotes = ({ authorization, now }: { authorization: Authorization; now: number }) => {
  const { t } = useReader();
  const marks = authorizationMarks(authorization, now);
  const { client, publisherName } = authorization;
  return (
    <>
      {marks.includes("lost_proof") && (
        <p class="notice bad">
          <T k="authorizations.lost_proof_note" with={{ publisher: <Name of={publisherName ?? ""} /> }} />
        </p>
      )}
      {marks.includes("changed") && client.changedAt !== undefined && (
        <p class="notice warn">
          <T k="authorizations.changed_note" with={{ day: <Day at={client.changedAt} /> }} />
        </p>
      )}
      {marks.includes("unused") && <p class="note">{t("authorizations.unused_note")}</p>}
    </>
  );
};

const Facts = ({ authorization, now }: { authorization: Authorization; now: number }) => {
  const { t } = useReader();
  const { authority, createdAt, consentedAt, lastUsedAt, lastUsedFrom, expiresAt, pausedAt } = authorization;
  return (
    <dl class="facts across">
      <div>
        <dt>{t(authority === null ? "authorizations.fact_approved" : "authorizations.fact_let_in")}</dt>
        <dd>
          <Day at={createdAt} />
        </dd>
      </div>
      {consentedAt > createdAt && (
        <div>
          <dt>{t("authorizations.fact_changed")}</dt>
          <dd>
            <Day at={consentedAt} />
          </dd>
        </div>
      )}
      <div>
        <dt>{t("authorizations.fact_used")}</dt>
        <dd>{lastUsedAt === null ? t("authorizations.not_yet") : <Ago at={lastUsedAt} now={now} />}</dd>
      </div>
      {lastUsedFrom !== null && (
        <div>
          <dt>{t("authorizations.fact_from")}</dt>
          <dd>
            <Place of={lastUsedFrom} />
          </dd>
        </div>
      )}
      <div>
        <dt>{t("authorizations.fact_ends")}</dt>
        <dd>{expiresAt === null ? t("authorizations.until_revoked") : <Moment at={expiresAt} />}</dd>
      </div>
      {pausedAt !== null && (
        <div>
          <dt>{t("authorizations.fact_paused")}</dt>
          <dd>
            <Moment at={pausedAt} />
          </dd>
        </div>
      )}
    </dl>
  );
};
