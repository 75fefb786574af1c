import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import type { Case } from './cases';

/** What was hit, and what of it did not come to one disk and a finished task. */
export class RecoveryReport {
  readonly #began: string[] = [];
  readonly #passed = new Set<string>();

  began(where: string, each: Case) {
    this.#began.push(line(where, each));
  }

  passed(where: string, each: Case) {
    this.#passed.add(line(where, each));
  }

  write(path: string) {
    const casesByGroup: Record<string, number> = {};
    for (const [group] of this.#began.map(each => each.split(': '))) {
      casesByGroup[group] = (casesByGroup[group] ?? 0) + 1;
    }
    const report = {
      machine: { cpu: cpus()[0]?.model, cpus: cpus().length },
      cases: this.#began.length,
      casesByGroup,
      failed: this.#began.filter(each => !this.#passed.has(each)),
    };
    writeFileSync(path, `${JSON.stringify(report, null, 2)}\n`);
  }
}

function line(where: string, { title }: Case): string {
  return `${where}: ${title}`;
}
