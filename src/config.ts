import { OAuthError } from "./errors.ts";
import { type Brand, type BrandVariables, parseBrand } from "./rules/brandSettings.ts";

/** The Worker's bindings (wrangler.toml). */
export interface Env extends BrandVariables {
  readonly DB: D1Database;
  readonly KV: KVNamespace;
  readonly ISSUER?: string;
  readonly MASTER_SECRET?: string;
  readonly OPERATOR?: string;
  readonly MTLS_ORIGIN?: string;
  readonly REQUIRE_PUSHED_AUTHORIZATION_REQUESTS?: string;
  readonly REQUIRE_DPOP_NONCE?: string;
  readonly CLIENT_ID_METADATA_DOCUMENTS?: string;
  readonly REGISTRATION?: string;
  readonly LENIENT_REGISTRATION?: string;
  readonly OPERATOR_EMAIL?: string;
  readonly EMAIL?: string;
  readonly EMAIL_FROM?: string;
  readonly EMAIL_API_FORMAT?: string;
  readonly EMAIL_API_URL?: string;
  readonly EMAIL_API_TOKEN?: string;
  readonly SEND_EMAIL?: SendEmail;
}

/** What takes our e-mails by HTTP; each wants its JSON in another shape (mail/httpApi.ts). */
export type EmailApiFormat = "resend" | "postmark" | "sendgrid";

/**
 * How e-mails leave: by Cloudflare's `send_email` binding, by a provider's HTTP API, not at all but onto a page of ours (development),
 * or, `off`, not at all, which the log complains about.
 */
export type EmailTransport =
  | { readonly kind: "off" }
  | { readonly kind: "mailbox" }
  | { readonly kind: "cloudflare"; readonly from: string }
  | {
      readonly kind: "api";
      readonly from: string;
      readonly format: EmailApiFormat;
      readonly url: string;
      readonly token: string;
    };

/** What stays the same for the life of an isolate; durations in seconds. */
export interface Config {
  readonly issuer: string;
  readonly operator: string;
  /** Where people's reports of services go; null where /admin/reports alone has them. */
  readonly operatorEmail: string | null;
  readonly brand: Brand;
  /** The host at which Cloudflare asks for client certificates (RFC 8705 section 5); null where it does nowhere. */
  readonly mtlsOrigin: string | null;
  /** Whether every client must push its authorization requests (RFC 9126 section 5). */
  readonly requirePushedAuthorizationRequests: boolean;
  /** Whether a DPoP proof must hold a nonce of ours (RFC 9449 section 8). */
  readonly requireDpopNonce: boolean;
  /** Whether the address of a document that describes a client is a `client_id` here. */
  readonly clientIdMetadataDocuments: boolean;
  /** Who may register a client (RFC 7591 section 3): anybody, holders of an initial access token, or nobody. */
  readonly registration: "open" | "closed" | "off";
  /** Whether clients that register themselves and authenticate may do without PKCE, and name the token endpoint in assertions. */
  readonly lenientRegistration: boolean;
  readonly email: EmailTransport;
  /** 32 bytes or more; every key of ours is derived from it (tokens/secret.ts). */
  readonly masterSecret: string;
  /** True unless the issuer is plain http, which only a loopback host may be. */
  readonly secure: boolean;
  readonly codeSeconds: number;
  readonly pushedRequestSeconds: number;
  readonly deviceCodeSeconds: number;
  readonly accessTokenSeconds: number;
  /** No resource may ask for more; a revocation mark lives this long, and the skew. */
  readonly maxAccessTokenSeconds: number;
  readonly skewSeconds: number;
  readonly refreshIdleSeconds: number;
  readonly refreshAbsoluteSeconds: number;
  readonly sessionSeconds: number;
  readonly interactionSeconds: number;
  /** How long an isolate keeps clients, resources and keys without asking D1 again. */
  readonly cacheSeconds: number;
  readonly keyLifetimeSeconds: number;
}

/** Everything that a handler may reach; the one seam that tests replace. */
export interface Deps {
  readonly config: Config;
  readonly db: D1Database;
  readonly kv: KVNamespace;
  readonly now: () => number;
  readonly random: (bytes: number) => Uint8Array<ArrayBuffer>;
  readonly fetch: typeof fetch;
  /** Cloudflare's way out for e-mails, where there is one. */
  readonly sendEmail: SendEmail | null;
  /** What this isolate remembers: loaded rows and imported keys, each with its own expiry. */
  readonly memory: Map<string, { readonly value: unknown; readonly expiresAt: number }>;
}

const MINUTE = 60;
const DAY = 24 * 60 * MINUTE;

/** Normalises the environment; throws with the variable's name, so that a bad deployment fails at its first request. */
export function parseConfig(env: Env): Config {
  const issuer = parseIssuer(env.ISSUER);
  const masterSecret = env.MASTER_SECRET ?? "";
  if (masterSecret.length < 43)
    throw misconfigured("MASTER_SECRET must hold at least 256 random bits in base64url (43 characters)");
  return {
    issuer: issuer.origin,
    mtlsOrigin: parseMtlsOrigin(env.MTLS_ORIGIN),
    requirePushedAuthorizationRequests: parseFlag(env, "REQUIRE_PUSHED_AUTHORIZATION_REQUESTS"),
    requireDpopNonce: parseFlag(env, "REQUIRE_DPOP_NONCE"),
    clientIdMetadataDocuments: parseFlag(env, "CLIENT_ID_METADATA_DOCUMENTS", "true"),
    registration: parseRegistrationMode(env.REGISTRATION),
    lenientRegistration: parseFlag(env, "LENIENT_REGISTRATION"),
    email: parseEmail(env, issuer.protocol === "http:"),
    operator: env.OPERATOR ?? "Countersign",
    operatorEmail: parseOperatorEmail(env.OPERATOR_EMAIL),
    brand: parseBrand(env, misconfigured),
    masterSecret,
    secure: issuer.protocol === "https:",
    codeSeconds: MINUTE,
    pushedRequestSeconds: MINUTE,
    deviceCodeSeconds: 10 * MINUTE,
    accessTokenSeconds: 5 * MINUTE,
    maxAccessTokenSeconds: 60 * MINUTE,
    skewSeconds: MINUTE,
    refreshIdleSeconds: 30 * DAY,
    refreshAbsoluteSeconds: 365 * DAY,
    sessionSeconds: 14 * DAY,
    interactionSeconds: 30 * MINUTE,
    cacheSeconds: MINUTE,
    keyLifetimeSeconds: 90 * DAY,
  };
}

function parseIssuer(text: string | undefined): URL {
  if (text === undefined || !URL.canParse(text)) throw misconfigured("ISSUER must be an absolute URL");
  const url = new URL(text);
  const loopback = url.hostname === "localhost" || url.hostname === "127.0.0.1" || url.hostname === "[::1]";
  if (url.protocol !== "https:" && !(url.protocol === "http:" && loopback))
    throw misconfigured("ISSUER must begin with https:// (http:// only on localhost)");
  if (text !== url.origin) throw misconfigured(`ISSUER must be a bare origin such as ${url.origin}`);
  return url;
}

function parseMtlsOrigin(text: string | undefined): string | null {
  if (text === undefined || text === "") return null;
  if (!URL.canParse(text) || new URL(text).origin !== text || !text.startsWith("https://"))
    throw misconfigured("MTLS_ORIGIN must be a bare https origin such as https://mtls.id.example");
  return text;
}

function parseOperatorEmail(text: string | undefined): string | null {
  if (text === undefined || text === "") return null;
  if (!/^[^\s@]+@[^\s@]+$/.test(text)) throw misconfigured("OPERATOR_EMAIL must be an e-mail address");
  return text;
}

function parseRegistrationMode(text = "closed"): Config["registration"] {
  if (text !== "open" && text !== "closed" && text !== "off") throw misconfigured("REGISTRATION must be open, closed or off");
  return text;
}

const apiUrls: Readonly<Record<EmailApiFormat, string>> = {
  resend: "https://api.resend.com/emails",
  postmark: "https://api.postmarkapp.com/email",
  sendgrid: "https://api.sendgrid.com/v3/mail/send",
};

/** @param local whether the issuer is on this machine, where alone everybody may read everybody's e-mails */
function parseEmail(env: Env, local: boolean): EmailTransport {
  const kind = env.EMAIL ?? "off";
  if (kind === "off") return { kind };
  if (kind === "mailbox") {
    if (!local) throw misconfigured("EMAIL may be mailbox only where ISSUER is on localhost: anybody can read a mailbox");
    return { kind };
  }
  if (kind !== "cloudflare" && kind !== "api") throw misconfigured("EMAIL must be cloudflare, api, mailbox or off");
  const from = env.EMAIL_FROM ?? "";
  if (!/^[\w.+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i.test(from))
    throw misconfigured("EMAIL_FROM must be the address that e-mails come from, such as no-reply@id.example");
  if (kind === "cloudflare") {
    if (env.SEND_EMAIL === undefined) throw misconfigured("EMAIL is cloudflare, but there is no send_email binding SEND_EMAIL");
    return { kind, from };
  }
  const format = env.EMAIL_API_FORMAT ?? "";
  if (!isApiFormat(format)) throw misconfigured(`EMAIL_API_FORMAT must be one of ${Object.keys(apiUrls).join(", ")}`);
  const url = env.EMAIL_API_URL ?? apiUrls[format];
  if (!URL.canParse(url) || !url.startsWith("https://")) throw misconfigured("EMAIL_API_URL must begin with https://");
  const token = env.EMAIL_API_TOKEN ?? "";
  if (token === "") throw misconfigured("EMAIL_API_TOKEN is missing: the token of the provider that EMAIL_API_FORMAT names");
  return { kind, from, format, url, token };
}

const isApiFormat = (text: string): text is EmailApiFormat => Object.hasOwn(apiUrls, text);

type Flag =
  | "REQUIRE_PUSHED_AUTHORIZATION_REQUESTS"
  | "REQUIRE_DPOP_NONCE"
  | "CLIENT_ID_METADATA_DOCUMENTS"
  | "LENIENT_REGISTRATION";

function parseFlag(env: Env, name: Flag, otherwise: "true" | "false" = "false"): boolean {
  const text = env[name] ?? otherwise;
  if (text !== "true" && text !== "false") throw misconfigured(`${name} must be true or false`);
  return text === "true";
}

const misconfigured = (reason: string) =>
  new OAuthError("server_error", "The server is not configured correctly.", { reason: `Configuration: ${reason}` });

const known = new WeakMap<Env, Deps>();

/** The dependencies of this isolate; made once per environment. */
export function loadDeps(env: Env): Deps {
  const found = known.get(env);
  if (found) return found;
  const deps: Deps = {
    config: parseConfig(env),
    db: env.DB,
    kv: env.KV,
    now: () => Date.now(),
    random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
    fetch: (input, init) => fetch(input, init),
    sendEmail: env.SEND_EMAIL ?? null,
    memory: new Map(),
  };
  known.set(env, deps);
  return deps;
}
