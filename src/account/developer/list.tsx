import { kindOf } from "../../rules/serviceKind.ts";
import { MAX_SERVICES, type OwnService } from "../../store/developer.ts";
import { PublisherLine } from "../about.tsx";
import { Ago } from "../moment.tsx";
import { Logo, Name } from "../name.tsx";
import { developerPage, kindWords } from "./frame.tsx";
import { DEVELOPER, listPage, pathOf } from "./visit.ts";

/** GET /settings/developer: the services that a person registered. */
export const servicesPage = listPage(async (visit, parameters, deps) => {
  const { services } = visit;
  return developerPage(
    deps,
    visit,
    { title: "Developer", wide: true },
    <>
      <header class="heading">
        <h1>Your services</h1>
        <p class="lead">
          Programs that you build and that ask people here for their approval. What is registered here is what people read about
          them.
        </p>
      </header>
      {parameters.find("removed") !== undefined && (
        <p class="notice ok" role="status">
          The service is deleted. What people had approved for it has ended.
        </p>
      )}
      {services.length === 0 ? <Nothing /> : <Services services={services} now={deps.now()} />}
      <section class="after">
        <p class="note">
          {services.length < MAX_SERVICES
            ? "A name and an address to come back to are enough to begin. Nobody sees a service before it asks them."
            : `You have registered ${MAX_SERVICES} services, which is as many as one person may have. Delete one to make room.`}
        </p>
        {services.length < MAX_SERVICES && (
          <a class="button" href={`${DEVELOPER}/new`}>
            Register a service
          </a>
        )}
      </section>
    </>,
  );
});

const Nothing = () => (
  <section class="sheet">
    <h2>No service yet</h2>
    <p>
      Register your website, app, program or device. You then get a <code>client_id</code> for its OAuth or OpenID Connect
      library, and see here how it is used and what goes wrong.
    </p>
  </section>
);

const Services = ({ services, now }: { services: readonly OwnService[]; now: number }) => (
  <ul class="services">
    {services.map(({ client, disabledAt, usage: { people, lastUsedAt } }) => (
      <li>
        <article class="sheet" aria-labelledby={`name-${client.clientId}`}>
          <header class="asker">
            <Logo of={client} name={client.metadata.client_name} />
            <div>
              <h2 id={`name-${client.clientId}`}>
                <a href={pathOf(client.clientId)}>
                  <Name of={client.metadata.client_name} />
                </a>
              </h2>
              <PublisherLine client={client} />
            </div>
            {disabledAt !== null && <span class="tag bad">Switched off by the operator</span>}
          </header>
          <dl class="facts across">
            <div>
              <dt>Client ID</dt>
              <dd>
                <code>{client.clientId}</code>
              </dd>
            </div>
            <div>
              <dt>Kind</dt>
              <dd>{kindWords[kindOf(client.metadata)]}</dd>
            </div>
            <div>
              <dt>People who approved</dt>
              <dd>{people}</dd>
            </div>
            <div>
              <dt>Last used</dt>
              <dd>{lastUsedAt === null ? "Not yet" : <Ago at={lastUsedAt} now={now} />}</dd>
            </div>
          </dl>
        </article>
      </li>
    ))}
  </ul>
);
