import type { Deps } from "../config.ts";
import type { UserId } from "../model.ts";
import { toBase64url, toUtf8 } from "./encoding.ts";
import { mac } from "./secret.ts";

/**
 * What clients of a sector call the person (OpenID Connect Core 8): a pseudonym that those of another sector cannot connect with
 * theirs, or the user id where the sector is null. Nothing is stored: the same pair gives the same pseudonym for ever.
 * @param sector as `rules/sector.ts` finds it
 */
export const subjectOf = async (deps: Deps, sector: string | null, userId: UserId): Promise<string> =>
  sector === null ? userId : toBase64url(await mac(deps, "pairwise subject", toUtf8(`${sector}\0${userId}`)));
