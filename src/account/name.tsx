import type { Client } from "../model.ts";
import { displayName, type Suspicion } from "../rules/displayName.ts";
import { logoPath } from "./logo.ts";

const NAMELESS = "A service without a name";

/** A name that somebody else chose, cleaned and kept from turning the text around it; `lang` where they said which it is in. */
export const Name = ({ of: name, lang }: { of: string; lang?: string | undefined }) => (
  <bdi lang={lang}>{displayName(name, NAMELESS).text}</bdi>
);

/** In place of a picture. */
export const Monogram = ({ of: name }: { of: string }) => (
  <span class="monogram" aria-hidden="true">
    {/[\p{L}\p{N}]/u.exec(displayName(name, NAMELESS).text)?.[0].toUpperCase() ?? "?"}
  </span>
);

/**
 * The picture of a service, or its initial. It comes from us, so that the service learns of nobody who looks at the page; and it
 * proves nothing, as anybody may show any.
 * @param name that the page calls the service by
 */
export const Logo = ({ of: client, name }: { of: Client; name: string }) =>
  client.logo === undefined ? (
    <Monogram of={name} />
  ) : (
    <img
      class="logo"
      src={logoPath(client.clientId, client.logo)}
      alt={`Logo of ${displayName(name, NAMELESS).text}`}
      width="48"
      height="48"
    />
  );

const words: Readonly<Record<Suspicion, string>> = {
  invisible: "Its name held invisible characters, which we have left out.",
  mixed_scripts: "Its name mixes letters of several alphabets, which is a way to imitate another name.",
  look_alike: "Its name is written in letters that only look like ordinary ones, which is a way to imitate another name.",
};

/** What is wrong with a name, in a sentence; undefined for an honest one. */
export function findNameWarning(name: string): string | undefined {
  const { suspicion } = displayName(name, NAMELESS);
  return suspicion === null ? undefined : words[suspicion];
}
