/**
 * The candidate that somebody most likely meant: the same but for its case, or
 * not further away than a third of its letters (Damerau-Levenshtein, adjacent
 * letters changed over count once).
 */
export function closestWord(
  word: string,
  candidates: readonly string[],
): string | undefined {
  // Nobody mistypes a word into one several times as long.
  if (word.length > 40) return undefined;
  let best: { candidate: string; distance: number } | undefined;
  for (const candidate of candidates) {
    const distance = distanceOf(word.toLowerCase(), candidate.toLowerCase());
    if (best === undefined || distance < best.distance) {
      best = { candidate, distance };
    }
  }
  if (best === undefined) return undefined;
  const allowed = Math.floor(Math.max(3, best.candidate.length) / 3);
  return best.distance <= allowed ? best.candidate : undefined;
}

function distanceOf(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row[j] = Math.min(
        rows[i - 1][j] + 1,
        row[j - 1] + 1,
        rows[i - 1][j - 1] + (same ? 0 : 1),
        swapped ? rows[i - 2][j - 2] + 1 : Infinity,
      );
    }
    rows.push(row);
  }
  return rows[a.length][b.length];
}
