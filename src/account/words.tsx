import type { Child } from "hono/jsx";
import { T } from "../http/reader.tsx";
import type { ClientMetadata, Resource } from "../model.ts";
import { type LocalText, localText } from "../rules/language.ts";
import { Name } from "./name.tsx";

/** A text in the language that was chosen for the person: it says which, so that it is read out and set as that. */
export const Words = ({ of: { text, language }, class: name }: { of: LocalText; class?: string }) => (
  <span class={name} lang={language ?? undefined} dir="auto">
    {text}
  </span>
);

/** What a service calls itself in the person's language. */
export const serviceName = (metadata: ClientMetadata, languages: readonly string[]): LocalText =>
  localText(metadata, "client_name", languages);

/** The same, cleaned, as an element. */
export const ServiceName = ({ of: metadata, languages }: { of: ClientMetadata; languages: readonly string[] }) => (
  <LocalName of={serviceName(metadata, languages)} />
);

/** A resource's name in the person's language; of one that a developer registered, with the host that has been proved to be theirs. */
export const ResourceName = ({ of: resource, languages }: { of: Resource; languages: readonly string[] }): Child => {
  const name = <LocalName of={localText(resource, "name", languages)} />;
  if (resource.ownerId === null) return name;
  return <T k="consent.at_host" with={{ resource: name, host: <bdi>{new URL(resource.identifier).host}</bdi> }} />;
};

const LocalName = ({ of: { text, language } }: { of: LocalText }) => <Name of={text} lang={language ?? undefined} />;
