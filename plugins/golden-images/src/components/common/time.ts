import { durationInWords } from '@golden-images/plugin-golden-images-common';

const EXACT = new Intl.DateTimeFormat(undefined, {
  dateStyle: 'medium',
  timeStyle: 'medium',
});
const CLOCK = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
const DAY_AND_CLOCK = new Intl.DateTimeFormat(undefined, {
  dateStyle: 'medium',
  timeStyle: 'short',
});

/** "22 Nov 2026, 12:04:10", in the reader's time zone. */
export function exactTime(atMs: number): string {
  return EXACT.format(atMs);
}

/** "12:04" today, with the date on other days. */
export function clockTime(atMs: number, nowMs: number): string {
  const today =
    new Date(atMs).toDateString() === new Date(nowMs).toDateString();
  return (today ? CLOCK : DAY_AND_CLOCK).format(atMs);
}

/** "6 min ago"; a clock that runs ahead of ours says "just now". */
export function timeAgo(atMs: number, nowMs: number): string {
  return nowMs - atMs < 5_000
    ? 'just now'
    : `${durationInWords(nowMs - atMs)} ago`;
}

/** "about 40 s": no more exact than an estimate is. */
export function roughly(durationMs: number): string {
  const roundToMs = durationMs < 60_000 ? 10_000 : 60_000;
  const rounded = Math.ceil(durationMs / roundToMs) * roundToMs;
  return `about ${durationInWords(rounded)}`;
}
