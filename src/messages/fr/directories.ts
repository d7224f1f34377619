import type { Translation } from "../catalogue.ts";
import type { directories as english } from "../en/directories.ts";

export const directories: Translation<typeof english> = {};
