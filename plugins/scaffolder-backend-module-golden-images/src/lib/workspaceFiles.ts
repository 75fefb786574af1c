import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, posix } from 'node:path';
import { resolveSafeChildPath } from '@backstage/backend-plugin-api';
import { ConflictError, InputError } from '@backstage/errors';
import type { ManifestsResponse } from '@golden-images/plugin-golden-images-common';
import { stringify } from 'yaml';

/** A file of the workspace. */
export interface WorkspaceFile {
  /** Relative to the workspace, with `/`. */
  path: string;
  content: string;
}

const SINGLE = /\.ya?ml$/;

/**
 * The files that hold the objects: one, or a folder with one for each, named
 * `<name>.<kind>.yaml`.
 */
export function filesFor(
  manifests: ManifestsResponse['manifests'],
  targetPath: string,
): { files: WorkspaceFile[]; yaml: string } {
  const documents = manifests.map(manifest => stringify(manifest));
  const yaml = documents.join('---\n');
  const path = posix.normalize(targetPath);
  if (SINGLE.test(path)) return { files: [{ path, content: yaml }], yaml };
  const files = manifests.map(({ kind, metadata }, index) => ({
    path: posix.join(path, `${metadata.name}.${kind.toLowerCase()}.yaml`),
    content: documents[index],
  }));
  return { files, yaml };
}

/**
 * Writes files into the workspace. The same content again changes nothing, so
 * that a step may run twice.
 *
 * @returns their paths
 * @throws InputError for a path outside of the workspace; ConflictError naming
 *   all files that are there with other content, before any is written
 */
export async function writeFiles(
  workspacePath: string,
  files: WorkspaceFile[],
  { overwrite }: { overwrite: boolean },
): Promise<string[]> {
  const places = files.map(({ path, content }) => ({
    path,
    content,
    file: within(workspacePath, path),
  }));
  const taken = [];
  for (const { path, content, file } of places) {
    const before = await read(file, path);
    if (before !== undefined && before !== content) taken.push(path);
  }
  if (taken.length > 0 && !overwrite) {
    throw new ConflictError(
      `targetPath: ${taken.join(
        ', ',
      )} is there with other content, and nothing was written. Choose another path, or set "overwrite"`,
    );
  }
  for (const { file, content } of places) {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
  return places.map(({ path }) => path);
}

function within(workspacePath: string, path: string): string {
  try {
    return resolveSafeChildPath(workspacePath, path);
  } catch {
    throw new InputError(
      `targetPath: "${path}" is not within the workspace; give a path relative to it`,
    );
  }
}

async function read(file: string, path: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    if (code !== 'EISDIR' && code !== 'ENOTDIR') throw error;
    throw new InputError(
      `targetPath: "${path}" cannot be a file, for there is ${
        code === 'EISDIR' ? 'a folder of that name' : 'a file on its way'
      }`,
    );
  }
}
