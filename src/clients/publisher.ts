/**
 * Who publishes what developers register here, proved without the DNS: by one line in a file on the publisher's host. The line is
 * made from the person and the host, so that nothing need be kept of it, one file proves all that the person registers under that
 * host, and a copy of it proves nothing of anybody else.
 */
import type { Deps } from "../config.ts";
import { fetchPublic } from "../http/outgoing.ts";
import type { Client, ClientId, Publisher, PublisherProof, UserId } from "../model.ts";
import { markAt } from "../rules/pause.ts";
import { judgeProof, judgeSilence, PROOF_BYTES, PROOF_PATH, type ProofFinding } from "../rules/publisherProof.ts";
import { type DueProof, findDueProofs, noteProof } from "../store/publishers.ts";
import { changePublisher } from "../store/registry.ts";
import { toBase64url, toUtf8 } from "../tokens/encoding.ts";
import { mac } from "../tokens/secret.ts";

const DEADLINE_SECONDS = 10;
const DAY = 24 * 3600 * 1000;
const CHECKED_EVERY = 7 * DAY;
/** In one run of the cron, at once. */
const BATCH = 5;
/** So many times in a row the host must say that there is no proof, a day apart, before it counts: files get lost in a move. */
const MAX_FAILURES = 3;
/** So long it may fail or be silent: a host that was given up must not stand as checked for ever. */
const MAX_SILENCE = 30 * DAY;

/** Where the file of the host lies. */
export const proofUrl = (host: string): string => `https://${host}${PROOF_PATH}`;

/** The line that proves the host to be this person's. */
export async function proofLine(deps: Deps, ownerId: UserId, host: string): Promise<string> {
  const proof = await mac(deps, "publisher", toUtf8(`${ownerId}\0${host}`));
  return `${new URL(deps.config.issuer).host}=${toBase64url(proof)}`;
}

/** Asks the host for the file, now. Nothing is written. */
export async function checkProof(deps: Deps, ownerId: UserId, host: string): Promise<ProofFinding> {
  const line = await proofLine(deps, ownerId, host);
  try {
    const outgoing = { headers: { Accept: "text/plain" }, maxBytes: PROOF_BYTES, seconds: DEADLINE_SECONDS };
    return judgeProof(await fetchPublic(deps, proofUrl(host), outgoing), line);
  } catch (error) {
    return judgeSilence(error instanceof Error ? error.message : String(error));
  }
}

/**
 * Checks the proof and, if it holds, makes the host the client's verified publisher: one trip, with its row in the log. Its name is
 * the host, which alone was proved: what somebody calls themselves would be read as if that had been checked as well.
 * @returns the client as it stands then; undefined beside a proof that holds if the person owns no such client
 */
export async function verifyPublisher(
  deps: Deps,
  clientId: ClientId,
  ownerId: UserId,
  host: string,
): Promise<{ readonly finding: ProofFinding; readonly client: Client | undefined }> {
  const finding = await checkProof(deps, ownerId, host);
  if (finding.kind !== "proved") return { finding, client: undefined };
  const at = deps.now();
  const publisher: Publisher = {
    name: host,
    uri: `https://${host}/`,
    verifiedAt: at,
    proof: { host, provedAt: at, dueAt: at + CHECKED_EVERY, failures: 0 },
  };
  return { finding, client: await changePublisher(deps, clientId, { publisher, markedAt: markAt(at) }, ownerId, { ownerId }) };
}

/** Looks again at proofs for which it is time: a few in one run, the oldest first. */
export async function recheckPublishers(deps: Deps): Promise<void> {
  const due = await findDueProofs(deps, BATCH);
  await Promise.all(due.map((proof) => recheck(deps, proof)));
}

async function recheck(deps: Deps, { clientId, ownerId, publisher }: DueProof): Promise<void> {
  const { proof } = publisher;
  if (proof === undefined) return;
  const finding = await checkProof(deps, ownerId, proof.host);
  const at = deps.now();
  const note = (changed: Omit<PublisherProof, "host">) => noteProof(deps, clientId, publisher, { ...proof, ...changed });
  if (finding.kind === "proved") return note({ provedAt: at, dueAt: at + CHECKED_EVERY, failures: 0 });
  const failures = proof.failures + (finding.kind === "missing" ? 1 : 0);
  if (failures < MAX_FAILURES && at < proof.provedAt + MAX_SILENCE)
    return note({ provedAt: proof.provedAt, dueAt: at + DAY, failures });
  // While we asked, another host may have been proved, or an operator have spoken.
  const guard = { ownerId, publisher };
  const lost = { publisher: { ...withoutProof(publisher), verifiedAt: null }, markedAt: markAt(at) };
  await changePublisher(deps, clientId, lost, "system", guard);
}

const withoutProof = ({ name, uri, verifiedAt }: Publisher): Publisher => ({
  name,
  ...(uri === undefined ? {} : { uri }),
  verifiedAt,
});
