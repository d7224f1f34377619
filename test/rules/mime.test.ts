import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type MimeMessage, mailAddress, mimeMessage } from "../../src/rules/mime.ts";

const message: MimeMessage = {
  messageId: "a1b2@id.example",
  from: { name: "Countersign", address: "no-reply@id.example" },
  to: "ada@contoso.example",
  subject: "Your code",
  at: Date.UTC(2026, 10, 24, 12, 0, 0, 250),
  language: "en",
  text: "Grüße\nund\n\nmehr",
  html: "<p>Grüße</p>",
};

const bytesOf = (base64: string) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
const decode = (base64: string) => new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytesOf(base64));

/** The header as a mail reader sees it: unfolded, with its encoded words decoded one by one. */
function headerOf(raw: string, name: string): string {
  const [head = ""] = raw.split("\r\n\r\n");
  const unfolded = head.replace(/\r\n[ \t]/g, " ");
  const line = unfolded.split("\r\n").find((one) => one.startsWith(`${name}: `)) ?? "";
  return line
    .slice(name.length + 2)
    .replace(/\?= =\?/g, "?==?")
    .replace(/=\?UTF-8\?B\?([A-Za-z0-9+/=]+)\?=/g, (_, base64: string) => decode(base64));
}

function partsOf(raw: string): readonly string[] {
  const boundary = /boundary="([^"]+)"/.exec(raw)?.[1] ?? "none";
  return raw
    .split(`--${boundary}`)
    .slice(1, -1)
    .map((part) => decode((part.split("\r\n\r\n")[1] ?? "").replace(/\r\n/g, "")));
}

describe("an e-mail as it travels", () => {
  it("has the headers of one, and its text and HTML in UTF-8", () => {
    const raw = mimeMessage(message);
    expect(raw.split("\r\n").slice(0, 9)).toEqual([
      'From: "Countersign" <no-reply@id.example>',
      "To: <ada@contoso.example>",
      "Subject: Your code",
      "Date: Tue, 24 Nov 2026 12:00:00 +0000",
      "Message-ID: <a1b2@id.example>",
      "Auto-Submitted: auto-generated",
      "Content-Language: en",
      "MIME-Version: 1.0",
      'Content-Type: multipart/alternative; boundary="=_a1b2idexample"',
    ]);
    expect(partsOf(raw)).toEqual(["Grüße\r\nund\r\n\r\nmehr", "<p>Grüße</p>"]);
    expect(raw.endsWith("--=_a1b2idexample--\r\n")).toBe(true);
  });

  it("keeps every subject and name whole, in lines and words as short as they have to be, whatever is in them", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme", maxLength: 200 }),
        fc.string({ unit: "binary", maxLength: 80 }),
        (subject, name) => {
          const raw = mimeMessage({ ...message, subject, from: { ...message.from, name } });
          const [head = ""] = raw.split("\r\n\r\n");
          expect(head).toMatch(/^[\x20-\x7e\r\n]*$/);
          expect(head.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
          for (const line of raw.split("\r\n")) expect(line.length).toBeLessThanOrEqual(140);
          for (const [word] of head.matchAll(/=\?UTF-8\?B\?[^?]*\?=/g)) expect(word.length).toBeLessThanOrEqual(75);
          const said = subject
            .toWellFormed()
            .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
            .trim();
          expect(headerOf(raw, "Subject")).toBe(said);
        },
      ),
    );
  });

  it("lets nobody add a header or a recipient", () => {
    const raw = mimeMessage({
      ...message,
      subject: "Hello\r\nBcc: eve@evil.example\r\n\r\nbody",
      from: { name: 'Eve" <eve@evil.example>, "', address: message.from.address },
    });
    expect(raw).not.toMatch(/^Bcc/m);
    expect(headerOf(raw, "Subject")).toBe("Hello Bcc: eve@evil.example body");
    expect(headerOf(raw, "From")).toBe('"Eve\\" <eve@evil.example>, \\"" <no-reply@id.example>');
  });
});

describe("an address", () => {
  it.each([
    ["ada@contoso.example", "ada@contoso.example"],
    ["a.b+c@contoso.example", "a.b+c@contoso.example"],
    ["a,b@contoso.example", '"a,b"@contoso.example'],
    ['a"b\\@contoso.example', '"a\\"b\\\\"@contoso.example'],
    ["<ada>@contoso.example", '"<ada>"@contoso.example'],
    ["grüße@münchen.example", "grüße@xn--mnchen-3ya.example"],
  ])("%s is written %s", (address, written) => {
    expect(mailAddress(address)).toBe(written);
  });

  it.each([
    "ada",
    "@contoso.example",
    "a@b@c",
    "ada@con toso.example",
    "ada@[127.0.0.1]",
    "ada@x.example>\r\nBcc: eve@evil.example",
    "a\r@b.example",
  ])("%j goes nowhere", (address) => {
    expect(() => mailAddress(address)).toThrow(TypeError);
  });
});
