/** Clients by their `client_id`, where that may be the address of a document (draft-ietf-oauth-client-id-metadata-document). */
import type { Deps } from "../config.ts";
import { OAuthError } from "../errors.ts";
import { fetchPublic, ownHosts, tellable, within } from "../http/outgoing.ts";
import { checkLimits, networkLimits } from "../http/rateLimit.ts";
import type { Client, ClientId, ClientMetadata } from "../model.ts";
import { documentIdProblem, freshSeconds, isDocumentId, isJsonType, parseClientDocument } from "../rules/clientDocument.ts";
import { parseJsonObject } from "../rules/json.ts";
import { countAttempt } from "../store/attempts.ts";
import { findClient as findStored } from "../store/clients.ts";
import { findKept, keepState } from "../store/memory.ts";
import { insertClient, updateClient } from "../store/registry.ts";
import { refreshLogo } from "./logo.ts";
import { findSectorProblem } from "./sector.ts";

const MAX_BYTES = 5 * 1024;
const DEADLINE_SECONDS = 10;
/** Between two attempts to read one document, whatever the outcome and however many ask for it. */
const COOL_DOWN_SECONDS = 30;
/** As long as this a document that cannot be read any more goes on for what was authorized before. */
const GRACE_SECONDS = 24 * 3600;
/** As long as this we keep a client that nobody has approved; after that it comes anew. */
const UNUSED_SECONDS = 30 * 24 * 3600;
/** A person waits meanwhile. */
const LOGO_SECONDS = 3;

/** What this isolate knows of a document: its last attempt, which requests side by side share, and what was wrong then. */
interface Source {
  attempt?: { readonly startedAt: number; readonly done: Promise<void>; ended: boolean };
  problem?: string;
}

/**
 * The client of that id, for what goes on: a code, a refresh, a revocation. A document that has gone stale is read again; if it
 * cannot be used now, whether its host is down or it has become a bad one, it goes on as it was for a day, so that a mishap of its
 * owner signs nobody out.
 * @param request whose network may bring us new documents to read, so and so many
 * @throws OAuthError invalid_client_metadata in words for the developer, slow_down
 */
export const findClient = (deps: Deps, clientId: ClientId, request: Request): Promise<Client | undefined> =>
  find(deps, clientId, request, GRACE_SECONDS);

/** As `findClient`, for a new authorization request, for which a stale document that cannot be used has ended. */
export const findRequestingClient = (deps: Deps, clientId: ClientId, request: Request): Promise<Client | undefined> =>
  find(deps, clientId, request, 0);

async function find(deps: Deps, clientId: ClientId, request: Request, graceSeconds: number): Promise<Client | undefined> {
  const known = await findStored(deps, clientId);
  // What the operator says of an address takes the place of what lies there.
  if (!isDocumentId(clientId) || (known !== undefined && known.origin !== "document")) return known;
  if (!deps.config.clientIdMetadataDocuments) return undefined;
  const freshUntil = known?.document?.freshUntil ?? Number.NEGATIVE_INFINITY;
  if (deps.now() < freshUntil) return known;
  const idProblem = documentIdProblem(clientId, ownHosts(deps));
  if (idProblem !== undefined) throw unusable(`The client_id ${idProblem}, and cannot be the address of a document.`);
  const problem = await readAgain(deps, clientId, known, request);
  // Read anew: it may have been disabled here, and it may have a picture now.
  if (problem === undefined) return findStored(deps, clientId);
  if (deps.now() < freshUntil + graceSeconds * 1000) return known;
  throw unusable(`The document of this client, which its client_id is the address of, cannot be used: ${problem}.`);
}

const unusable = (description: string): OAuthError =>
  new OAuthError("invalid_client_metadata", description.replace(/["\\]|[^\x20-\x7e]/g, "'"));

/** Reads the document, unless that was tried a moment ago. What is wrong with it, or undefined where it stands in D1 now. */
async function readAgain(
  deps: Deps,
  clientId: ClientId,
  known: Client | undefined,
  request: Request,
): Promise<string | undefined> {
  const key = `document:${clientId}`;
  // Whoever is over the limit leaves nothing behind here.
  if (known === undefined && findRecent(findKept<Source>(deps, key), deps.now()) === undefined) await countNew(deps, request);
  const source = keepState<Source>(deps, key, () => ({}));
  const attempt = findRecent(source, deps.now()) ?? begin(deps, source, clientId, known);
  try {
    await within(DEADLINE_SECONDS + LOGO_SECONDS, () => attempt.done);
  } catch (error) {
    if (error instanceof OAuthError) throw error;
    return "no answer came";
  }
  return source.problem;
}

async function countNew(deps: Deps, request: Request): Promise<void> {
  const limits = await networkLimits("client_document", request);
  checkLimits(limits, await countAttempt(deps, limits), deps.now(), "services named from this network that we did not know");
}

/** On Workers an attempt belongs to the request that began it and may die with it unheard: then it counts until its deadline. */
function findRecent(source: Source | undefined, now: number): Source["attempt"] {
  const attempt = source?.attempt;
  const seconds = attempt?.ended ? COOL_DOWN_SECONDS : DEADLINE_SECONDS;
  return attempt !== undefined && now < attempt.startedAt + seconds * 1000 ? attempt : undefined;
}

function begin(deps: Deps, source: Source, clientId: ClientId, known: Client | undefined) {
  const attempt = { startedAt: deps.now(), ended: false, done: Promise.resolve() };
  source.attempt = attempt;
  attempt.done = attemptOnce(deps, source, clientId, known).then(
    () => {
      attempt.ended = true;
    },
    (error: unknown) => {
      // Our own failure says nothing of the document.
      delete source.attempt;
      throw error;
    },
  );
  return attempt;
}

async function attemptOnce(deps: Deps, source: Source, clientId: ClientId, known: Client | undefined): Promise<void> {
  const found = await fetchDocument(deps, clientId);
  if ("problem" in found) {
    source.problem = found.problem;
    return;
  }
  const { metadata } = found;
  const at = deps.now();
  const times = { documentLoadedAt: at, documentFreshUntil: at + found.freshSeconds * 1000 };
  if (known === undefined) {
    const whose = { secrets: [], publisher: null, origin: "document", ownerId: null } as const;
    const expiresAt = at + UNUSED_SECONDS * 1000;
    await insertClient(deps, { clientId, metadata, ...whose, createdAt: at, expiresAt, ...times }, clientId);
  } else await updateClient(deps, clientId, { metadata, ...times }, clientId, { origin: "document" });
  delete source.problem;
  if (metadata.logo_uri !== undefined || known?.logo !== undefined)
    await refreshLogo(deps, { clientId, metadata }, LOGO_SECONDS);
}

/** What lies at the address, or what is wrong with it in words that its owner may read. */
async function fetchDocument(
  deps: Deps,
  clientId: ClientId,
): Promise<{ readonly metadata: ClientMetadata; readonly freshSeconds: number } | { readonly problem: string }> {
  const outgoing = { headers: { Accept: "application/json" }, maxBytes: MAX_BYTES, seconds: DEADLINE_SECONDS };
  const answer = await fetchPublic(deps, clientId, outgoing).catch((error: unknown) => ({ problem: tellable(error) }));
  if ("problem" in answer) return answer;
  const { status, headers, bytes } = answer;
  if (status !== 200) return { problem: `its host answered ${status}, and only 200 will do` };
  const contentType = headers.get("content-type");
  if (!isJsonType(contentType))
    return { problem: `its Content-Type is ${contentType?.slice(0, 80) ?? "missing"}, not application/json` };
  try {
    const document = parseJsonObject(new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes));
    if (typeof document === "string") return { problem: `it ${document}` };
    const metadata = parseClientDocument(clientId, document);
    const problem = await findSectorProblem(deps, metadata);
    if (problem !== undefined) return { problem: `sector_identifier_uri: ${problem}` };
    return { metadata, freshSeconds: freshSeconds(headers.get("cache-control")) };
  } catch (error) {
    return { problem: error instanceof OAuthError ? error.description : "it is not in UTF-8" };
  }
}
