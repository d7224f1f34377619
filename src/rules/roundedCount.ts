/** A number of people as it is told to others. */
export interface RoundedCount {
  readonly kind: "fewer" | "about" | "more";
  readonly count: number;
}

/** Below it no number is told: it would say who else uses what only a few do. */
const FEW = 10;
/** From here on it is not counted (store/grants.ts). */
const MANY = 1000;

/** To one digit, so that nobody is counted by looking twice. */
export function roundedCount(count: number): RoundedCount {
  if (count < FEW) return { kind: "fewer", count: FEW };
  if (count >= MANY) return { kind: "more", count: MANY };
  const unit = 10 ** Math.floor(Math.log10(count));
  return { kind: "about", count: Math.floor(count / unit) * unit };
}
