/** An authenticator in software: it makes passkeys and signs with them, in the bytes of Web Authentication and COSE. */
import { fromBase64url, toBase64url, toUtf8 } from "../src/tokens/encoding.ts";
import type { Page } from "./browser.ts";
import { ISSUER } from "./harness.ts";

/** What a test may have the authenticator, or the browser around it, do wrong. */
export interface Faults {
  readonly origin?: string;
  readonly rpId?: string;
  readonly type?: string;
  readonly challenge?: string;
  /** Bits of the flags that are not set. */
  readonly without?: number;
  /** What the counter of signatures says, in place of the next number. */
  readonly counter?: number;
  readonly userHandle?: string | null;
  /** Signs other bytes than it shows. */
  readonly garbled?: boolean;
}

const UP = 0x01;
export const UV = 0x04;
const BACKUP = 0x18;
const ATTESTED = 0x40;

interface Options {
  readonly challenge: string;
  readonly rp?: { readonly id: string };
  readonly rpId?: string;
  readonly user?: { readonly id: string };
  readonly excludeCredentials?: readonly { readonly id: string }[];
  readonly allowCredentials?: readonly { readonly id: string }[];
}

/** The options that a page of ours offers to the browser's API. */
export function optionsOf(page: Page): Options {
  const text = /\bdata-options="([^"]*)"/.exec(page.text)?.[1];
  if (text === undefined) throw new Error(`no passkey on ${page.url} (${page.status})`);
  return JSON.parse(text.replaceAll("&quot;", '"').replaceAll("&amp;", "&")) as Options;
}

export class Authenticator {
  readonly #keys: CryptoKeyPair;
  readonly id: string;
  readonly #synced: boolean;
  #counter = 0;
  #handle = "";

  private constructor(keys: CryptoKeyPair, id: string, synced: boolean) {
    this.#keys = keys;
    this.id = id;
    this.#synced = synced;
  }

  /** @param synced as those of phones are, which have no counter; else a key of its own that counts */
  static async make({ synced = false } = {}): Promise<Authenticator> {
    const keys = (await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, [
      "sign",
      "verify",
    ])) as CryptoKeyPair;
    return new Authenticator(keys, toBase64url(crypto.getRandomValues(new Uint8Array(32))), synced);
  }

  /** The `credential` field after "Create the passkey" was pressed. */
  async create(page: Page, faults: Faults = {}): Promise<string> {
    const { challenge, rp, user } = optionsOf(page);
    this.#handle = user?.id ?? "";
    const { x = "", y = "" } = (await crypto.subtle.exportKey("jwk", this.#keys.publicKey)) as JsonWebKey;
    const key = map([1, 2], [3, -7], [-1, 1], [-2, bytesOf(x)], [-3, bytesOf(y)]);
    const id = bytesOf(this.id);
    const attested = concat(new Uint8Array(16), [0, id.length], id, key);
    const authData = await this.#authData(rp?.id ?? "", faults, ATTESTED, attested);
    const attestationObject = map(["fmt", "none"], ["attStmt", new Map()], ["authData", authData]);
    return this.#answer({
      clientDataJSON: clientData("webauthn.create", challenge, faults),
      attestationObject: toBase64url(attestationObject),
      transports: ["internal", "hybrid"],
    });
  }

  /** The `credential` field after the passkey was chosen. */
  async sign(page: Page, faults: Faults = {}): Promise<string> {
    const { challenge, rpId = "" } = optionsOf(page);
    if (!this.#synced) this.#counter += 1;
    const authData = await this.#authData(rpId, faults);
    const client = clientData("webauthn.get", challenge, faults);
    const clientHash = await digest(bytesOf(client));
    const data = concat(authData, clientHash, faults.garbled ? [0] : []);
    const raw = new Uint8Array(await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, this.#keys.privateKey, data));
    const handle = faults.userHandle === undefined ? this.#handle : faults.userHandle;
    return this.#answer({
      clientDataJSON: client,
      authenticatorData: toBase64url(authData),
      signature: toBase64url(der(raw)),
      ...(handle === null ? {} : { userHandle: handle }),
    });
  }

  async #authData(
    rpId: string,
    faults: Faults,
    more = 0,
    rest: Uint8Array = new Uint8Array(),
  ): Promise<Uint8Array<ArrayBuffer>> {
    const flags = (UP | UV | (this.#synced ? BACKUP : 0) | more) & ~(faults.without ?? 0);
    const counter = new DataView(new ArrayBuffer(4));
    counter.setUint32(0, faults.counter ?? this.#counter);
    return concat(await digest(toUtf8(faults.rpId ?? rpId)), [flags], new Uint8Array(counter.buffer), rest);
  }

  #answer(response: Readonly<Record<string, unknown>>): string {
    return JSON.stringify({ id: this.id, rawId: this.id, type: "public-key", response, clientExtensionResults: {} });
  }
}

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => fromBase64url(text) ?? new Uint8Array();

const digest = async (data: Uint8Array<ArrayBuffer>): Promise<Uint8Array> =>
  new Uint8Array(await crypto.subtle.digest("SHA-256", data));

const clientData = (type: string, challenge: string, faults: Faults): string =>
  toBase64url(
    toUtf8(
      JSON.stringify({
        type: faults.type ?? type,
        challenge: faults.challenge ?? challenge,
        origin: faults.origin ?? ISSUER,
        crossOrigin: false,
      }),
    ),
  );

const concat = (...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(parts.flatMap((part) => [...part]));

type Cbor = number | string | Uint8Array | ReadonlyMap<Cbor, Cbor>;

/** A map in CBOR (RFC 8949). */
const map = (...entries: readonly (readonly [Cbor, Cbor])[]): Uint8Array<ArrayBuffer> => cbor(new Map(entries));

function cbor(value: Cbor): Uint8Array<ArrayBuffer> {
  if (typeof value === "number") return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === "string") return concat(head(3, toUtf8(value).length), toUtf8(value));
  if (value instanceof Uint8Array) return concat(head(2, value.length), value);
  return concat(head(5, value.size), ...[...value].flatMap(([key, one]) => [cbor(key), cbor(one)]));
}

const head = (major: number, length: number): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(
    length < 24
      ? [(major << 5) | length]
      : length < 256
        ? [(major << 5) | 24, length]
        : [(major << 5) | 25, length >> 8, length & 255],
  );

/** The signature as authenticators write it (ASN.1), from the two numbers that WebCrypto gives. */
function der(raw: Uint8Array): Uint8Array<ArrayBuffer> {
  const integer = (half: Uint8Array) => {
    const bytes = [...half.slice(half.findIndex((byte) => byte !== 0))];
    const positive = (bytes[0] ?? 0) > 127 ? [0, ...bytes] : bytes;
    return [2, positive.length, ...positive];
  };
  const content = [...integer(raw.slice(0, 32)), ...integer(raw.slice(32))];
  return Uint8Array.from([0x30, content.length, ...content]);
}
