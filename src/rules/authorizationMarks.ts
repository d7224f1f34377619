import type { Client, Grant } from "../model.ts";
import { isOutdated } from "./next.ts";

/** For so long may a service go unused before we say so. */
export const UNUSED_SECONDS = 90 * 24 * 60 * 60;

/** What a person should notice about a service that they let in, the gravest first. */
export type AuthorizationMark = "lost_proof" | "changed" | "paused" | "unused" | "let_in";

export function authorizationMarks(
  authorization: Grant & { readonly client: Client; readonly lastUsedAt: number | null },
  now: number,
): readonly AuthorizationMark[] {
  const { client, authority, pausedAt, publisherName, lastUsedAt, consentedAt } = authorization;
  const proved = client.publisher?.verifiedAt == null ? null : client.publisher.name;
  const marks: readonly (readonly [AuthorizationMark, boolean])[] = [
    ["lost_proof", publisherName !== null && publisherName !== proved],
    ["changed", authority === null && isOutdated(client, authorization)],
    ["paused", pausedAt !== null],
    ["unused", now - (lastUsedAt ?? consentedAt) > UNUSED_SECONDS * 1000],
    ["let_in", authority !== null],
  ];
  return marks.filter(([, holds]) => holds).map(([mark]) => mark);
}
