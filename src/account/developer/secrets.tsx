import type { Child } from "hono/jsx";
import type { Deps } from "../../config.ts";
import { OAuthError } from "../../errors.ts";
import { redirect } from "../../http/respond.ts";
import type { ClientSecret } from "../../model.ts";
import { fingerprintOf, liveSecrets, type Overlap, overlaps, withNewSecret, withoutSecret } from "../../rules/clientSecrets.ts";
import { updateClient } from "../../store/registry.ts";
import { mintClientSecret } from "../../tokens/clientSecret.ts";
import { Ago, Day } from "../moment.tsx";
import { Choice } from "./field.tsx";
import { hasSecret, serviceFrame } from "./frame.tsx";
import { changedMeanwhile, pathOf, type ServiceVisit, serviceAct, servicePage } from "./visit.ts";

/** A secret is shown to nobody who signed in longer ago than this. */
const FRESH_SECONDS = 3600;

const overlapWords: Readonly<Record<Overlap, string>> = {
  "24h": "End it in 24 hours",
  "7d": "End it in 7 days",
  "1h": "End it in an hour",
  keep: "Keep it until I end it",
  now: "End it now: everything that still uses it stops",
};

/** GET /settings/developer/{client_id}/secrets */
export const secretsPage = servicePage(async (visit, parameters, deps) => {
  checkUse(visit);
  return show(deps, visit, parameters.find("ended") === undefined ? null : <Ended />);
});

/**
 * POST /settings/developer/{client_id}/secrets: `action` is `new`, with `overlap` for the one that is there, or `end` with its
 * `fingerprint`. A new secret stands in this answer and nowhere else.
 */
export const changeSecrets = serviceAct(async (visit, form, deps) => {
  checkUse(visit);
  const { user, session, service } = visit;
  const { clientId, secrets, metadata } = service.client;
  const here = pathOf(clientId, "secrets");
  const guard = { ownerId: user.userId, secrets };
  const at = deps.now();
  switch (form.find("action")) {
    case "new": {
      if (at >= session.authAt + FRESH_SECONDS * 1000)
        return redirect(`${deps.config.issuer}/sign-in?${new URLSearchParams({ to: here, confirm: "1" })}`);
      const overlap = parseOverlap(form.find("overlap"));
      const { secret, kept } = await mintClientSecret(deps, metadata.token_endpoint_auth_method);
      const all = withNewSecret(secrets, kept, overlap, at);
      if (all === undefined) return show(deps, visit, <TwoAlready />, 400);
      const changed = await updateClient(deps, clientId, { secrets: all }, user.userId, guard);
      if (changed === undefined) throw changedMeanwhile();
      const updated = { ...visit, service: { ...service, client: { ...service.client, secrets: all } } };
      return show(deps, updated, <New secret={secret} fingerprint={fingerprintOf(kept)} />);
    }
    case "end": {
      const rest = withoutSecret(secrets, form.load("fingerprint"), at);
      // Ending it twice is like once.
      if (rest !== undefined && (await updateClient(deps, clientId, { secrets: rest }, user.userId, guard)) === undefined)
        throw changedMeanwhile();
      return redirect(`${deps.config.issuer}${here}?ended=1`);
    }
    default:
      throw new OAuthError("invalid_request", "The form does not say what to do.");
  }
});

function checkUse({ service }: ServiceVisit): void {
  if (!hasSecret(service.client.metadata))
    throw new OAuthError("not_found", "This service does not authenticate with a secret.");
}

function parseOverlap(text: string | undefined): Overlap {
  const found = (Object.keys(overlaps) as Overlap[]).find((known) => known === text);
  if (found === undefined) throw new OAuthError("invalid_request", "The form does not say what becomes of the old secret.");
  return found;
}

async function show(deps: Deps, visit: ServiceVisit, notice: Child, status = 200): Promise<Response> {
  const { client } = visit.service;
  const live = liveSecrets(client.secrets, deps.now());
  const here = pathOf(client.clientId, "secrets");
  return serviceFrame(
    deps,
    visit,
    { title: "Secrets", status },
    <div class="stack column">
      {notice}
      <section class="sheet">
        <h2>Live secrets</h2>
        {live.length === 0 ? (
          <p>None. Without one the service cannot get tokens.</p>
        ) : (
          <ul class="choices">
            {live.map((secret) => (
              <Secret secret={secret} csrf={visit.csrf} here={here} now={deps.now()} />
            ))}
          </ul>
        )}
        <p class="note">
          We keep no secret, only a fingerprint of it: what is lost cannot be shown again, only replaced. Changes reach all our
          servers within a minute.
        </p>
      </section>
      {live.length < 2 && <NewForm old={live[0]} csrf={visit.csrf} here={here} />}
    </div>,
  );
}

const Secret = ({ secret, csrf, here, now }: { secret: ClientSecret; csrf: string; here: string; now: number }) => (
  <li>
    <form method="post" action={here} class="row apart">
      <p>
        <code>{fingerprintOf(secret)}…</code>
        <span class="note line">
          made on <Day at={secret.createdAt} /> (<Ago at={secret.createdAt} now={now} />
          ), {secret.expiresAt === null ? "without an end" : <Ends at={secret.expiresAt} now={now} />}
        </span>
      </p>
      <input type="hidden" name="csrf" value={csrf} />
      <input type="hidden" name="action" value="end" />
      <input type="hidden" name="fingerprint" value={fingerprintOf(secret)} />
      <button type="submit" class="end small">
        <span>
          End it now<span class="unseen">: {fingerprintOf(secret)}</span>
        </span>
      </button>
    </form>
  </li>
);

const Ends = ({ at, now }: { at: number; now: number }) => {
  const hours = Math.max(1, Math.ceil((at - now) / 3_600_000));
  return (
    <>
      ends on <Day at={at} /> (
      {hours === 1 ? "within an hour" : hours <= 48 ? `within ${hours} hours` : `within ${Math.ceil(hours / 24)} days`})
    </>
  );
};

const NewForm = ({ old, csrf, here }: { old: ClientSecret | undefined; csrf: string; here: string }) => (
  <section class="sheet">
    <h2>{old === undefined ? "Make its secret" : "Make a new secret"}</h2>
    <form method="post" action={here} class="stack">
      <input type="hidden" name="csrf" value={csrf} />
      <input type="hidden" name="action" value="new" />
      {old === undefined ? (
        <input type="hidden" name="overlap" value="keep" />
      ) : (
        <fieldset>
          <legend>What becomes of the old one</legend>
          <ul class="choices">
            {Object.entries(overlapWords).map(([value, title]) => (
              <Choice type="radio" name="overlap" value={value} checked={value === "24h"} title={title} />
            ))}
          </ul>
        </fieldset>
      )}
      <p class="note">It is shown once, on the page that follows. Have the place at hand where the service will read it.</p>
      <button type="submit">Make a secret</button>
    </form>
  </section>
);

const New = ({ secret, fingerprint }: { secret: string; fingerprint: string }) => (
  <section class="notice ok" role="status">
    <p>
      <strong>The new secret. Copy it now: it is never shown again.</strong>
    </p>
    <p class="copy">
      <code>{secret}</code>
    </p>
    <p class="note">
      Its fingerprint is {fingerprint}. It works everywhere within a minute. Keep it where only the service's own server can
      read it, never in code that others get.
    </p>
  </section>
);

const Ended = () => (
  <p class="notice ok" role="status">
    <strong>The secret has ended.</strong> Whatever still uses it stops within a minute.
  </p>
);

const TwoAlready = () => (
  <p class="notice bad" role="alert">
    <strong>Two secrets are live, which is the most.</strong> End one of them first.
  </p>
);
