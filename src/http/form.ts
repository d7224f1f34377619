import { OAuthError } from "../errors.ts";

/** No request of ours is longer; the platform would let 100 MB through. */
const MAX_BODY_BYTES = 64 * 1024;
const MAX_PARAMETERS = 500;

/** Parameters that a specification lets a request repeat (RFC 8707 section 2, RFC 8693 section 2.1). Form fields of our own pages may too. */
const repeatable = new Set(["resource", "audience"]);

/** The parameters of one request, each sent at most once save those that may repeat. */
export class Parameters {
  readonly #values: ReadonlyMap<string, readonly string[]>;

  constructor(values: ReadonlyMap<string, readonly string[]>) {
    this.#values = values;
  }

  /** The value, or undefined when it is absent or empty, which RFC 6749 section 3.1 counts as the same. */
  find(name: string): string | undefined {
    return this.#values.get(name)?.[0] || undefined;
  }

  /** Every value of a parameter that may repeat, empty ones left out. */
  all(name: string): readonly string[] {
    return (this.#values.get(name) ?? []).filter((value) => value !== "");
  }

  /** The value of a parameter without which the request means nothing. */
  load(name: string): string {
    const value = this.find(name);
    if (value === undefined) throw new OAuthError("invalid_request", `The parameter ${name} is missing.`);
    return value;
  }
}

/**
 * Collects parameters, refusing a repetition: two components that pick different ones is how a check is passed by (RFC 6749
 * section 3.1: "MUST NOT be included more than once").
 * @throws OAuthError invalid_request
 */
function collect(source: URLSearchParams, mayRepeat: ReadonlySet<string>): Parameters {
  const values = new Map<string, string[]>();
  let count = 0;
  for (const [name, value] of source) {
    if (++count > MAX_PARAMETERS) throw new OAuthError("invalid_request", "The request has too many parameters.");
    if (value.includes("\0")) throw new OAuthError("invalid_request", "A parameter holds a NUL character.");
    // What U+FFFD came to stand for is lost, so that a state could not go back as it was sent.
    if (value.includes("\ufffd")) throw new OAuthError("invalid_request", "A parameter is not valid UTF-8.");
    const present = values.get(name);
    if (present === undefined) values.set(name, [value]);
    else if (mayRepeat.has(name)) present.push(value);
    else throw new OAuthError("invalid_request", `The parameter ${printable(name)} was sent more than once.`);
  }
  return new Parameters(values);
}

/** The query of a GET request. */
export const parseQuery = (request: Request): Parameters => collect(new URL(request.url).searchParams, repeatable);

/**
 * The body of a POST request in `application/x-www-form-urlencoded`, UTF-8; the query is not looked at, so that a secret in it
 * does no good (RFC 6749 section 2.3.1).
 * @param mayRepeat names of fields that our own page sends several times, such as its checkboxes
 * @throws OAuthError invalid_request, payload_too_large
 */
export async function parseForm(request: Request, mayRepeat: readonly string[] = []): Promise<Parameters> {
  const [type = "", ...attributes] = (request.headers.get("content-type") ?? "").toLowerCase().split(";");
  if (type.trim() !== "application/x-www-form-urlencoded")
    throw new OAuthError("invalid_request", "The request body must be application/x-www-form-urlencoded.");
  const charset = attributes.map((part) => part.trim()).find((part) => part.startsWith("charset="));
  if (charset !== undefined && charset.replace(/["']/g, "") !== "charset=utf-8")
    throw new OAuthError("invalid_request", "The request body must be in UTF-8.");
  return collect(new URLSearchParams(await readBody(request)), new Set([...repeatable, ...mayRepeat]));
}

/** The body of a request as text, bounded. @throws OAuthError payload_too_large, invalid_request */
export async function readBody(request: Request): Promise<string> {
  const tooLarge = new OAuthError("payload_too_large", "The request body is larger than 64 KB.");
  if (Number(request.headers.get("content-length") ?? 0) > MAX_BODY_BYTES) throw tooLarge;
  if (request.body === null) return "";
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body) {
    size += chunk.byteLength;
    if (size > MAX_BODY_BYTES) throw tooLarge;
    chunks.push(chunk);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(await new Blob(chunks).arrayBuffer());
  } catch {
    throw new OAuthError("invalid_request", "The request body is not valid UTF-8.");
  }
}

/** A name from outside, in the characters and the length that an error description may have. */
const printable = (text: string): string => text.replace(/[^\w.\-[\]]/g, "?").slice(0, 40);
