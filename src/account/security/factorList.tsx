import { useReader } from "../../http/reader.tsx";
import { type FactorNameProblem, MAX_FACTOR_NAME } from "../../rules/factorName.ts";
import { Ago, Day } from "../moment.tsx";

/** Something that a person has named and may take away: a passkey or an app. */
export interface Listed {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
  readonly lastUsedAt: number | null;
  /** What else is to be known of it. */
  readonly kind?: string;
}

/** Which rename was wrong, what was typed, and why. */
export interface RenameProblem {
  readonly id: string;
  readonly typed: string;
  readonly problem: FactorNameProblem;
}

/** A person's factors of one kind, each with its dates, and with the forms that rename and remove it. */
export const FactorList = ({
  factors,
  action,
  csrf,
  now,
  wrong,
}: {
  factors: readonly Listed[];
  action: string;
  csrf: string;
  now: number;
  wrong?: RenameProblem | undefined;
}) => (
  <ul class="services">
    {factors.map((factor) => (
      <Factor factor={factor} action={action} csrf={csrf} now={now} wrong={wrong?.id === factor.id ? wrong : undefined} />
    ))}
  </ul>
);

const Factor = ({
  factor: { id, name, createdAt, lastUsedAt, kind },
  action,
  csrf,
  now,
  wrong,
}: {
  factor: Listed;
  action: string;
  csrf: string;
  now: number;
  wrong: RenameProblem | undefined;
}) => {
  const { t } = useReader();
  return (
    <li>
      <article class="sheet" aria-labelledby={`name-${id}`}>
        <h2 id={`name-${id}`}>
          <bdi>{name}</bdi>
        </h2>
        <dl class="facts across">
          <div>
            <dt>{t("security.added_on")}</dt>
            <dd>
              <Day at={createdAt} />
            </dd>
          </div>
          <div>
            <dt>{t("security.last_used")}</dt>
            <dd>{lastUsedAt === null ? t("security.not_used") : <Ago at={lastUsedAt} now={now} />}</dd>
          </div>
        </dl>
        {kind !== undefined && <p class="note">{kind}</p>}
        <div class="end-row">
          <details open={wrong !== undefined}>
            <summary aria-label={t("security.rename_factor", { name })}>{t("security.rename")}</summary>
            <form method="post" action={action} class="stack" novalidate>
              <input type="hidden" name="csrf" value={csrf} />
              <input type="hidden" name="id" value={id} />
              <NameField
                id={`new-${id}`}
                label={t("security.new_name")}
                value={wrong?.typed ?? name}
                problem={wrong?.problem}
              />
              <button type="submit" name="act" value="rename" class="quiet small">
                {t("security.rename")}
              </button>
            </form>
          </details>
          <form method="post" action={action}>
            <input type="hidden" name="csrf" value={csrf} />
            <input type="hidden" name="id" value={id} />
            <button
              type="submit"
              name="act"
              value="remove"
              class="end small"
              aria-label={t("security.remove_factor", { name })}
            >
              {t("security.remove")}
            </button>
          </form>
        </div>
      </article>
    </li>
  );
};

/** The field for a factor's name, with what is wrong with it. */
export const NameField = ({
  id,
  label,
  value,
  hint,
  problem,
}: {
  id: string;
  label: string;
  value: string;
  hint?: string;
  problem?: FactorNameProblem | undefined;
}) => {
  const { t } = useReader();
  const described = [hint && `${id}-hint`, problem && `${id}-problem`].filter(Boolean).join(" ");
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {hint !== undefined && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {problem !== undefined && (
        <p class="problems" id={`${id}-problem`} role="alert">
          {problem === "no_name" ? t("security.no_name") : t("security.long_name", { count: MAX_FACTOR_NAME })}
        </p>
      )}
      <input
        id={id}
        name="name"
        type="text"
        value={value}
        autocomplete="off"
        required
        {...(described === "" ? {} : { "aria-describedby": described })}
        {...(problem === undefined ? {} : { "aria-invalid": "true" as const })}
      />
    </div>
  );
};
