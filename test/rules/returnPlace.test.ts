import { expect, it } from "vitest";
import { returnPlace } from "../../src/rules/returnPlace.ts";

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
