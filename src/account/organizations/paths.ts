export const ORGANIZATIONS = "/settings/organizations";

/** The path of one of an organization's pages. */
export const organizationPath = (name: string, page = ""): string =>
  `${ORGANIZATIONS}/${encodeURIComponent(name)}${page === "" ? "" : `/${page}`}`;
