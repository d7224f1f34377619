export const authorizations = {} as const;
