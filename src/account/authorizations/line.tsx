import { T, useReader } from "../../http/reader.tsx";
import { type AuthorizationMark, authorizationMarks } from "../../rules/authorizationMarks.ts";
import { displayName } from "../../rules/displayName.ts";
import type { ListedAuthorization } from "../../store/authorizationList.ts";
import { PublisherLine } from "../about.tsx";
import { Ago } from "../moment.tsx";
import { Logo, Name } from "../name.tsx";
import { ServiceName, serviceName } from "../words.tsx";
import { HERE, pathOf } from "./visit.ts";

const colours: Readonly<Record<AuthorizationMark, string>> = {
  lost_proof: "tag bad",
  changed: "tag warn",
  paused: "tag",
  unused: "tag warn",
  let_in: "tag",
};

/** What to notice about an authorization, in a word each. */
export const Marks = ({ of: marks }: { of: readonly AuthorizationMark[] }) => {
  const { t } = useReader();
  return marks.length === 0 ? null : (
    <p class="marks">
      {marks.map((mark) => (
        <span class={colours[mark]}>{t(`authorizations.mark_${mark}`)}</span>
      ))}
    </p>
  );
};

/** Of an issuer. Registered as a URL (scripts/seedTrust.ts); whatever else it were would be shown as it is. */
export const hostOf = (issuer: string): string => (URL.canParse(issuer) ? new URL(issuer).host : issuer);

/** One service in the list: who it is, what to notice, when it was used, the way to its page, and the button that ends it. */
export const Line = ({ authorization, csrf, now }: { authorization: ListedAuthorization; csrf: string; now: number }) => {
  const { t, languages } = useReader();
  const { client, grantId, authority, lastUsedAt, organizationName } = authorization;
  const name = serviceName(client.metadata, languages).text;
  return (
    <li>
      <article class="sheet listed" aria-labelledby={`name-${grantId}`}>
        <Logo of={client} name={name} />
        <div class="grows">
          <h2 id={`name-${grantId}`}>
            <a href={pathOf(grantId)}>
              <ServiceName of={client.metadata} languages={languages} />
            </a>
          </h2>
          <PublisherLine client={client} />
          {authority !== null && (
            <p class="note">
              <T
                k="authorizations.let_in_by"
                with={{
                  organization: organizationName === null ? <code>{hostOf(authority)}</code> : <Name of={organizationName} />,
                }}
              />
            </p>
          )}
          <p class="note">
            {lastUsedAt === null ? (
              t("authorizations.never_used")
            ) : (
              <T k="authorizations.used" with={{ when: <Ago at={lastUsedAt} now={now} /> }} />
            )}
          </p>
          <Marks of={authorizationMarks(authorization, now)} />
        </div>
        <form method="post" action={HERE}>
          <input type="hidden" name="csrf" value={csrf} />
          <input type="hidden" name="action" value="revoke" />
          <input type="hidden" name="grant_id" value={grantId} />
          <button
            type="submit"
            class="end small"
            aria-label={t("authorizations.revoke_named", { service: displayName(name, "?").text })}
          >
            {t("authorizations.revoke")}
          </button>
        </form>
      </article>
    </li>
  );
};
