import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** What was hit, and what of it did not come to what must come of it. */
export class RecoveryReport {
  readonly #began = new Map<string, Set<string>>();
  readonly #passed = new Map<string, Set<string>>();

  began(where: string, title: string) {
    note(this.#began, where, title);
  }

  passed(where: string, title: string) {
    note(this.#passed, where, title);
  }

  write(path: string) {
    const groups = Array.from(this.#began, ([where, titles]) => {
      const failed = Array.from(titles).filter(
        title => !this.#passed.get(where)?.has(title),
      );
      return { where, cases: titles.size, failed };
    });
    const report = {
      machine: { cpu: cpus()[0]?.model, cpus: cpus().length },
      cases: groups.reduce((sum, { cases }) => sum + cases, 0),
      failed: groups.reduce((sum, { failed }) => sum + failed.length, 0),
      groups,
    };
    writeFileSync(path, `${JSON.stringify(report, null, 2)}\n`);
  }
}

function note(of: Map<string, Set<string>>, where: string, title: string) {
  of.set(where, (of.get(where) ?? new Set()).add(title));
}
