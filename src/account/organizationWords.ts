import type { OrganizationReach } from "../model.ts";
import type { Access } from "../rules/organizations.ts";

/** How an organization stands to a service, in a word, a colour and a sentence. */
export interface AccessWords {
  readonly label: string;
  readonly mark: "ok" | "warn" | "bad";
  readonly detail: string;
}

export function accessWords(access: Access, { policy, decision }: OrganizationReach): AccessWords {
  switch (access) {
    case "allowed":
      return {
        label: "Allowed",
        mark: "ok",
        detail: decision === "approved" ? "Its owners approved this service." : openTo[policy],
      };
    case "needs_approval":
      return {
        label: "Needs approval",
        mark: "warn",
        detail:
          decision === "requested"
            ? "Its owners have been asked. Until they approve this service, it stays closed."
            : "Stays closed until its owners approve this service.",
      };
    case "refused":
      return {
        label: "Refused",
        mark: "bad",
        detail: decision === "denied" ? "Its owners refused this service." : "It lets no outside service in.",
      };
  }
}

const openTo: Readonly<Record<OrganizationReach["policy"], string>> = {
  all: "Its policy lets in every service that its members approve.",
  verified: "Its policy lets in services of verified publishers.",
  approved: "Its owners approved this service.",
  none: "It lets no outside service in.",
};
