/** What is wrong with what a developer typed about a service, beyond what the specifications say of it. */
import { mend } from "./mending.ts";
import { redirectUriProblem } from "./redirectUri.ts";
import { developerGrantTypes, type KindDefaults, type ServiceKind } from "./serviceKind.ts";

/** The fields of the form, as they were typed. */
export interface ServiceFields {
  readonly kind: ServiceKind;
  readonly client_name: string;
  readonly client_uri: string;
  readonly policy_uri: string;
  readonly tos_uri: string;
  readonly logo_uri: string;
  /** One a line. */
  readonly contacts: string;
  /** One a line. */
  readonly redirect_uris: string;
  readonly scope: readonly string[];
  /** None: those that suit the kind. */
  readonly grant_types: readonly string[];
  /** Empty: the one that suits the kind. */
  readonly token_endpoint_auth_method: string;
  readonly jwks: string;
  readonly jwks_uri: string;
  readonly dpop_bound_access_tokens: boolean;
  readonly require_pushed_authorization_requests: boolean;
  readonly require_signed_request_object: boolean;
}

export type ServiceField = keyof ServiceFields;

/** What is wrong with a field; with `line` where it is one of several lines. */
export interface ServiceProblem {
  readonly field: ServiceField;
  readonly line?: { readonly number: number; readonly text: string };
  readonly words: string;
}

const authenticationMethods = [
  "client_secret_basic",
  "client_secret_post",
  "client_secret_jwt",
  "private_key_jwt",
  "none",
] as const;

const MAX_LINES = 50;
const MAX_CONTACTS = 5;
const MAX_NAME = 80;
const MAX_KEYS = 32 * 1024;

/** The lines of a field, numbered as they were typed; empty ones are nothing. */
export const linesOf = (text: string): readonly { readonly number: number; readonly text: string }[] =>
  text.split(/\r\n|\r|\n/).flatMap((line, index) => (line.trim() === "" ? [] : [{ number: index + 1, text: line.trim() }]));

/** All that is wrong with the fields by themselves. */
export const fieldProblems = (fields: ServiceFields, defaults: KindDefaults, ours: OurPlace): readonly ServiceProblem[] => [
  ...sizeProblems(fields),
  ...uriProblems(fields, defaults, ours),
  ...choiceProblems(fields),
];

/** Our origin, and the redirect URIs that are registered, of which one of ours may be for trials. */
interface OurPlace {
  readonly origin: string;
  readonly registered: readonly string[];
}

/** Each line by itself, so that a person mends all of them at once. */
function uriProblems(
  { redirect_uris }: ServiceFields,
  { application_type }: KindDefaults,
  ours: OurPlace,
): readonly ServiceProblem[] {
  return linesOf(redirect_uris).flatMap((line) => {
    const problem = redirectUriProblem(line.text, application_type);
    const words = problem === undefined ? trap(line.text, ours) : mend("redirect_uris[0]", problem);
    return words === undefined ? [] : [{ field: "redirect_uris" as const, line, words }];
  });
}

/** What could be registered, and would do something else than whoever typed it thinks, or than people think who read it. */
function trap(uri: string, { origin, registered }: OurPlace): string | undefined {
  if (registered.includes(uri)) return undefined;
  if (uri.includes("*")) return "A * stands for nothing but itself. List every address by itself.";
  if (new URL(uri).origin === origin)
    return "This is our own address, where nothing of yours answers. A page of ours for trials is under “Try it out”, once the service is registered.";
  return undefined;
}

function sizeProblems(fields: ServiceFields): readonly ServiceProblem[] {
  const problems: ServiceProblem[] = [];
  const tooLong = (field: ServiceField, most: number, what: string) => {
    problems.push({ field, words: `This is more than ${most} ${what}.` });
  };
  if ([...fields.client_name.trim()].length > MAX_NAME) tooLong("client_name", MAX_NAME, "characters");
  if (linesOf(fields.redirect_uris).length > MAX_LINES) tooLong("redirect_uris", MAX_LINES, "addresses");
  if (linesOf(fields.contacts).length > MAX_CONTACTS) tooLong("contacts", MAX_CONTACTS, "contacts");
  for (const line of linesOf(fields.contacts))
    if (!isContact(line.text))
      problems.push({ field: "contacts", line, words: "This is neither an email address nor an https address." });
  return problems;
}

const isContact = (text: string): boolean =>
  text.length <= 254 &&
  (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text) || (/^https:\/\/[\x21-\x7e]+$/.test(text) && URL.canParse(text)));

/** What our pages do not offer, so that it can only have been made up. */
function choiceProblems({ grant_types, token_endpoint_auth_method, kind }: ServiceFields): readonly ServiceProblem[] {
  const foreign = grant_types.some((type) => !developerGrantTypes.some((known) => known === type));
  const method = token_endpoint_auth_method;
  const unknown = method !== "" && !authenticationMethods.some((known) => known === method);
  const shared = kind === "spa" && method !== "" && method !== "none";
  return [
    ...(foreign ? [{ field: "grant_types" as const, words: "One of these is for the operator of this server to allow." }] : []),
    ...(unknown
      ? [{ field: "token_endpoint_auth_method" as const, words: "This way of proving who the service is does not exist here." }]
      : []),
    ...(shared
      ? [
          {
            field: "token_endpoint_auth_method" as const,
            words:
              "A single-page app runs in the browsers of others, where no secret and no key stays one: choose “nothing”, or say that it has a server.",
          },
        ]
      : []),
  ];
}

/** A set of keys as RFC 7517 section 5 writes it; one key, or an array of them, is taken for a set. */
export function parseKeys(text: string): { readonly jwks: unknown } | { readonly problem: string } {
  if (text.trim() === "") return { jwks: undefined };
  if (text.length > MAX_KEYS) return { problem: "This is larger than 32 KB." };
  if (/-----BEGIN/.test(text))
    return { problem: "This is PEM. Keys are written as JSON here (a JWK Set, RFC 7517); most libraries can export one." };
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value)) return { jwks: { keys: value } };
    return { jwks: typeof value === "object" && value !== null && "kty" in value ? { keys: [value] } : value };
  } catch {
    return { problem: 'This is not JSON. It needs a form like {"keys": [{"kty": "EC", "crv": "P-256", …}]}.' };
  }
}
