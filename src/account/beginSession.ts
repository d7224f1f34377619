import type { Deps } from "../config.ts";
import { OAuthError } from "../errors.ts";
import { whereaboutsOf } from "../http/rateLimit.ts";
import { sealValues } from "../mail/sealedValues.ts";
import type { UserId, Whereabouts } from "../model.ts";
import { deviceLabel } from "../rules/device.ts";
import type { Settlement } from "../store/attempts.ts";
import { createSession } from "../store/sessions.ts";
import { sha256, toBase64url } from "../tokens/encoding.ts";
import { accountCookies, heldSessions, keepable } from "./accounts.ts";
import { type Going, goOn } from "./going.ts";

const COOKIE_BYTES = 32;

/** Somebody who has proven who they are, and how. */
export interface Proven {
  readonly userId: UserId;
  /** RFC 8176. */
  readonly amr: readonly string[];
  /** Of `rules/acr.ts`. */
  readonly acr: string;
  /** The directory at which they signed in. */
  readonly directoryId?: string | undefined;
  /** When they did, if that was before now. */
  readonly authAt?: number | undefined;
  /** What a success settles of the attempts that were counted. */
  readonly settlement?: Settlement | undefined;
}

/**
 * The last step of every way to sign in: begins the session under a cookie of its own and sends the browser on. Whoever else is
 * signed in in this browser stays so beside it.
 * @throws OAuthError access_denied for a person who was disabled meanwhile
 */
export async function beginSession(request: Request, deps: Deps, proven: Proven, going: Going): Promise<Response> {
  const cookie = toBase64url(deps.random(COOKIE_BYTES));
  const { current, others } = await heldSessions(request, deps);
  const { kept, dropped } = keepable(current === undefined ? others : [current, ...others]);
  const at = deps.now();
  const device = deviceLabel(request.headers.get("user-agent"));
  const whereabouts = whereaboutsOf(request);
  const alive = await createSession(deps, {
    ...proven,
    id: await sha256(cookie),
    device,
    whereabouts,
    held: kept.map(({ id }) => id),
    dropped: dropped.map(({ id }) => id),
    sealedValues: await sealValues(deps, {
      device,
      place: placeText(whereabouts),
      signedInAt: at,
      path: "/settings/security",
    }),
    at,
  });
  if (alive === undefined)
    throw new OAuthError("access_denied", "This account cannot sign in.", {
      reason: "disabled",
      say: ["signIn.disabled", { operator: deps.config.operator }],
    });
  const stay = kept.filter(({ id }) => alive.includes(id));
  return goOn(deps, going, accountCookies(request, deps.config, { cookie }, stay));
}

/** `Stockholm, SE`, in words of no language; the network where no place is known. */
const placeText = ({ city, country, network }: Whereabouts): string =>
  [city, country].filter((word) => word !== null).join(", ") || network;
