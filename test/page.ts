/** What a browser is showing, or where it was sent outside of our origin; and what a test reads in it: its forms, its words. */
export interface Page {
  readonly status: number;
  readonly url: string;
  readonly headers: Headers;
  readonly text: string;
}

/** The fields that a browser would send for the page's first form that posts to this action if nothing were typed. */
export function fieldsOf(page: Page, action: string): Record<string, string | string[]> {
  const content = [...page.text.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gs)].find(
    ([, tag = ""]) => attribute(tag, "action") === action && attribute(tag, "method") !== "get",
  )?.[2];
  if (content === undefined)
    throw new Error(`no form to ${action} on ${page.url} (${page.status}): ${textOf(page).slice(0, 400)}`);
  const fields: Record<string, string | string[]> = {};
  for (const [, tag = ""] of content.matchAll(/<input\b([^>]*)>/g)) {
    const name = attribute(tag, "name");
    const type = attribute(tag, "type");
    const off = (type === "checkbox" || type === "radio") && !/\schecked\b/.test(tag);
    if (name === undefined || off || /\sdisabled\b/.test(tag) || type === "submit") continue;
    const value = attribute(tag, "value") ?? (type === "checkbox" ? "on" : "");
    fields[name] = name in fields ? [fields[name] ?? "", value].flat() : value;
  }
  return fields;
}

const attribute = (tag: string, name: string): string | undefined => {
  const value = new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1];
  return value?.replace(/&(amp|lt|gt|quot|#39);/g, (_, entity: string) => entities[entity] ?? "");
};

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };

/** What a person reads on the page. */
export const textOf = (page: Page): string =>
  page.text
    .replace(/<head>.*?<\/head>/s, "")
    .replace(/<[^>]+>/g, " ")
    .replace(/&(amp|lt|gt|quot|#39);/g, (_, entity: string) => entities[entity] ?? "")
    .replace(/\s+/g, " ")
    .trim();
