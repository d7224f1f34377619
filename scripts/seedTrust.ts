/** The issuers that a seed file trusts, and what it calls people by at other issuers. Pure. */
import { parseIssuer, parseTrustedIssuer as parseTrust, type TrustDefinition } from "../src/rules/trustedIssuer.ts";
import { parsedBy, place, refuse } from "./seedMember.ts";
import { upsert } from "./seedSql.ts";

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

/**
 * The issuer's row. A client whose id is the address of its document is known once it has come, and may be named before.
 * @param organizationId of the organization that it names
 */
export function trustRow(
  { path, organization: _, clients, scopes, ...trust }: SeedTrustedIssuer,
  organizationId: string | null,
  clientIds: ReadonlySet<unknown>,
  at: number,
): string {
  const unknown = (clients ?? []).findIndex((clientId) => !clientIds.has(clientId) && !clientId.startsWith("https://"));
  if (unknown !== -1) throw refuse(`${path}.clients[${unknown}]`, `there is no client ${clients?.[unknown]}`);
  return upsert("trusted_issuers", {
    issuer: trust.issuer,
    purposes: JSON.stringify(trust.purposes),
    jwks: trust.jwks == null ? null : JSON.stringify(trust.jwks),
    jwks_uri: trust.jwksUri,
    organization_id: organizationId,
    matches_email: Number(trust.matchesEmail),
    tenant: trust.tenant,
    clients: clients === null ? null : JSON.stringify(clients),
    scopes: scopes === null ? null : JSON.stringify(scopes),
    created_at: at,
    updated_at: at,
  });
}
