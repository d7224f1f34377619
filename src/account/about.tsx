import type { Child } from "hono/jsx";
import type { Client } from "../model.ts";
import { documentHost } from "../rules/clientDocument.ts";
import type { ReturnPlace } from "../rules/returnPlace.ts";
import { Day } from "./moment.tsx";
import { Name } from "./name.tsx";

/** Who stands behind a service, and whether we have checked that. */
export const PublisherLine = ({ client: { publisher } }: { client: Client }) => {
  if (publisher === null)
    return (
      <p class="publisher">
        Publisher unknown <span class="tag warn">Unverified</span>
      </p>
    );
  return (
    <p class="publisher">
      <span>
        by <Name of={publisher.name} />
      </span>{" "}
      {publisher.verifiedAt === null ? (
        <span class="tag warn">Unverified</span>
      ) : (
        <span class="tag ok">Verified publisher</span>
      )}
    </p>
  );
};

/**
 * The facts about a service; where it says them of itself, the page says so.
 * @param place null where the browser goes nowhere from here
 */
export const About = ({ client, place }: { client: Client; place: ReturnPlace | null }) => {
  const { metadata, publisher } = client;
  const host = documentHost(client);
  return (
    <section>
      <h2>About this service</h2>
      <dl class="facts">
        {place && (
          <Fact name="You go back to">
            <strong>{place.name}</strong>
            {place.kind === "device" && <span class="note">, an address on this device</span>}
          </Fact>
        )}
        {host !== undefined && (
          <Fact name="Described at">
            <strong>{host}</strong>
          </Fact>
        )}
        <Fact name="Publisher">
          {publisher ? <Name of={publisher.name} /> : "Unknown"}
          {publisher?.verifiedAt != null && (
            <span class="note">
              , checked on <Day at={publisher.verifiedAt} />
            </span>
          )}
        </Fact>
        <Fact name="Known here since">
          <Day at={client.createdAt} />
        </Fact>
        <Fact name="Identifier">
          <code>{client.clientId}</code>
        </Fact>
        {(metadata.contacts ?? []).length > 0 && (
          <Fact name="Contact">
            {(metadata.contacts ?? []).slice(0, 3).map((contact) => (
              <span class="line">
                <Contact contact={contact} />
              </span>
            ))}
          </Fact>
        )}
      </dl>
      <Links
        of={[
          ["Web site", metadata.client_uri],
          ["Privacy policy", metadata.policy_uri],
          ["Terms of service", metadata.tos_uri],
          ["Publisher's site", publisher?.uri],
        ]}
      />
    </section>
  );
};

/** What a service says that it does with what it learns, and on which terms, for whoever is about to sign in. */
export const Policies = ({ client: { metadata } }: { client: Client }) => (
  <Links
    of={[
      ["Privacy policy", metadata.policy_uri],
      ["Terms of service", metadata.tos_uri],
    ]}
  />
);

const Links = ({ of: named }: { of: readonly (readonly [title: string, uri: string | undefined])[] }) => {
  const links = named.flatMap(([title, uri]) => (uri !== undefined && isWebAddress(uri) ? [{ title, uri }] : []));
  return links.length === 0 ? null : (
    <ul class="links">
      {links.map(({ title, uri }) => (
        <li>
          <a href={uri} target="_blank" rel="noreferrer noopener">
            {title}
            <span class="unseen"> (in a new tab)</span>
          </a>
        </li>
      ))}
    </ul>
  );
};

const Fact = ({ name, children }: { name: string; children: Child }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

const Contact = ({ contact }: { contact: string }) => {
  if (isWebAddress(contact))
    return (
      <a href={contact} target="_blank" rel="noreferrer noopener">
        {new URL(contact).host}
        <span class="unseen"> (in a new tab)</span>
      </a>
    );
  return /^[\w.+-]+@[\w.-]+$/.test(contact) ? <a href={`mailto:${contact}`}>{contact}</a> : <Name of={contact} />;
};

/** Registration lets nothing else through; a link is still the last place to look. */
const isWebAddress = (uri: string): boolean => URL.canParse(uri) && /^https?:$/.test(new URL(uri).protocol);
