export const directories = {} as const;
