import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AuthorizationRequest, Client, Grant, Prompt, Session } from "../../src/model.ts";
import { PASSWORD_ACR } from "../../src/rules/acr.ts";
import { decideNext } from "../../src/rules/next.ts";

const request: AuthorizationRequest = {
  clientId: "buildboard",
  redirectUri: "https://buildboard.example/callback",
  responseMode: "query",
  state: null,
  scopes: ["openid", "builds.read"],
  resources: ["https://api.example"],
  authorizationDetails: [],
  codeChallenge: "challenge",
  dpopJkt: null,
  nonce: null,
  prompt: [],
  maxAgeSeconds: null,
  acrValues: [],
  loginHint: null,
  subjectHint: null,
  claims: null,
  grantManagement: null,
};
const client = (token_endpoint_auth_method: "none" | "client_secret_basic"): Client => ({
  clientId: "buildboard",
  metadata: { token_endpoint_auth_method } as Client["metadata"],
  secrets: [],
  origin: "operator",
  ownerId: null,
  publisher: null,
  createdAt: 0,
});
const STARTED = 1_000_000;
const subject = "aaada";
const session: Session = {
  id: "s",
  authAt: STARTED - 60_000,
  beganAt: STARTED - 60_000,
  selectedAt: 0,
  acr: "urn:x",
  amr: [],
  expiresAt: 9e9,
};
const grant: Grant = {
  grantId: "aagrant",
  scopes: ["openid", "builds.read"],
  claims: [],
  resources: ["https://api.example"],
  organizations: null,
  authorizationDetails: [],
  authority: null,
  pausedAt: null,
  markedAt: null,
  once: false,
  declined: [],
  publisherName: null,
  createdAt: 0,
  consentedAt: STARTED - 1,
  expiresAt: null,
};
const essential = { id_token: { acr: { essential: true, value: PASSWORD_ACR } }, userinfo: {} };
const anew = { ...session, authAt: STARTED + 1, beganAt: STARTED + 1 };
const consentedNow = { ...grant, consentedAt: STARTED + 1 };

interface Case {
  readonly request?: Partial<AuthorizationRequest>;
  readonly session?: Session;
  readonly grant?: Grant | null;
  readonly denied?: boolean;
  readonly method?: "none" | "client_secret_basic";
  readonly nobody?: boolean;
  readonly changedAt?: number;
}

const decide = (given: Case) =>
  decideNext(
    {
      request: { ...request, ...given.request },
      client: {
        ...client(given.method ?? "client_secret_basic"),
        ...(given.changedAt === undefined ? {} : { changedAt: given.changedAt }),
      },
      startedAt: STARTED,
      denied: given.denied ?? false,
      now: STARTED + 10,
    },
    given.nobody
      ? undefined
      : {
          session: given.session ?? session,
          subject,
          organizations: [],
          grant: given.grant === undefined ? grant : given.grant,
        },
  );

describe("decideNext", () => {
  it.each<[string, Case, string]>([
    ["nobody is signed in", { nobody: true }, "sign_in"],
    ["nobody is signed in and no page may be shown", { nobody: true, request: { prompt: ["none"] } }, "login_required"],
    ["everything stands", {}, "issue_code"],
    ["nothing was consented to", { grant: null }, "consent"],
    ["nothing was consented to and no page may be shown", { grant: null, request: { prompt: ["none"] } }, "consent_required"],
    ["a scope is new", { request: { scopes: ["openid", "builds.read", "email"] } }, "consent"],
    ["a resource is new", { request: { resources: ["https://other.example"] } }, "consent"],
    ["a claim is new", { request: { claims: { id_token: { phone_number: null }, userinfo: {} } } }, "consent"],
    [
      "a scope is new, and the person left it out just now",
      { request: { scopes: ["openid", "email"] }, grant: consentedNow },
      "issue_code",
    ],
    ["the person allowed nothing of it", { request: { scopes: ["email"] }, grant: consentedNow }, "access_denied"],
    ["the person denied", { denied: true }, "access_denied"],
    ["a public client comes back on loopback", { method: "none", request: { redirectUri: "http://127.0.0.1:1/" } }, "consent"],
    ["a public client comes back on https", { method: "none" }, "issue_code"],
    ["the person has paused it", { grant: { ...grant, pausedAt: STARTED } }, "consent"],
    ["the person paused it right after consenting", { grant: { ...consentedNow, pausedAt: STARTED + 2 } }, "consent"],
    [
      "the person has paused it and no page may be shown",
      { grant: { ...grant, pausedAt: STARTED }, request: { prompt: ["none"] } },
      "consent_required",
    ],
    ["the client has become another since", { changedAt: STARTED }, "consent"],
    [
      "the client has become another since and no page may be shown",
      { changedAt: STARTED, request: { prompt: ["none"] } },
      "consent_required",
    ],
    [
      "the client has become another since the person answered just now",
      { changedAt: STARTED + 2, grant: consentedNow },
      "consent",
    ],
    ["the client became another before it was consented to", { changedAt: STARTED - 1 }, "issue_code"],
    ["consent is wanted anew", { request: { prompt: ["consent"] } }, "consent"],
    ["consent is wanted anew, and was given", { request: { prompt: ["consent"] }, grant: consentedNow }, "issue_code"],
    ["a sign-in is wanted anew", { request: { prompt: ["login"] } }, "sign_in"],
    ["a sign-in is wanted anew, and was done", { request: { prompt: ["login"] }, session: anew }, "issue_code"],
    ["the sign-in is older than max_age", { request: { maxAgeSeconds: 59 } }, "sign_in"],
    ["the sign-in is as old as max_age allows", { request: { maxAgeSeconds: 61 } }, "issue_code"],
    ["the sign-in is too old and no page may be shown", { request: { maxAgeSeconds: 1, prompt: ["none"] } }, "login_required"],
    ["the account is to be chosen", { request: { prompt: ["select_account"] } }, "sign_in"],
    [
      "the account was chosen",
      { request: { prompt: ["select_account"] }, session: { ...session, selectedAt: STARTED + 1 } },
      "issue_code",
    ],
    ["another person is expected", { request: { subjectHint: "aagrace" } }, "sign_in"],
    [
      "another person is expected and no page may be shown",
      { request: { subjectHint: "aagrace", prompt: ["none"] } },
      "login_required",
    ],
    ["another person signed in than is expected", { request: { subjectHint: "aagrace" }, session: anew }, "login_required"],
    [
      "an essential acr is out of reach",
      { request: { claims: { id_token: { acr: { essential: true, value: "urn:y" } }, userinfo: {} } } },
      "unmet_authentication_requirements",
    ],
    [
      "an essential acr is met",
      { request: { claims: { id_token: { acr: { essential: true, values: ["urn:y", "urn:x"] } }, userinfo: {} } } },
      "issue_code",
    ],
    ["an essential acr is met by a sign-in anew", { request: { claims: essential } }, "sign_in"],
    [
      "an essential acr is met by a sign-in anew and no page may be shown",
      { request: { claims: essential, prompt: ["none"] } },
      "login_required",
    ],
    [
      "an essential acr is not met anew",
      { request: { claims: essential }, session: anew },
      "unmet_authentication_requirements",
    ],
    ["an acr that a sign-in anew reaches is preferred", { request: { acrValues: ["urn:y", PASSWORD_ACR] } }, "sign_in"],
    ["the acr is among the preferred", { request: { acrValues: [PASSWORD_ACR, "urn:x"] } }, "issue_code"],
    ["no preferred acr is in reach", { request: { acrValues: ["urn:y"] } }, "issue_code"],
    ["a preferred acr was not reached anew", { request: { acrValues: [PASSWORD_ACR] }, session: anew }, "issue_code"],
    [
      "a preferred acr was not reached by a sign-in of now that a directory had let in before",
      { request: { acrValues: [PASSWORD_ACR] }, session: { ...session, beganAt: STARTED + 1 } },
      "issue_code",
    ],
    [
      "a preferred acr needs a page and none may be shown",
      { request: { acrValues: [PASSWORD_ACR], prompt: ["none"] } },
      "issue_code",
    ],
  ])("when %s", (_, given, expected) => {
    const next = decide(given);
    expect(next.kind === "refuse" ? next.code : next.kind).toBe(expected);
  });

  const anyCase: fc.Arbitrary<Case> = fc.record({
    request: fc.record({
      prompt: fc.subarray<Prompt>(["none", "login", "consent", "select_account"]),
      maxAgeSeconds: fc.constantFrom(null, 0, 30, 90),
      scopes: fc.subarray(["openid", "builds.read", "email"], { minLength: 1 }),
      subjectHint: fc.constantFrom(null, "aaada", "aagrace"),
    }),
    session: fc.constantFrom(session, anew),
    grant: fc.constantFrom(null, grant, consentedNow),
    method: fc.constantFrom("none" as const, "client_secret_basic" as const),
    nobody: fc.boolean(),
  });

  it("shows no page where prompt=none forbids it, and issues only what was consented to", () => {
    fc.assert(
      fc.property(anyCase, (given) => {
        const next = decide(given);
        if (given.request?.prompt?.includes("none")) expect(["issue_code", "refuse"]).toContain(next.kind);
        if (next.kind !== "issue_code") return;
        expect(given.nobody).toBe(false);
        for (const scope of next.scopes) {
          expect(given.grant?.scopes).toContain(scope);
          expect(given.request?.scopes).toContain(scope);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
