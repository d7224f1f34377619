import type { Parameters } from "../http/form.ts";

/** What was ticked on the approval page when its form came back. */
export interface Ticks {
  readonly scopes: readonly string[];
  readonly claims: readonly string[];
  /** Canonical JSON of elements of `authorization_details`. */
  readonly details: readonly string[];
  /** `none` where there was nothing to choose from. */
  readonly reach: "all" | "chosen" | "none";
  readonly organizations: readonly string[];
}

/** A field that is missing or unknown ticks nothing. */
export function ticksOf(form: Parameters): Ticks {
  const reach = form.find("reach");
  return {
    scopes: form.all("scope"),
    claims: form.all("claim"),
    details: form.all("detail"),
    reach: reach === "all" || reach === "none" ? reach : "chosen",
    organizations: form.all("organization"),
  };
}
