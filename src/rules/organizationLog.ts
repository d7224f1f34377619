/** The log of an organization: what somebody asks of it, and how it leaves as a file. */
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;

/** The beginning of a day (`2026-11-24`), in UTC; undefined for what is none. */
export function parseDay(text: string): number | undefined {
  if (!DAY.test(text)) return undefined;
  const at = Date.parse(`${text}T00:00:00Z`);
  return Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== text ? undefined : at;
}

/** The first moment that is no longer of the day. */
export const endOfDay = (at: number): number => at + DAY_MILLISECONDS;

/**
 * One line of a file of comma-separated values (RFC 4180). What a spreadsheet would take for a formula has an apostrophe in front:
 * names and reasons are others' words.
 */
export const csvLine = (cells: readonly (string | null)[]): string =>
  `${cells.map((cell) => csvCell(cell ?? "")).join(",")}\r\n`;

function csvCell(text: string): string {
  const safe = /^\s*[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
