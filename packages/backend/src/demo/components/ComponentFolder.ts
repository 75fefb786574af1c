import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ConflictError, InputError } from '@backstage/errors';

const NAME = /^[a-zA-Z0-9]([-a-zA-Z0-9_.]{0,61}[a-zA-Z0-9])?$/;
const SUFFIX = '.yaml';

/** A component as it was published. */
export interface PublishedComponent {
  name: string;
  path: string;
  /** The component's catalog-info.yaml. */
  content: string;
}

/**
 * A folder of published components, one file each. A file appears whole or not
 * at all, under a name that nobody else had.
 */
export class ComponentFolder {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** What is published under this name, if anything. */
  async get(name: string): Promise<PublishedComponent | undefined> {
    const path = this.#path(name);
    try {
      return { name, path, content: await readFile(path, 'utf8') };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** Everything that is published, ordered by name. */
  async list(): Promise<PublishedComponent[]> {
    await mkdir(this.#directory, { recursive: true });
    const files = await readdir(this.#directory);
    const names = files
      .filter(file => file.endsWith(SUFFIX))
      .map(file => file.slice(0, -SUFFIX.length))
      .filter(name => NAME.test(name))
      .sort();
    const components = await Promise.all(names.map(name => this.get(name)));
    return components.filter(component => component !== undefined);
  }

  /**
   * Publishes a component. The same content again changes nothing, so that a
   * step may run twice.
   *
   * @throws ConflictError if the name is taken by other content
   * @throws InputError if the name cannot be that of a component
   */
  async add(name: string, content: string): Promise<PublishedComponent> {
    const path = this.#path(name);
    await mkdir(this.#directory, { recursive: true });
    const draft = join(this.#directory, `.${name}.${randomUUID()}.draft`);
    try {
      const file = await open(draft, 'wx');
      try {
        await file.writeFile(content);
        await file.sync();
      } finally {
        await file.close();
      }
      // Unlike a rename, a link never replaces what is there.
      await link(draft, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const existing = await this.get(name);
      if (existing?.content !== content) {
        throw new ConflictError(
          `A component "${name}" was published before, with other content; choose another name`,
        );
      }
    } finally {
      await rm(draft, { force: true });
    }
    return { name, path, content };
  }

  #path(name: string): string {
    if (!NAME.test(name)) {
      throw new InputError(
        `"${name}" is not a name of a component: 1 to 63 letters, digits, "-", "_" or ".", starting and ending with a letter or digit`,
      );
    }
    return join(this.#directory, `${name}${SUFFIX}`);
  }
}
