import type { Deps } from "../config.ts";
import { publicUrlProblem } from "../rules/publicUrl.ts";

/** What going out needs of `Deps`, so that the seed script goes out by the same door. */
export type Traveller = Pick<Deps, "fetch"> & { readonly config: Pick<Deps["config"], "issuer" | "mtlsOrigin"> };

/** A request to an address that somebody else wrote, and how much of it we bear. */
export interface Outgoing {
  readonly method?: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly maxBytes: number;
  readonly seconds: number;
  /** Whether it may go to another server on this machine, if we are on one that nobody else reaches: in development, and in tests. */
  readonly allowsLoopback?: boolean;
}

export interface OutgoingAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Empty for a redirect, which is not followed: where it leads nobody has looked at. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The same, as far as it is UTF-8. */
  readonly text: string;
}

/**
 * The one way out: for documents, keys, logos and whatever else lies where others say, and for back-channel logout. It goes to
 * public addresses by https alone, with nothing of ours in the request, and is bounded in size and time whatever the other side
 * does.
 * @throws Error with the reason, in private words: what it means for the request at hand is for the caller to say
 */
export async function fetchPublic(deps: Traveller, url: string, outgoing: Outgoing): Promise<OutgoingAnswer> {
  const { method = "GET", headers = {}, body, maxBytes, seconds } = outgoing;
  const isNeighbour = outgoing.allowsLoopback === true && isLoopbackNeighbour(url, deps.config.issuer);
  const problem = ownHosts(deps)
    .map((host) => (isNeighbour ? undefined : publicUrlProblem(url, host)))
    .find((found) => found !== undefined);
  if (problem !== undefined) throw new Error(`${url.slice(0, 200)} ${problem}`);
  return within(seconds, async (signal) => {
    const response = await deps.fetch(url, {
      method,
      headers: { ...headers, "User-Agent": "Countersign" },
      ...(body === undefined ? {} : { body }),
      redirect: "manual",
      signal,
    });
    const redirects = response.status >= 300 && response.status < 400;
    if (redirects) await response.body?.cancel();
    const bytes = redirects ? new Uint8Array() : await readBytes(response, maxBytes);
    return { status: response.status, headers: response.headers, bytes, text: new TextDecoder().decode(bytes) };
  });
}

/** Why `fetchPublic` failed, for whoever wrote the address. What the network says of hosts is for nobody outside. */
export function tellable(error: unknown): string {
  const own = error instanceof Error && /^(?:the answer is larger|no answer within)/.test(error.message);
  return own ? error.message : "its host cannot be reached";
}

/** Both of them on a loopback host and by plain http, which no server on the internet is, and not the same one. */
function isLoopbackNeighbour(url: string, issuer: string): boolean {
  const [there, here] = [URL.parse(url), new URL(issuer)];
  return there !== null && [there, here].every(isLoopback) && there.origin !== here.origin;
}

const isLoopback = ({ protocol, hostname, username }: URL): boolean =>
  protocol === "http:" && username === "" && ["localhost", "127.0.0.1", "[::1]"].includes(hostname);

/** Where we answer ourselves. */
export const ownHosts = ({ config }: Traveller): readonly string[] =>
  [config.issuer, config.mtlsOrigin].filter((origin) => origin !== null).map((origin) => new URL(origin).hostname);

/** Counts what arrives: `Content-Length` may be absent or wrong, and is of the compressed body where there is one. */
async function readBytes(response: Response, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const reader: ReadableStreamDefaultReader<Uint8Array> | undefined = response.body?.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const chunk = await reader?.read();
    if (chunk?.value === undefined) break;
    length += chunk.value.byteLength;
    if (length > maxBytes) {
      await reader?.cancel();
      throw new Error(`the answer is larger than ${maxBytes} bytes`);
    }
    chunks.push(chunk.value);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}

/** What `work` gives, unless it takes longer than so many seconds: then its signal is aborted and this rejects, heard or not. */
export async function within<T>(seconds: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no answer within ${seconds} s`));
      controller.abort();
    }, seconds * 1000);
  });
  try {
    return await Promise.race([work(controller.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}
