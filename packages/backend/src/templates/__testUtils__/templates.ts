import { readdir, readFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import type { Entity } from '@backstage/catalog-model';
import { parse } from 'yaml';

const FOLDER = resolve(__dirname, '../../../../../examples/templates');

/** Of team A, whose disks the tests make. */
export const component: Entity = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: { name: 'orders' },
  spec: { type: 'service', lifecycle: 'production', owner: 'team-a' },
  relations: [{ type: 'ownedBy', targetRef: 'group:default/team-a' }],
};

/** What a person fills in for a disk. */
export const disk = {
  image: 'linux',
  namespace: 'team-a-dev',
  component: 'component:default/orders',
  name: 'orders-disk',
  size: '1Gi',
};

/** Names of the templates that are shipped. */
export async function templateNames(): Promise<string[]> {
  const entries = await readdir(FOLDER, { withFileTypes: true });
  return entries
    .filter(entry => entry.isDirectory())
    .map(entry => entry.name)
    .sort();
}

/** A template as the catalog has it. */
export async function readTemplate(name: string): Promise<Entity> {
  const file = join(FOLDER, name, 'template.yaml');
  const template: Entity = parse(await readFile(file, 'utf8'));
  const annotations = {
    'backstage.io/managed-by-location': `file://${file}`,
    'backstage.io/source-location': `file://${file}`,
  };
  return { ...template, metadata: { ...template.metadata, annotations } };
}

/** The folder of a template as the template editor sends it for a dry run. */
export async function readContents(name: string) {
  const root = join(FOLDER, name);
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return Promise.all(
    entries
      .filter(entry => entry.isFile())
      .map(async entry => {
        const file = join(entry.parentPath, entry.name);
        return {
          path: relative(root, file),
          base64Content: (await readFile(file)).toString('base64'),
        };
      }),
  );
}
