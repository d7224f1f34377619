/** A failure that we foresaw: told to the person in one line, without a stack. */
export class Refusal extends Error {
  override readonly name = "Refusal";
}

/** Runs a command; a Refusal ends it with its line and exit code 1. */
export async function command(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
