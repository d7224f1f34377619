/** An e-mail as it travels (RFC 5322, RFC 2045 to 2047). */
export interface MimeMessage {
  /** Unique, without angle brackets: `id@host`. */
  readonly messageId: string;
  readonly from: { readonly name: string; readonly address: string };
  readonly to: string;
  readonly subject: string;
  readonly at: number;
  /** BCP 47. */
  readonly language: string;
  readonly text: string;
  readonly html: string;
}

const CRLF = "\r\n";
/** Of base64, as RFC 2045 section 6.8 bounds a line. */
const LINE = 76;
/** Bytes that fit one encoded word of 75 characters beside `=?UTF-8?B?` and `?=` (RFC 2047 section 2). */
const WORD_BYTES = 45;
/** Characters of a header that need no encoding and no folding. */
const PLAIN = /^[ -<>-~]{0,60}$/;

/** The whole message. Everything in it is 7-bit, save an address whose local part is not. */
export function mimeMessage(message: MimeMessage): string {
  const { messageId, from, to, subject, at, language, text, html } = message;
  const boundary = `=_${messageId.replace(/[^\w]/g, "").slice(0, 40)}`;
  const headers = [
    `From: ${phrase(from.name)} <${mailAddress(from.address)}>`,
    `To: <${mailAddress(to)}>`,
    `Subject: ${unstructured(subject)}`,
    `Date: ${dateOf(at)}`,
    `Message-ID: <${messageId}>`,
    // No out-of-office reply is to come back (RFC 3834 section 5).
    "Auto-Submitted: auto-generated",
    `Content-Language: ${language}`,
    "MIME-Version: 1.0",
    `Content-Type: multipart/alternative; boundary="${boundary}"`,
  ];
  const part = (type: string, content: string) =>
    [
      `--${boundary}`,
      `Content-Type: ${type}; charset=utf-8`,
      "Content-Transfer-Encoding: base64",
      "",
      ...lines(base64(content.replace(/\r?\n/g, CRLF))),
    ].join(CRLF);
  return [...headers, "", part("text/plain", text), part("text/html", html), `--${boundary}--`, ""].join(CRLF);
}

/**
 * An address as it stands in a header: a local part of unusual characters is quoted, a domain of other letters is in its ASCII form.
 * @throws TypeError for what no mail server could take
 */
export function mailAddress(address: string): string {
  const [, local = "", domain = ""] = /^([^@]+)@([^@]+)$/.exec(address) ?? [];
  const host = URL.canParse(`http://${domain}`) ? new URL(`http://${domain}`).hostname : "";
  if (local === "" || !/^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/.test(host) || /[\p{Cc}\s]/u.test(address))
    throw new TypeError("not an address of a mail server");
  const atoms = /^[\w!#$%&'*+\-/=?^`{|}~\u{80}-\u{10ffff}]+(?:\.[\w!#$%&'*+\-/=?^`{|}~\u{80}-\u{10ffff}]+)*$/u;
  return `${atoms.test(local) ? local : `"${local.replace(/["\\]/g, "\\$&")}"`}@${host}`;
}

const unstructured = (text: string): string => {
  const line = oneLine(text);
  return PLAIN.test(line) ? line : encodedWords(line);
};

/** A name before an address: quoted, or encoded where it is not ASCII. */
const phrase = (text: string): string => {
  const line = oneLine(text);
  return PLAIN.test(line) ? `"${line.replace(/["\\]/g, "\\$&")}"` : encodedWords(line);
};

/** Whatever would end the header or hide in it becomes a space. */
const oneLine = (text: string): string =>
  text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
    .trim();

/** No character is cut in two: each word is decoded by itself (RFC 2047 section 5). */
function encodedWords(text: string): string {
  const words: string[] = [];
  let word = "";
  for (const character of text) {
    if (utf8(word + character).length > WORD_BYTES) {
      words.push(word);
      word = "";
    }
    word += character;
  }
  return [...words, word].map((one) => `=?UTF-8?B?${base64(one)}?=`).join(`${CRLF} `);
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

const base64 = (text: string): string => btoa(Array.from(utf8(text), (byte) => String.fromCharCode(byte)).join(""));

const lines = (text: string): readonly string[] => text.match(new RegExp(`.{1,${LINE}}`, "g")) ?? [];

/** `Tue, 24 Nov 2026 12:00:00 +0000` (RFC 5322 section 3.3). */
const dateOf = (at: number): string => new Date(at).toUTCString().replace("GMT", "+0000");
