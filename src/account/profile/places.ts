/** The pages of `/settings/account`. */
export const ACCOUNT = "/settings/account";
export const EMAIL = `${ACCOUNT}/email`;
export const PASSWORD = `${ACCOUNT}/password`;
export const EXPORT = `${ACCOUNT}/export`;
export const DELETE = `${ACCOUNT}/delete`;
