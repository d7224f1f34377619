import { useReader } from "../http/reader.tsx";
import type { MessageKey } from "../messages/translate.ts";
import type { Client } from "../model.ts";
import { displayName, type Suspicion } from "../rules/displayName.ts";
import { logoPath } from "./logo.ts";

/** A name that somebody else chose, cleaned and kept from turning the text around it; `lang` where they said which it is in. */
export const Name = ({ of: name, lang }: { of: string; lang?: string | undefined }) => (
  <bdi lang={lang}>{displayName(name, useReader().t("consent.nameless")).text}</bdi>
);

/** In place of a picture. */
export const Monogram = ({ of: name }: { of: string }) => (
  <span class="monogram" aria-hidden="true">
    {/[\p{L}\p{N}]/u.exec(displayName(name, "").text)?.[0].toUpperCase() ?? "?"}
  </span>
);

/**
 * The picture of a service, or its initial. It comes from us, so that the service learns of nobody who looks at the page; and it
 * proves nothing, as anybody may show any.
 * @param name that the page calls the service by
 */
export const Logo = ({ of: client, name }: { of: Client; name: string }) => {
  const { t } = useReader();
  if (client.logo === undefined) return <Monogram of={name} />;
  return (
    <img
      class="logo"
      src={logoPath(client.clientId, client.logo)}
      alt={t("consent.logo", { service: displayName(name, t("consent.nameless")).text })}
      width="48"
      height="48"
    />
  );
};

const warnings = {
  invisible: "consent.name_invisible",
  mixed_scripts: "consent.name_mixed_scripts",
  look_alike: "consent.name_look_alike",
} as const satisfies Readonly<Record<Suspicion, MessageKey>>;

/** What is wrong with a name, as a message; undefined for an honest one. */
export function findNameWarning(name: string): (typeof warnings)[Suspicion] | undefined {
  const { suspicion } = displayName(name, "?");
  return suspicion === null ? undefined : warnings[suspicion];
}
