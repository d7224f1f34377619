import type { Translation } from "../catalogue.ts";
import type { consent as english } from "../en/consent.ts";

export const consent: Translation<typeof english> = {};
