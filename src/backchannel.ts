/** Tells clients that a session is over (OpenID Connect Back-Channel Logout 1.0): rows from store/, signed by tokens/. */
import type { Deps } from "./config.ts";
import { fetchPublic, within } from "./http/outgoing.ts";
import { loadSigningKey } from "./keyring.ts";
import { sectorOf } from "./rules/sector.ts";
import { findClient } from "./store/clients.ts";
import { claimLogouts, type Logout, settleLogouts } from "./store/logouts.ts";
import { sessionSid } from "./tokens/idToken.ts";
import { signLogoutToken } from "./tokens/logoutToken.ts";
import { subjectOf } from "./tokens/subject.ts";

/** So long a person waits for the page that says that the session is over, and so long each client has. */
const DEADLINE_SECONDS = 3;

/** What a client answers is not looked at, but it has to end. */
const MAX_ANSWER_BYTES = 64 * 1024;

/** Clients told in one run of the cron: each is a request, of which a Worker has a limited number. */
const BATCH = 40;

/**
 * Makes one attempt for each, all at once, and notes what became of it. Never throws: the session is over whoever has heard of it,
 * and what failed is in the outbox for the cron.
 */
export async function tellClients(deps: Deps, logouts: readonly Logout[]): Promise<void> {
  if (logouts.length === 0) return;
  const failures = await Promise.all(logouts.map((logout) => tell(deps, logout)));
  const failed = logouts.filter((_, index) => failures[index] !== undefined);
  const done = logouts.filter((logout) => !failed.includes(logout));
  try {
    const givenUp = await settleLogouts(deps, { done: done.map(({ id }) => id), failed: failed.map(({ id }) => id) });
    for (const [index, logout] of logouts.entries()) {
      const reason = failures[index];
      if (reason !== undefined) log(logout, givenUp.includes(logout.id), reason);
    }
  } catch (error) {
    // Who was told is told again, under the same jti.
    console.error(JSON.stringify({ level: "error", logouts: logouts.map(({ id }) => id), reason: String(error) }));
  }
}

/** The cron's part: what nobody has told yet, or what a client did not take. */
export const tellDueClients = async (deps: Deps): Promise<void> => tellClients(deps, await claimLogouts(deps, BATCH));

/** One attempt; why it failed, or undefined where nothing is left to do. */
const tell = (deps: Deps, logout: Logout): Promise<string | undefined> =>
  within(DEADLINE_SECONDS, () => send(deps, logout)).catch((error: unknown) => String(error));

async function send(deps: Deps, { id, clientId, userId, sessionId }: Logout): Promise<string | undefined> {
  const client = await findClient(deps, clientId);
  const uri = client?.metadata.backchannel_logout_uri;
  // A client that is gone, or that wants to hear nothing any more.
  if (client === undefined || uri === undefined) return undefined;
  const token = await signLogoutToken(await loadSigningKey(deps, client.metadata.id_token_signed_response_alg), {
    issuer: deps.config.issuer,
    clientId,
    subject: await subjectOf(deps, sectorOf(client.metadata), userId),
    sid: await sessionSid(sessionId, clientId),
    jti: id,
    at: deps.now(),
  });
  const { status } = await fetchPublic(deps, uri, {
    method: "POST",
    headers: { "Content-Type": "application/x-www-form-urlencoded", "Cache-Control": "no-store" },
    body: new URLSearchParams({ logout_token: token }).toString(),
    maxBytes: MAX_ANSWER_BYTES,
    seconds: DEADLINE_SECONDS,
  });
  return status === 200 || status === 204 ? undefined : `answered ${status}`;
}

/** One line for each attempt that failed; an error once there will be no other. */
function log({ id, clientId, attempts }: Logout, givenUp: boolean, reason: string): void {
  const line = { level: givenUp ? "error" : "info", logout: id, client_id: clientId, attempts, given_up: givenUp, reason };
  (givenUp ? console.error : console.info)(JSON.stringify(line));
}
