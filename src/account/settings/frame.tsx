import type { Child } from "hono/jsx";
import type { SettingsPath } from "../../http/page.tsx";
import { useReader } from "../../http/reader.tsx";

export interface Place {
  readonly path: string;
  readonly title: string;
}

const nameOf = {
  "/settings/authorizations": "frame.authorizations",
  "/settings/security": "frame.security",
  "/settings/account": "frame.account",
  "/settings/organizations": "frame.organizations",
  "/settings/developer": "frame.developer",
} as const satisfies Record<SettingsPath, string>;

/**
 * What stands in a page of a person's settings: the heading, and the links to the pages that belong together with it.
 * @param under which of the links at the top of the page it belongs to; name the same in the page's options
 * @param title the heading where it is another than that link's name
 * @param places the pages beside this one, if there are any; `here` is the path of this one
 */
export const Settings = ({
  under,
  title,
  lead,
  places = [],
  here = under,
  children,
}: {
  under: SettingsPath;
  title?: Child;
  lead?: Child;
  places?: readonly Place[];
  here?: string;
  children?: Child;
}) => {
  const { t } = useReader();
  const name = t(nameOf[under]);
  return (
    <>
      <header class="heading">
        <h1>{title ?? name}</h1>
        {lead !== undefined && <p class="lead">{lead}</p>}
      </header>
      {places.length > 0 && <Places title={name} places={places} here={here} />}
      {children}
    </>
  );
};

/** Links of which the one that leads here, or else the nearest above, is marked. */
export const Places = ({ title, places, here }: { title: string; places: readonly Place[]; here: string }) => {
  const around = places.filter(({ path }) => here === path || here.startsWith(`${path}/`));
  const nearest = Math.max(...around.map(({ path }) => path.length));
  const currentOf = (path: string) => (path === here ? "page" : "true");
  return (
    <nav class="places" aria-label={title}>
      {places.map((place) => (
        <a
          href={place.path}
          aria-current={around.includes(place) && place.path.length === nearest ? currentOf(place.path) : undefined}
        >
          {place.title}
        </a>
      ))}
    </nav>
  );
};
