import type { MessageKey, Translate } from "../messages/translate.ts";
import type { OrganizationReach } from "../model.ts";
import type { Access } from "../rules/organizations.ts";

/** How an organization stands to a service, in a word, a colour and a sentence. */
export interface AccessWords {
  readonly label: string;
  readonly mark: "ok" | "warn" | "bad";
  readonly detail: string;
}

export function accessWords(access: Access, { policy, decision }: OrganizationReach, t: Translate): AccessWords {
  switch (access) {
    case "allowed":
      return {
        label: t("consent.allowed"),
        mark: "ok",
        detail: t(decision === "approved" ? "consent.owners_approved" : openTo[policy]),
      };
    case "needs_approval":
      return {
        label: t("consent.needs_approval"),
        mark: "warn",
        detail: t(decision === "requested" ? "consent.owners_asked" : "consent.stays_closed"),
      };
    case "refused":
      return {
        label: t("consent.refused"),
        mark: "bad",
        detail: t(decision === "denied" ? "consent.owners_refused" : "consent.lets_none"),
      };
  }
}

const openTo = {
  all: "consent.lets_all",
  verified: "consent.lets_verified",
  approved: "consent.owners_approved",
  none: "consent.lets_none",
} as const satisfies Readonly<Record<OrganizationReach["policy"], MessageKey>>;
