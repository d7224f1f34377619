import { eq } from "drizzle-orm";
import type { Deps } from "../config.ts";
import type { TrustedIssuer } from "../model.ts";
import { columns, transact } from "./database.ts";
import { remember } from "./memory.ts";
import { organizations, trustedIssuers } from "./schema.ts";

/** What this isolate remembers them under. */
export const TRUSTED_ISSUERS_KEY = "trusted issuers";

/**
 * An issuer that we trust, as of `config.cacheSeconds` ago at most; undefined for any other. They are remembered all together, so
 * that no trip answers to whoever makes up issuers.
 */
export const findTrustedIssuer = async (deps: Deps, issuer: string): Promise<TrustedIssuer | undefined> =>
  (await loadTrustedIssuers(deps)).find((trusted) => trusted.issuer === issuer);

const loadTrustedIssuers = (deps: Deps): Promise<readonly TrustedIssuer[]> =>
  remember(deps, TRUSTED_ISSUERS_KEY, async () => {
    const [rows] = await transact(deps.db, (db) => [
      db
        .select({ trust: columns(trustedIssuers), organization: organizations.name })
        .from(trustedIssuers)
        .leftJoin(organizations, eq(organizations.id, trustedIssuers.organizationId))
        .orderBy(trustedIssuers.issuer),
    ]);
    return rows.map(({ trust, organization }) => ({
      issuer: trust.issuer,
      purposes: trust.purposes,
      jwks: trust.jwks,
      jwksUri: trust.jwksUri,
      organization:
        trust.organizationId === null || organization === null
          ? null
          : { organizationId: trust.organizationId, name: organization },
      matchesEmail: trust.matchesEmail,
      tenant: trust.tenant,
      clients: trust.clients,
      scopes: trust.scopes,
    }));
  });
