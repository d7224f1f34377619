/** What the developer of a client reads of its errors: more than the answer says, and nothing that is secret or about a person. */
import { type DeveloperNote, type ErrorCode, OAuthError } from "../errors.ts";
import type { Client } from "../model.ts";

const MAX_LENGTH = 600;
const MAX_SHOWN_URIS = 5;

/** What a well-built client meets every day: a person who says no, a device that waits, a nonce that has to be fetched first. */
const ordinary: readonly ErrorCode[] = [
  "access_denied",
  "authorization_pending",
  "slow_down",
  "expired_token",
  "use_dpop_nonce",
  "login_required",
  "consent_required",
];

/** Errors whose reason is one of our own phrases about what the client signed, and holds nothing of it. */
const withReason: readonly ErrorCode[] = [
  "invalid_request_object",
  "invalid_request_uri",
  "invalid_dpop_proof",
  "invalid_client",
];

/** Why a code or refresh token was refused (rules/family.ts), for whoever has to mend the client. */
const redemptionWords: Readonly<Record<string, string>> = {
  "not a code of ours": "It is not a code that we made, or it was cut off or changed on its way.",
  "not a refresh token of ours": "It is not a refresh token that we made, or it was cut off or changed on its way.",
  "not a device code of ours": "It is not a device code that we made, or it was cut off or changed on its way.",
  "device code of another client": "It was made for another client_id than the one that brought it.",
  "the device code is bound to another key":
    "It is bound to the DPoP key that asked for it at /device_authorization, and another one brought it, or none.",
  "device code presented again":
    "The device code was used before, and what came of it is in use: stop asking once there are tokens, and keep the refresh token.",
  "no such family": "What it belonged to ended long ago, or the person never got as far as an approval.",
  "code of another client": "It was made for another client_id than the one that brought it.",
  "refresh token of another client": "It was made for another client_id than the one that brought it.",
  "code_verifier does not fit the code_challenge":
    "PKCE: code_verifier does not fit the code_challenge of the authorization request. Its SHA-256 in base64url must be exactly that challenge; both must come from the same attempt.",
  "redirect_uri is not that of the authorization request":
    "redirect_uri must be exactly the one of the authorization request, or be left out with PKCE.",
  "redirect_uri is no longer registered": "The redirect_uri that it was sent to is no longer registered.",
  "the code is bound to another key": "It is bound to the DPoP key or certificate of its request, and another one brought it.",
  "the token is bound to another key":
    "It is bound to the DPoP key or certificate that it was issued to, and another one brought it.",
  "code presented again":
    "The code was used before. A code counts once: because it came again, everything that had come of it was revoked.",
  "code expired": "The code came later than a minute after it was made.",
  "refresh token expired": "It was not used for too long, or the longest life of this authorization is over.",
  "refresh token of a generation to come": "It is not the one that was handed out last.",
  "family revoked":
    "This authorization was revoked: by the person, by the service itself, or because a code or token came twice.",
  "grant revoked": "The person has revoked the approval. Ask for it again when they next use the service.",
  "grant expired": "The approval has run out. Ask for it again when they next use the service.",
  "person disabled": "The account that approved it is closed.",
  "the client may no longer refresh":
    "The service is no longer registered for refresh tokens, or lost the scope that they hung on.",
};

/** @returns undefined for a client without a developer, whose errors nobody could read */
export const noteFor = ({ clientId, ownerId }: Client, text: string): DeveloperNote | undefined =>
  ownerId === null ? undefined : { clientId, text: cleanNote(text) };

/** Does the work, and leaves a note for the client's developer where it fails for a reason that is the client's to mend. */
export async function withNote<T>(client: Client, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw noted(error, client);
  }
}

/** The error with a note, unless it has one, is ordinary, or is ours. */
export function noted(error: unknown, client: Client, text?: string): unknown {
  if (!(error instanceof OAuthError) || error.forDeveloper !== undefined) return error;
  if (error.status >= 500 || ordinary.includes(error.code)) return error;
  const forDeveloper = noteFor(client, text ?? wordsOf(error, client));
  return forDeveloper === undefined ? error : error.with({ forDeveloper });
}

function wordsOf({ code, description, reason = "" }: OAuthError, { metadata }: Client): string {
  const words = /^generation \d+ presented/.test(reason)
    ? "It was used before, and its successor is in use: keep the refresh token of each answer, and only that one."
    : redemptionWords[reason];
  if (words !== undefined) return `${description} ${words}`;
  if (code === "invalid_scope") return `${description} Registered: ${metadata.scope ?? "every scope"}.`;
  if (code === "unauthorized_client") return `${description} Registered: ${metadata.grant_types.join(", ")}.`;
  if (withReason.includes(code) && reason !== description && reason !== "") return `${description} Reason: ${reason}.`;
  return description;
}

/** What was sent and what is registered, side by side. Of a query only the names: its values may be anything. */
export function redirectUriNote(sent: string, registered: readonly string[]): string {
  const shown = registered.slice(0, MAX_SHOWN_URIS).map(uriWords).join(" , ");
  const more = registered.length > MAX_SHOWN_URIS ? ` and ${registered.length - MAX_SHOWN_URIS} more` : "";
  const known = registered.length === 0 ? "none is registered" : `registered: ${shown}${more}`;
  return `redirect_uri does not match. You sent: ${uriWords(sent)} ; ${known}. They are compared character by character.`;
}

function uriWords(uri: string): string {
  const [address = "", query] = uri.slice(0, 300).split(/\?(.*)/s);
  const bare = address.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, "$1…@").replace(/#.*$/s, "#…");
  if (query === undefined) return bare;
  const names = query.split("&").map((pair) => (pair.includes("=") ? `${pair.split("=", 1)[0]}=…` : "…"));
  return `${bare}?${names.join("&")}`;
}

/**
 * The text in one line of bounded length, without whatever looks like a credential of anybody, a JWT, an address of a person or
 * a long number. Only what the client itself wrote (a scope, an address) could bring such a thing here.
 */
export const cleanNote = (text: string): string =>
  text
    .toWellFormed()
    .replace(/[\p{C}\p{Z}]+/gu, " ")
    .replace(/\bcs[a-z]_[\w.~-]+/gi, "…")
    .replace(/\beyJ[\w.~-]+/g, "…")
    .replace(/[^\s@/:,;]+(?:@|%40)[^\s@/:,;]+/gi, "…")
    .replace(/\b[\w~-]{43,}\b/g, "…")
    .replace(/\d{9,}/g, "…")
    .trim()
    .slice(0, MAX_LENGTH);
