import type { Deps } from "../config.ts";
import type { FamilyId } from "../model.ts";
import { fromBase64url, sameText, toBase64url, toUtf8 } from "./encoding.ts";
import { ID_BYTES } from "./id.ts";
import { mac } from "./secret.ts";

/** All are generations of a family, a device code and a code its first; the prefix lets scanners of leaked secrets find them. */
const prefixes = { code: "csc_", refresh_token: "csr_", device_code: "csd_" } as const;

export type CredentialKind = keyof typeof prefixes;
const kinds: readonly CredentialKind[] = ["code", "refresh_token", "device_code"];

/** What a genuine credential says: it is ours, and which generation of which family it is. */
export interface Credential {
  readonly kind: CredentialKind;
  readonly familyId: FamilyId;
  readonly generation: number;
}

const SHARD_LENGTH = 2;
const GENERATION_BYTES = 4;
const MAC_BYTES = 32;
const BODY = new RegExp(`^[a-z]{${SHARD_LENGTH}}[A-Za-z0-9_-]{68}$`);

/** The credential's text: prefix, shard, and base64url of id, generation and MAC. The same arguments give the same text. */
export async function mintCredential(deps: Deps, credential: Credential): Promise<string> {
  const id = fromBase64url(credential.familyId.slice(SHARD_LENGTH));
  if (id?.length !== ID_BYTES) throw new Error("a family id of another form");
  const body = new Uint8Array(ID_BYTES + GENERATION_BYTES + MAC_BYTES);
  body.set(id);
  new DataView(body.buffer).setUint32(ID_BYTES, credential.generation);
  const prefix = prefixes[credential.kind] + credential.familyId.slice(0, SHARD_LENGTH);
  body.set(await authenticate(deps, prefix, body), ID_BYTES + GENERATION_BYTES);
  return prefix + toBase64url(body);
}

/** What the text says, or undefined unless we wrote it: no forged or garbled one goes on to D1. */
export async function findCredential(deps: Deps, text: string): Promise<Credential | undefined> {
  const kind = kinds.find((candidate) => text.startsWith(prefixes[candidate]));
  if (kind === undefined) return undefined;
  const rest = text.slice(prefixes[kind].length);
  const bytes = BODY.test(rest) ? fromBase64url(rest.slice(SHARD_LENGTH)) : undefined;
  if (bytes === undefined) return undefined;
  const shard = rest.slice(0, SHARD_LENGTH);
  const familyId = shard + toBase64url(bytes.subarray(0, ID_BYTES));
  const generation = new DataView(bytes.buffer).getUint32(ID_BYTES);
  const credential: Credential = { kind, familyId, generation };
  return sameText(await mintCredential(deps, credential), text) ? credential : undefined;
}

const authenticate = (deps: Deps, prefix: string, body: Uint8Array): Promise<Uint8Array> =>
  mac(deps, "credential", Uint8Array.from([...toUtf8(prefix), ...body.subarray(0, ID_BYTES + GENERATION_BYTES)]));
