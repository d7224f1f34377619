import type { Risk } from "../model.ts";

/** What stands beside a permission that can do harm, on the pages for developers. */
export const riskWords: Readonly<Record<Risk, string | undefined>> = { low: undefined, medium: "Sensitive", high: "High risk" };

/** The same as a message. */
export const riskKeys = {
  low: undefined,
  medium: "consent.medium_risk",
  high: "consent.high_risk",
} as const satisfies Readonly<Record<Risk, string | undefined>>;
