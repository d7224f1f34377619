import fc from "fast-check";
import { expect, test } from "vitest";
import { OAuthError } from "../../src/errors.ts";
import type { AccessTokenClaims, Actor, Client, ClientMetadata, FamilyState, Resource } from "../../src/model.ts";
import { canonical } from "../../src/rules/authorizationDetails.ts";
import { findOwner } from "../../src/rules/scope.ts";
import { type ExchangeRequest, planExchange, settleExchange } from "../../src/rules/tokenExchange.ts";

const names = ["a", "b", "c"] as const;
const identifierOf = (name: string) => `https://${name}.example`;

const resources: readonly Resource[] = names.map((name) => ({
  identifier: identifierOf(name),
  name,
  scopes: ["read", "write"].map((verb) => ({
    name: `${name}.${verb}`,
    title: verb,
    description: verb,
    access: "read",
    risk: "low",
  })),
  authorizationDetailsTypes: [
    { type: `${name}.detail`, title: name, description: name, access: "read", risk: "low", schema: {} },
  ],
  accessTokenSeconds: null,
  // The exchanging client's own resource is `a`.
  clientId: name === "a" ? "exchanger" : null,
  ownerId: null,
}));
const scopes = resources.flatMap((resource) => resource.scopes.map(({ name }) => name));
const details = names.flatMap((name) => [1, 2].map((of) => ({ of, type: `${name}.detail` })));
const organizations = ["contoso", "fabrikam", "northwind"];
const limits = organizations.map((name) => ({ organizations: [name], type: "organization_access" }));

const clientOf = (metadata: Partial<ClientMetadata>): Client => ({
  clientId: "exchanger",
  metadata: { token_endpoint_auth_method: "client_secret_basic", ...metadata } as ClientMetadata,
  secrets: [],
  publisher: null,
  origin: "operator",
  ownerId: null,
  createdAt: 0,
});

const token = (changes: Partial<AccessTokenClaims> = {}): AccessTokenClaims => ({
  iss: "https://id.example",
  sub: "aaada",
  aud: identifierOf("a"),
  client_id: "service",
  scope: "a.read",
  iat: 1000,
  exp: 1300,
  jti: "jti",
  grant_id: "aagrant",
  sid: "aafamily",
  ...changes,
});

/** What the exchanging client got for itself. */
const actor = (): AccessTokenClaims => {
  const { grant_id, sid, ...claims } = token({ sub: "exchanger", client_id: "exchanger" });
  return claims;
};

const policy = { resources: names.map(identifierOf), impersonation: true, delegation: true };

const requestOf = (changes: Partial<ExchangeRequest> = {}): ExchangeRequest => ({
  subject: token(),
  actor: null,
  scopes: null,
  details: null,
  targets: [],
  confirmation: null,
  ...changes,
});

const some = <T>(values: readonly T[]) => fc.subarray([...values]);
const someOrOpen = <T>(values: readonly T[]) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, fc.subarray([...values], { minLength: 1 }));

const cases = fc.record({
  granted: some(scopes),
  ran: some(scopes),
  grantedDetails: some(details),
  audience: fc.subarray(names.map(identifierOf), { minLength: 1 }),
  tokenScopes: some([...scopes, "openid", "offline_access"]),
  tokenDetails: some([...details, ...limits.slice(0, 1)]),
  tokenOrganizations: some(organizations),
  entered: some(organizations),
  allowed: fc.subarray(names.map(identifierOf), { minLength: 1 }),
  mayAsk: fc.option(some(scopes)),
  mayUse: fc.option(some(names.map((name) => `${name}.detail`))),
  targets: some(names.map(identifierOf)),
  asked: fc.oneof(someOrOpen(scopes.slice(0, 2)), someOrOpen([...scopes, "openid", "grant_management_query", "unknown"])),
  askedDetails: someOrOpen([...details, ...limits.slice(1, 2)]),
  /** Whether it asks for resources beyond the policy too. */
  strays: fc.boolean(),
  acts: fc.integer({ min: 0, max: 6 }),
  isDelegation: fc.boolean(),
});

const chainOf = (length: number): Actor | undefined => {
  const act = length > 1 ? chainOf(length - 1) : undefined;
  return length === 0 ? undefined : { sub: `actor-${length}`, ...(act === undefined ? {} : { act }) };
};

test("whatever is asked, the new token is within the policy, the old token, the run and the grant", () => {
  let yielded = 0;
  fc.assert(
    fc.property(cases, (it) => {
      // As oauth/issue.ts made it: a token's scopes are of the run, and of the resources that it is for.
      const own = it.tokenScopes.filter((scope) => {
        const owner = findOwner(scope, resources)?.identifier;
        return owner === undefined || (it.ran.includes(scope) && it.audience.includes(owner));
      });
      const act = chainOf(it.acts);
      const subject = token({
        aud: it.audience,
        client_id: it.audience.includes(identifierOf("a")) ? "service" : "exchanger",
        scope: own.join(" "),
        organizations: it.tokenOrganizations,
        authorization_details: it.tokenDetails,
        ...(act === undefined ? {} : { act }),
      });
      const client = clientOf({
        token_exchange: { ...policy, resources: it.allowed },
        ...(it.mayAsk === null ? {} : { scope: it.mayAsk.join(" ") }),
        ...(it.mayUse === null ? {} : { authorization_details_types: it.mayUse }),
      });
      const request = requestOf({
        subject,
        actor: it.isDelegation ? actor() : null,
        scopes: it.asked,
        details: it.askedDetails,
        targets: it.targets.filter((target) => it.strays || it.allowed.includes(target)),
      });
      const state = {
        family: { scopes: it.ran },
        grant: { scopes: it.granted, authorizationDetails: it.grantedDetails },
      } as unknown as FamilyState;
      try {
        const plan = planExchange(request, client, resources);
        const given = settleExchange(plan, request, state, it.entered, resources);
        if (given === undefined) return;
        yielded++;
        for (const scope of given.scopes) {
          const owner = findOwner(scope, resources)?.identifier ?? "";
          expect(it.granted).toContain(scope);
          expect(it.ran).toContain(scope);
          expect(it.mayAsk ?? scopes).toContain(scope);
          expect(given.resources).toContain(owner);
          if (it.audience.includes(owner)) expect(own).toContain(scope);
        }
        if (it.asked !== null) expect(given.scopes.toSorted()).toEqual(it.asked.toSorted());
        for (const resource of given.resources) {
          expect(it.allowed).toContain(resource);
          if (request.targets.length > 0) expect(request.targets).toContain(resource);
        }
        const limit = it.askedDetails?.find((detail) => "organizations" in detail);
        for (const name of given.organizations) {
          if (limit !== undefined && "organizations" in limit) expect(limit.organizations).toContain(name);
          expect(it.tokenOrganizations).toContain(name);
          expect(it.entered).toContain(name);
        }
        const texts = it.tokenDetails.map(canonical);
        for (const detail of given.authorizationDetails) {
          if (detail.type === "organization_access") {
            expect(detail["organizations"]).toEqual(given.organizations);
            continue;
          }
          expect(it.mayUse ?? [detail.type]).toContain(detail.type);
          expect(texts).toContain(canonical(detail));
          expect(it.grantedDetails.map(canonical)).toContain(canonical(detail));
          expect(given.resources).toContain(identifierOf(detail.type[0] ?? ""));
        }
        const wasLimited = it.tokenDetails.some(({ type }) => type === "organization_access");
        if (wasLimited) expect(given.authorizationDetails.map(({ type }) => type)).toContain("organization_access");
        expect(plan.endsAt).toBeLessThanOrEqual(subject.exp * 1000);
        expect(plan.actor).toEqual(
          it.isDelegation ? { sub: "exchanger", ...(act === undefined ? {} : { act }) } : (act ?? null),
        );
        if (it.isDelegation) expect(it.acts).toBeLessThan(5);
      } catch (error) {
        if (!(error instanceof OAuthError)) throw error;
        expect(["invalid_request", "invalid_target", "invalid_scope", "invalid_authorization_details"]).toContain(error.code);
      }
    }),
    { numRuns: 3000 },
  );
  expect(yielded).toBeGreaterThan(100);
});

const state = (ran: readonly string[] = scopes, granted: readonly string[] = scopes) =>
  ({ family: { scopes: ran }, grant: { scopes: granted, authorizationDetails: details } }) as unknown as FamilyState;

const hop = fc.record({
  targets: some(names.map(identifierOf)),
  asked: fc.option(fc.subarray(scopes, { minLength: 1, maxLength: 3 })),
});

test("however often it is exchanged on, and by whichever way, what was left behind at a resource does not come back", () => {
  let [hops, returns] = [0, 0];
  const whole = state(scopes, scopes);
  fc.assert(
    fc.property(some(scopes), fc.array(hop, { minLength: 2, maxLength: 6 }), (first, chain) => {
      const [start = "a.read", ...others] = first;
      const had = [start, ...others];
      const audience = [...new Set(had.map((scope) => findOwner(scope, resources)?.identifier ?? ""))];
      // The client that exchanges is the one that the tokens were issued to, which may bring each of them.
      let subject = token({ client_id: "exchanger", aud: audience, scope: had.join(" ") });
      const limits = new Map(audience.map((resource) => [resource, had]));
      for (const { targets, asked } of chain) {
        const request = requestOf({ subject, targets, scopes: asked });
        try {
          const plan = planExchange(request, clientOf({ token_exchange: policy }), resources);
          const given = settleExchange(plan, request, whole, [], resources);
          if (given === undefined) continue;
          hops++;
          for (const resource of given.resources) {
            const own = given.scopes.filter((scope) => findOwner(scope, resources)?.identifier === resource);
            const before = limits.get(resource);
            if (before !== undefined) expect(before).toEqual(expect.arrayContaining(own));
            limits.set(resource, own);
          }
          for (const resource of limits.keys()) if (!given.resources.includes(resource)) limits.set(resource, []);
          subject = token({
            client_id: "exchanger",
            aud: [...given.resources],
            scope: given.scopes.join(" "),
            exchanged_from: given.exchangedFrom,
          });
        } catch (error) {
          if (!(error instanceof OAuthError)) throw error;
          expect(["invalid_target", "invalid_scope"]).toContain(error.code);
          if (error.description.includes("cannot go back")) returns++;
        }
      }
    }),
    { numRuns: 1000 },
  );
  expect(Math.min(hops, returns)).toBeGreaterThan(100);
});

test.each<[title: string, subject: Partial<AccessTokenClaims>, target: string, ran: readonly string[], given: string]>([
  ["at its own resource, the token", { scope: "a.read" }, "a", scopes, "a.read"],
  // As when another assertion of a directory has begun the run anew (store/assertions.ts).
  ["at its own resource, the token also where the run has other scopes now", { scope: "a.read" }, "a", ["b.read"], "a.read"],
  ["at another one, the run", { scope: "a.read" }, "b", ["a.read", "b.write"], "b.write"],
  [
    "at another one that it names too, the token",
    { aud: ["a", "b"].map(identifierOf), scope: "b.read" },
    "b",
    scopes,
    "b.read",
  ],
])("the limit is, %s", (_, subject, target, ran, given) => {
  const request = requestOf({ subject: token(subject), targets: [identifierOf(target)] });
  const plan = planExchange(request, clientOf({ token_exchange: policy }), resources);
  expect(settleExchange(plan, request, state(ran), [], resources)).toEqual({
    scopes: given.split(" "),
    resources: [identifierOf(target)],
    exchangedFrom: [subject.aud ?? identifierOf("a")].flat().filter((resource) => resource !== identifierOf(target)),
    authorizationDetails: [],
    organizations: [],
  });
});

test.each<[title: string, changes: Partial<ExchangeRequest>, metadata: Partial<ClientMetadata>, code: string]>([
  ["no policy", {}, {}, "unauthorized_client"],
  ["impersonation that is not allowed", {}, { token_exchange: { ...policy, impersonation: false } }, "unauthorized_client"],
  [
    "delegation that is not allowed",
    { actor: actor() },
    { token_exchange: { ...policy, delegation: false } },
    "unauthorized_client",
  ],
  ["a client whose tokens it may not bring", {}, { token_exchange: { ...policy, from: ["exchanger"] } }, "invalid_request"],
  ["a token for somebody else", { subject: token({ aud: identifierOf("b") }) }, { token_exchange: policy }, "invalid_request"],
  ["a token of a client alone", { subject: actor() }, { token_exchange: policy }, "invalid_request"],
  ["a person as the actor", { actor: token() }, { token_exchange: policy }, "invalid_request"],
  [
    "a key that it does not show",
    { subject: token({ client_id: "exchanger", cnf: { jkt: "x" } }), confirmation: { jkt: "y" } },
    { token_exchange: policy },
    "invalid_request",
  ],
  [
    "a sixth actor",
    { subject: token({ act: chainOf(5) as Actor }), actor: actor() },
    { token_exchange: policy },
    "invalid_request",
  ],
  [
    "a resource that it came from",
    { subject: token({ exchanged_from: [identifierOf("b")] }), targets: [identifierOf("b")] },
    { token_exchange: policy },
    "invalid_target",
  ],
  ["a resource beyond the policy", { targets: ["https://d.example"] }, { token_exchange: policy }, "invalid_target"],
  ["a scope beyond the token", { scopes: ["a.write"] }, { token_exchange: policy }, "invalid_scope"],
  ["details beyond the token", { details: details.slice(0, 1) }, { token_exchange: policy }, "invalid_authorization_details"],
])("%s is refused", (_, changes, metadata, code) => {
  expect(() => planExchange(requestOf(changes), clientOf(metadata), resources)).toThrow(expect.objectContaining({ code }));
});

test("everything that the person can do is exchanged by a client alone that is registered for it by name", () => {
  const [a, b, ...others] = resources;
  const all = { name: "b.all", title: "T", description: "D", access: "full", risk: "high" } as const;
  const whole = [a, b && { ...b, scopes: [...b.scopes, all] }, ...others].filter((one) => one !== undefined);
  const plan = (scope?: string, asked: readonly string[] | null = null) =>
    planExchange(
      requestOf({ targets: [identifierOf("b")], scopes: asked }),
      clientOf({ token_exchange: policy, ...(scope === undefined ? {} : { scope }) }),
      whole,
    ).scopes;
  expect(plan()).toEqual(["b.read", "b.write"]);
  expect(plan("b.read b.all")).toEqual(["b.read", "b.all"]);
  expect(() => plan(undefined, ["b.all"])).toThrow(expect.objectContaining({ code: "invalid_scope" }));
});

test("a token that is bound to the service's key may be exchanged by the resource server, and by the service with that key", () => {
  const cnf = { jkt: "x" };
  const client = clientOf({ token_exchange: policy });
  expect(planExchange(requestOf({ subject: token({ cnf }) }), client, resources).targets).toHaveLength(3);
  const own = requestOf({ subject: token({ client_id: "exchanger", cnf }), confirmation: cnf });
  expect(planExchange(own, client, resources).targets).toHaveLength(3);
});
