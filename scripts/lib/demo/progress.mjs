/** Progress lines with the time that has gone by, for people. */
export class Progress {
  #beganAtMs = Date.now();
  #last = '';

  /** Prints a line, unless it is the one that was printed last. */
  say(text) {
    if (text === this.#last) return;
    this.#last = text;
    const seconds = Math.round((Date.now() - this.#beganAtMs) / 1000);
    console.log(`${String(seconds).padStart(4)} s  ${text}`);
  }

  /** Repeats that something is going on while the work lasts. */
  async during(text, work) {
    this.say(`${text} …`);
    const beganAtMs = Date.now();
    const ticker = setInterval(() => {
      const seconds = Math.round((Date.now() - beganAtMs) / 1000);
      this.say(`  still at it, ${seconds} s: ${text.toLowerCase()}`);
    }, 10_000);
    try {
      return await work();
    } finally {
      clearInterval(ticker);
    }
  }
}
