import type { Deps } from "../config.ts";
import type { TrustedIssuer } from "../model.ts";
import type { FindClientKeys } from "../tokens/clientJwt.ts";
import { findKeysIn } from "./keySet.ts";

/** The keys that may have signed a JWT of an issuer that we trust. It rejects with a plain Error where they cannot be had. */
export const findIssuerKeys = (deps: Deps, { issuer, jwks, jwksUri }: TrustedIssuer): FindClientKeys =>
  findKeysIn(deps, { owner: `issuer ${issuer}`, jwks, jwksUri });
