import { listResources, type StoredResource } from "../../store/resources.ts";
import { Name } from "../name.tsx";
import { riskWords } from "../riskWords.ts";
import { developerPage } from "./frame.tsx";
import { listPage, RESOURCES } from "./visit.ts";

/** The path of one of an API's pages. */
export const resourcePath = (identifier: string, page = ""): string =>
  `${RESOURCES}/${encodeURIComponent(identifier)}${page === "" ? "" : `/${page}`}`;

/** GET /settings/developer/resources: the APIs that a person registered. */
export const resourcesPage = listPage(async (visit, parameters, deps) => {
  const own = await listResources(deps, visit.user.userId);
  return developerPage(
    deps,
    visit,
    { title: "Your APIs", wide: true },
    <>
      <header class="heading">
        <h1>Your APIs</h1>
        <p class="lead">
          What services may ask people to be let into. You say what there is to allow, in words that people read when they
          decide.
        </p>
      </header>
      {parameters.find("saved") !== undefined && (
        <p class="notice ok" role="status">
          <strong>Saved.</strong> Services can ask for it everywhere within a minute. What its server needs to know stands on
          its page.
        </p>
      )}
      {parameters.find("removed") !== undefined && (
        <p class="notice ok" role="status">
          The API is deleted. Approvals that reached it have ended.
        </p>
      )}
      {own.length === 0 ? <Nothing /> : <Resources of={own} />}
      <section class="after">
        <p class="note">You need an https address, and a way to put one file there: that is how you prove that it is yours.</p>
        <a class="button" href={`${RESOURCES}/new`}>
          Register an API
        </a>
      </section>
    </>,
  );
});

const Nothing = () => (
  <section class="sheet">
    <h2>No API yet</h2>
    <p>
      Register the address of your API and its permissions. Services then ask people here for them, and your server checks the
      tokens that it is sent.
    </p>
  </section>
);

const Resources = ({ of: own }: { of: readonly StoredResource[] }) => (
  <ul class="services">
    {own.map(({ resource: { identifier, name, scopes } }, index) => (
      <li>
        <article class="sheet" aria-labelledby={`api-${index}`}>
          <header>
            <h2 id={`api-${index}`}>
              <a href={resourcePath(identifier)}>
                <Name of={name} />
              </a>
            </h2>
            <p class="note">
              <code>{identifier}</code>
            </p>
          </header>
          {scopes.length === 0 ? (
            <p class="note">It has no permissions yet.</p>
          ) : (
            <ul class="bullets">
              {scopes.map((scope) => (
                <li>
                  <bdi>{scope.title}</bdi> <code>{scope.name}</code>{" "}
                  {scope.access === "full" && <span class="tag bad">Full access</span>}{" "}
                  {riskWords[scope.risk] && (
                    <span class={scope.risk === "high" ? "tag bad" : "tag warn"}>{riskWords[scope.risk]}</span>
                  )}
                </li>
              ))}
            </ul>
          )}
        </article>
      </li>
    ))}
  </ul>
);
