import { displayName, type Suspicion } from "../rules/displayName.ts";

const NAMELESS = "A service without a name";

/** A name that somebody else chose, cleaned and kept from turning the text around it; `lang` where they said which it is in. */
export const Name = ({ of: name, lang }: { of: string; lang?: string | undefined }) => (
  <bdi lang={lang}>{displayName(name, NAMELESS).text}</bdi>
);

/** In place of a logo: fetching one would tell the service who looks at this page, and a logo proves nothing. */
export const Monogram = ({ of: name }: { of: string }) => (
  <span class="monogram" aria-hidden="true">
    {/[\p{L}\p{N}]/u.exec(displayName(name, NAMELESS).text)?.[0].toUpperCase() ?? "?"}
  </span>
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
