import { isUnanswered } from './isUnanswered';

/** Together less than what a person waits for an answer. */
const DELAYS_MS = [250, 500, 1_000, 2_000, 4_000];

/**
 * Asks again, a few times, while no answer comes. For what may be asked twice.
 *
 * @throws what the last attempt threw
 */
export async function askUntilAnswered<T>(
  ask: () => Promise<T>,
  delay: (ms: number) => Promise<unknown>,
): Promise<T> {
  for (const delayMs of DELAYS_MS) {
    try {
      return await ask();
    } catch (error) {
      if (!isUnanswered(error)) throw error;
    }
    await delay(delayMs);
  }
  return ask();
}
