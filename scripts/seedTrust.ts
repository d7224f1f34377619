/** The issuers that a seed file trusts, and what it calls people by at other issuers. Pure. */
import { parseIssuer, parseTrustedIssuer as parseTrust, type TrustDefinition } from "../src/rules/trustedIssuer.ts";
import { parsedBy, place } from "./seedMember.ts";

export interface SeedIdentity {
  readonly path: string;
  readonly issuer: string;
  readonly subject: string;
}

export type SeedTrustedIssuer = TrustDefinition & { readonly path: string };

export function parseIdentity(value: unknown, path: string): SeedIdentity {
  const identity = place(value, path, ["issuer", "subject"]);
  return {
    path,
    issuer: parsedBy(() => parseIssuer(identity), value, path),
    subject: identity.text("subject", /^.{1,255}$/u, "is longer than 255 characters"),
  };
}

export const parseTrustedIssuer = (value: unknown, path: string): SeedTrustedIssuer => ({
  path,
  ...parsedBy(parseTrust, value, path),
});
