import { OAuthError } from "../errors.ts";
import { page } from "../http/page.tsx";
import type { Endpoint } from "../http/respond.ts";
import { readLetter } from "../mail/delivery.ts";
import { findLatestEmails } from "../store/emails.ts";
import { Moment } from "./moment.tsx";

const SHOWN = 50;

/** GET /mailbox: in development, what would have been sent, the newest first. It is in nobody's language but the developer's. */
export const mailboxPage: Endpoint = async (_, deps) => {
  if (deps.config.email.kind !== "mailbox") throw new OAuthError("not_found", "There is no page at this address.");
  const emails = await findLatestEmails(deps, SHOWN);
  const letters = await Promise.all(emails.map(async (email) => ({ email, letter: await readLetter(deps, email) })));
  return page(
    deps,
    { title: "Mailbox", wide: true },
    <>
      <div class="heading">
        <h1>Mailbox</h1>
        <p class="lead">In development no e-mail leaves this machine. Here is what would have been sent.</p>
      </div>
      {letters.length === 0 && <p>There is none yet.</p>}
      <ul class="services">
        {letters.map(({ email, letter }) => (
          <li class="sheet" lang={letter?.language}>
            <h2 dir="auto">{letter?.subject ?? email.kind}</h2>
            <p class="note" lang="en">
              To <bdi>{email.to}</bdi>, <Moment at={email.createdAt} />
            </p>
            <pre class="copy" dir="auto">
              {letter?.text ?? "It cannot be read: MASTER_SECRET was another when it was queued."}
            </pre>
          </li>
        ))}
      </ul>
    </>,
  );
};
