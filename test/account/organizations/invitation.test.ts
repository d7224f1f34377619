import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { Browser } from "../../browser.ts";
import { snapshot } from "../../harness.ts";
import { emailsTo, lastEmail } from "../../mailbox.ts";
import { textOf } from "../../page.ts";
import { browserOf, HERE, makePlace, type Place, rows, setRole } from "./place.ts";

let place: Place;
let owner: Browser;

beforeEach(async () => {
  place = await makePlace("all");
  owner = await browserOf(place.server, place.owner.email);
});

const invite = async (email: string | null) =>
  owner.submit(await owner.open(`${HERE}/members`), `${HERE}/invitations`, { email });

const linkTo = async (email: string): Promise<string> =>
  /\/settings\/organizations\/join\/[\w-]+/.exec((await lastEmail(place.server, email)).text)?.[0] ?? "";

describe("an invitation", () => {
  it("makes whoever it was sent to a member, once, when they say so", async () => {
    expect(textOf(await invite(place.outsider.email))).toContain("The invitation is on its way.");
    const link = await linkTo(place.outsider.email);
    const guest = await browserOf(place.server, place.outsider.email);
    const page = await guest.open(link);
    expect(textOf(page)).toContain("Join Contoso ?");
    expect(textOf(page)).toContain("Ada Example invites you.");
    expect(await rows("SELECT * FROM memberships")).toHaveLength(2);
    const joined = await guest.submit(page, link);
    expect(new URL(joined.url).pathname).toBe(HERE);
    await guest.submit(page, link);
    expect(await rows("SELECT role FROM memberships WHERE user_id = ?", place.outsider.userId)).toEqual([{ role: "member" }]);
    expect(await rows("SELECT action, actor, user_id FROM audit WHERE action LIKE 'member.%' ORDER BY rowid")).toEqual([
      { action: "member.invited", actor: place.owner.userId, user_id: null },
      { action: "member.added", actor: place.outsider.userId, user_id: place.outsider.userId },
    ]);
  });

  it("is answered alike whether somebody has an account, has none, or belongs to it already", async () => {
    const answers = [];
    for (const email of [place.outsider.email, "nobody@contoso.example", place.member.email])
      answers.push(textOf(await invite(email)));
    expect(new Set(answers).size).toBe(1);
    expect(await emailsTo(place.server, place.member.email)).toEqual([]);
    expect(await emailsTo(place.server, "nobody@contoso.example")).toHaveLength(1);
  });

  it("brings back who has to sign in first", async () => {
    await invite(place.outsider.email);
    const link = await linkTo(place.outsider.email);
    const response = await place.server.fetch(link);
    expect(new URL(response.headers.get("location") ?? "").searchParams.get("to")).toBe(link);
  });

  it.each([
    [
      "is somebody else's",
      async () => rows("UPDATE users SET email = 'else@contoso.example' WHERE id = ?", place.outsider.userId),
    ],
    [
      "went to an address that is not verified",
      async () => rows("UPDATE users SET email_verified = 0 WHERE id = ?", place.outsider.userId),
    ],
    ["is of one who owns it no more", async () => setRole(place.owner.userId, place.organizationId, "member")],
    ["is a week old", async () => place.server.pass(7 * 24 * 60 * 60)],
    [
      "is from before they were taken out",
      async () => {
        await env.DB.prepare(
          "INSERT INTO audit (id, at, action, actor, user_id, organization_id) VALUES ('x', ?, 'member.removed', 'a', ?, ?)",
        )
          .bind(place.server.deps.now() + 1, place.outsider.userId, place.organizationId)
          .run();
      },
    ],
  ])("that %s is worth nothing", async (_, prepare) => {
    await invite(place.outsider.email);
    const link = await linkTo(place.outsider.email);
    const guest = await browserOf(place.server, place.outsider.email);
    const page = await guest.open(link);
    expect(page.status).toBe(200);
    await prepare();
    await guest.submit(page, link);
    expect(await rows("SELECT * FROM memberships WHERE user_id = ?", place.outsider.userId)).toEqual([]);
  });

  it("that was changed is worth nothing", async () => {
    await invite(place.outsider.email);
    const link = await linkTo(place.outsider.email);
    const guest = await browserOf(place.server, place.outsider.email);
    expect((await guest.open(`${link.slice(0, -2)}AA`)).status).toBe(404);
    expect((await guest.open("/settings/organizations/join/nonsense")).status).toBe(404);
  });

  it.each([null, "ada", "a b@contoso.example", "@contoso.example"])(
    "is not sent to %s, which comes back as it was typed",
    async (email) => {
      const before = await snapshot();
      const answer = await invite(email);
      expect(answer.status).toBe(400);
      expect(answer.text).toContain('aria-invalid="true"');
      if (email !== null) expect(answer.text).toContain(`value="${email}"`);
      expect(await snapshot()).toBe(before);
      expect(await rows("SELECT * FROM emails")).toEqual([]);
    },
  );

  it("is sent so many times an hour at most", async () => {
    const page = await owner.open(`${HERE}/members`);
    for (let index = 0; index < 30; index++)
      await owner.submit(page, `${HERE}/invitations`, { email: `p${index}@contoso.example` });
    expect((await owner.submit(page, `${HERE}/invitations`, { email: "one-more@contoso.example" })).status).toBe(429);
    expect(await rows("SELECT * FROM emails")).toHaveLength(30);
  });
});
