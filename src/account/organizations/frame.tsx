import type { Child } from "hono/jsx";
import type { Deps } from "../../config.ts";
import { type PageOptions, page } from "../../http/page.tsx";
import type { Reader } from "../../http/reader.tsx";
import { useReader } from "../../http/reader.tsx";
import { inWords } from "../moment.tsx";
import { Name } from "../name.tsx";
import { Places } from "../settings/frame.tsx";
import { ORGANIZATIONS, organizationPath } from "./paths.ts";
import type { OrganizationVisit } from "./visit.ts";

const tabs = ["members", "access", "services", "requests", "log"] as const;

/** A page of one organization, under its name and, for owners, the links to its other pages. */
export function organizationPage(
  deps: Deps,
  visit: OrganizationVisit,
  options: Pick<PageOptions, "title" | "status">,
  content: Child,
): Response {
  const { place, reader, user, request } = visit;
  const { t } = reader;
  const places = [
    { path: organizationPath(place.name), title: t("organizations.overview") },
    ...(place.role === "owner"
      ? tabs.map((tab) => ({ path: organizationPath(place.name, tab), title: t(`organizations.${tab}`) }))
      : []),
  ];
  return page(
    deps,
    {
      ...options,
      title: `${options.title} · ${place.displayName.slice(0, 80)}`,
      reader,
      user,
      under: ORGANIZATIONS,
      wide: true,
    },
    <>
      <p class="trail">
        <a href={ORGANIZATIONS}>{t("organizations.back")}</a>
      </p>
      <header class="heading">
        <h1>
          <Name of={place.displayName} />
        </h1>
      </header>
      {places.length > 1 && <Places title={place.displayName} places={places} here={new URL(request.url).pathname} />}
      {content}
    </>,
  );
}

/** When what has ended is refused by every service, the last token having expired: in words. */
export const effectWords = ({ config }: Deps, reader: Reader): string =>
  inWords(config.maxAccessTokenSeconds + config.skewSeconds, reader);

/** What was done, or why it was not. */
export const Done = ({ children, mark = "ok" }: { children?: Child; mark?: "ok" | "bad" }) => (
  <div class={`notice ${mark}`} role={mark === "ok" ? "status" : "alert"}>
    <p>{children}</p>
  </div>
);

/** A search by name. */
export const SearchBox = ({ action, value }: { action: string; value: string }) => {
  const { t } = useReader();
  return (
    <form method="get" action={action} class="search">
      <div class="field grows">
        <label for="q">{t("organizations.search_for")}</label>
        <input type="text" id="q" name="q" value={value} maxlength={MAX_SEARCH} autocomplete="off" />
      </div>
      <button type="submit" class="quiet">
        {t("organizations.search")}
      </button>
    </form>
  );
};

const MAX_SEARCH = 100;

export const searchOf = (text: string | undefined): string => (text ?? "").trim().slice(0, MAX_SEARCH);

/** The same for every list that has nothing to show. */
export const Nothing = ({ title, text, all }: { title: string; text: string; all?: string | undefined }) => (
  <section class="sheet">
    <h2>{title}</h2>
    <p>{text}</p>
    {all !== undefined && (
      <p>
        <a href={all}>{useReader().t("organizations.everything")}</a>
      </p>
    )}
  </section>
);

/** Links to the pages before and after this one, which keep the search. */
export const Pages = ({
  path,
  page: current,
  hasMore,
  keep = {},
}: {
  path: string;
  page: number;
  hasMore: boolean;
  keep?: Readonly<Record<string, string>>;
}) => {
  const { t } = useReader();
  const to = (number: number) => {
    const kept = Object.entries(keep).filter(([, value]) => value !== "");
    return `${path}?${new URLSearchParams([...kept, ["page", String(number)]])}`;
  };
  if (current === 0 && !hasMore) return null;
  return (
    <nav class="row apart pages" aria-label={t("organizations.pages")}>
      {current > 0 ? <a href={to(current)}>{t("organizations.previous_page")}</a> : <span />}
      {hasMore && <a href={to(current + 2)}>{t("organizations.next_page")}</a>}
    </nav>
  );
};
