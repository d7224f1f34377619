import { onNode24 } from "./install.mjs";

if (await onNode24()) await import("./seed.ts");
