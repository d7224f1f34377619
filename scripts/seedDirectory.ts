/** The directories of a seed file, at which people sign in with their work accounts. */
import { type DirectoryDefinition, parseDirectory as parse } from "../src/rules/directory.ts";
import { seal, unseal } from "../src/tokens/secret.ts";
import type { Row } from "./database.ts";
import { parsedBy, refuse } from "./seedMember.ts";
import { upsert } from "./seedSql.ts";

export type SeedDirectory = DirectoryDefinition & { readonly path: string };

export const parseDirectory = (value: unknown, path: string): SeedDirectory => ({ path, ...parsedBy(parse, value, path) });

/**
 * The directory's row. A secret that is the present one stays as it is sealed; without one the present one stays.
 * @param existing every directory that the database has
 * @param organizationId of the organization that it names
 */
export async function directoryRow(
  directory: SeedDirectory,
  existing: readonly Row[],
  organizationId: string | null,
  at: number,
  masterSecret: string | undefined,
): Promise<string> {
  const { path, id, settings } = directory;
  for (const [index, domain] of settings.domains.entries()) {
    const other = existing.find((row) => row["id"] !== id && domainsOf(row).includes(domain));
    if (other !== undefined) throw refuse(`${path}.domains[${index}]`, `is ${domain}, which the directory ${other["id"]} has`);
  }
  const present = existing.find((row) => row["id"] === id)?.["sealed_secret"];
  return upsert("directories", {
    id,
    display_name: directory.displayName,
    issuer: directory.issuer,
    client_id: directory.clientId,
    sealed_secret: await sealedSecret(directory, typeof present === "string" ? present : null, masterSecret),
    settings: JSON.stringify(settings),
    organization_id: organizationId,
    created_at: at,
    updated_at: at,
  });
}

const domainsOf = (row: Row): readonly string[] => (JSON.parse(String(row["settings"])) as { domains: string[] }).domains;

async function sealedSecret(
  { path, clientSecret }: SeedDirectory,
  present: string | null,
  masterSecret: string | undefined,
): Promise<string | null> {
  if (clientSecret === undefined) return present;
  if (masterSecret === undefined)
    throw refuse(
      `${path}.client_secret`,
      "is kept encrypted: set the environment variable MASTER_SECRET to the one of the server",
    );
  const random = (bytes: number) => crypto.getRandomValues(new Uint8Array(bytes));
  const sealer = { config: { masterSecret }, random, memory: new Map() };
  if (present !== null && (await unseal(sealer, "directory", present)) === clientSecret) return present;
  return seal(sealer, "directory", clientSecret);
}
