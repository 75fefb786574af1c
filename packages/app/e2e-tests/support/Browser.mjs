import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const artifacts = join(
  import.meta.dirname,
  ...['..', '..', '..', '..', 'artifacts', 'browser'],
);
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const ARGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Debian's Chromium, and what is worth keeping of every page. */
export class Browser {
  #browser;
  #story;
  #shots = 0;

  /** @param story - begins the names of the pictures */
  static async launch(story) {
    if (!existsSync(executablePath)) {
      throw new Error(
        `There is no browser at ${executablePath}. Install Debian's package chromium, or name one with CHROMIUM=/path.`,
      );
    }
    mkdirSync(artifacts, { recursive: true });
    const browser = new Browser();
    browser.#story = story;
    browser.#browser = await chromium.launch({
      executablePath,
      // Chromium's sandbox does not work for root.
      args: process.getuid() === 0 ? [...ARGS, '--no-sandbox'] : ARGS,
    });
    return browser;
  }

  async close() {
    await this.#browser.close();
  }

  /**
   * A page of a new visitor.
   *
   * @returns the page, and what went wrong on it: uncaught errors, and requests
   *   to anything but the portal
   */
  async visit(url, { width = 1280, height = 860 } = {}) {
    const context = await this.#browser.newContext({
      baseURL: url,
      locale: 'en-GB',
      viewport: { width, height },
    });
    context.setDefaultTimeout(30_000);
    const page = await context.newPage();
    const problems = [];
    const { host } = new URL(url);
    page.on('pageerror', error => problems.push(`uncaught: ${error.message}`));
    page.on('request', request => {
      const to = new URL(request.url());
      if (/^(https?|wss?):$/.test(to.protocol) && to.host !== host) {
        problems.push(`request to ${to.host}`);
      }
    });
    return { page, problems, close: () => context.close() };
  }

  /** Keeps a picture, numbered in the order in which they were taken. */
  async keep(page, name) {
    this.#shots += 1;
    const number = String(this.#shots).padStart(2, '0');
    await page.screenshot({
      path: join(artifacts, `${this.#story}-${number}-${name}.png`),
      animations: 'disabled',
    });
  }
}
