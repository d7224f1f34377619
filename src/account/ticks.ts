import { OAuthError } from "../errors.ts";
import type { Parameters } from "../http/form.ts";
import type { Lifetime } from "../model.ts";

/** Fields of the approval form that may be there more than once. */
export const repeatedFields = ["scope", "claim", "detail", "organization", "approve_for"] as const;

/** What was ticked on the approval page when its form came back. */
export interface Ticks {
  readonly scopes: readonly string[];
  readonly claims: readonly string[];
  /** Canonical JSON of elements of `authorization_details`. */
  readonly details: readonly string[];
  /** `none` where there was nothing to choose from. */
  readonly reach: "all" | "chosen" | "none";
  readonly organizations: readonly string[];
  /** Of the person's own organizations, those that they approve the service for as an owner. */
  readonly approvedFor: readonly string[];
  readonly lifetime: Lifetime;
}

const lifetimes: readonly Lifetime[] = ["once", "30_days", "until_revoked"];

/**
 * A field that is missing or unknown ticks nothing; without a lifetime the approval is good until it is revoked.
 * @throws OAuthError invalid_request for a lifetime that there is not
 */
export function ticksOf(form: Parameters): Ticks {
  const reach = form.find("reach");
  const asked = form.find("lifetime");
  const lifetime = lifetimes.find((known) => known === (asked ?? "until_revoked"));
  if (lifetime === undefined) throw new OAuthError("invalid_request", "lifetime must be once, 30_days or until_revoked.");
  return {
    scopes: form.all("scope"),
    claims: form.all("claim"),
    details: form.all("detail"),
    reach: reach === "all" || reach === "none" ? reach : "chosen",
    organizations: form.all("organization"),
    approvedFor: form.all("approve_for"),
    lifetime,
  };
}
