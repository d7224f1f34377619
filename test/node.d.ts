import type { webcrypto } from "node:crypto";

/** What countersign/verify takes from its runtime, under the names that browsers and Workers give it; Node has only the values. */
declare global {
  type CryptoKey = webcrypto.CryptoKey;
  type JsonWebKey = webcrypto.JsonWebKey;
  /** Of the server's bindings no test in Node has any. */
  type D1Database = never;
  type KVNamespace = never;
  type SendEmail = never;
}
