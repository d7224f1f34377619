import type { ClientId } from "../../model.ts";

/** Where a person tells the operator of a service. */
export const reportPath = (clientId: ClientId): string => `/report/${encodeURIComponent(clientId)}`;
