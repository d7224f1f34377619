/** The file by which a publisher proves a host: where it is, and what an answer from there says. */
import { publicUrlProblem } from "./publicUrl.ts";

export const PROOF_PATH = "/.well-known/countersign-publisher";
export const PROOF_BYTES = 4096;

const MAX_SHOWN = 100;

/** The host that somebody typed, or pasted with all that stands around it in an address bar; or what is wrong with it. */
export type PublisherHost = { readonly host: string } | { readonly problem: string };

export function parsePublisherHost(typed: string): PublisherHost {
  const text = typed.trim();
  if (text === "") return { problem: "Type the host of your website, such as northstar.example." };
  const url = /^https:\/\//i.test(text) ? text : `https://${text}`;
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text) && url !== text)
    return { problem: "Only https will do: the proof is read over it." };
  if (!URL.canParse(url)) return { problem: "This is not a host. It needs a form like northstar.example." };
  const { host, hostname, protocol, username } = new URL(url);
  if (host !== hostname) return { problem: "Leave out the port: the proof is read at the usual one." };
  if (username !== "") return { problem: "This is an address of a person. It needs a form like northstar.example." };
  if (/^[\d.]+$|^\[/.test(hostname)) return { problem: "This is an address in numbers. Type the host's name." };
  if (!/^[a-z0-9.-]+$/.test(hostname)) return { problem: "The host holds characters that no name of a website has." };
  const problem = publicUrlProblem(`${protocol}//${hostname}/`, "");
  return problem === undefined ? { host: hostname } : { problem: `This host cannot be asked: the address ${problem}.` };
}

/** What came of asking for the file. `missing` is the host's own word; of `unreachable` it said nothing that counts. */
export type ProofFinding = { readonly kind: "proved" } | { readonly kind: "missing" | "unreachable"; readonly words: string };

/**
 * What the host's answer proves. The file may hold lines of others and for other servers: each is compared by itself.
 * @param line ours
 */
export function judgeProof(answer: { readonly status: number; readonly text: string }, line: string): ProofFinding {
  const { status, text } = answer;
  if (status >= 500 || status === 429 || status === 408)
    return {
      kind: "unreachable",
      words: `The host answered with status ${status}, which says nothing about the file. Try again later.`,
    };
  if (status >= 300 && status < 400)
    return missing(
      `The host redirects elsewhere (status ${status}). The file must lie at this very address: a redirect proves another host.`,
    );
  if (status !== 200)
    return missing(`The host answered with status ${status}${status === 404 ? ": there is no such file" : ""}.`);
  const lines = text
    .replace(/^\ufeff/, "")
    .split(/\r\n|\r|\n/)
    .map((one) => one.trim());
  if (lines.includes(line)) return { kind: "proved" };
  const filled = lines.filter((one) => one !== "");
  const [first] = filled;
  if (first === undefined) return missing("The file is there, and empty.");
  if (/^<(!doctype|html)/i.test(first))
    return missing(
      "There is a web page at this address, not a file with the line. Many hosts answer so to what they do not have.",
    );
  const [server = ""] = line.split("=");
  if (filled.some((one) => one.startsWith(`${server}=`)))
    return missing(
      `The file has a line for ${server}, but another one: it is of another account or another host, or was changed in copying.`,
    );
  const count =
    filled.length === 1 ? "one line, which is not this one" : `${filled.length} lines, and this one is not among them`;
  return missing(`The file has ${count}. It begins with: ${first.replace(/[^\x20-\x7e]/g, "?").slice(0, MAX_SHOWN)}`);
}

/** What it means that the host gave no answer, by the reason in private words (http/outgoing.ts). */
export function judgeSilence(reason: string): ProofFinding {
  if (/larger than/.test(reason))
    return missing(`The file is larger than ${PROOF_BYTES / 1024} KB. It needs no more than the line.`);
  if (/no answer within/.test(reason)) return { kind: "unreachable", words: "The host gave no answer within 10 seconds." };
  const problem = /^https:\S+ (.*)$/.exec(reason)?.[1];
  if (problem !== undefined) return { kind: "unreachable", words: `We do not ask this host: the address ${problem}.` };
  return {
    kind: "unreachable",
    words:
      "The host could not be reached. Check its name, and that it answers to https with a certificate that browsers accept.",
  };
}

const missing = (words: string): ProofFinding => ({ kind: "missing", words });
