/**
 * Pages of a person's own, which sign-in may lead back to. Ids in them are of letters that mean nothing in a URL, save that of a service
 * that somebody reports, which may be an address itself.
 */
const PATH =
  /^\/settings\/(?:(?:authorizations|security|account|organizations)(?:\/[\w-]{1,100}){0,3}|organizations\/join\/[\w-]{1,1000}|developer(?:\/[\w-]{1,100}){0,2})$|^\/report\/(?!(?:\.|%2[eE])+$)[\w.~%-]{1,2048}$/;

/** Addresses that only take a form, each with the end of the page that has it: whoever sent one signed out comes back to that. */
const forms: readonly (readonly [form: RegExp, page: string])[] = [
  [/(?<=^\/settings\/security\/recovery-codes)\/file$/, ""],
  [/(?<=^\/settings\/organizations\/[\w-]{1,100}\/)invitations$/, "members"],
];

/** The path that sign-in goes on to: the one asked for, if it is a page of the person's settings, else the list of authorizations. */
export function settingsPath(asked: string | undefined): string {
  if (asked === undefined || !PATH.test(asked)) return "/settings/authorizations";
  return forms.reduce((path, [form, page]) => path.replace(form, page), asked);
}
