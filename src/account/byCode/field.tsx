import type { Child } from "hono/jsx";

/** One line of a form: its label, a hint, what is wrong with what was typed. */
export const Field = ({
  name,
  label,
  hint,
  problem,
  input,
}: {
  name: string;
  label: string;
  hint?: Child;
  problem?: string | undefined;
  input: Readonly<Record<string, string | boolean | number | undefined>>;
}) => {
  const describedBy = [problem && `${name}-problem`, hint !== undefined && `${name}-hint`].filter(Boolean).join(" ");
  return (
    <div class="field">
      <label for={name}>{label}</label>
      <input
        id={name}
        name={name}
        required
        {...(describedBy === "" ? {} : { "aria-describedby": describedBy })}
        {...(problem === undefined ? {} : { "aria-invalid": "true" as const, autofocus: true })}
        {...input}
      />
      {problem !== undefined && (
        <p class="problems" id={`${name}-problem`} role="alert">
          {problem}
        </p>
      )}
      {hint !== undefined && (
        <p class="hint" id={`${name}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
};

/** How an address is typed. Nothing is made of it on the way: no capital letter, no other spelling. */
export const emailInput = (value: string) => ({
  type: "email",
  value,
  dir: "ltr",
  autocapitalize: "none",
  spellcheck: false,
});
