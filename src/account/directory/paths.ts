export const IDENTITIES = "/settings/account/identities";

/** Where a sign-in at the directory begins. */
export const workPath = (directoryId: string): string => `/sign-in/work/${directoryId}`;
