import type { Child } from "hono/jsx";

/** What is wrong with the field of that name; with `line` where it is one of several lines. */
export interface FieldProblem {
  readonly field: string;
  readonly line?: { readonly number: number; readonly text: string };
  readonly words: string;
}

/** What is wrong with one field, under it; of several lines, each with its number and what was typed. */
export const Problems = ({ of: problems, field }: { of: readonly FieldProblem[]; field: string }) => {
  const own = problems.filter((problem) => problem.field === field);
  if (own.length === 0) return null;
  return (
    <ul class="problems" id={`${field}-problem`}>
      {own.map(({ line, words }) => (
        <li>
          {line && (
            <>
              Line {line.number}, <code>{line.text.slice(0, 200)}</code>:{" "}
            </>
          )}
          {words}
        </li>
      ))}
    </ul>
  );
};

/** At the top of a form that was not taken: where to look again, in the order of the form. Nothing without problems. */
export const Summary = ({
  of: problems,
  titles,
}: {
  of: readonly Pick<FieldProblem, "field">[];
  titles: readonly (readonly [field: string, title: string])[];
}) =>
  problems.length === 0 ? null : (
    <div class="notice bad" role="alert" tabindex={-1} autofocus>
      <p>
        <strong>Nothing is saved yet.</strong> Please look again at:
      </p>
      <ul class="bullets">
        {titles
          .filter(([field]) => problems.some((problem) => problem.field === field))
          .map(([field, title]) => (
            <li>
              <a href={`#${field}`}>{title}</a>
            </li>
          ))}
      </ul>
    </div>
  );

/** How a field is marked and described to those who do not see the page. */
export function described(field: string, problems: readonly FieldProblem[], hasHint: boolean) {
  const wrong = problems.some((problem) => problem.field === field);
  const ids = [...(hasHint ? [`${field}-hint`] : []), ...(wrong ? [`${field}-problem`] : [])].join(" ");
  return {
    ...(wrong ? { "aria-invalid": "true" as const } : {}),
    ...(ids === "" ? {} : { "aria-describedby": ids }),
  };
}

interface TextProps {
  readonly name: string;
  readonly label: string;
  readonly hint?: Child;
  readonly value: string;
  readonly problems: readonly FieldProblem[];
  readonly required?: boolean;
  readonly placeholder?: string;
  /** More than one line. */
  readonly rows?: number;
}

/** A text, in one line or several. */
export const TextField = ({ name, label, hint, value, problems, required = false, placeholder, rows }: TextProps) => {
  const common = {
    id: name,
    name,
    placeholder,
    spellcheck: false,
    autocapitalize: "none" as const,
    autocomplete: "off" as const,
    ...described(name, problems, hint !== undefined),
  };
  return (
    <div class="field">
      <label for={name}>
        {label}
        {!required && <span class="optional"> (optional)</span>}
      </label>
      {hint !== undefined && (
        <p class="hint" id={`${name}-hint`}>
          {hint}
        </p>
      )}
      {rows === undefined ? (
        <input type="text" value={value} {...common} />
      ) : (
        <textarea rows={rows} {...common}>
          {value}
        </textarea>
      )}
      <Problems of={problems} field={name} />
    </div>
  );
};

/** One of a few, or some of them: a row with a title and what it means. */
export const Choice = ({
  type,
  name,
  id,
  value,
  checked,
  title,
  children,
}: {
  type: "radio" | "checkbox";
  name: string;
  /** Where the summary of problems leads to it. */
  id?: string;
  value: string;
  checked: boolean;
  title: Child;
  children?: Child;
}) => (
  <li>
    <label class="choice">
      <input type={type} name={name} id={id} value={value} checked={checked} />
      <span>
        <span class="title">{title}</span>
        {children !== undefined && <span class="detail">{children}</span>}
      </span>
    </label>
  </li>
);

/** One of a few, in one line. */
export const SelectField = ({
  name,
  label,
  hint,
  value,
  options,
  problems,
}: {
  name: string;
  label: string;
  hint?: Child;
  value: string;
  options: readonly (readonly [value: string, title: string])[];
  problems: readonly FieldProblem[];
}) => (
  <div class="field">
    <label for={name}>{label}</label>
    {hint !== undefined && (
      <p class="hint" id={`${name}-hint`}>
        {hint}
      </p>
    )}
    <select id={name} name={name} {...described(name, problems, hint !== undefined)}>
      {options.map(([option, title]) => (
        <option value={option} selected={option === value}>
          {title}
        </option>
      ))}
    </select>
    <Problems of={problems} field={name} />
  </div>
);
