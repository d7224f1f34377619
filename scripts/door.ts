/**
 * How another process reaches the database of a server that runs here: two processes that write to one SQLite file fail each
 * other's statements, so that only one may open a directory.
 */
import { randomBytes } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Database, Row } from "./database.ts";

/** Left in the persistence directory while a server runs on it. */
const noteIn = (persist: string): string => join(persist, "running.json");

interface Note {
  readonly url: string;
  readonly token: string;
  /** Of the server. */
  readonly origin: string;
}

/** The server that runs on the directory, if one does. A note that a killed server left behind answers nobody. */
export async function findRunning(
  persist: string,
): Promise<{ readonly origin: string; readonly database: Database } | undefined> {
  const text = await readFile(noteIn(persist), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const note = JSON.parse(text) as Note;
  const ask = async (path: string, statements: readonly string[]) => {
    const headers = { authorization: `Bearer ${note.token}` };
    const response = await fetch(note.url + path, { method: "POST", headers, body: JSON.stringify(statements) });
    if (!response.ok) throw new Error(await response.text());
    return (await response.json()) as readonly (readonly Row[])[];
  };
  const database: Database = {
    batch: (statements) => ask("batch", statements),
    forget: async () => {
      await ask("forget", []);
    },
    close: async () => {},
  };
  try {
    await database.batch(["SELECT 1"]);
  } catch {
    return undefined;
  }
  return { origin: note.origin, database };
}

/**
 * Lets other processes of this user reach the database of the server that runs here, until `close`: a loopback port, and a
 * token in a file that only this user reads.
 */
export async function openDoor(persist: string, origin: string, database: Database): Promise<{ close(): Promise<void> }> {
  const token = randomBytes(32).toString("base64url");
  const server = createServer((request, response) => {
    const answer = (status: number, text: string) => response.writeHead(status).end(text);
    if (request.headers.authorization !== `Bearer ${token}`) return answer(401, "Not for you.");
    Array.fromAsync(request)
      .then((chunks) => {
        const statements: readonly string[] = JSON.parse(Buffer.concat(chunks).toString());
        return request.url === "/forget" ? database.forget().then(() => []) : database.batch(statements);
      })
      .then(
        (rows) => answer(200, JSON.stringify(rows)),
        (error: unknown) => answer(500, String(error)),
      );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const note: Note = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, token, origin };
  await mkdir(persist, { recursive: true });
  await rm(noteIn(persist), { force: true });
  await writeFile(noteIn(persist), JSON.stringify(note), { mode: 0o600 });
  return {
    close: async () => {
      await rm(noteIn(persist), { force: true });
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
