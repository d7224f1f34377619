import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { ClientMetadata } from "../../src/model.ts";
import { Browser, fieldsOf, forgeries, type Page, SAME_SITE, textOf } from "../browser.ts";
import { API, addClient, addOrganization, addResource, addUser, giveClient } from "../builders.ts";
import { DEVELOPER, enter, makeSecret, registerService, sendForm, serviceFields, submitForm } from "../developer.ts";
import { authorize, codeRequest, introspect, post, refreshRequest, tokensOf } from "../flow.ts";
import { basic, createServer, empty, form, ISSUER, type Server, snapshot } from "../harness.ts";

const NEW = `${DEVELOPER}/new`;
const DAY = 24 * 3600;

let server: Server;
let browser: Browser;
let ada: { userId: string; email: string };
let grace: { userId: string; email: string };

beforeEach(async () => {
  await empty();
  server = createServer();
  browser = new Browser(server);
  ada = await addUser("Ada");
  grace = await addUser("Grace");
  await addOrganization("contoso", "all", ada.userId, grace.userId);
  await addResource();
  await addResource("https://own.example", "own.");
  await env.DB.prepare("UPDATE resources SET owner_id = ? WHERE identifier = 'https://own.example'").bind(ada.userId).run();
  await addClient("contoso-devops", { grant_types: [], redirect_uris: [] });
  await enter(browser, ada.email);
});

interface Row {
  readonly metadata: ClientMetadata;
  readonly secrets: readonly unknown[];
  readonly origin: string;
  readonly owner_id: string;
}

async function rowOf(clientId: string): Promise<Row> {
  const row = await env.DB.prepare("SELECT * FROM clients WHERE client_id = ?").bind(clientId).first<Record<string, string>>();
  if (row === null) throw new Error("no such client");
  return { ...row, metadata: JSON.parse(row["metadata"] ?? ""), secrets: JSON.parse(row["secrets"] ?? "") } as unknown as Row;
}

const actionsOf = async (): Promise<readonly string[]> => {
  const { results } = await env.DB.prepare("SELECT action FROM audit WHERE action LIKE 'client.%' ORDER BY at, rowid").all<{
    action: string;
  }>();
  return results.map(({ action }) => action);
};

/** What stands under a field of the form. */
const problemsOf = (page: Page, field: string): string | undefined => {
  const list = new RegExp(`<ul class="problems" id="${field}-problem">(.*?)</ul>`, "s").exec(page.text)?.[1];
  return list === undefined ? undefined : textOf({ ...page, text: list });
};

const refuse = async (changes: Parameters<typeof serviceFields>[0], path = NEW): Promise<Page> => {
  const before = await snapshot();
  const page = await submitForm(browser, path, serviceFields(changes));
  expect(page.status).toBe(400);
  expect(await snapshot()).toBe(before);
  return page;
};

describe("the list of services", () => {
  it("leads whoever is not signed in to the sign-in, and back", async () => {
    const stranger = new Browser(server);
    for (const path of [DEVELOPER, NEW]) {
      const page = await stranger.open(path);
      expect(page.url).toBe(`${ISSUER}/sign-in?${new URLSearchParams({ to: path })}`);
    }
    const response = await stranger.send(NEW, { method: "POST", headers: SAME_SITE, body: form(serviceFields()) });
    expect(response.headers.get("location")).toBe(`${ISSUER}/sign-in?${new URLSearchParams({ to: NEW })}`);
    expect((await enter(stranger, grace.email)).url).toBe(ISSUER + DEVELOPER);
  });

  it("shows a person's own services with their use, and nobody else's", async () => {
    expect(textOf(await browser.open(DEVELOPER))).toContain("No service yet");
    const ledger = await registerService(browser);
    server.pass(1);
    await registerService(browser, { client_name: "Till", kind: "machine", redirect_uris: "", scope: ["own.builds.read"] });
    await addClient("operators");
    const page = textOf(await browser.open(DEVELOPER));
    expect(page).toMatch(/Till Publisher unknown Unverified .* Kind Machine .* Ledger/);
    expect(page).toContain(`Client ID ${ledger} Kind Website with a server People who approved 0 Last used Not yet`);
    expect(page).not.toContain("Buildboard");
    const other = new Browser(server);
    expect(textOf(await enter(other, grace.email))).toContain("No service yet");
  });

  it("does not show what the operator gave a person to look after otherwise", async () => {
    await addClient("theirs");
    await env.DB.prepare("UPDATE clients SET owner_id = ?").bind(ada.userId).run();
    expect(textOf(await browser.open(DEVELOPER))).toContain("No service yet");
    expect((await browser.open(`${DEVELOPER}/theirs`)).status).toBe(404);
  });
});

describe("registering a service", () => {
  it("makes a client of the person's with what was typed, and an id of ours", async () => {
    const id = await registerService(browser, {
      client_uri: "https://ledger.example/",
      policy_uri: "https://ledger.example/privacy",
      tos_uri: "https://ledger.example/terms",
      contacts: "help@ledger.example\r\n\r\nhttps://ledger.example/help",
      redirect_uris: " https://ledger.example/callback \r\n\r\nhttps://ledger.example/other\r\n",
      require_pushed_authorization_requests: "on",
    });
    expect(id).toMatch(/^aa[\w-]{20}$/);
    const row = await rowOf(id);
    expect(row).toMatchObject({ origin: "developer", owner_id: ada.userId, secrets: [] });
    expect(row.metadata).toEqual({
      client_name: "Ledger",
      client_uri: "https://ledger.example/",
      policy_uri: "https://ledger.example/privacy",
      tos_uri: "https://ledger.example/terms",
      contacts: ["help@ledger.example", "https://ledger.example/help"],
      application_type: "web",
      redirect_uris: ["https://ledger.example/callback", "https://ledger.example/other"],
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      scope: "openid profile workitems.read",
      token_endpoint_auth_method: "client_secret_basic",
      require_pushed_authorization_requests: true,
      authorization_signed_response_alg: "RS256",
      id_token_signed_response_alg: "RS256",
      introspection_signed_response_alg: "RS256",
      subject_type: "public",
      require_pkce: true,
      refresh_overlap_seconds: 90,
    });
    expect(await actionsOf()).toEqual(["client.registered"]);
  });

  it.each<[string, Parameters<typeof serviceFields>[0], Partial<ClientMetadata>]>([
    [
      "spa",
      {},
      { application_type: "web", token_endpoint_auth_method: "none", grant_types: ["authorization_code", "refresh_token"] },
    ],
    [
      "native",
      { redirect_uris: "com.example.ledger:/cb\nhttp://127.0.0.1/cb" },
      { application_type: "native", token_endpoint_auth_method: "none" },
    ],
    [
      "machine",
      { redirect_uris: "", scope: ["own.builds.read"] },
      { grant_types: ["client_credentials"], response_types: [], token_endpoint_auth_method: "client_secret_basic" },
    ],
    [
      "device",
      { redirect_uris: "" },
      {
        application_type: "native",
        grant_types: ["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"],
        token_endpoint_auth_method: "none",
      },
    ],
    [
      "web",
      { grant_types: ["authorization_code"], token_endpoint_auth_method: "client_secret_post" },
      { grant_types: ["authorization_code"], token_endpoint_auth_method: "client_secret_post" },
    ],
    ["web", { dpop_bound_access_tokens: "on" }, { dpop_bound_access_tokens: true, require_pkce: true }],
    [
      "web",
      { token_endpoint_auth_method: "private_key_jwt", jwks_uri: "https://ledger.example/jwks" },
      { jwks_uri: "https://ledger.example/jwks" },
    ],
  ])("knows what a service of the kind %s needs, with %o", async (kind, changes, expected) => {
    const id = await registerService(browser, { kind, ...changes });
    expect((await rowOf(id)).metadata).toMatchObject(expected);
    expect(fieldsOf(await browser.open(`${DEVELOPER}/${id}/edit`), `${DEVELOPER}/${id}/edit`)).toMatchObject({ kind });
  });

  it("tells what is wrong with each line, how to mend it, and keeps what was typed", async () => {
    const lines = [
      "https://ledger.example/ok",
      "http://ledger.example/cb",
      "https://ledger.example/cb#x",
      "ledger.example/cb",
      "https://*.ledger.example/cb",
      "HTTPS://Ledger.example/cb",
      "com.example.ledger:/cb",
      "https://ada:pw@ledger.example/",
      "javascript:alert(1)",
    ];
    const page = await refuse({ redirect_uris: lines.join("\r\n"), client_name: 'L"edger <b>' });
    const problems = problemsOf(page, "redirect_uris") ?? "";
    for (const words of [
      "Line 2, http://ledger.example/cb : This is http, which only a loopback host may be. Use https.",
      "Line 3, https://ledger.example/cb#x : This has a fragment. Take away the # and what follows it.",
      "Line 4, ledger.example/cb : This is not an absolute URI. Write the whole address, with https:// in front.",
      "Line 5, https://*.ledger.example/cb : This has a wildcard. List every address by itself",
      "Line 6, HTTPS://Ledger.example/cb : Browsers write this address in another way. Write it as https://ledger.example/cb",
      "Line 7, com.example.ledger:/cb : This has a private-use scheme, which only a native client may have. If this is an app or a program, say so above.",
      "Line 8, https://ada:pw@ledger.example/ : This holds user information. Take away what stands before the @.",
      "Line 9, javascript:alert(1) : This has a scheme that no app can own.",
    ])
      expect(problems).toContain(words);
    expect(problems).not.toContain("Line 1,");
    const area = /<textarea[^>]*name="redirect_uris"[^>]*>(.*?)<\/textarea>/s.exec(page.text)?.[1];
    expect(area?.split(/\r?\n/)).toHaveLength(lines.length);
    expect(fieldsOf(page, NEW)).toMatchObject({ client_name: 'L"edger <b>', scope: ["openid", "profile", "workitems.read"] });
    expect(page.text).toContain('<a href="#redirect_uris">');
    expect(page.text).toContain("Error: Register a service");
  });

  it.each<[field: string, Parameters<typeof serviceFields>[0], RegExp]>([
    ["client_name", { client_name: "" }, /Type the name/],
    ["client_name", { client_name: "   " }, /Type the name/],
    ["client_name", { client_name: "x".repeat(81) }, /more than 80/],
    ["client_uri", { client_uri: "ledger.example" }, /Write the whole address/],
    ["client_uri", { client_uri: "javascript:alert(1)" }, /is not https/],
    ["policy_uri", { policy_uri: "http://ledger.example/" }, /Use https/],
    ["tos_uri", { tos_uri: `https://ledger.example/${"x".repeat(3000)}` }, /Shorten it/],
    ["logo_uri", { logo_uri: "https://ada@ledger.example/l.png" }, /before the @/],
    ["contacts", { contacts: "not a contact" }, /Line 1, not a contact : This is neither/],
    ["contacts", { contacts: "a@b.example\n".repeat(6) }, /more than 5 contacts/],
    ["redirect_uris", { redirect_uris: "" }, /Add the address/],
    ["redirect_uris", { redirect_uris: "https://ledger.example/\n".repeat(51) }, /more than 50/],
    ["redirect_uris", { kind: "machine" }, /sends nobody back/],
    ["token_endpoint_auth_method", { kind: "spa", token_endpoint_auth_method: "client_secret_basic" }, /choose “nothing”/],
    ["token_endpoint_auth_method", { token_endpoint_auth_method: "tls_client_auth" }, /does not exist here/],
    ["token_endpoint_auth_method", { token_endpoint_auth_method: "private_key_jwt" }, /Paste the public keys/],
    ["grant_types", { kind: "machine", redirect_uris: "", token_endpoint_auth_method: "none" }, /prove who it is/],
    ["grant_types", { grant_types: ["refresh_token"], redirect_uris: "" }, /needs an approval first/],
    [
      "grant_types",
      { grant_types: ["urn:ietf:params:oauth:grant-type:token-exchange"], redirect_uris: "" },
      /for the operator/,
    ],
    ["grant_types", { grant_types: ["urn:ietf:params:oauth:grant-type:jwt-bearer"], redirect_uris: "" }, /for the operator/],
    ["grant_types", { grant_types: ["password"], redirect_uris: "" }, /for the operator/],
    ["scope", { kind: "machine", redirect_uris: "", scope: [] }, /tick at least one/],
    ["scope", { kind: "machine", redirect_uris: "", scope: ["workitems.read"] }, /None of these is of an API of yours/],
    ["jwks", { jwks: "{" }, /This is not JSON/],
    ["jwks", { jwks: "-----BEGIN PUBLIC KEY-----" }, /This is PEM/],
    ["jwks", { jwks: '{"keys":[]}' }, /is empty/],
    ["jwks", { jwks: '{"kty":"EC","crv":"P-256","x":"x","y":"y","d":"d"}' }, /Key 1 is not a public key/],
    ["jwks", { jwks: "7" }, /is not an object/],
    ["jwks", { jwks: `${" ".repeat(33_000)}{` }, /larger than 32 KB/],
    ["jwks_uri", { jwks_uri: "https://127.0.0.1/jwks" }, /must be able to reach it/],
  ])("refuses %s as in %o, in words", async (field, changes, words) => {
    expect(problemsOf(await refuse(changes), field)).toMatch(words);
  });

  it("opens what is folded away, where something in it has to change", async () => {
    for (const [changes, field] of [
      [{ token_endpoint_auth_method: "private_key_jwt" }, "token_endpoint_auth_method"],
      [{ require_signed_request_object: "on" }, "require_signed_request_object"],
    ] as const) {
      const page = await refuse(changes);
      expect(page.text).toMatch(/<details open/);
      expect(page.text).toContain(`<a href="#${field}">`);
      expect(page.text).toContain(`id="${field}"`);
      expect(problemsOf(page, field)).toMatch(/ublic keys/);
    }
    expect((await browser.open(NEW)).text).not.toMatch(/<details open/);
  });

  it("takes nothing that the form does not have: no other owner, publisher, secret, grant type or member", async () => {
    const id = await registerService(browser);
    const forged = {
      client_id: "buildboard",
      owner_id: grace.userId,
      origin: "operator",
      publisher: JSON.stringify({ name: "Contoso", verifiedAt: 1 }),
      secrets: "[]",
      client_secret: "css_mine",
      response_types: "token",
      subject_type: "pairwise",
      accept_token_endpoint_audience: "true",
      refresh_overlap_seconds: "300",
      authorization_details_types: "repository_access",
      "client_name#de": "Contoso",
      software_statement: "x.y.z",
      initiate_login_uri: "https://evil.example/",
      expires_at: "1",
    };
    const other = await registerService(browser, forged);
    await sendForm(browser, `${DEVELOPER}/${other}/edit`, serviceFields(forged));
    const [plain, made] = [await rowOf(id), await rowOf(other)];
    expect(made).toEqual({ ...plain, client_id: other });
    expect(other).not.toBe("buildboard");
  });

  it("leaves out scopes that nobody offers, such as the operator's own", async () => {
    const id = await registerService(browser, { scope: ["openid", "admin", "nonsense", "grant_management_query"] });
    expect((await rowOf(id)).metadata.scope).toBe("openid");
  });

  it.each(forgeries)("is not done for a form with %s", async (_, forgery) => {
    const before = await snapshot();
    const response = await browser.forge(await browser.open(NEW), NEW, forgery, serviceFields());
    expect(response.status).toBe(403);
    expect(await snapshot()).toBe(before);
  });

  it("ends at fifty services of one person", async () => {
    const id = await registerService(browser);
    const copy = `INSERT INTO clients (client_id, metadata, secrets, origin, owner_id, created_at, updated_at)
      SELECT client_id || value, metadata, secrets, origin, owner_id, created_at, updated_at FROM clients, json_each(?) WHERE client_id = ?`;
    await env.DB.prepare(copy)
      .bind(JSON.stringify(Array.from({ length: 49 }, (_, index) => `x${index}`)), id)
      .run();
    const before = await snapshot();
    const response = await sendForm(browser, NEW, serviceFields());
    expect([response.status, await response.text()]).toEqual([403, expect.stringContaining("50 services")]);
    expect(await snapshot()).toBe(before);
    expect(textOf(await browser.open(DEVELOPER))).toContain("as many as one person may have");
  });

  it("ends at twenty in an hour", async () => {
    for (let count = 0; count < 20; count++) await registerService(browser);
    const before = await snapshot();
    const response = await sendForm(browser, NEW, serviceFields());
    expect([response.status, response.headers.get("retry-after")]).toEqual([429, "3600"]);
    expect(await response.text()).toContain("too many registrations");
    expect(await snapshot()).toBe(before);
    server.pass(3600);
    await registerService(browser);
  });
});

describe("the page of a new service", () => {
  const stepsOn = (page: Page): string | undefined => {
    const list = /<ol class="todo">(.*?)<\/ol>/s.exec(page.text)?.[1];
    return list === undefined ? undefined : textOf({ ...page, text: list });
  };

  it("leads a website to its secret, its library, the trial and the proof of its publisher, until something happened", async () => {
    const id = await registerService(browser);
    const here = `${DEVELOPER}/${id}`;
    const page = await browser.open(here);
    expect(stepsOn(page)).toMatch(/Make its secret.*Set up its library.*Try it out.*Prove who publishes it/);
    for (const path of ["secrets", "try", "publisher"]) expect(page.text).toContain(`<a href="${here}/${path}"`);
    for (const value of [id, ISSUER, `${ISSUER}/.well-known/openid-configuration`])
      expect(page.text).toContain(`<code>${value}</code>`);
    await makeSecret(browser, id);
    expect(stepsOn(await browser.open(here))).not.toContain("Make its secret");
    await server.fetch(`/authorize?${form({ client_id: id, redirect_uri: "https://evil.example/", response_type: "code" })}`);
    expect(stepsOn(await browser.open(here))).toBeUndefined();
  });

  it.each([
    ["device", { scope: ["openid", "workitems.read"] }, "/device_authorization", 200],
    ["machine", { scope: ["own.workitems.read"] }, "/token", 200],
  ])("has the first request of a %s, as a shell sends it", async (kind, changes, path, status) => {
    const id = await registerService(browser, { kind, redirect_uris: "", ...changes });
    const secret = kind === "machine" ? await makeSecret(browser, id) : "";
    const page = await browser.open(`${DEVELOPER}/${id}`);
    const line = textOf({ ...page, text: /<pre class="copy">(.*?)<\/pre>/s.exec(page.text)?.[1] ?? "" });
    expect(line).toContain(`curl ${ISSUER}${path} `);
    const fields = [...line.matchAll(/ -d (\S+)/g)].map(([, field]) => field).join("&");
    const user = / -u '(.*):YOUR_SECRET'/.exec(line)?.[1];
    const proof = user === undefined ? null : basic(user, secret);
    const answer = await post(server, path, Object.fromEntries(new URLSearchParams(fields)), proof);
    expect(answer.status).toBe(status);
  });
});

describe("a service's logo", () => {
  const header = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52];
  const picture = Uint8Array.from([...header, ...new Uint8Array(8)]);
  const logo_uri = "https://ledger.example/logo.png";
  let isThere: boolean;
  let asked: number;

  beforeEach(async () => {
    [isThere, asked] = [false, 0];
    server = createServer({
      fetch: async () => {
        asked++;
        return isThere ? new Response(picture) : new Response("Not found", { status: 404 });
      },
    });
    browser = new Browser(server);
    await enter(browser, ada.email);
  });

  it("that could not be had is told, with what to do, and is fetched when the settings are saved once more", async () => {
    const id = await registerService(browser, { logo_uri });
    const here = `${DEVELOPER}/${id}`;
    expect(textOf(await browser.open(here))).toContain(`Its logo could not be had, so people see its initial. At ${logo_uri}`);
    isThere = true;
    expect(textOf(await submitForm(browser, `${here}/edit`, serviceFields({ logo_uri })))).not.toContain("could not be had");
    expect(asked).toBe(2);
    await submitForm(browser, `${here}/edit`, serviceFields({ logo_uri, client_name: "Ledger Two" }));
    expect(asked).toBe(2);
    expect((await browser.open(here)).text).toContain('class="logo"');
    await submitForm(browser, `${here}/edit`, serviceFields());
    expect((await browser.open(here)).text).not.toContain('class="logo"');
    expect(asked).toBe(2);
  });

  it("is fetched twenty times an hour for one person, and no more; then nothing is saved", async () => {
    const id = await registerService(browser);
    const path = `${DEVELOPER}/${id}/edit`;
    for (let count = 0; count < 20; count++) await sendForm(browser, path, serviceFields({ logo_uri: `${logo_uri}?${count}` }));
    const before = await rowOf(id);
    const response = await sendForm(browser, path, serviceFields({ logo_uri }));
    expect([response.status, asked]).toEqual([429, 20]);
    expect(await response.text()).toContain("too many logos");
    expect(await rowOf(id)).toEqual(before);
    expect((await sendForm(browser, path, serviceFields({ client_name: "Other" }))).status).toBe(303);
  });
});

describe("a service's page", () => {
  it("tells how it is used, by people and by the day", async () => {
    const id = await registerService(browser, { scope: ["openid", "offline_access", "workitems.read"] });
    const secret = await makeSecret(browser, id);
    const client = {
      client_id: id,
      redirect_uri: "https://ledger.example/callback",
      scope: "openid offline_access workitems.read",
    };
    const connect = async (person: Browser, email: string) => {
      const code = (await authorize(person, email, client)).get("code") ?? "";
      return tokensOf(
        await post(server, "/token", codeRequest(code, { redirect_uri: client.redirect_uri }), basic(id, secret)),
      );
    };
    await connect(browser, ada.email);
    const tokens = await connect(new Browser(server), grace.email);
    server.pass(2 * 3600);
    await post(server, "/token", refreshRequest(tokens.refresh_token), basic(id, secret));
    server.pass(3600);
    const page = textOf(await browser.open(`${DEVELOPER}/${id}`));
    expect(page).toContain("People whose approval stands 2 Authorizations in the last 30 days 2 Last used 1 hour ago");
    await env.DB.prepare("UPDATE grants SET revoked_at = 1 WHERE user_id = ?").bind(grace.userId).run();
    expect(textOf(await browser.open(`${DEVELOPER}/${id}`))).toContain("People whose approval stands 1 Authorizations");
    expect(textOf(await browser.open(DEVELOPER))).toContain("People who approved 1 Last used 1 hour ago");
  });

  it("tells what went wrong, the latest first, with how often and when", async () => {
    const id = await registerService(browser);
    const request = (redirect_uri: string) =>
      server.fetch(`/authorize?${form({ client_id: id, redirect_uri, response_type: "code" })}`);
    await request("https://ledger.example/callback/");
    server.pass(DAY);
    await request("https://ledger.example/callback/");
    server.pass(3600);
    await post(server, "/token", codeRequest("x"), basic(id, "no-such-secret"));
    server.pass(300);
    const page = textOf(await browser.open(`${DEVELOPER}/${id}`));
    expect(page).toMatch(
      /invalid_client at \/token Client authentication failed\. client_secret_basic .* Once, 5 minutes ago invalid_request at \/authorize redirect_uri does not match\. You sent: https:\/\/ledger\.example\/callback\/ ; registered: https:\/\/ledger\.example\/callback\. .* 2 times or more since 24 November 2026 , last 1 hour ago/,
    );
    expect(page).not.toContain("no-such-secret");
  });

  it("shows what people may have written into an error as text", async () => {
    const id = await registerService(browser);
    const redirect_uri = "https://ledger.example/<script>alert(1)</script>";
    await server.fetch(`/authorize?${form({ client_id: id, redirect_uri, response_type: "code" })}`);
    const page = await browser.open(`${DEVELOPER}/${id}`);
    expect(page.text).not.toContain("<script>");
    expect(page.text).toContain("&lt;script&gt;");
  });

  it("says in both rows of links where it is", async () => {
    const id = await registerService(browser);
    const marked = async (path: string) =>
      [...(await browser.open(path)).text.matchAll(/<a href="([^"]*)" aria-current="(\w+)">/g)]
        .map(([, to, current]) => [to, current])
        .filter(([to]) => to?.startsWith(DEVELOPER));
    const here = `${DEVELOPER}/${id}`;
    for (const [path, expected] of [
      [DEVELOPER, [[DEVELOPER, "page"]]],
      [NEW, [[DEVELOPER, "true"]]],
      [`${DEVELOPER}/resources/new`, [[`${DEVELOPER}/resources`, "true"]]],
      [
        here,
        [
          [DEVELOPER, "true"],
          [here, "page"],
        ],
      ],
      [
        `${here}/edit`,
        [
          [DEVELOPER, "true"],
          [`${here}/edit`, "page"],
        ],
      ],
      [
        `${here}/delete`,
        [
          [DEVELOPER, "true"],
          [here, "true"],
        ],
      ],
    ] as const)
      expect((await marked(path)).slice(-expected.length), path).toEqual(expected);
  });

  it("is not kept by any cache, and runs no script", async () => {
    const id = await registerService(browser);
    for (const page of ["", "/edit", "/secrets", "/publisher", "/try", "/delete"]) {
      const { status, headers } = await browser.open(`${DEVELOPER}/${id}${page}`);
      expect([page, status, headers.get("cache-control")]).toEqual([page, 200, "no-store"]);
      expect(headers.get("content-security-policy")).not.toContain("script-src");
    }
  });

  it("says when the operator has switched the service off", async () => {
    const id = await registerService(browser);
    await env.DB.prepare("UPDATE clients SET disabled_at = 1").run();
    expect(textOf(await browser.open(`${DEVELOPER}/${id}`))).toContain("Switched off by the operator");
    expect(textOf(await browser.open(DEVELOPER))).toContain("Switched off by the operator");
  });
});

describe("changing a service", () => {
  it("replaces what the form has, and leaves the rest", async () => {
    const id = await registerService(browser);
    const before = await rowOf(id);
    const more = {
      ...before.metadata,
      "client_name#de": "Kassenbuch",
      post_logout_redirect_uris: ["https://ledger.example/bye"],
    };
    await env.DB.prepare("UPDATE clients SET metadata = ?").bind(JSON.stringify(more)).run();
    const path = `${DEVELOPER}/${id}/edit`;
    const response = await sendForm(
      browser,
      path,
      serviceFields({ client_name: "Ledger Two", scope: ["openid"], dpop_bound_access_tokens: "on" }),
    );
    expect(response.headers.get("location")).toBe(`${ISSUER}${DEVELOPER}/${id}?saved=1`);
    expect((await rowOf(id)).metadata).toEqual({
      ...more,
      client_name: "Ledger Two",
      scope: "openid",
      dpop_bound_access_tokens: true,
    });
    expect(await actionsOf()).toEqual(["client.registered", "client.updated"]);
  });

  it("keeps the form as the service is, so that saving it unchanged changes nothing", async () => {
    const id = await registerService(browser, {
      client_uri: "https://ledger.example/",
      redirect_uris: "https://ledger.example/a\nhttps://ledger.example/b",
    });
    const before = await rowOf(id);
    const path = `${DEVELOPER}/${id}/edit`;
    const page = await browser.open(path);
    const areas = Object.fromEntries(
      [...page.text.matchAll(/<textarea[^>]*name="(\w+)"[^>]*>(.*?)<\/textarea>/gs)].map(([, name = "", text = ""]) => [
        name,
        text,
      ]),
    );
    await sendForm(browser, path, { ...fieldsOf(page, path), ...areas });
    expect(await rowOf(id)).toMatchObject({ metadata: before.metadata });
    expect(await actionsOf()).toEqual(["client.registered"]);
  });

  it("is used by the next request", async () => {
    const id = await registerService(browser);
    const request = () =>
      server.fetch(`/authorize?${form({ client_id: id, redirect_uri: "https://ledger.example/new", response_type: "code" })}`);
    expect((await request()).status).toBe(400);
    await sendForm(browser, `${DEVELOPER}/${id}/edit`, serviceFields({ redirect_uris: "https://ledger.example/new" }));
    expect((await request()).status).toBe(303);
  });

  it("ends secrets that the new way of authenticating does not use", async () => {
    const id = await registerService(browser);
    await makeSecret(browser, id);
    await sendForm(browser, `${DEVELOPER}/${id}/edit`, serviceFields({ token_endpoint_auth_method: "none" }));
    expect((await rowOf(id)).secrets).toEqual([]);
    await sendForm(browser, `${DEVELOPER}/${id}/edit`, serviceFields());
    expect((await rowOf(id)).secrets).toEqual([]);
  });

  it("shows the form again with problems, and changes nothing", async () => {
    const id = await registerService(browser);
    const page = await refuse({ redirect_uris: "http://ledger.example/" }, `${DEVELOPER}/${id}/edit`);
    expect(problemsOf(page, "redirect_uris")).toContain("Use https");
  });
});

describe("deleting a service", () => {
  it("asks first, says whom it concerns, and then ends everything at once", async () => {
    const id = await registerService(browser, { scope: ["openid", "offline_access", "workitems.read"] });
    const secret = await makeSecret(browser, id);
    const redirect_uri = "https://ledger.example/callback";
    const code = (
      await authorize(new Browser(server), grace.email, {
        client_id: id,
        redirect_uri,
        scope: "openid offline_access workitems.read",
      })
    ).get("code");
    const tokens = await tokensOf(await post(server, "/token", codeRequest(code ?? "", { redirect_uri }), basic(id, secret)));
    expect(await introspect(server, tokens.access_token)).toMatchObject({ active: true });
    const path = `${DEVELOPER}/${id}/delete`;
    expect(textOf(await browser.open(path))).toContain("One person has approved it. That approval ends at once.");
    const page = await submitForm(browser, path, {});
    expect(textOf(page)).toContain("The service is deleted");
    expect(await introspect(server, tokens.access_token)).toEqual({ active: false });
    expect((await post(server, "/token", refreshRequest(tokens.refresh_token), basic(id, secret))).status).toBe(401);
    expect((await browser.open(`${DEVELOPER}/${id}`)).status).toBe(404);
    expect(await actionsOf()).toEqual(["client.registered", "client.updated", "client.removed"]);
  });
});

describe("another person's service", () => {
  const pages = ["", "/edit", "/secrets", "/publisher", "/try", "/delete"];
  const acts: readonly (readonly [page: string, fields: Record<string, string | readonly string[]>])[] = [
    ["/edit", serviceFields({ client_name: "Stolen" }) as Record<string, string | readonly string[]>],
    ["/secrets", { action: "new", overlap: "keep" }],
    ["/publisher", { action: "remove" }],
    ["/publisher", { action: "check", host: "ledger.example" }],
    ["/try", { callback: "add" }],
    ["/delete", {}],
  ];

  it.each(["of another developer", "of nobody's, by the operator"])("%s is as if there were none", async (whose) => {
    const id = whose.startsWith("of another") ? await registerService(browser) : await addClient("operators");
    await makeSecret(browser, id).catch(() => undefined);
    const thief = new Browser(server);
    await enter(thief, grace.email);
    const before = await snapshot();
    for (const page of pages) expect((await thief.open(`${DEVELOPER}/${id}${page}`)).status, page).toBe(404);
    for (const [page, fields] of acts)
      expect((await sendForm(thief, `${DEVELOPER}/${id}${page}`, fields)).status, page).toBe(404);
    expect(await snapshot()).toBe(before);
  });

  it("does not change for a form that no page of ours sent", async () => {
    const id = await registerService(browser);
    await makeSecret(browser, id);
    const before = await snapshot();
    for (const [, forgery] of forgeries)
      for (const [page, fields] of acts) {
        const path = `${DEVELOPER}/${id}${page}`;
        const csrf = forgery.csrf === undefined ? (fieldsOf(await browser.open(NEW), NEW)["csrf"] ?? "") : (forgery.csrf ?? "");
        const response = await browser.send(path, {
          method: "POST",
          headers: forgery.headers,
          body: form({ ...fields, csrf }),
        });
        expect(response.status, page).toBe(403);
      }
    expect(await snapshot()).toBe(before);
  });
});

describe("a developer whose account is closed", () => {
  it("sees nothing any more, and their service works on for those who use it", async () => {
    await addClient("ledger");
    await giveClient("ledger", grace.userId);
    const other = new Browser(server);
    await enter(other, grace.email);
    expect((await other.open(`${DEVELOPER}/ledger`)).status).toBe(200);
    await env.DB.prepare("UPDATE users SET disabled_at = 1 WHERE id = ?").bind(grace.userId).run();
    expect((await other.open(`${DEVELOPER}/ledger`)).url).toContain("/sign-in");
    const answer = await authorize(browser, ada.email, { client_id: "ledger", resource: API });
    expect(answer.get("code")).toBeTruthy();
  });
});
