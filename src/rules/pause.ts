import type { Grant } from "../model.ts";

/**
 * Whether the person lets the service wait. It gets nothing, and what it has does not count; but nothing of it is used up or ended,
 * so that it goes on by itself once the person lets it.
 */
export const isPaused = ({ pausedAt }: Pick<Grant, "pausedAt">): boolean => pausedAt !== null;

/** A request that had its answer from D1 before the mark mints within this time: D1 gets no longer for an answer. */
const AHEAD_SECONDS = 3;

/**
 * When the mark of a pause is dated, or of less than before. Unlike a revocation's it is outlived by its grant, so that it lies no
 * further ahead than what was already under way needs.
 */
export const markAt = (now: number): number => now + AHEAD_SECONDS * 1000;

/**
 * What a token of a grant has as `iat`, in seconds: now, and always later than the mark that the grant outlived, or somebody who pauses
 * and resumes within a second would get tokens that are dead already.
 */
export const datedAt = (now: number, { markedAt }: Pick<Grant, "markedAt">): number =>
  Math.max(Math.floor(now / 1000), markedAt === null ? 0 : Math.floor(markedAt / 1000) + 1);

/** By so much may a token of ours be dated ahead of our own clock. */
export const DATED_AHEAD_SECONDS = AHEAD_SECONDS + 1;
