import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { resourceKey, type ResourceDefinition } from './resources';
import type { KubeObject } from './types';

const OBJECTS = 'objects';
const REVISION = 'revision.json';
const TEMPORARY = '.tmp';
/** Revisions that may be given out before the next mark is written. */
const REVISION_BLOCK = 10_000;
const MAX_NAME_LENGTH = 180;
const PARALLEL_WRITES = 8;

/** What a folder holds: objects by the resource that they belong to, and a revision above all that were given out. */
export interface Saved {
  revision: number;
  objects: { resource: string; object: KubeObject }[];
}

/**
 * Keeps objects as files, one for each, written beside and renamed, so that
 * a crash leaves the old file or the new one. Revisions are marked ahead in
 * blocks: after a crash none is given out twice.
 */
export class Persistence {
  readonly #folder: string;
  readonly #pending = new Map<string, string | undefined>();
  #marked = 0;
  #revision = 0;
  #writing?: Promise<void>;
  #sequence = 0;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Reads a folder, which is made if it is not there. Files that a crash left beside are removed. */
  static open(folder: string): { persistence: Persistence; saved: Saved } {
    mkdirSync(join(folder, OBJECTS), { recursive: true, mode: 0o700 });
    const persistence = new Persistence(folder);
    return { persistence, saved: persistence.#read() };
  }

  put(type: ResourceDefinition, object: KubeObject, json: string) {
    this.#note(type, object, json);
  }

  remove(type: ResourceDefinition, object: KubeObject) {
    this.#note(type, object, undefined);
  }

  /** Resolves once all that was noted until now is on disk. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0 || this.#writing) {
      this.#writing ??= this.#write().finally(() => {
        this.#writing = undefined;
      });
      await this.#writing;
    }
  }

  async close(): Promise<void> {
    await this.settled();
    await this.#replace(
      join(this.#folder, REVISION),
      JSON.stringify({ revision: this.#revision }),
    );
  }

  #note(type: ResourceDefinition, object: KubeObject, json?: string) {
    this.#revision = Math.max(
      this.#revision,
      Number(object.metadata.resourceVersion),
    );
    this.#pending.set(this.#pathOf(type, object), json);
  }

  async #write() {
    // Leaves the current turn, so that what is noted in it becomes one batch.
    await Promise.resolve();
    if (this.#revision >= this.#marked) {
      this.#marked = this.#revision + REVISION_BLOCK;
      await this.#replace(
        join(this.#folder, REVISION),
        JSON.stringify({ revision: this.#marked }),
      );
    }
    const batch = [...this.#pending];
    this.#pending.clear();
    const workers = Array.from({ length: PARALLEL_WRITES }, async () => {
      for (let next = batch.pop(); next; next = batch.pop()) {
        const [path, json] = next;
        if (json === undefined) await rm(path, { force: true });
        else await this.#replace(path, json);
      }
    });
    await Promise.all(workers);
  }

  async #replace(path: string, text: string) {
    const temporary = `${path}.${(this.#sequence += 1)}${TEMPORARY}`;
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFile(temporary, text, { mode: 0o600 });
    await rename(temporary, path);
  }

  #pathOf(type: ResourceDefinition, { metadata }: KubeObject): string {
    return join(
      this.#folder,
      OBJECTS,
      resourceKey(type.group, type.plural),
      ...(type.namespaced ? [metadata.namespace ?? ''] : []),
      `${fileNameOf(metadata.name ?? '')}.json`,
    );
  }

  #read(): Saved {
    const objects: Saved['objects'] = [];
    const root = join(this.#folder, OBJECTS);
    for (const entry of readdirSync(root, {
      recursive: true,
      withFileTypes: true,
    })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      if (entry.name.endsWith(TEMPORARY)) {
        rmSync(path);
        continue;
      }
      const [resource] = path.slice(root.length + 1).split(/[\\/]/);
      objects.push({ resource, object: readJson(path) as KubeObject });
    }
    this.#revision = this.#readRevision();
    this.#marked = this.#revision;
    return { revision: this.#revision, objects };
  }

  #readRevision(): number {
    const name = join(this.#folder, REVISION);
    try {
      const { revision } = readJson(name) as { revision: number };
      return revision;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
      throw error;
    }
  }
}

/** @throws Error that names the file */
function readJson(path: string): unknown {
  const text = readFileSync(path, 'utf8');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${path} is not JSON: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** Names may be longer than file systems allow, and may hold characters that mean something to them. */
function fileNameOf(name: string): string {
  const safe = encodeURIComponent(name);
  if (safe.length <= MAX_NAME_LENGTH) return safe;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 32);
  return `${safe.slice(0, MAX_NAME_LENGTH - hash.length - 1)}-${hash}`;
}
