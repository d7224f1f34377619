import { parseQuery } from "../../http/form.ts";
import { useReader } from "../../http/reader.tsx";
import type { Resource } from "../../model.ts";
import { displayName } from "../../rules/displayName.ts";
import { localText } from "../../rules/language.ts";
import { findPlace } from "../../store/organizationPlace.ts";
import { findRequests, type OpenRequest, type RequestedService } from "../../store/organizationServices.ts";
import { loadResources } from "../../store/resources.ts";
import { PublisherLine } from "../about.tsx";
import { Ago } from "../moment.tsx";
import { Logo, Name } from "../name.tsx";
import { pageNumber } from "../pageNumber.ts";
import { checkStepUp } from "../stepUp.ts";
import { actingOnFound, lookingAtFound } from "../visit.ts";
import { Words } from "../words.tsx";
import { decide, serviceActOf } from "./decide.ts";
import { Nothing, organizationPage, Pages } from "./frame.tsx";
import { organizationPath } from "./paths.ts";
import { serviceDone } from "./serviceDone.tsx";
import { Act } from "./services.tsx";
import { located, unknownAct } from "./visit.ts";

const MAX_REASON_CHARACTERS = 500;

const pageOf = (request: Request): number => pageNumber(parseQuery(request).find("page"));

/** GET /settings/organizations/{name}/requests: which services members ask for, who and why, the longest waiting first. One trip. */
export const requestsPage = lookingAtFound(
  located("owner", (deps, sessionId, name, request) => findRequests(deps, sessionId, name, pageOf(request))),
  async (visit, parameters, deps) => {
    const { place, services, hasMore, reader, csrf, request } = visit;
    const { t } = reader;
    const path = organizationPath(place.name, "requests");
    const resources = await loadResources(deps);
    return organizationPage(
      deps,
      visit,
      { title: t("organizations.requests") },
      <div class="stack">
        {await serviceDone(deps, visit, parameters)}
        <p class="note">{t("organizations.requests_lead")}</p>
        {services.length > 0 ? (
          <ul class="services lines">
            {services.map((service) => (
              <Line service={service} path={path} csrf={csrf} resources={resources} now={deps.now()} />
            ))}
          </ul>
        ) : (
          <Nothing title={t("organizations.no_requests")} text={t("organizations.no_requests_text")} />
        )}
        <Pages path={path} page={pageOf(request)} hasMore={hasMore} />
      </div>,
    );
  },
);

const Line = ({
  service: { client, requests, people },
  path,
  csrf,
  resources,
  now,
}: {
  service: RequestedService;
  path: string;
  csrf: string;
  resources: readonly Resource[];
  now: number;
}) => {
  const { t } = useReader();
  const name = client.metadata.client_name;
  const more = people - requests.length;
  return (
    <li class="sheet">
      <div class="asker">
        <Logo of={client} name={name} />
        <div>
          <h2>
            <Name of={name} />
          </h2>
          <PublisherLine client={client} />
        </div>
      </div>
      <ul class="choices">
        {requests.map((request) => (
          <Asked request={request} resources={resources} now={now} />
        ))}
      </ul>
      {more > 0 && <p class="note">{t("organizations.more_requests", { count: more })}</p>}
      <form method="post" action={path} class="row">
        <input type="hidden" name="csrf" value={csrf} />
        <input type="hidden" name="client_id" value={client.clientId} />
        <Act act="approve" name={name} />
        <Act act="deny" name={name} />
      </form>
    </li>
  );
};

const Asked = ({
  request: { name, email, reason, scopes, createdAt },
  resources,
  now,
}: {
  request: OpenRequest;
  resources: readonly Resource[];
  now: number;
}) => {
  const { t, languages } = useReader();
  const described = resources.flatMap((resource) => resource.scopes).filter((scope) => scopes.includes(scope.name));
  const told = displayName(reason, "", MAX_REASON_CHARACTERS).text;
  return (
    <li>
      <p>
        <strong>
          <Name of={name} />
        </strong>{" "}
        <span class="note">
          <bdi dir="ltr">{email}</bdi> · <Ago at={createdAt} now={now} />
        </span>
      </p>
      <dl class="facts">
        <div>
          <dt>{t("organizations.why")}</dt>
          <dd>{told === "" ? <span class="note">{t("organizations.no_reason")}</span> : <bdi>{told}</bdi>}</dd>
        </div>
        {described.length > 0 && (
          <div>
            <dt>{t("organizations.asks_for")}</dt>
            <dd>
              {described.map((scope) => (
                <span class="line">
                  <Words of={localText(scope, "title", languages)} />
                </span>
              ))}
            </dd>
          </div>
        )}
      </dl>
    </li>
  );
};

/** POST /settings/organizations/{name}/requests: `action` is approve or deny, of `client_id`, for everybody. */
export const answerRequest = actingOnFound(located("owner", findPlace), async (visit, form, deps) => {
  const act = serviceActOf(form);
  if (act !== "approve" && act !== "deny") throw unknownAct();
  const clientId = form.load("client_id");
  const back = organizationPath(visit.place.name, "requests");
  return checkStepUp(visit.request, deps, visit.session, back) ?? decide(deps, visit, act, clientId, "requests");
});
