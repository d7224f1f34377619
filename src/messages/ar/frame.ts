import type { Translation } from "../catalogue.ts";
import type { frame as english } from "../en/frame.ts";

export const frame: Translation<typeof english> = {};
