import { beforeEach, describe, expect, it } from "vitest";
import { Browser, SAME_SITE } from "../../browser.ts";
import { addClient, decideClient } from "../../builders.ts";
import { introspect, obtainTokens, post, refreshRequest, tokensOf } from "../../flow.ts";
import { form, snapshot } from "../../harness.ts";
import { textOf } from "../../page.ts";
import { browserOf, HERE, makePlace, type Place, rows } from "./place.ts";

let place: Place;

beforeEach(async () => {
  place = await makePlace("all");
});

const organizationsOf = async (token: string): Promise<unknown> => (await introspect(place.server, token))["organizations"];

describe("the policy of an organization", () => {
  it("says what each choice would end at once", async () => {
    await addClient("other", { client_name: "Other" });
    await decideClient(place.organizationId, "other", "approved");
    await obtainTokens(place.server, new Browser(place.server), place.member.email);
    const owner = await browserOf(place.server, place.owner.email);
    const text = textOf(await owner.open(`${HERE}/access`));
    expect(text.match(/1 service loses access at once\./g)).toHaveLength(3);
  });

  it.each(["verified", "approved", "none"] as const)(
    "%s cuts an unverified service off: the token, the next, and at the edge",
    async (policy) => {
      const tokens = await obtainTokens(place.server, new Browser(place.server), place.member.email);
      expect(await organizationsOf(tokens.access_token)).toEqual(["contoso"]);
      const owner = await browserOf(place.server, place.owner.email);
      const answer = await owner.submit(await owner.open(`${HERE}/access`), `${HERE}/access`, { policy });
      expect(answer.status).toBe(200);
      expect(textOf(answer)).toContain("Saved.");
      expect(await introspect(place.server, tokens.access_token)).toEqual({ active: false });
      const [mark] = await rows<{ id: string }>("SELECT id FROM revocations WHERE kind = 'grant'");
      expect(await place.server.deps.kv.get(`revoked:grant:${mark?.id}`)).not.toBeNull();
      const next = await tokensOf(await post(place.server, "/token", refreshRequest(tokens.refresh_token)));
      expect(await introspect(place.server, next.access_token)).toMatchObject({ active: true });
      expect(await organizationsOf(next.access_token)).toEqual([]);
      expect(await rows("SELECT action, actor, organization_id, detail FROM audit WHERE action = 'policy.changed'")).toEqual([
        {
          action: "policy.changed",
          actor: place.owner.userId,
          organization_id: place.organizationId,
          detail: JSON.stringify({ from: "all", to: policy }),
        },
      ]);
    },
  );

  it("leaves alone the tokens of services that it still lets in", async () => {
    await decideClient(place.organizationId, "buildboard", "approved");
    const tokens = await obtainTokens(place.server, new Browser(place.server), place.member.email);
    const owner = await browserOf(place.server, place.owner.email);
    await owner.submit(await owner.open(`${HERE}/access`), `${HERE}/access`, { policy: "approved" });
    expect(await organizationsOf(tokens.access_token)).toEqual(["contoso"]);
    expect(await rows("SELECT * FROM revocations")).toEqual([]);
  });

  it("is changed once by who asks twice", async () => {
    const owner = await browserOf(place.server, place.owner.email);
    const page = await owner.open(`${HERE}/access`);
    await owner.submit(page, `${HERE}/access`, { policy: "none" });
    await owner.submit(page, `${HERE}/access`, { policy: "none" });
    expect(await rows("SELECT * FROM audit WHERE action = 'policy.changed'")).toHaveLength(1);
  });

  it.each([
    ["no choice", null],
    ["an unknown one", "some"],
    ["another case", "ALL"],
  ])("comes back with 400 for %s, and nothing changes", async (_, policy) => {
    const owner = await browserOf(place.server, place.owner.email);
    const page = await owner.open(`${HERE}/access`);
    const before = await snapshot();
    const answer = await owner.submit(page, `${HERE}/access`, { policy });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('aria-invalid="true"');
    expect(textOf(answer)).toContain("Choose which services may enter.");
    expect(await snapshot()).toBe(before);
  });

  it("asks who signed in long ago to prove that it is they", async () => {
    const owner = await browserOf(place.server, place.owner.email);
    const page = await owner.open(`${HERE}/access`);
    place.server.pass(11 * 60);
    const before = await snapshot();
    const response = await owner.send(`${HERE}/access`, {
      method: "POST",
      headers: SAME_SITE,
      body: form({ csrf: /name="csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? "", policy: "none" }),
    });
    expect(response.status).toBe(303);
    expect(new URL(response.headers.get("location") ?? "").searchParams.get("confirm")).toBe("1");
    expect(await snapshot()).toBe(before);
  });

  it("is seen before anybody consents", async () => {
    const owner = await browserOf(place.server, place.owner.email);
    await owner.submit(await owner.open(`${HERE}/access`), `${HERE}/access`, { policy: "none" });
    const tokens = await obtainTokens(place.server, new Browser(place.server), place.member.email);
    expect(await organizationsOf(tokens.access_token)).toEqual([]);
  });
});
