import type { Translation } from "../catalogue.ts";
import type { front as english } from "../en/front.ts";

export const front: Translation<typeof english> = {};
