import type { Risk } from "../model.ts";

/** What stands beside a permission that can do harm. */
export const riskWords: Readonly<Record<Risk, string | undefined>> = { low: undefined, medium: "Sensitive", high: "High risk" };
