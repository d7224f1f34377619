import Argon2 from "@phi-ag/argon2";
import wasm from "@phi-ag/argon2/argon2.wasm";
import type { Deps } from "../config.ts";
import { argon2Input, MAX_PASSWORD_LENGTH, passwordHashOptions } from "../rules/passwordHash.ts";

/** The hash of a password that nobody knows, for people who do not exist: made with `passwordHashOptions`, as a test checks. */
export const NOBODYS_HASH = "$argon2id$v=19$m=19456,t=2,p=1$/GbojpZcnqCwhjheIv2aEg$bHef8CklxK8J18xhUsAxkXOYY76MfzRRrB5/FkCoxLk";

let instance: Promise<Argon2> | undefined;

/** One instance per isolate, and so 19 MiB at most: hashing blocks the isolate, which takes passwords one after the other. */
function loadArgon2(): Promise<Argon2> {
  instance ??= WebAssembly.instantiate(wasm).then((made) => new Argon2(made));
  return instance;
}

/**
 * Whether the password is the one of the encoded hash; the same work whether or not there is one.
 * @param encoded null when the person does not exist or has no password
 */
export async function isPassword(encoded: string | null, password: string): Promise<boolean> {
  const argon2 = await loadArgon2();
  const tooLong = password.length > MAX_PASSWORD_LENGTH;
  const { success } = argon2.tryVerify(encoded ?? NOBODYS_HASH, tooLong ? "" : argon2Input(password));
  return success && encoded !== null && !tooLong;
}

const SALT_BYTES = 16;

/** What is kept of a password that somebody chose: argon2id in its encoded form. */
export async function hashPassword(deps: Deps, password: string): Promise<string> {
  const argon2 = await loadArgon2();
  return argon2.hash(argon2Input(password), { ...passwordHashOptions, salt: deps.random(SALT_BYTES) }).encoded;
}
