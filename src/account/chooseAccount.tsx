import type { Deps } from "../config.ts";
import { page } from "../http/page.tsx";
import { type Reader, T } from "../http/reader.tsx";
import type { Account } from "./accounts.ts";
import { type Going, goingParameters, pathGoing } from "./going.ts";
import { Monogram } from "./name.tsx";
import { SentBy, signInTargets } from "./purpose.tsx";

export interface Choice {
  readonly going: Going;
  readonly reader: Reader;
  /** Who is signed in; undefined where only others are left in this browser. */
  readonly current: Account | undefined;
  readonly accounts: readonly Account[];
  readonly csrf: string;
  readonly cookies: readonly string[];
}

/** "Continue as": for somebody whom this browser knows, when they may go on without proving who they are. */
export function chooseAccountPage(deps: Deps, { going, reader, current, accounts, csrf, cookies }: Choice): Response {
  const { t } = reader;
  const { started } = going;
  return page(
    deps,
    {
      title: t("signIn.choose_title"),
      reader,
      user: current?.user,
      formAction: signInTargets(deps.config, going),
      cookies,
    },
    <section class="sheet">
      <h1>{t(started || current === undefined ? "signIn.which_account" : "signIn.signed_in")}</h1>
      {started && <SentBy started={started} to="choose" />}
      <ul class="accounts">
        {accounts.map((account) => (
          <li>
            <OneAccount
              account={account}
              value={account.id === current?.id ? "continue" : account.id}
              going={going}
              csrf={csrf}
            />
          </li>
        ))}
      </ul>
      <a class="button quiet full" href={pathGoing("/sign-in", going, { another: "1" })}>
        {t("signIn.another")}
      </a>
    </section>,
  );
}

const OneAccount = ({
  account: { user },
  value,
  going,
  csrf,
}: {
  account: Account;
  value: string;
  going: Going;
  csrf: string;
}) => (
  <form method="post" action="/sign-in" class="stack">
    <div class="service account">
      <Monogram of={user.name} />
      <p>
        <strong>
          <bdi>{user.name}</bdi>
        </strong>
        <br />
        <span class="note">
          <bdi>{user.email}</bdi>
        </span>
      </p>
    </div>
    <input type="hidden" name="csrf" value={csrf} />
    <input type="hidden" name="choice" value={value} />
    <GoingFields going={going} />
    <button type="submit" class="full">
      <span>
        <T k="signIn.continue_as" with={{ name: <bdi>{user.name}</bdi> }} />
      </span>
    </button>
  </form>
);

/** Where the person goes on to, as fields of a form. */
export const GoingFields = ({ going }: { going: Going }) => (
  <>
    {Object.entries(goingParameters(going)).map(([name, value]) => (
      <input type="hidden" name={name} value={value} />
    ))}
  </>
);
