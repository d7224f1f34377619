import type { DirectorySettings } from "../model.ts";
import { invalidMember, type Place, readers } from "./member.ts";
import { parseIssuer } from "./trustedIssuer.ts";

/** A directory as an operator writes it: the organization by its name, the secret as it is. */
export interface DirectoryDefinition {
  readonly id: string;
  readonly displayName: string;
  readonly issuer: string;
  readonly clientId: string;
  /** Absent: our own key speaks for us (private_key_jwt). */
  readonly clientSecret: string | undefined;
  readonly organization: string | null;
  readonly settings: DirectorySettings;
}

const members = [
  "id",
  "display_name",
  "issuer",
  "client_id",
  "client_secret",
  "organization",
  "domains",
  "scopes",
  "claims",
  "requires",
  "creates_accounts",
  "matches_email",
  "joins",
];

const DOMAIN = /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const CLAIM = /^[\x21-\x7e]{1,100}$/;
const MAX_ITEMS = 100;

const { place, list } = readers(invalidMember);

/**
 * A directory as a seed file and the admin API write it (docs/directories.md).
 * @param path of it in the document that it stands in
 * @throws OAuthError invalid_request, its description the path of the offending member, a colon, and what is wrong with it
 */
export function parseDirectory(value: unknown, path = ""): DirectoryDefinition {
  const directory = place(value, path, members);
  const definition = {
    id: directory.text("id", /^[a-z0-9][a-z0-9-]{0,62}$/, "is not 1 to 63 of a-z, 0-9 and -"),
    displayName: directory.text("display_name", /^.{1,100}$/u, "is longer than 100 characters"),
    issuer: parseIssuer(directory),
    clientId: directory.text("client_id", /^[\x21-\x7e]{1,255}$/, "is not 1 to 255 visible ASCII characters"),
    clientSecret: directory.optionalText("client_secret", /^[\x20-\x7e]{1,512}$/, "is not 1 to 512 ASCII characters"),
    organization: directory.optionalText("organization") ?? null,
    settings: parseSettings(directory),
  };
  checkDirectory(definition, directory);
  return definition;
}

function parseSettings(directory: Place): DirectorySettings {
  const scopes = texts(directory, "scopes", /^[\x21\x23-\x5b\x5d-\x7e]{1,255}$/, "is no scope");
  const claims = parseClaims(directory);
  const requires = parseRequires(directory);
  const joins = parseJoins(directory);
  return {
    domains: parseDomains(directory),
    ...(scopes.length === 0 ? {} : { scopes }),
    ...(claims && { claims }),
    ...(requires && { requires }),
    creates_accounts: directory.flag("creates_accounts"),
    matches_email: directory.flag("matches_email"),
    ...(joins && { joins }),
  };
}

/** Domains of addresses, in small letters and ASCII, as `organizations[].domains` has them too. */
export const parseDomains = (owner: Place): readonly string[] =>
  texts(owner, "domains", DOMAIN, "is not a domain in small letters and its ASCII form");

function parseClaims(directory: Place): DirectorySettings["claims"] {
  if (!directory.has("claims")) return undefined;
  const names = ["subject", "email", "name"] as const;
  const claims = place(directory.value("claims"), directory.pathOf("claims"), names);
  const given = names.filter(claims.has).map((name) => [name, claims.text(name, CLAIM, "is not the name of a claim")]);
  return Object.fromEntries(given);
}

function parseRequires(directory: Place): DirectorySettings["requires"] {
  const value = directory.value("requires");
  if (value === undefined) return undefined;
  const names = typeof value === "object" && value !== null ? Object.keys(value) : [];
  const requires = place(value, directory.pathOf("requires"), names);
  const wrong = names.find((name) => !CLAIM.test(name));
  if (wrong !== undefined) throw invalidMember(requires.pathOf(wrong), "is not the name of a claim");
  return Object.fromEntries(names.map((name) => [name, requires.text(name)]));
}

function parseJoins(directory: Place): DirectorySettings["joins"] {
  if (!directory.has("joins")) return undefined;
  const joins = place(directory.value("joins"), directory.pathOf("joins"), ["claim", "member", "owner"]);
  const [member, owner] = ["member", "owner"].map((name) => texts(joins, name, /^.{1,255}$/u, "is longer than 255 characters"));
  if (!member?.length && !owner?.length) throw invalidMember(joins.pathOf("member"), "is missing, or owner: nobody would join");
  return {
    claim: joins.text("claim", CLAIM, "is not the name of a claim"),
    ...(member?.length ? { member } : {}),
    ...(owner?.length ? { owner } : {}),
  };
}

function texts(owner: Place, name: string, pattern: RegExp, problem: string): readonly string[] {
  const items = list(owner, name, (item, at) => {
    if (typeof item !== "string" || !pattern.test(item)) throw invalidMember(at, problem);
    return item;
  });
  if (items.length > MAX_ITEMS) throw invalidMember(owner.pathOf(name), `holds more than ${MAX_ITEMS}`);
  const twice = items.findIndex((item, index) => items.indexOf(item) !== index);
  if (twice !== -1) throw invalidMember(`${owner.pathOf(name)}[${twice}]`, "is there twice");
  return items;
}

/** What would let in more people than anybody meant. */
function checkDirectory({ issuer, organization, settings }: DirectoryDefinition, { pathOf }: Place): void {
  if (isForTenants(issuer) && settings.requires?.["tid"] === undefined)
    throw invalidMember(pathOf("requires.tid"), "is missing: this issuer speaks for every tenant");
  if (issuer === GOOGLE && settings.requires?.["hd"] === undefined)
    throw invalidMember(pathOf("requires.hd"), "is missing: this issuer speaks for everybody's account");
  if (settings.creates_accounts && settings.domains.length === 0)
    throw invalidMember(pathOf("domains"), "is empty, but creates_accounts makes accounts for addresses in them alone");
  if (settings.matches_email && settings.domains.length === 0)
    throw invalidMember(pathOf("domains"), "is empty, but matches_email finds people by addresses in them alone");
  if (settings.joins !== undefined && organization === null)
    throw invalidMember(pathOf("organization"), "is missing: joins says who becomes a member of it");
}

const GOOGLE = "https://accounts.google.com";

/** Entra ID's issuers for many tenants, whose metadata has a placeholder where the tenant's id belongs. */
const TENANTS =
  /^(https:\/\/login\.(?:microsoftonline\.(?:com|us)|partner\.microsoftonline\.cn))\/(?:common|organizations)\/v2\.0$/;
const PLACEHOLDER = "{tenantid}";

const isForTenants = (issuer: string): boolean => TENANTS.test(issuer);

/** What the metadata of the directory has to call itself. */
export const metadataIssuer = (issuer: string): string => issuer.replace(TENANTS, `$1/${PLACEHOLDER}/v2.0`);

/** What its ID tokens have to call it, by what its metadata does: of an issuer for many, the one tenant that it stands for. */
export const tokenIssuer = (issuer: string, { requires }: Pick<DirectorySettings, "requires">): string =>
  issuer.replace(PLACEHOLDER, requires?.["tid"] ?? PLACEHOLDER);
