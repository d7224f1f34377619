/** One-time codes by the clock: TOTP (RFC 6238) with what every app takes: SHA-1, six digits, steps of thirty seconds. */
import type { Deps } from "../config.ts";
import { sameText } from "./encoding.ts";

const SECRET_BYTES = 20;
const STEP_SECONDS = 30;
const DIGITS = 6;
/** How many steps a clock may be off, to either side (RFC 6238 section 5.2). */
const DRIFT = 1;

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** A new shared secret, in base32 (RFC 4648 section 6), as apps take it. */
export const newTotpSecret = (deps: Pick<Deps, "random">): string => toBase32(deps.random(SECRET_BYTES));

/** The time step of a moment. */
export const stepOf = (at: number): number => Math.floor(at / 1000 / STEP_SECONDS);

/** From when on the code of a step is refused anyway. */
export const stepEndsAt = (step: number): number => (step + DRIFT + 1) * STEP_SECONDS * 1000;

/** The code of one step (RFC 4226 section 5.3). @param secret in base32 */
export async function totpCode(secret: string, step: number): Promise<string> {
  const key = await crypto.subtle.importKey("raw", fromBase32(secret), { name: "HMAC", hash: "SHA-1" }, false, ["sign"]);
  const counter = new DataView(new ArrayBuffer(8));
  counter.setBigUint64(0, BigInt(step));
  const digest = new DataView(await crypto.subtle.sign("HMAC", key, counter.buffer));
  const offset = digest.getUint8(digest.byteLength - 1) & 0xf;
  return String((digest.getUint32(offset) & 0x7fffffff) % 10 ** DIGITS).padStart(DIGITS, "0");
}

/**
 * The step whose code this is, if it is one of now. Whether the step was used before is for the caller to find out: none counts
 * twice.
 * @param typed as the person typed it, perhaps in groups
 */
export async function findTotpStep(secret: string, typed: string, at: number): Promise<number | undefined> {
  const code = typed.replace(/\s/g, "");
  const now = stepOf(at);
  let found: number | undefined;
  for (let step = now - DRIFT; step <= now + DRIFT; step++) if (sameText(await totpCode(secret, step), code)) found = step;
  return found;
}

/** What a QR code says to an app: the key URI format. */
export function totpUri(secret: string, issuer: string, account: string): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(account)}`;
  return `otpauth://totp/${label}?secret=${secret}&issuer=${encodeURIComponent(issuer)}`;
}

function toBase32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return (bits.match(/.{1,5}/g) ?? []).map((five) => ALPHABET[Number.parseInt(five.padEnd(5, "0"), 2)]).join("");
}

function fromBase32(text: string): Uint8Array<ArrayBuffer> {
  const bits = [...text].map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, "0")).join("");
  return Uint8Array.from(bits.match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2));
}
