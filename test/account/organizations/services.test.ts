import { beforeEach, describe, expect, it } from "vitest";
import { requestAccess } from "../../../src/account/organizations/requestAccess.ts";
import { sha256 } from "../../../src/tokens/encoding.ts";
import { Browser, forgeries } from "../../browser.ts";
import { addClient, decideClient } from "../../builders.ts";
import { introspect, obtainTokens, post, refreshRequest, tokensOf } from "../../flow.ts";
import { snapshot } from "../../harness.ts";
import { emailsTo, lastEmail } from "../../mailbox.ts";
import { textOf } from "../../page.ts";
import { browserOf, HERE, makePlace, type Place, rows, setRole } from "./place.ts";

let place: Place;

beforeEach(async () => {
  place = await makePlace("approved");
});

const whereabouts = { city: "Malmö", country: "SE", network: "192.0.2.0" };

/** A member asks, as the approval page has them do. */
async function ask(browser: Browser, changes: { clientId?: string; organizationId?: string; reason?: string } = {}) {
  const cookie = [...browser.cookies].find(([name]) => /session/.test(name))?.[1] ?? "";
  return requestAccess(place.server.deps, {
    organizationId: place.organizationId,
    clientId: "buildboard",
    sessionId: await sha256(cookie),
    reason: "Our builds",
    scopes: ["builds.read"],
    at: place.server.deps.now(),
    whereabouts,
    ...changes,
  });
}

const decisions = () => rows("SELECT client_id, status, decided_by FROM organization_clients");
const actions = async () =>
  (await rows<{ action: string }>("SELECT action FROM audit WHERE organization_id IS NOT NULL ORDER BY at, rowid")).map(
    ({ action }) => action,
  );

describe("a request for access", () => {
  it("waits in the queue, is told to the owners once, and is logged once", async () => {
    const member = await browserOf(place.server, place.member.email);
    expect(await ask(member)).toBe("requested");
    expect(await ask(member)).toBe("requested");
    expect(await rows("SELECT * FROM access_requests")).toHaveLength(1);
    expect(await decisions()).toEqual([{ client_id: "buildboard", status: "requested", decided_by: null }]);
    expect(await actions()).toEqual(["access.requested"]);
    const letters = await emailsTo(place.server, place.owner.email);
    expect(letters.map(({ kind }) => kind)).toEqual(["access_requested"]);
    expect(letters[0]?.text).toContain("Our builds");
    expect(letters[0]?.text).toContain(`https://id.example${HERE}/requests`);
    const owner = await browserOf(place.server, place.owner.email);
    const page = textOf(await owner.open(`${HERE}/requests`));
    expect(page).toContain("Buildboard");
    expect(page).toContain("Ben Example");
    expect(page).toContain("Our builds");
    expect(page).toContain("See builds");
  });

  it("goes with whoever asked alone: of the next one the owners hear again", async () => {
    const member = await browserOf(place.server, place.member.email);
    await ask(member);
    const path = `${HERE}/remove/${place.member.userId}`;
    await member.submit(await member.open(path), path);
    expect([await decisions(), await rows("SELECT * FROM access_requests")]).toEqual([[], []]);
    await rows("INSERT INTO memberships VALUES (?, ?, 'member', 1)", place.outsider.userId, place.organizationId);
    expect(await ask(await browserOf(place.server, place.outsider.email))).toBe("requested");
    expect(await emailsTo(place.server, place.owner.email)).toHaveLength(2);
  });

  it("of a second person joins the first", async () => {
    const member = await browserOf(place.server, place.member.email);
    await ask(member);
    const owner = await browserOf(place.server, place.owner.email);
    expect(await ask(owner, { reason: "" })).toBe("requested");
    expect(await emailsTo(place.server, place.owner.email)).toHaveLength(1);
    expect(textOf(await owner.open(`${HERE}/requests`))).toContain("No reason given");
  });

  it.each([
    ["every service is let in", async () => rows("UPDATE organizations SET policy = 'all'")],
    ["none is", async () => rows("UPDATE organizations SET policy = 'none'")],
    ["it is approved", () => decideClient(place.organizationId, "buildboard", "approved")],
    ["it is denied", () => decideClient(place.organizationId, "buildboard", "denied")],
    ["the service is disabled", async () => rows("UPDATE clients SET disabled_at = 1")],
    [
      "the publisher is verified, which is enough",
      async () => {
        await rows("UPDATE organizations SET policy = 'verified'");
        await rows(`UPDATE clients SET publisher = '{"name":"B","verifiedAt":1}'`);
      },
    ],
    ["the person is no member", async () => rows("DELETE FROM memberships WHERE user_id = ?", place.member.userId)],
  ])("is not needed where %s", async (_, prepare) => {
    const member = await browserOf(place.server, place.member.email);
    await prepare();
    const before = [await snapshot(), JSON.stringify(await decisions())];
    expect(await ask(member)).toBe("not_needed");
    expect([await snapshot(), JSON.stringify(await decisions())]).toEqual(before);
    expect(await rows("SELECT * FROM access_requests")).toEqual([]);
  });

  it("of nobody is over", async () => {
    expect(await ask(new Browser(place.server))).toBe("ended");
  });

  it("is approved for everybody, and who asked goes on with what they have", async () => {
    const member = new Browser(place.server);
    const tokens = await obtainTokens(place.server, member, place.member.email);
    expect((await introspect(place.server, tokens.access_token))["organizations"]).toEqual([]);
    await ask(member);
    const owner = await browserOf(place.server, place.owner.email);
    const answer = await owner.submit(await owner.open(`${HERE}/requests`), `${HERE}/requests`, { action: "approve" });
    expect(textOf(answer)).toContain("Buildboard may enter now.");
    expect(textOf(answer)).toContain("Nobody is waiting");
    expect(await decisions()).toEqual([{ client_id: "buildboard", status: "approved", decided_by: place.owner.userId }]);
    expect(await rows("SELECT * FROM access_requests")).toEqual([]);
    const next = await tokensOf(await post(place.server, "/token", refreshRequest(tokens.refresh_token)));
    expect((await introspect(place.server, next.access_token))["organizations"]).toEqual(["contoso"]);
    const letter = await lastEmail(place.server, place.member.email);
    expect(letter.kind).toBe("access_approved");
    expect(await actions()).toEqual(["access.requested", "access.approved"]);
  });

  it("is denied for everybody, who hear of it", async () => {
    const member = await browserOf(place.server, place.member.email);
    await ask(member);
    const owner = await browserOf(place.server, place.owner.email);
    const page = await owner.open(`${HERE}/requests`);
    await owner.submit(page, `${HERE}/requests`, { action: "deny" });
    await owner.submit(page, `${HERE}/requests`, { action: "deny" });
    expect((await lastEmail(place.server, place.member.email)).kind).toBe("access_denied");
    expect(await actions()).toEqual(["access.requested", "access.denied"]);
    expect(await ask(member)).toBe("not_needed");
  });

  it("leads whom an owner approved to where the service starts", async () => {
    await addClient("starter", {
      client_name: "Starter",
      initiate_login_uri: "https://starter.example/start",
      client_uri: "https://starter.example/",
    });
    const member = await browserOf(place.server, place.member.email);
    await ask(member, { clientId: "starter" });
    const owner = await browserOf(place.server, place.owner.email);
    await owner.submit(await owner.open(`${HERE}/requests`), `${HERE}/requests`, { action: "approve" });
    expect((await lastEmail(place.server, place.member.email)).text).toContain(
      "https://starter.example/start?iss=https%3A%2F%2Fid.example",
    );
  });
});

describe("the services of an organization", () => {
  it("are listed with who uses them, and revoked for everyone in one step", async () => {
    await decideClient(place.organizationId, "buildboard", "approved");
    const first = await obtainTokens(place.server, new Browser(place.server), place.member.email);
    const second = await obtainTokens(place.server, new Browser(place.server), place.owner.email);
    const owner = await browserOf(place.server, place.owner.email);
    const list = await owner.open(`${HERE}/services`);
    expect(textOf(list)).toContain("May enter");
    expect(textOf(list)).toMatch(/Ada Example , Ben Example|Ben Example , Ada Example/);
    const confirm = await owner.open(`${HERE}/services?revoke=buildboard`);
    expect(textOf(confirm)).toContain("for the 2 members who use it");
    const answer = await owner.submit(confirm, `${HERE}/services`, { action: "revoke" });
    expect(textOf(answer)).toContain("Buildboard has lost access for everyone.");
    for (const { access_token, refresh_token } of [first, second]) {
      expect(await introspect(place.server, access_token)).toEqual({ active: false });
      const next = await tokensOf(await post(place.server, "/token", refreshRequest(refresh_token)));
      expect(await introspect(place.server, next.access_token)).toMatchObject({ active: true, organizations: [] });
    }
    expect(await rows("SELECT count(*) AS n FROM grants WHERE revoked_at IS NULL")).toEqual([{ n: 2 }]);
    expect(
      await rows(
        "SELECT client_id, json_extract(detail, '$.people') AS people FROM audit WHERE action = 'access.revoked_for_all'",
      ),
    ).toEqual([{ client_id: "buildboard", people: 2 }]);
  });

  it("have a decision that is taken back", async () => {
    await decideClient(place.organizationId, "buildboard", "denied");
    const owner = await browserOf(place.server, place.owner.email);
    const answer = await owner.submit(await owner.open(`${HERE}/services`), `${HERE}/services`, { action: "undo" });
    expect(textOf(answer)).toContain("The decision about Buildboard is taken back.");
    expect(await decisions()).toEqual([]);
    expect(await actions()).toEqual(["access.undone"]);
  });

  it("lose what hung on an approval that is taken back", async () => {
    await decideClient(place.organizationId, "buildboard", "approved");
    const tokens = await obtainTokens(place.server, new Browser(place.server), place.member.email);
    const owner = await browserOf(place.server, place.owner.email);
    await owner.submit(await owner.open(`${HERE}/services`), `${HERE}/services`, { action: "undo" });
    expect(await introspect(place.server, tokens.access_token)).toEqual({ active: false });
  });

  it("of other organizations are left alone", async () => {
    await decideClient(place.organizationId, "buildboard", "approved");
    const tokens = await obtainTokens(place.server, new Browser(place.server), place.outsider.email);
    const owner = await browserOf(place.server, place.owner.email);
    await owner.submit(await owner.open(`${HERE}/services`), `${HERE}/services`, { action: "undo" });
    expect(await introspect(place.server, tokens.access_token)).toMatchObject({ active: true });
  });

  it.each([
    ["no act", { client_id: "buildboard" }, 400],
    ["an unknown act", { client_id: "buildboard", action: "burn" }, 400],
    ["no service", { client_id: null, action: "deny" }, 400],
    ["a service that there is not", { client_id: "nobody", action: "approve" }, 404],
  ] as const)("are not changed by %s", async (_, fields, status) => {
    await decideClient(place.organizationId, "buildboard", "approved");
    const owner = await browserOf(place.server, place.owner.email);
    const page = await owner.open(`${HERE}/services`);
    const before = [await snapshot(), JSON.stringify(await decisions())];
    expect((await owner.submit(page, `${HERE}/services`, fields)).status).toBe(status);
    expect([await snapshot(), JSON.stringify(await decisions())]).toEqual(before);
  });

  it.each(forgeries)("are not changed by a form with %s", async (_, forgery) => {
    await decideClient(place.organizationId, "buildboard", "approved");
    const owner = await browserOf(place.server, place.owner.email);
    const page = await owner.open(`${HERE}/services`);
    const before = JSON.stringify(await decisions());
    expect((await owner.forge(page, `${HERE}/services`, forgery, { action: "deny" })).status).toBe(403);
    expect(JSON.stringify(await decisions())).toBe(before);
  });

  it("are not decided about by who owns it no more, in whatever page", async () => {
    await decideClient(place.organizationId, "buildboard", "approved");
    const owner = await browserOf(place.server, place.owner.email);
    const page = await owner.open(`${HERE}/services`);
    await setRole(place.owner.userId, place.organizationId, "member");
    expect((await owner.submit(page, `${HERE}/services`, { action: "deny" })).status).toBe(404);
    expect(await decisions()).toMatchObject([{ status: "approved" }]);
  });
});
