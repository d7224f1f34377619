import { env } from "cloudflare:workers";
import { sql } from "drizzle-orm";
import { beforeEach, describe, expect, it } from "vitest";
import type { EmailTransport } from "../../src/config.ts";
import { work } from "../../src/cron.ts";
import { deliverDue, deliverTo } from "../../src/mail/delivery.ts";
import { letterOf } from "../../src/mail/letter.ts";
import { sealValues } from "../../src/mail/sealedValues.ts";
import { catalogues } from "../../src/messages/translate.ts";
import type { EmailKind } from "../../src/model.ts";
import { transact } from "../../src/store/database.ts";
import { queueWhen } from "../../src/store/emails.ts";
import { createServer, empty, type Faults, type Server } from "../harness.ts";

const FROM = "no-reply@id.example";
const TO = "ada@contoso.example";
const MINUTE = 60;

const api = (format: "resend" | "postmark" | "sendgrid"): EmailTransport => ({
  kind: "api",
  from: FROM,
  format,
  url: `https://${format}.example/send`,
  token: "secret-token",
});

beforeEach(empty);

async function queue(server: Server, to = TO, language = "en", kind: EmailKind = "code"): Promise<void> {
  const values = { purpose: "sign_in", code: "1234 5678", minutes: 10 };
  const sealedValues = await sealValues(server.deps, values);
  const at = server.deps.now();
  await transact(server.deps.db, (db) => [
    queueWhen(db, { kind, to, language, timeZone: "UTC", sealedValues, at }, sql`WHERE 1`),
  ]);
}

const rows = async () =>
  (
    await env.DB.prepare(
      "SELECT attempts, next_at AS nextAt, sent_at AS sentAt, failed_at AS failedAt FROM emails ORDER BY rowid",
    ).all<{ attempts: number; nextAt: number; sentAt: number | null; failedAt: number | null }>()
  ).results;

/** A server whose provider answers as it is told, and what it was asked. */
function withProvider(email: EmailTransport, answer: () => Response | Promise<Response>, faults: Faults = {}) {
  const asked: { url: string; headers: Headers; body: Record<string, unknown> }[] = [];
  const server = createServer({
    ...faults,
    config: { email },
    fetch: async (input, init) => {
      const request = new Request(input, init);
      asked.push({ url: request.url, headers: request.headers, body: await request.json() });
      return answer();
    },
  });
  return { server, asked };
}

describe("a provider with an HTTP API", () => {
  it.each([
    ["resend", { from: `"Countersign" <${FROM}>`, to: [TO], subject: "Your code for Countersign" }, "authorization"],
    [
      "postmark",
      { From: `"Countersign" <${FROM}>`, To: TO, Subject: "Your code for Countersign", TrackOpens: false },
      "x-postmark-server-token",
    ],
    [
      "sendgrid",
      {
        personalizations: [{ to: [{ email: TO }] }],
        from: { email: FROM, name: "Countersign" },
        subject: "Your code for Countersign",
      },
      "authorization",
    ],
  ] as const)("%s gets the e-mail in its shape, and then it is gone from here", async (format, body, header) => {
    const { server, asked } = withProvider(api(format), () => new Response("{}", { status: 202 }));
    await queue(server);
    await deliverTo(server.deps, TO);
    expect(asked).toHaveLength(1);
    expect(asked[0]?.url).toBe(`https://${format}.example/send`);
    expect(asked[0]?.body).toMatchObject(body);
    expect(JSON.stringify(asked[0]?.body)).toContain("1234 5678");
    expect(asked[0]?.headers.get(header)).toContain("secret-token");
    expect(asked[0]?.headers.get("idempotency-key")).toMatch(/^[0-9a-f]{32}$/);
    expect(await rows()).toEqual([]);
  });

  it("is tried again after longer and longer pauses, eight times in eleven hours, and then no more", async () => {
    const { server, asked } = withProvider(api("resend"), () => new Response("busy", { status: 503 }));
    await queue(server);
    const pauses: number[] = [];
    for (let attempt = 1; attempt <= 8; attempt++) {
      await deliverDue(server.deps);
      await deliverDue(server.deps);
      const [row] = await rows();
      expect([row?.attempts, asked.length]).toEqual([attempt, attempt]);
      pauses.push(((row?.nextAt ?? 0) - server.deps.now()) / 1000 / MINUTE);
      server.pass((pauses.at(-1) ?? 0) * MINUTE);
    }
    expect(pauses.slice(0, 7)).toEqual([1, 3, 10, 30, 60, 180, 360]);
    expect((await rows())[0]?.failedAt).not.toBeNull();
    server.pass(24 * 60 * MINUTE);
    await deliverDue(server.deps);
    expect(asked).toHaveLength(8);
  });

  it.each([
    ["refuses", () => new Response("{}", { status: 401 })],
    ["leads elsewhere", () => Response.redirect("https://elsewhere.example/", 302)],
    ["cannot be reached", () => Promise.reject(new Error("no route"))],
  ])("that %s keeps nobody from their page", async (_, answer) => {
    const { server } = withProvider(api("resend"), answer);
    await queue(server);
    await deliverTo(server.deps, TO);
    expect(await rows()).toMatchObject([{ attempts: 1, sentAt: null, failedAt: null }]);
  });

  it("gets each e-mail once, however many look for what is due at once", async () => {
    const { server, asked } = withProvider(api("resend"), () => new Response("{}"));
    for (let index = 0; index < 12; index++) await queue(server, `p${index}@contoso.example`);
    await Promise.all([deliverDue(server.deps), deliverDue(server.deps), deliverTo(server.deps, "p3@contoso.example")]);
    const recipients = asked.map(({ body }) => String(body["to"]));
    expect([recipients.length, new Set(recipients).size]).toEqual([12, 12]);
    expect(await rows()).toEqual([]);
  });

  it("is told of an address to which no mail can go by no request", async () => {
    const { server, asked } = withProvider(api("resend"), () => new Response("{}"));
    await queue(server, "ada@[::1]");
    await deliverDue(server.deps);
    expect([asked.length, (await rows())[0]?.attempts]).toEqual([0, 1]);
  });
});

describe("Cloudflare's binding", () => {
  it("gets a whole message, in the language of who gets it", async () => {
    const sent: { from: string; to: string }[] = [];
    const sendEmail = { send: async (message: { from: string; to: string }) => void sent.push(message) };
    const server = createServer({
      config: { email: { kind: "cloudflare", from: FROM } },
      sendEmail: sendEmail as unknown as SendEmail,
    });
    await queue(server, TO, "ja");
    await deliverTo(server.deps, TO);
    expect(sent).toMatchObject([{ from: FROM, to: TO }]);
    expect(await rows()).toEqual([]);
  });
});

describe("without a way out", () => {
  it("off gives an e-mail up at once, and says so in the log", async () => {
    const server = createServer({ config: { email: { kind: "off" } } });
    await queue(server);
    await deliverDue(server.deps);
    expect((await rows())[0]?.failedAt).toBe(server.deps.now());
  });

  it("a mailbox keeps it for a page, which nobody else has", async () => {
    const server = createServer();
    await queue(server);
    await deliverTo(server.deps, TO);
    expect((await rows())[0]?.sentAt).toBe(server.deps.now());
    const page = await server.fetch("/mailbox");
    const text = await page.text();
    expect([page.status, text.includes("1234 5678"), text.includes(TO)]).toEqual([200, true, true]);
    const other = createServer({ config: { email: api("resend") } });
    expect((await other.fetch("/mailbox")).status).toBe(404);
  });

  it("what was sealed under another secret is given up", async () => {
    const server = createServer();
    await queue(createServer({ config: { masterSecret: "another-secret-of-43-characters-or-more-0000" } }));
    await deliverDue(server.deps);
    expect((await rows())[0]?.failedAt).toBe(server.deps.now());
  });

  it("the cron delivers, and later forgets what was sent", async () => {
    const server = createServer();
    await queue(server);
    await work(server.deps);
    expect((await rows())[0]?.sentAt).toBe(server.deps.now());
    server.pass(24 * 60 * MINUTE + 1);
    await work(server.deps);
    expect(await rows()).toEqual([]);
  });
});

describe("a letter", () => {
  const config = { operator: "Contoso <ID>", issuer: "https://id.example" };

  it("says times in the zone of who reads it, and shows a code by itself", () => {
    const changed = letterOf(config, {
      kind: "password_changed",
      values: { changedAt: Date.UTC(2026, 10, 24, 12) },
      language: "de",
      timeZone: "Asia/Tokyo",
    });
    expect(changed.text).toContain("24. November 2026 um 21:00:00 GMT+9");
    const code = letterOf(config, {
      kind: "code",
      values: { purpose: "sign_in", code: "1234 5678", minutes: 10 },
      language: "en",
      timeZone: "UTC",
    });
    expect(code.text.split("\n\n")[1]).toBe("1234 5678");
  });

  it("links to us alone, whatever a stranger wrote into it", () => {
    const { html } = letterOf(config, {
      kind: "email_changed",
      values: { changedAt: 0, newEmail: "<a href=https://evil.example>https://id.example.evil.example/x</a>" },
      language: "ar",
      timeZone: "nowhere",
    });
    expect(html).toContain('<html lang="ar" dir="rtl">');
    expect(html).not.toContain("<a href=https://evil");
    for (const [, target] of html.matchAll(/href="([^"]*)"/g)) expect(target).toMatch(/^https:\/\/id\.example(?:\/|$)/);
    expect(html).toContain("Contoso &lt;ID&gt;");
    expect(html).not.toMatch(/<(?:img|script|link)|https?:\/\/(?!id\.example)[^\s<]*"/);
  });

  it("has words in every language for every kind that is queued", () => {
    const kinds = new Set(Object.keys(catalogues.en.emails).flatMap((key) => /^(\w+)_subject$/.exec(key)?.[1] ?? []));
    expect(kinds.size).toBeGreaterThan(5);
    for (const language of Object.keys(catalogues) as (keyof typeof catalogues)[])
      for (const kind of kinds) {
        const purpose = kind === "code" ? { purpose: "verify_email" } : {};
        const letter = letterOf(config, { kind: kind as EmailKind, values: purpose, language, timeZone: "UTC" });
        expect([language, kind, letter.subject !== "", letter.text.length > 60]).toEqual([language, kind, true, true]);
      }
  });
});
