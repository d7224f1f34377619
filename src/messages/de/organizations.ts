import type { Translation } from "../catalogue.ts";
import type { organizations as english } from "../en/organizations.ts";

export const organizations: Translation<typeof english> = {};
