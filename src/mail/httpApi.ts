import type { Deps, EmailApiFormat, EmailTransport } from "../config.ts";
import { fetchPublic } from "../http/outgoing.ts";
import { mailAddress } from "../rules/mime.ts";
import type { Parcel } from "./delivery.ts";

type Api = Extract<EmailTransport, { kind: "api" }>;

/** What a provider wants to be sent, and under which header it knows us. */
interface Format {
  readonly headers: (token: string) => Readonly<Record<string, string>>;
  readonly body: (parcel: Parcel) => unknown;
}

const named = ({ from }: Parcel): string => `"${from.name.replace(/["\\\p{Cc}]/gu, "")}" <${from.address}>`;

const formats: Readonly<Record<EmailApiFormat, Format>> = {
  resend: {
    headers: (token) => ({ Authorization: `Bearer ${token}` }),
    body: (parcel) => ({
      from: named(parcel),
      to: [mailAddress(parcel.to)],
      subject: parcel.letter.subject,
      text: parcel.letter.text,
      html: parcel.letter.html,
      headers: { "Auto-Submitted": "auto-generated" },
    }),
  },
  postmark: {
    headers: (token) => ({ "X-Postmark-Server-Token": token }),
    body: (parcel) => ({
      From: named(parcel),
      To: mailAddress(parcel.to),
      Subject: parcel.letter.subject,
      TextBody: parcel.letter.text,
      HtmlBody: parcel.letter.html,
      Headers: [{ Name: "Auto-Submitted", Value: "auto-generated" }],
      TrackOpens: false,
      TrackLinks: "None",
      MessageStream: "outbound",
    }),
  },
  sendgrid: {
    headers: (token) => ({ Authorization: `Bearer ${token}` }),
    body: (parcel) => ({
      personalizations: [{ to: [{ email: mailAddress(parcel.to) }] }],
      from: { email: parcel.from.address, name: parcel.from.name },
      subject: parcel.letter.subject,
      content: [
        { type: "text/plain", value: parcel.letter.text },
        { type: "text/html", value: parcel.letter.html },
      ],
      headers: { "Auto-Submitted": "auto-generated" },
      tracking_settings: { click_tracking: { enable: false }, open_tracking: { enable: false } },
    }),
  },
};

const MAX_BYTES = 64 * 1024;
const SECONDS = 8;

/** Hands the e-mail to a provider. @throws Error with its status; what it says beside that may repeat the e-mail, and is left out */
export async function sendByApi(deps: Deps, { format, url, token }: Api, parcel: Parcel): Promise<void> {
  const { headers, body } = formats[format];
  const { status } = await fetchPublic(deps, url, {
    method: "POST",
    headers: {
      ...headers(token),
      "Content-Type": "application/json",
      Accept: "application/json",
      // A provider that knows it sends the same e-mail once, should its first answer have been lost.
      "Idempotency-Key": parcel.id,
    },
    body: JSON.stringify(body(parcel)),
    maxBytes: MAX_BYTES,
    seconds: SECONDS,
  });
  if (status < 200 || status >= 300) throw new Error(`the e-mail API answered ${status}`);
}
