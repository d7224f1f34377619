import type { ClientMetadata, GrantType } from "../model.ts";

export const DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code";

/** What a developer says that a service is; the specifications say it by three members. */
export type ServiceKind = "web" | "spa" | "native" | "machine" | "device";

/** What suits a service of a kind, where its developer says nothing else. */
export type KindDefaults = Pick<ClientMetadata, "application_type" | "grant_types" | "token_endpoint_auth_method">;

/** Those that a developer may choose. The others speak for people who are not there, which is for the operator to allow. */
export const developerGrantTypes: readonly GrantType[] = [
  "authorization_code",
  "refresh_token",
  "client_credentials",
  DEVICE_CODE,
];

export const kindDefaults: Readonly<Record<ServiceKind, KindDefaults>> = {
  web: {
    application_type: "web",
    grant_types: ["authorization_code", "refresh_token"],
    token_endpoint_auth_method: "client_secret_basic",
  },
  spa: {
    application_type: "web",
    grant_types: ["authorization_code", "refresh_token"],
    token_endpoint_auth_method: "none",
  },
  native: {
    application_type: "native",
    grant_types: ["authorization_code", "refresh_token"],
    token_endpoint_auth_method: "none",
  },
  machine: {
    application_type: "web",
    grant_types: ["client_credentials"],
    token_endpoint_auth_method: "client_secret_basic",
  },
  device: {
    application_type: "native",
    grant_types: [DEVICE_CODE, "refresh_token"],
    token_endpoint_auth_method: "none",
  },
};

export const kinds = Object.keys(kindDefaults) as readonly ServiceKind[];

/** Which kind a registered service is. */
export function kindOf({ application_type, grant_types, token_endpoint_auth_method }: ClientMetadata): ServiceKind {
  if (!grant_types.includes("authorization_code")) {
    if (grant_types.includes(DEVICE_CODE)) return "device";
    if (grant_types.includes("client_credentials")) return "machine";
  }
  if (application_type === "native") return "native";
  return token_endpoint_auth_method === "none" ? "spa" : "web";
}
