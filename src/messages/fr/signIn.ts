import type { Translation } from "../catalogue.ts";
import type { signIn as english } from "../en/signIn.ts";

export const signIn: Translation<typeof english> = {};
