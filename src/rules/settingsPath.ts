/**
 * Pages of a person's own, which sign-in may lead back to. Ids in them are of letters that mean nothing in a URL, save that of a service
 * that somebody reports, which may be an address itself.
 */
const PATH =
  /^\/settings\/(?:(?:authorizations|security|account|organizations)(?:\/[\w-]{1,100}){0,3}|organizations\/join\/[\w-]{1,1000}|developer(?:\/[\w-]{1,100}){0,2})$|^\/report\/(?!(?:\.|%2[eE])+$)[\w.~%-]{1,2048}$/;

/** The path that sign-in goes on to: the one asked for, if it is a page of the person's settings, else the list of authorizations. */
export const settingsPath = (asked: string | undefined): string =>
  asked !== undefined && PATH.test(asked) ? asked : "/settings/authorizations";
