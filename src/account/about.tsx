import type { Child } from "hono/jsx";
import { T, useReader } from "../http/reader.tsx";
import type { MessageKey } from "../messages/translate.ts";
import type { Client } from "../model.ts";
import { documentHost } from "../rules/clientDocument.ts";
import type { ReturnPlace } from "../rules/returnPlace.ts";
import { roundedCount } from "../rules/roundedCount.ts";
import { Day } from "./moment.tsx";
import { Name } from "./name.tsx";
import { reportPath } from "./report/path.ts";

/** Who stands behind a service, and whether we have checked that. */
export const PublisherLine = ({ client: { publisher } }: { client: Client }) => {
  const { t } = useReader();
  const unverified = <span class="tag warn">{t("consent.unverified")}</span>;
  if (publisher === null)
    return (
      <p class="publisher">
        {t("consent.publisher_unknown")} {unverified}
      </p>
    );
  return (
    <p class="publisher">
      <span>
        <T k="consent.by_publisher" with={{ publisher: <Name of={publisher.name} /> }} />
      </span>{" "}
      {publisher.verifiedAt === null ? unverified : <span class="tag ok">{t("consent.verified")}</span>}
    </p>
  );
};

/**
 * The facts about a service; where it says them of itself, the page says so.
 * @param place null where the browser goes nowhere from here
 * @param approvers how many people have approved it, where that was counted
 */
export const About = ({
  client,
  place,
  approvers,
}: {
  client: Client;
  place: ReturnPlace | null;
  approvers?: number | undefined;
}) => {
  const { t } = useReader();
  const { metadata, publisher } = client;
  const host = documentHost(client);
  return (
    <section>
      <h2>{t("consent.about")}</h2>
      <dl class="facts">
        {place && (
          <Fact name={t("consent.go_back")}>
            <GoBack to={place} />
          </Fact>
        )}
        {host !== undefined && (
          <Fact name={t("consent.described_at")}>
            <strong dir="ltr">{host}</strong>
          </Fact>
        )}
        <Fact name={t("consent.publisher")}>
          <PublisherFact of={client} />
        </Fact>
        <Fact name={t("consent.known_since")}>
          <Day at={client.createdAt} />
        </Fact>
        {approvers !== undefined && (
          <Fact name={t("consent.approved_by")}>
            <People count={approvers} />
          </Fact>
        )}
        <Fact name={t("consent.identifier")}>
          <code dir="ltr">{client.clientId}</code>
        </Fact>
        {(metadata.contacts ?? []).length > 0 && (
          <Fact name={t("consent.contact")}>
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
          ["consent.web_site", metadata.client_uri],
          ["consent.privacy", metadata.policy_uri],
          ["consent.terms", metadata.tos_uri],
          ["consent.publisher_site", publisher?.uri],
        ]}
      />
      {approvers !== undefined && (
        <p>
          <a href={reportPath(client.clientId)}>{t("consent.report")}</a>
        </p>
      )}
    </section>
  );
};

const GoBack = ({ to: place }: { to: ReturnPlace }) => {
  const name = <strong dir="ltr">{place.name}</strong>;
  return place.kind === "device" ? <T k="consent.on_device" with={{ place: name }} /> : name;
};

const PublisherFact = ({ of: { publisher } }: { of: Client }) => {
  if (publisher === null) return <>{useReader().t("consent.unknown")}</>;
  const name = <Name of={publisher.name} />;
  if (publisher.verifiedAt === null) return name;
  return <T k="consent.checked_on" with={{ publisher: name, day: <Day at={publisher.verifiedAt} /> }} />;
};

/** How many others there are says something about a service, and nobody needs it exactly. */
const People = ({ count }: { count: number }) => {
  const { t } = useReader();
  const rounded = roundedCount(count);
  return <>{t(peopleKeys[rounded.kind], { count: rounded.count })}</>;
};

const peopleKeys = { fewer: "consent.fewer_people", about: "consent.about_people", more: "consent.more_people" } as const;

/** What a service says that it does with what it learns, and on which terms, for whoever is about to sign in. */
export const Policies = ({ client: { metadata } }: { client: Client }) => (
  <Links
    of={[
      ["consent.privacy", metadata.policy_uri],
      ["consent.terms", metadata.tos_uri],
    ]}
  />
);

type LinkKey = Extract<MessageKey, "consent.web_site" | "consent.privacy" | "consent.terms" | "consent.publisher_site">;

const Links = ({ of: named }: { of: readonly (readonly [title: LinkKey, uri: string | undefined])[] }) => {
  const { t } = useReader();
  const links = named.flatMap(([title, uri]) => (uri !== undefined && isWebAddress(uri) ? [{ title, uri }] : []));
  return links.length === 0 ? null : (
    <ul class="links">
      {links.map(({ title, uri }) => (
        <li>
          <a href={uri} target="_blank" rel="noreferrer noopener">
            {t(title)}
            <span class="unseen"> {t("consent.new_tab")}</span>
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
  const { t } = useReader();
  if (isWebAddress(contact))
    return (
      <a href={contact} target="_blank" rel="noreferrer noopener">
        <bdi>{new URL(contact).host}</bdi>
        <span class="unseen"> {t("consent.new_tab")}</span>
      </a>
    );
  return /^[\w.+-]+@[\w.-]+$/.test(contact) ? (
    <a href={`mailto:${contact}`}>
      <bdi>{contact}</bdi>
    </a>
  ) : (
    <Name of={contact} />
  );
};

/** Registration lets nothing else through; a link is still the last place to look. */
const isWebAddress = (uri: string): boolean => URL.canParse(uri) && /^https?:$/.test(new URL(uri).protocol);
