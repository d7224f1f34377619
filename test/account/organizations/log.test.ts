import { env } from "cloudflare:workers";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { csvLine, endOfDay, parseDay } from "../../../src/rules/organizationLog.ts";
import { Browser } from "../../browser.ts";
import { addUser } from "../../builders.ts";
import { obtainTokens } from "../../flow.ts";
import { textOf } from "../../page.ts";
import { browserOf, HERE, makePlace, type Place } from "./place.ts";

let place: Place;

beforeEach(async () => {
  place = await makePlace("all");
});

const log = async (count: number, at = 1_700_000_000_000): Promise<void> => {
  await env.DB.prepare(`
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
    INSERT INTO audit (id, at, action, actor, user_id, organization_id, detail)
    SELECT printf('%032x', i), ? + (i / 3) * 1000, 'member.role_changed', ?, ?, ?, json_object('from', 'member', 'to', 'owner') FROM n`)
    .bind(count, at, place.owner.userId, place.member.userId, place.organizationId)
    .run();
};

describe("the log of an organization", () => {
  it("says what happened in words, with what members did with services", async () => {
    await obtainTokens(place.server, new Browser(place.server), place.member.email);
    const owner = await browserOf(place.server, place.owner.email);
    await owner.submit(await owner.open(`${HERE}/access`), `${HERE}/access`, { policy: "none" });
    place.server.trips.reset();
    const text = textOf(await owner.open(`${HERE}/log`));
    expect(place.server.trips.d1).toBe(1);
    expect(text).toMatch(/Policy changed 24 November 2026 at 12:00 UTC Ada Example/);
    expect(text).toContain("Every service → No service");
    expect(text).toMatch(/Service authorized .* Ben Example .* Buildboard/);
  });

  it("leaves out what people did before they came, and what does not reach the organization", async () => {
    const late = await addUser("Zoe");
    await obtainTokens(place.server, new Browser(place.server), late.email);
    await obtainTokens(place.server, new Browser(place.server), place.member.email);
    await env.DB.batch([
      env.DB.prepare("UPDATE grants SET organizations = '[]' WHERE user_id = ?").bind(place.member.userId),
      env.DB.prepare("INSERT INTO memberships VALUES (?, ?, 'member', ?)").bind(
        late.userId,
        place.organizationId,
        place.server.deps.now() + 1000,
      ),
    ]);
    const owner = await browserOf(place.server, place.owner.email);
    expect(textOf(await owner.open(`${HERE}/log`))).toContain("Nothing in the log");
  });

  it("comes in pages without a gap or a repetition, also where rows are of one moment", async () => {
    await log(120);
    const owner = await browserOf(place.server, place.owner.email);
    const seen: string[] = [];
    for (let path: string | undefined = `${HERE}/log`; path !== undefined; ) {
      const page = await owner.open(path);
      expect(page.status).toBe(200);
      seen.push(...[...page.text.matchAll(/<time datetime="([^"]+)"/g)].map(([, at = ""]) => at));
      path = /href="([^"]+after=[^"]+)"/.exec(page.text)?.[1]?.replaceAll("&amp;", "&");
    }
    expect(seen).toHaveLength(120);
    expect(seen).toEqual([...seen].sort().reverse());
  });

  it.each([
    ["action=policy.changed", 0],
    ["action=member.role_changed", 30],
    ["action=nonsense", 30],
    ["person=ADA", 30],
    ["person=ben%40contoso", 30],
    ["person=zoe", 0],
    ["service=buildboard", 0],
    ["from=2023-11-14&until=2023-11-14", 30],
    ["from=2023-11-15", 0],
    ["until=2023-11-13", 0],
  ])("is filtered by %s, and so are its files", async (query, count) => {
    await log(30);
    const owner = await browserOf(place.server, place.owner.email);
    const page = await owner.open(`${HERE}/log?${query}`);
    expect([...page.text.matchAll(/<time /g)]).toHaveLength(count);
    const csv = await (await owner.send(`${HERE}/log.csv?${query}`)).text();
    expect(csv.trimEnd().split("\r\n")).toHaveLength(count + 1);
    const json = await (await owner.send(`${HERE}/log.json?${query}`)).json<readonly unknown[]>();
    expect(json).toHaveLength(count);
  });

  it.each(["from=2023-02-30", "until=yesterday", "from=1", "until=2023-1-1"])(
    "tells of a day that is none: %s",
    async (query) => {
      const owner = await browserOf(place.server, place.owner.email);
      const page = await owner.open(`${HERE}/log?${query}`);
      expect(page.status).toBe(400);
      expect(page.text).toContain('aria-invalid="true"');
      expect(textOf(page)).toContain("Write the day as year, month, day");
      expect((await owner.send(`${HERE}/log.csv?${query}`)).status).toBe(400);
    },
  );

  it("leaves as files in bounded pages", async () => {
    await log(1100);
    const owner = await browserOf(place.server, place.owner.email);
    place.server.trips.reset();
    const csv = await owner.send(`${HERE}/log.csv`);
    expect(csv.headers.get("content-type")).toContain("text/csv");
    expect(csv.headers.get("content-disposition")).toBe('attachment; filename="contoso-log.csv"');
    expect((await csv.text()).trimEnd().split("\r\n")).toHaveLength(1101);
    expect(place.server.trips.d1).toBe(3);
    const json = await (await owner.send(`${HERE}/log.json`)).json<readonly Record<string, unknown>[]>();
    expect(json).toHaveLength(1100);
    expect(json[0]).toMatchObject({
      action: "member.role_changed",
      actor: place.owner.email,
      person: place.member.email,
      detail: { to: "owner" },
    });
  });

  it("ends in the middle of a file for who is no longer an owner", async () => {
    await log(1100);
    const owner = await browserOf(place.server, place.owner.email);
    const response = await owner.send(`${HERE}/log.json`);
    await env.DB.prepare("UPDATE memberships SET role = 'member'").run();
    await expect(response.text()).rejects.toThrow();
  });
});

describe("a line of a file", () => {
  it.each([
    [["plain", "two words"], "plain,two words\r\n"],
    [['say "hi"', "a,b", "a\r\nb"], '"say ""hi""","a,b","a\r\nb"\r\n'],
    [["=1+1", "+1", "-1", "@SUM(A1)", "\tx", " =1"], "'=1+1,'+1,'-1,'@SUM(A1),'\tx,' =1\r\n"],
    [["=a,b"], '"\'=a,b"\r\n'],
    [[null, ""], ",\r\n"],
  ])("is as RFC 4180 has it, and no formula: %j", (cells, line) => {
    expect(csvLine(cells)).toBe(line);
  });

  it("reads back as what it was made of, and no cell begins a formula", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "grapheme" }), { minLength: 2 }), (cells) => {
        const read = readLine(csvLine(cells));
        expect(read.map((cell, index) => (cell === `'${cells[index]}` ? cells[index] : cell))).toEqual(cells);
        for (const cell of read) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
      }),
    );
  });
});

/** One line as RFC 4180 reads it. */
function readLine(line: string): readonly string[] {
  const cells: string[] = [];
  let [at, cell] = [0, ""];
  while (at < line.length) {
    if (line[at] === '"') {
      for (at++; !(line[at] === '"' && line[at + 1] !== '"'); at++) {
        cell += line[at];
        if (line[at] === '"') at++;
      }
      at++;
    }
    while (at < line.length && line[at] !== "," && !line.startsWith("\r\n", at)) cell += line[at++];
    cells.push(cell);
    cell = "";
    at += line[at] === "," ? 1 : 2;
    if (line[at - 1] === "," && at === line.length) cells.push("");
  }
  return cells;
}

describe("a day", () => {
  it.each([
    ["2026-11-24", Date.UTC(2026, 10, 24)],
    ["2024-02-29", Date.UTC(2024, 1, 29)],
    ["2026-02-29", undefined],
    ["2026-13-01", undefined],
    ["24.11.2026", undefined],
    ["", undefined],
  ])("%s", (text, at) => {
    expect(parseDay(text)).toBe(at);
  });

  it("ends where the next one begins", () => {
    expect(endOfDay(Date.UTC(2026, 10, 24))).toBe(parseDay("2026-11-25"));
  });
});
