import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { changeMember } from "../../../src/store/members.ts";
import { sha256 } from "../../../src/tokens/encoding.ts";
import { Browser, forgeries, SAME_SITE } from "../../browser.ts";
import { addOrganization } from "../../builders.ts";
import { introspect, obtainTokens, post, refreshRequest, tokensOf } from "../../flow.ts";
import { form, snapshot } from "../../harness.ts";
import { type Page, textOf } from "../../page.ts";
import { browserOf, HERE, makePlace, type Place, rows, setRole } from "./place.ts";

let place: Place;

beforeEach(async () => {
  place = await makePlace("all");
});

const members = () => rows<{ user_id: string; role: string }>("SELECT user_id, role FROM memberships ORDER BY user_id");
const csrfOf = (text: string): string => /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? "";
const send = async (browser: Browser, path: string, fields: Readonly<Record<string, string>>, page = HERE) => {
  // Every signed-in page has a form that holds the token; whoever sees no page of the organization has one elsewhere.
  const { text } = await browser.open(page);
  const csrf = csrfOf(text) || csrfOf((await browser.open("/sign-out")).text);
  return browser.send(path, { method: "POST", headers: SAME_SITE, body: form({ csrf, ...fields }) });
};

describe("the members of an organization", () => {
  it("are listed for owners, owners first, and found by name or address", async () => {
    const owner = await browserOf(place.server, place.owner.email);
    expect(textOf(await owner.open(`${HERE}/members`))).toMatch(/2 members.*Ada Example Owner You .*Ben Example Member/);
    const found = textOf(await owner.open(`${HERE}/members?q=BEN%40`));
    expect(found).toContain("Ben Example");
    expect(found).not.toContain("Ada Example Owner");
    expect(textOf(await owner.open(`${HERE}/members?q=zoe`))).toContain("Nothing matches");
  });

  it("become owners and members again, each logged once", async () => {
    const owner = await browserOf(place.server, place.owner.email);
    const path = `${HERE}/members`;
    for (const role of ["owner", "owner", "member"]) {
      const response = await send(owner, path, { user_id: place.member.userId, role }, path);
      expect(response.headers.get("location")).toBe(`https://id.example${path}?done=saved`);
    }
    expect(
      await rows(
        "SELECT action, actor, user_id, organization_id, detail FROM audit WHERE action LIKE 'member.%' ORDER BY rowid",
      ),
    ).toEqual([
      {
        action: "member.role_changed",
        actor: place.owner.userId,
        user_id: place.member.userId,
        organization_id: place.organizationId,
        detail: '{"from":"member","to":"owner"}',
      },
      {
        action: "member.role_changed",
        actor: place.owner.userId,
        user_id: place.member.userId,
        organization_id: place.organizationId,
        detail: '{"from":"owner","to":"member"}',
      },
    ]);
  });

  it("who are removed are reached no more: neither by tokens that are out nor by later ones", async () => {
    const tokens = await obtainTokens(place.server, new Browser(place.server), place.member.email);
    const owner = await browserOf(place.server, place.owner.email);
    const confirm = await owner.open(`${HERE}/remove/${place.member.userId}`);
    expect(textOf(confirm)).toContain("Remove Ben Example ?");
    const answer = await owner.submit(confirm, `${HERE}/remove/${place.member.userId}`);
    expect(textOf(answer)).toContain("Removed.");
    expect(await introspect(place.server, tokens.access_token)).toEqual({ active: false });
    const next = await tokensOf(await post(place.server, "/token", refreshRequest(tokens.refresh_token)));
    expect(await introspect(place.server, next.access_token)).toMatchObject({ active: true, organizations: [] });
    expect(await members()).toEqual([{ user_id: place.owner.userId, role: "owner" }]);
  });

  it("leave by themselves", async () => {
    const member = await browserOf(place.server, place.member.email);
    const page = await member.open(HERE);
    expect(page.text).toContain(`${HERE}/remove/${place.member.userId}`);
    const path = `${HERE}/remove/${place.member.userId}`;
    const answer = await member.submit(await member.open(path), path);
    expect(textOf(answer)).toContain("You have left the organization.");
    expect((await member.open(HERE)).status).toBe(404);
  });

  it("keep one owner, who can sign in", async () => {
    const owner = await browserOf(place.server, place.owner.email);
    const path = `${HERE}/remove/${place.owner.userId}`;
    expect(textOf(await owner.submit(await owner.open(path), path))).toContain("one owner has to stay");
    await setRole(place.member.userId, place.organizationId, "owner");
    await env.DB.prepare("UPDATE users SET disabled_at = 1 WHERE id = ?").bind(place.member.userId).run();
    const before = await snapshot();
    const response = await send(owner, `${HERE}/members`, { user_id: place.owner.userId, role: "member" }, `${HERE}/members`);
    expect(response.headers.get("location")).toContain("done=last_owner");
    expect(await members()).toContainEqual({ user_id: place.owner.userId, role: "owner" });
    expect(await snapshot()).toBe(before);
  });

  it("keep one owner of two who take each other's role at the same time", async () => {
    await setRole(place.member.userId, place.organizationId, "owner");
    const people = [place.owner, place.member];
    const sessions = await Promise.all(
      people.map(async ({ email }) => {
        const browser = await browserOf(place.server, email);
        return sha256([...browser.cookies].find(([name]) => /session/.test(name))?.[1] ?? "");
      }),
    );
    const at = place.server.deps.now();
    const whereabouts = { city: null, country: null, network: "192.0.2.0" };
    const outcomes = await Promise.all(
      sessions.map((sessionId, index) =>
        changeMember(
          place.server.deps,
          { sessionId, name: "contoso", markedAt: at, whereabouts, at },
          { userId: people[1 - index]?.userId ?? "", role: "member" },
        ),
      ),
    );
    expect(outcomes.filter((outcome) => outcome?.outcome === "changed")).toHaveLength(1);
    expect((await members()).filter(({ role }) => role === "owner")).toHaveLength(1);
  });

  it.each([
    ["an unknown role", "members", { user_id: "aaben00000000000000000", role: "admin" }, 400],
    ["no role", "members", { user_id: "aaben00000000000000000" }, 400],
    ["nobody", "members", { role: "owner" }, 400],
    ["somebody who is no member", "members", { user_id: "aaeve00000000000000000", role: "owner" }, 404],
    ["somebody else's removal who is no member", "remove/aaeve00000000000000000", {}, 404],
  ])("are not changed by %s", async (_, page, fields, status) => {
    const owner = await browserOf(place.server, place.owner.email);
    await owner.open(`${HERE}/members`);
    const before = [await snapshot(), JSON.stringify(await members())];
    expect((await send(owner, `${HERE}/${page}`, fields, `${HERE}/members`)).status).toBe(status);
    expect([await snapshot(), JSON.stringify(await members())]).toEqual(before);
  });

  it.each(forgeries)("are not changed by a form with %s", async (_, forgery) => {
    const owner = await browserOf(place.server, place.owner.email);
    const path = `${HERE}/remove/${place.member.userId}`;
    const before = JSON.stringify(await members());
    expect((await owner.forge(await owner.open(path), path, forgery)).status).toBe(403);
    expect(JSON.stringify(await members())).toBe(before);
  });
});

const pages = ["", "/members", "/access", "/services", "/requests", "/log", "/log.csv", "/log.json"];
const acts: readonly (readonly [path: string, fields: Readonly<Record<string, string>>])[] = [
  ["/members", { user_id: "aaben00000000000000000", role: "owner" }],
  ["/remove/aaada00000000000000000", {}],
  ["/access", { policy: "none" }],
  ["/services", { action: "deny", client_id: "buildboard" }],
  ["/requests", { action: "approve", client_id: "buildboard" }],
];

describe("what each may do", () => {
  it("an owner sees every page", async () => {
    const owner = await browserOf(place.server, place.owner.email);
    for (const page of pages) expect([page, (await owner.open(HERE + page)).status]).toEqual([page, 200]);
  });

  it("a member sees the first page, without what is for owners, and no other", async () => {
    const member = await browserOf(place.server, place.member.email);
    for (const page of pages) expect([page, (await member.open(HERE + page)).status]).toEqual([page, page === "" ? 200 : 404]);
    const text = textOf(await member.open(HERE));
    expect(text).toContain("Owners Ada Example");
    expect(text).not.toContain("2 members");
  });

  it("an outsider learns no more than of an organization that there is not", async () => {
    const outsider = await browserOf(place.server, place.outsider.email);
    for (const page of pages) {
      const [here, nowhere] = [await outsider.open(HERE + page), await outsider.open(`/settings/organizations/nowhere${page}`)];
      expect([here.status, nowhere.status]).toEqual([404, 404]);
      const plain = (page: Page) => textOf(page).replace(/Request \S+/, "");
      expect(plain(here)).toBe(plain(nowhere));
    }
  });

  it("who is not signed in is asked to", async () => {
    for (const page of pages) {
      const response = await place.server.fetch(HERE + page);
      expect([page, response.status, new URL(response.headers.get("location") ?? "").pathname]).toEqual([
        page,
        303,
        "/sign-in",
      ]);
    }
  });

  it.each(["member", "outsider"] as const)("a %s changes nothing", async (who) => {
    const browser = await browserOf(place.server, place[who].email);
    const state = async () =>
      JSON.stringify([
        await snapshot(),
        await members(),
        await rows("SELECT * FROM organizations"),
        await rows("SELECT * FROM organization_clients"),
      ]);
    const before = await state();
    for (const [path, fields] of acts) expect([path, (await send(browser, HERE + path, fields)).status]).toEqual([path, 404]);
    expect(await state()).toBe(before);
  });
});

describe("the list of organizations", () => {
  it("says so where there is none", async () => {
    const outsider = await browserOf(place.server, place.outsider.email);
    expect(textOf(await outsider.open("/settings/organizations"))).toContain("You belong to no organization");
  });

  it("of two hundred comes in one trip, in pages, and is searched", async () => {
    for (let index = 0; index < 200; index++)
      await addOrganization(`org-${String(index).padStart(3, "0")}`, "verified", place.outsider.userId);
    const outsider = await browserOf(place.server, place.outsider.email);
    place.server.trips.reset();
    const first = await outsider.open("/settings/organizations");
    expect(place.server.trips.d1).toBe(1);
    expect(first.text.match(/<li class="sheet">/g)).toHaveLength(50);
    const last = await outsider.open("/settings/organizations?page=4");
    expect(textOf(last)).toContain("Org-199");
    expect(textOf(last)).not.toContain("Next page");
    expect((await outsider.open("/settings/organizations?q=org-07")).text.match(/<li class="sheet">/g)).toHaveLength(10);
  });

  it("a thousand members come in one trip, in pages", async () => {
    await env.DB.batch([
      env.DB.prepare(`
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
        INSERT INTO users (id, email, email_verified, name, profile, created_at, updated_at)
        SELECT 'aam' || i, 'm' || i || '@contoso.example', 1, 'Member ' || printf('%04d', i), '{}', 1, 1 FROM n`),
      env.DB.prepare(`INSERT INTO memberships (user_id, organization_id, role, created_at)
        SELECT id, '${place.organizationId}', 'member', 1 FROM users WHERE id LIKE 'aam%'`),
    ]);
    const owner = await browserOf(place.server, place.owner.email);
    place.server.trips.reset();
    const page = await owner.open(`${HERE}/members?page=3`);
    expect(place.server.trips.d1).toBe(1);
    expect(page.text.match(/<li class="sheet">/g)).toHaveLength(50);
    expect(textOf(page)).toContain("1,002 members");
  });
});
