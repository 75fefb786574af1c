import type { ViewLinks } from '../database';

/** Of any object of Kubernetes: a DNS subdomain. Entity refs are shorter. */
const LONGEST_NAME = 253;
/** Columns of the database: see its migrations. */
const LONGEST_KEY = 600;
const LONGEST_LINK = 255;
const KEYS: ReadonlySet<string> = new Set(['claimKey', 'involvedKey']);
const CONTROL = /\p{Cc}/u;

/**
 * Whether a name or reference may be kept. Nobody checks what one object says
 * the name of another is, nor what is written in an annotation (Kubernetes 1.36):
 * it may be long, and hold any character. PostgreSQL refuses a row for that, and
 * with it all that is written together.
 */
export function isBounded(text: string, longest = LONGEST_NAME): boolean {
  return text.length <= longest && !CONTROL.test(text);
}

/** Links that may lead somewhere. */
export function boundedLinks(links: ViewLinks): ViewLinks {
  const entries = Object.entries(links);
  // Nearly all are as they come, and every object of a list passes here.
  return entries.every(mayLead)
    ? links
    : Object.fromEntries(entries.filter(mayLead));
}

function mayLead([link, text]: [string, string | undefined]): boolean {
  const longest = KEYS.has(link) ? LONGEST_KEY : LONGEST_LINK;
  return text === undefined || isBounded(text, longest);
}
