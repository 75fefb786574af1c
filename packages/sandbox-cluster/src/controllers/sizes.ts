const UNITS: Record<string, number> = {
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
};

/** Bytes of a quantity that the API has accepted. */
export function sizeBytes(quantity: string | number | undefined): number {
  const match = /^([0-9.]+)([A-Za-z]*)$/.exec(String(quantity ?? 0));
  if (!match) return Number(quantity) || 0;
  return Math.ceil(Number(match[1]) * (UNITS[match[2]] ?? 1));
}

/** Longhorn rounds volumes up to 2 MiB (longhorn-manager 1.12). */
export const longhornBytes = (bytes: number) =>
  Math.ceil(bytes / (2 * 2 ** 20)) * 2 * 2 ** 20;

/** The shortest exact form of a size. */
export function sizeText(bytes: number): string {
  for (const unit of ['Ti', 'Gi', 'Mi', 'Ki']) {
    if (bytes % UNITS[unit] === 0) return `${bytes / UNITS[unit]}${unit}`;
  }
  return String(bytes);
}
