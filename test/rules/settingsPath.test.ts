import { expect, it } from "vitest";
import { settingsPath } from "../../src/rules/settingsPath.ts";

const FALLBACK = "/settings/authorizations";

it.each([
  "/settings/authorizations",
  "/settings/authorizations/aa1_-B",
  "/settings/security",
  "/settings/security/events",
  "/settings/security/authenticators/new",
  "/settings/account",
  "/settings/account/identities",
  "/settings/organizations",
  "/settings/organizations/contoso/audit",
  "/settings/organizations/contoso-2/services/aa1_-B",
  "/settings/developer",
  "/settings/developer/new",
  "/settings/developer/aa1_-B/secrets",
  "/report/buildboard",
  "/report/https%3A%2F%2Fclient.example%2Fmcp.json",
])("lets sign-in go on to %s", (path) => {
  expect(settingsPath(path)).toBe(path);
});

it.each([
  ["/settings/security/recovery-codes/file", "/settings/security/recovery-codes"],
  ["/settings/organizations/contoso/invitations", "/settings/organizations/contoso/members"],
  ["/settings/organizations/contoso/services/invitations", "/settings/organizations/contoso/services/invitations"],
])("goes from %s, which only takes a form, to the page that has it", (path, page) => {
  expect(settingsPath(path)).toBe(page);
});

it.each([
  undefined,
  "",
  "/",
  "//evil.example",
  "https://evil.example/settings/developer",
  "/settings/developer/../../authorize",
  "/settings/developer/%2e%2e",
  "/settings/developer?x=1",
  "/settings/developer#x",
  "/settings/developer//evil.example",
  "/settings/developer/a/b/c",
  "/settings/developer\n",
  "/settings/developerX",
  "/settings/security/../../authorize",
  "/settings/organizations/..",
  "/settings/organizations//evil.example",
  "/settings/organizations/a/b/c/d",
  "/settings/securityX",
  "/report/..",
  "/report/%2e%2E",
  "/report//evil.example",
  "/report/a/b",
  "/report",
  "/settings",
])("goes to the list of authorizations instead of %j", (path) => {
  expect(settingsPath(path)).toBe(FALLBACK);
});
