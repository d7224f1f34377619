import { expect, it } from "vitest";
import type { ErrorCode } from "../../src/errors.ts";
import type { ClientOrigin, Publisher } from "../../src/model.ts";
import { isStranger, leavesByItself, returnPlace } from "../../src/rules/returnPlace.ts";

it.each([
  ["https://buildboard.example/callback?a=b", "web", "buildboard.example"],
  ["https://buildboard.example:8443/", "web", "buildboard.example:8443"],
  ["https://www.xn--pple-43d.example/", "web", "www.xn--pple-43d.example"],
  ["https://localhost.evil.example/cb", "web", "localhost.evil.example"],
  ["http://localhost:8788/callback", "device", "localhost:8788"],
  ["http://127.0.0.1:51004/cb", "device", "127.0.0.1:51004"],
  ["http://[::1]:51004/cb", "device", "[::1]:51004"],
  ["com.example.app:/oauth2redirect", "device", "com.example.app:"],
  ["cursor://anysphere.cursor-mcp/oauth/callback", "device", "cursor:"],
])("returnPlace tells where %s leads: %s, %s", (redirectUri, kind, name) => {
  expect(returnPlace(redirectUri)).toEqual({ kind, name });
});

const checked = { name: "Contoso", verifiedAt: 1 };
const claimed = { name: "Contoso", verifiedAt: null };

it.each<[ClientOrigin, Publisher | null, boolean]>([
  ["operator", null, false],
  ["developer", null, false],
  ["registration", null, true],
  ["registration", claimed, true],
  ["registration", checked, false],
  ["document", null, true],
  ["document", claimed, true],
  ["document", checked, false],
])("a service by %s with the publisher %j is a stranger: %s", (origin, publisher, expected) => {
  expect(isStranger({ origin, publisher })).toBe(expected);
  // An error in its request then waits for the person.
  expect(leavesByItself({ origin, publisher }, "https://a.example/cb", "invalid_scope")).toBe(!expected);
});

it.each<[ErrorCode, boolean]>([
  ["access_denied", true],
  ["login_required", true],
  ["consent_required", true],
  ["unmet_authentication_requirements", true],
  ["invalid_request", false],
  ["invalid_scope", false],
  ["invalid_target", false],
  ["unsupported_response_type", false],
  ["invalid_request_object", false],
])("a stranger's %s leads away by itself: %s, and to an app on the device always", (code, expected) => {
  const stranger = { origin: "document", publisher: null } as const;
  expect(leavesByItself(stranger, "https://a.example/cb", code)).toBe(expected);
  for (const uri of ["http://localhost:7777/cb", "cursor://a/cb"]) expect(leavesByItself(stranger, uri, code)).toBe(true);
});
