import type { Translation } from "../catalogue.ts";
import type { security as english } from "../en/security.ts";

export const security: Translation<typeof english> = {};
