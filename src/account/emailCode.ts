/** One-time codes by e-mail: whoever can read what is sent to an address, in the browser where they asked for it, has it. */
import type { Deps } from "../config.ts";
import { checkLimits, limitOf, networkOfRequest } from "../http/rateLimit.ts";
import type { Reader } from "../http/reader.tsx";
import { deliverTo } from "../mail/delivery.ts";
import { sealValues } from "../mail/sealedValues.ts";
import type { EmailCodePurpose, EmailKind, UserId } from "../model.ts";
import { countAttempt } from "../store/attempts.ts";
import { createEmailCode, type EmailCodeUse, tryEmailCode } from "../store/emailCodes.ts";
import { sameText, sha256 } from "../tokens/encoding.ts";
import { newId } from "../tokens/id.ts";

const MINUTES = 10;
/** Digits of a code: with five tries each, and a bound on codes, nobody guesses one in a lifetime. */
const DIGITS = 8;

/** Who is told what: the answer of the page is the same for both. */
const kinds: Readonly<Record<EmailCodePurpose, { readonly known: EmailKind; readonly unknown: EmailKind }>> = {
  sign_in: { known: "code", unknown: "no_account" },
  reset_password: { known: "code", unknown: "no_account" },
  create_account: { known: "account_exists", unknown: "code" },
  verify_email: { known: "account_exists", unknown: "code" },
};

/** What a code is asked for. */
export interface CodeRequest {
  readonly purpose: EmailCodePurpose;
  /** As `rules/email.ts` normalises it. */
  readonly email: string;
  /** The value of the cookie that stands for the browser, `browser` or `session`: only there the code is good. */
  readonly browser: string;
}

/**
 * Sends a code, or, where the address is not what the purpose needs, an e-mail that says so: nothing about the answer tells which.
 * @param userId of whoever is signed in and asks
 * @throws OAuthError slow_down
 */
export async function sendCode(
  request: Request,
  deps: Deps,
  { purpose, email, browser }: CodeRequest,
  reader: Pick<Reader, "language" | "timeZone">,
  userId?: UserId,
): Promise<void> {
  const from = networkOfRequest(request);
  const limits = await Promise.all([
    limitOf("email_code", email, from),
    limitOf("email_code_address", email),
    limitOf("email_code_network", from),
  ]);
  checkLimits(limits, await countAttempt(deps, limits), deps.now(), "codes asked for");
  const id = newId(deps);
  const code = makeCode(deps);
  const { known, unknown } = kinds[purpose];
  const told = async (kind: EmailKind) => ({
    kind,
    sealedValues: await sealValues(
      deps,
      kind === "code" ? { purpose, code: `${code.slice(0, 4)} ${code.slice(4)}`, minutes: MINUTES } : {},
    ),
  });
  await createEmailCode(deps, {
    id,
    purpose,
    email,
    ...(userId === undefined ? {} : { userId }),
    codeSha256: await sha256(id + code),
    browser: await sha256(browser),
    expiresAt: deps.now() + MINUTES * 60 * 1000,
    known: await told(known),
    unknown: await told(unknown),
    language: reader.language,
    timeZone: reader.timeZone,
  });
  await deliverTo(deps, email);
}

/** Who has the code that was typed; undefined for a wrong one, which counts. It is not used up yet: that goes with what it is for. */
export async function checkCode(
  deps: Deps,
  { purpose, email, browser }: CodeRequest,
  typed: string,
): Promise<(EmailCodeUse & { readonly userId: UserId | null }) | undefined> {
  const digits = typed.normalize("NFKC").replace(/[\s-]/g, "");
  const tried = await tryEmailCode(deps, { purpose, email, browser: await sha256(browser) });
  if (tried === undefined || !sameText(await sha256(tried.id + digits), tried.codeSha256)) return undefined;
  return { codeId: tried.id, rid: newId(deps), userId: tried.userId };
}

/** Eight digits, each as likely as any other: of 32 random bits those are taken that make no number likelier than the rest. */
function makeCode(deps: Deps): string {
  const numbers = 10 ** DIGITS;
  for (;;) {
    const number = new DataView(deps.random(4).buffer).getUint32(0);
    if (number < Math.floor(2 ** 32 / numbers) * numbers) return String(number % numbers).padStart(DIGITS, "0");
  }
}
