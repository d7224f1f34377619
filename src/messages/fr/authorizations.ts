import type { Translation } from "../catalogue.ts";
import type { authorizations as english } from "../en/authorizations.ts";

export const authorizations: Translation<typeof english> = {};
