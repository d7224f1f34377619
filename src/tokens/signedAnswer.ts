import { SignJWT } from "jose";
import type { JsonObject } from "../model.ts";
import type { SigningKey } from "./accessToken.ts";

/** A JWT of ours, of the type that its header names: one kind is never taken for another (RFC 8725 section 3.11). */
export const signAnswer = (key: SigningKey, claims: JsonObject, typ: string): Promise<string> =>
  new SignJWT({ ...claims }).setProtectedHeader({ alg: key.alg, typ, kid: key.kid }).sign(key.privateKey);
