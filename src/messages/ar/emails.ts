import type { Translation } from "../catalogue.ts";
import type { emails as english } from "../en/emails.ts";

export const emails: Translation<typeof english> = {};
