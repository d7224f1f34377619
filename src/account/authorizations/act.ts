import { OAuthError } from "../../errors.ts";
import { whereaboutsOf } from "../../http/rateLimit.ts";
import { redirect } from "../../http/respond.ts";
import type { MessageKey } from "../../messages/translate.ts";
import { markAt } from "../../rules/pause.ts";
import { endOf, isShorterLife } from "../../rules/shorterLife.ts";
import { findTimeZone } from "../../rules/timeZone.ts";
import { changeGrant, type GrantChange, type GrantChangeOutcome } from "../../store/grantChanges.ts";
import { revokeOwn } from "../../store/ownRevocation.ts";
import { refused } from "./detail.tsx";
import type { NarrowProblem } from "./permissions.tsx";
import { grantIdOf, HERE, noSuchAuthorization, pathOf, sent, type Visitor } from "./visit.ts";

/**
 * POST /settings/authorizations: `action` is `revoke` with a `grant_id`, `revoke_device` with a `family_id`, or `revoke_all`. Only what is
 * the person's own ends; asking twice is answered like once. The answer tells what ended only after it has.
 */
export const changeAuthorizations = sent(async (visitor) => {
  const { form } = visitor;
  switch (form.find("action")) {
    case "revoke":
      return end(visitor, { kind: "grant", id: form.load("grant_id") });
    case "revoke_device":
      return end(visitor, { kind: "family", id: form.load("family_id") });
    case "revoke_all":
      return end(visitor, { kind: "all" });
    default:
      throw new OAuthError("invalid_request", "The form does not say what to revoke.");
  }
});

/** Fields of the boxes on the page of one authorization. */
const boxes = ["scope", "claim", "detail"] as const;

/**
 * POST /settings/authorizations/{grant_id}: `action` is `pause`, `resume`, `narrow` with what stays ticked, `remove_organization` with an
 * `organization_id`, `shorten` with a `lifetime`, `revoke`, or `revoke_device` with a `family_id`. One trip, and what is out ends at KV.
 */
export const changeAuthorization = sent(
  async (visitor) => {
    const { form, request } = visitor;
    const grantId = grantIdOf(request);
    switch (form.find("action")) {
      case "revoke":
        return end(visitor, { kind: "grant", id: grantId });
      case "revoke_device":
        return end(visitor, { kind: "family", id: form.load("family_id") }, grantId);
      case "pause":
        return change(visitor, { kind: "pause" }, "paused");
      case "resume":
        return change(visitor, { kind: "resume" }, "resumed");
      case "remove_organization":
        return change(visitor, { kind: "leave_organization", organizationId: form.load("organization_id") }, "narrowed");
      case "shorten":
        return change(visitor, shortened(visitor), "shortened");
      case "narrow":
        return narrow(visitor);
      default:
        throw new OAuthError("invalid_request", "The form does not say what to do.");
    }
  },
  boxes.flatMap((box) => [box, `shown_${box}`]),
);

function shortened({ form, deps }: Visitor): GrantChange {
  const life = form.find("lifetime");
  if (!isShorterLife(life)) throw new OAuthError("invalid_request", "The form does not say when the access is to end.");
  return { kind: "shorten", expiresAt: endOf(life, deps.now(), findTimeZone(form.find("time_zone"))) };
}

/** Takes away what the page showed and the person unticked; what came since, or what is none of theirs, stays as it is. */
async function narrow(visitor: Visitor): Promise<Response | undefined> {
  const [scopes = [], claims = [], details = []] = boxes.map((box) => {
    const kept = visitor.form.all(box);
    return visitor.form.all(`shown_${box}`).filter((shown) => !kept.includes(shown));
  });
  const unticked = scopes.length + claims.length + details.length > 0;
  if (!unticked) return refused(visitor, "nothing_unticked");
  return change(visitor, { kind: "narrow", scopes, claims, details }, "narrowed", "nothing_left");
}

/** @param otherwise what the person is told where it did not come to that, although the authorization is there */
async function change(
  visitor: Visitor,
  wanted: GrantChange,
  done: string,
  otherwise?: NarrowProblem,
): Promise<Response | undefined> {
  const { deps, request, sessionId } = visitor;
  const at = deps.now();
  const grantId = grantIdOf(request);
  const asked = { sessionId, grantId, change: wanted, markedAt: markAt(at), whereabouts: whereaboutsOf(request), at };
  const outcome = await changeGrant(deps, asked).catch((error: unknown) => {
    throw stillStands(error, unchanged[wanted.kind]);
  });
  if (outcome === undefined) return undefined;
  if (outcome.grant === undefined) throw noSuchAuthorization();
  if (otherwise !== undefined && !outcome.changed && holds(outcome, wanted)) return refused(visitor, otherwise);
  return redirect(`${deps.config.issuer}${pathOf(grantId)}?done=${done}`);
}

/** Whether something of it is there that was to be taken away. */
function holds({ grant }: GrantChangeOutcome, wanted: GrantChange): boolean {
  if (wanted.kind !== "narrow" || grant === undefined) return false;
  return (
    wanted.scopes.some((scope) => grant.scopes.includes(scope)) ||
    wanted.claims.some((claim) => grant.claims.includes(claim)) ||
    wanted.details.some((detail) => grant.authorizationDetails.some((one) => JSON.stringify(one) === detail))
  );
}

/** What ends: one authorization, one device's, or everything. */
type Ending = { readonly kind: "grant" | "family"; readonly id: string } | { readonly kind: "all" };

/** @param under the authorization whose page goes on without the device */
async function end(visitor: Visitor, ending: Ending, under?: string): Promise<Response | undefined> {
  const { deps, request, sessionId } = visitor;
  const here = `${deps.config.issuer}${under === undefined ? HERE : pathOf(under)}`;
  const outcome = await revokeOwn(deps, { sessionId, ending, whereabouts: whereaboutsOf(request) }).catch((error: unknown) => {
    throw stillStands(error, "authorizations.not_revoked");
  });
  if (outcome === undefined) return undefined;
  if (ending.kind === "all") return redirect(outcome.endedId === undefined ? here : `${here}?revoked=${outcome.endedId}`);
  if (outcome.endedId === undefined) throw noSuchAuthorization();
  return redirect(`${here}?revoked=${encodeURIComponent(ending.id)}`);
}

/** What the person must know when D1 gives no answer: that it is as it was. */
const unchanged = {
  pause: "authorizations.not_paused",
  resume: "authorizations.not_resumed",
  narrow: "authorizations.not_narrowed",
  leave_organization: "authorizations.not_narrowed",
  shorten: "authorizations.not_shortened",
} as const satisfies Record<GrantChange["kind"], MessageKey>;

const stillStands = (error: unknown, key: (typeof unchanged)[GrantChange["kind"]] | "authorizations.not_revoked"): unknown =>
  error instanceof OAuthError && error.code === "temporarily_unavailable" ? error.with({ say: [key] }) : error;
