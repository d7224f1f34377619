/** What the HTML of an e-mail shows. */
interface LetterHtml {
  readonly language: string;
  readonly direction: "ltr" | "rtl";
  readonly operator: string;
  readonly issuer: string;
  readonly subject: string;
  readonly paragraphs: readonly string[];
  readonly code: string | undefined;
  readonly footer: string;
}

const serif = "font-family:Charter,Georgia,serif";
const sans = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,sans-serif";

/** The same words as the plain text. Nothing is loaded from anywhere, and no link leads anywhere but to us. */
export function letterHtml({ language, direction, operator, issuer, subject, paragraphs, code, footer }: LetterHtml): string {
  const said = (text: string) => withLinks(escapeHtml(text), escapeHtml(issuer)).replaceAll("\n", "<br>");
  const shownCode =
    code === undefined
      ? ""
      : `<p dir="ltr" style="margin:24px 0;text-align:center;font:600 28px/1.3 ui-monospace,Menlo,Consolas,monospace;letter-spacing:3px">${escapeHtml(code)}</p>`;
  const [first = "", ...rest] = paragraphs.map((text) => `<p style="margin:0 0 16px">${said(text)}</p>`);
  return `<!doctype html>
<html lang="${language}" dir="${direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light">
<title>${escapeHtml(subject)}</title>
</head>
<body style="margin:0;padding:24px 12px;background:#f3f0e8;color:#1a1e26;${sans};font-size:16px;line-height:1.55">
<div style="max-width:544px;margin:0 auto;padding:28px;background:#fffdf9;border:1px solid #d8d2c4;border-radius:10px">
<p style="margin:0 0 20px;${serif};font-weight:600">${escapeHtml(operator)}</p>
<h1 style="margin:0 0 16px;${serif};font-size:24px;line-height:1.25;font-weight:600">${escapeHtml(subject)}</h1>
${first}${shownCode}${rest.join("")}
<p style="margin:24px 0 0;padding-top:16px;border-top:1px solid #d8d2c4;color:#565b66;font-size:14px">${said(footer)}</p>
</div>
</body>
</html>
`;
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? "");

/** Addresses of ours become links. What a stranger wrote, a name or a reason, never does. */
const withLinks = (html: string, issuer: string): string =>
  html.replace(
    new RegExp(`${issuer.replace(/[.]/g, "\\.")}(?![\\w.:@-])(?:/[\\w/-]*)?`, "g"),
    (address) => `<a href="${address}" style="color:#0b5c50">${address}</a>`,
  );
