import type { Deps } from "../config.ts";
import { toBase64url } from "./encoding.ts";

/** Where the row lives, once grants are spread over several D1 databases. There is one today. */
const SHARD = "aa";

/** The random part: 120 bits, which base64url writes in 20 characters without a remainder. */
export const ID_BYTES = 15;

/** A new id: the shard's tag and 20 characters that mean nothing. */
export const newId = (deps: Deps): string => SHARD + toBase64url(deps.random(ID_BYTES));
