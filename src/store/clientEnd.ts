import { sql } from "drizzle-orm";

/** Rows that mean nothing without their client. What a logout owes it is dropped when it comes to telling it (backchannel.ts). */
export const goesWithClient = ["client_logos", "client_errors", "pushed_requests", "device_codes"] as const;

/** What the log keeps of a client that is gone. */
export const removalDetail = sql`json_object('origin', origin, 'client_name', json_extract(metadata, '$.client_name'))`;
