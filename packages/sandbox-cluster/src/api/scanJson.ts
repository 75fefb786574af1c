/** What `JSON.parse` does not tell: keys that come twice, and an error in the words of Go's decoder. */
export interface JsonScan {
  /** Paths such as `metadata.name`. */
  duplicates: string[];
  error?: string;
}

class Failure extends Error {}

const NUMBER = /-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const SPACE = /[ \t\r\n]*/y;
const LITERAL = /true|false|null/y;
// Unrolled, for a backtracking step per character would exhaust the stack.
const STRING = /"[^"\\]*(?:\\.[^"\\]*)*"/sy;

class Scanner {
  readonly duplicates: string[] = [];
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document() {
    this.#value('');
    this.#skip(SPACE);
    if (this.#at < this.#text.length) this.#fail('after top-level value');
  }

  #value(path: string) {
    this.#skip(SPACE);
    const start = this.#text[this.#at];
    if (start === '{') this.#object(path);
    else if (start === '[') this.#array(path);
    else if (start === '"') this.#string();
    else if (!this.#skip(LITERAL) && !this.#skip(NUMBER)) {
      this.#fail('looking for beginning of value');
    }
  }

  #object(path: string) {
    const seen = new Set<string>();
    this.#at += 1;
    this.#skip(SPACE);
    if (this.#take('}')) return;
    for (;;) {
      this.#skip(SPACE);
      if (this.#text[this.#at] !== '"') {
        this.#fail('looking for beginning of object key string');
      }
      const key = this.#string();
      const field = path ? `${path}.${key}` : key;
      if (seen.has(key)) this.duplicates.push(field);
      seen.add(key);
      this.#skip(SPACE);
      if (!this.#take(':')) this.#fail('after object key');
      this.#value(field);
      this.#skip(SPACE);
      if (this.#take('}')) return;
      if (!this.#take(',')) this.#fail('after object key:value pair');
    }
  }

  #array(path: string) {
    this.#at += 1;
    this.#skip(SPACE);
    if (this.#take(']')) return;
    for (let index = 0; ; index++) {
      this.#value(`${path}[${index}]`);
      this.#skip(SPACE);
      if (this.#take(']')) return;
      if (!this.#take(',')) this.#fail('after array element');
    }
  }

  #string(): string {
    const start = this.#at;
    if (!this.#skip(STRING)) {
      this.#at = this.#text.length;
      this.#fail('in string literal');
    }
    try {
      return JSON.parse(this.#text.slice(start, this.#at));
    } catch {
      this.#at = start;
      return this.#fail('in string literal');
    }
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (!match) return false;
    this.#at += match[0].length;
    return true;
  }

  #fail(where: string): never {
    if (this.#at >= this.#text.length) {
      throw new Failure('unexpected end of JSON input');
    }
    const character = this.#text[this.#at];
    throw new Failure(`invalid character '${character}' ${where}`);
  }
}

/** Reads JSON text once, without building anything. */
export function scanJson(text: string): JsonScan {
  const scanner = new Scanner(text);
  try {
    scanner.document();
    return { duplicates: scanner.duplicates };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { duplicates: [], error: error.message };
  }
}
