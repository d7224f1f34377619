/** Far more than metadata or a JWK Set needs; beyond it we stop reading. */
const MAX_BYTES = 128 * 1024;

/**
 * The JSON object at `url`. A redirect is not followed: where an issuer keeps its documents is for its metadata to say, and
 * nothing that stands in between.
 */
export async function loadDocument(
  fetcher: typeof fetch,
  url: string,
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>>> {
  const response = await fetcher(url, { headers: { Accept: "application/json" }, redirect: "manual", signal });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`${url} answered ${response.status}`);
  }
  const document: unknown = JSON.parse(await readText(response, url));
  if (typeof document !== "object" || document === null) throw new Error(`${url} is not a JSON object`);
  return document as Record<string, unknown>;
}

/** Counts what arrives: `Content-Length` may be absent, and is of the compressed body where there is one. */
async function readText(response: Response, url: string): Promise<string> {
  const reader: ReadableStreamDefaultReader<Uint8Array> | undefined = response.body?.getReader();
  const decoder = new TextDecoder();
  let [text, length] = ["", 0];
  for (;;) {
    const chunk = await reader?.read();
    if (chunk?.value === undefined) return text + decoder.decode();
    length += chunk.value.byteLength;
    if (length > MAX_BYTES) {
      await reader?.cancel();
      throw new Error(`${url} is larger than ${MAX_BYTES} bytes`);
    }
    text += decoder.decode(chunk.value, { stream: true });
  }
}
