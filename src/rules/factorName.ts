const MAX_LENGTH = 60;

/** What is wrong with the name that somebody gave a factor of theirs. */
export type FactorNameProblem = "no_name" | "long_name";

/** What the person calls a passkey or an app, on one line and without what cannot be seen. */
export function parseFactorName(
  typed: string | undefined,
): { readonly name: string } | { readonly problem: FactorNameProblem } {
  const name = (typed ?? "")
    .toWellFormed()
    .normalize("NFC")
    .replace(/[\p{C}\p{Default_Ignorable_Code_Point}]/gu, " ")
    .replace(/\s+/g, " ")
    .trim();
  if (name === "") return { problem: "no_name" };
  return [...name].length > MAX_LENGTH ? { problem: "long_name" } : { name };
}

export const MAX_FACTOR_NAME = MAX_LENGTH;
