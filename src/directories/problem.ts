/** Why somebody does not come in by their directory, in kinds that differ in what the person can do (`messages/*\/directories.ts`). */
export type DirectoryProblem =
  /** They said no there, or it lets them in to nothing of ours. */
  | "denied"
  | "not_signed_in"
  /** It took too long, began in another browser or tab, or was answered before. */
  | "stale"
  | "unavailable"
  /** The directory does not take us for who we are, or is not what the operator wrote down. */
  | "misconfigured"
  /** What it said cannot be believed. */
  | "untrusted"
  | "clock"
  /** It does not say that they signed in just now, although that was asked. */
  | "not_fresh"
  | "wrong_tenant"
  | "no_account"
  | "taken"
  | "others"
  | "disabled";

/** The failure of a step, with the reason in private words. */
export class DirectoryFailure extends Error {
  readonly problem: DirectoryProblem;

  constructor(problem: DirectoryProblem, reason: string) {
    super(reason);
    this.problem = problem;
  }
}
