import type { Translation } from "../catalogue.ts";
import type { device as english } from "../en/device.ts";

export const device: Translation<typeof english> = {};
