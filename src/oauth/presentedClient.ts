import { OAuthError } from "../errors.ts";
import type { Parameters } from "../http/form.ts";
import { findClaimedSubject } from "../tokens/assertion.ts";

/** How a request says which client it comes from. */
export type Presented =
  | { readonly form: "basic" | "post"; readonly clientId: string; readonly secret: string }
  | { readonly form: "assertion"; readonly clientId: string; readonly assertion: string }
  /** Its id alone: a public client, or one that its certificate proves. */
  | { readonly form: "bare"; readonly clientId: string };

const ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

const challenge = { "WWW-Authenticate": 'Basic realm="Countersign", charset="UTF-8"' };

export const invalidClient = (reason: string, description = "Client authentication failed."): OAuthError =>
  new OAuthError("invalid_client", description, { reason, headers: challenge });

/**
 * The client's id and its proof, in one of the ways of RFC 6749 section 2.3.1 and RFC 7523 section 2.2.
 * @throws OAuthError invalid_request for two of them at once, invalid_client for none or a malformed one
 */
export function parsePresented(request: Request, form: Parameters): Presented {
  const header = request.headers.get("authorization");
  const clientId = form.find("client_id");
  const secret = form.find("client_secret");
  const assertion = form.find("client_assertion");
  const assertionType = form.find("client_assertion_type");
  if ([header ?? undefined, secret, assertion ?? assertionType].filter((way) => way !== undefined).length > 1)
    throw new OAuthError("invalid_request", "The client authenticated in two ways at once.");
  if (header !== null) {
    const basic = parseBasic(header);
    checkSame(clientId, basic.clientId, "of the Authorization header");
    return { form: "basic", ...basic };
  }
  if (assertion !== undefined || assertionType !== undefined) {
    if (assertion === undefined || assertionType !== ASSERTION_TYPE)
      throw new OAuthError(
        "invalid_request",
        "client_assertion and client_assertion_type belong together, the type of RFC 7523.",
      );
    const subject = findClaimedSubject(assertion);
    if (subject === undefined) throw invalidClient("an assertion without a subject");
    checkSame(clientId, subject, "of the client_assertion");
    return { form: "assertion", clientId: subject, assertion };
  }
  if (clientId === undefined) throw invalidClient("no client_id");
  return secret === undefined ? { form: "bare", clientId } : { form: "post", clientId, secret };
}

function checkSame(clientId: string | undefined, proven: string, where: string): void {
  if (clientId !== undefined && clientId !== proven)
    throw new OAuthError("invalid_request", `client_id is not the one ${where}.`);
}

/** The Basic scheme, with both halves form-encoded (RFC 6749 section 2.3.1). */
function parseBasic(header: string): { readonly clientId: string; readonly secret: string } {
  const encoded = /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(header)?.[1];
  if (encoded === undefined) throw invalidClient("not the Basic scheme");
  try {
    const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    const colon = text.indexOf(":");
    if (colon > 0) return { clientId: formDecode(text.slice(0, colon)), secret: formDecode(text.slice(colon + 1)) };
  } catch {
    // Base64, UTF-8 or percent-encoding: all the same to whoever sent it.
  }
  throw invalidClient("a malformed Basic header");
}

const formDecode = (text: string): string => decodeURIComponent(text.replaceAll("+", " "));
