import { readFile, symlink } from 'node:fs/promises';
import { createMockDirectory } from '@backstage/backend-test-utils';
import { parse, parseAllDocuments } from 'yaml';
import { harness } from '../__testUtils__/runAction';
import { manifestInput } from '../lib/inputs';
import { createManifestAction } from './manifest';
import { examples } from './manifest.examples';

const clone = { image: 'linux', namespace: 'team-a-dev', name: 'orders-disk' };
const image = {
  name: 'linux',
  version: '1',
  source: { http: { url: 'https://images.example.com/linux.qcow2' } },
  size: '1Gi',
};

describe('golden-images:manifest', () => {
  const directory = createMockDirectory();
  const workspacePath = directory.resolve('workspace');
  beforeEach(() => directory.setContent({ workspace: {}, 'secret.yaml': 'x' }));

  function setUp() {
    const { goldenImages, dependencies, run } = harness();
    const action = createManifestAction(dependencies);
    return {
      goldenImages,
      action,
      write: (input: Parameters<typeof run>[1], isDryRun = false) =>
        run(action, input, { workspacePath, isDryRun }),
    };
  }
  const read = (path: string) =>
    readFile(directory.resolve('workspace', path), 'utf8');

  it('writes a file for each object into a folder', async () => {
    const { write, goldenImages } = setUp();
    const { error, outputs, lines } = await write({ import: image });
    expect(error).toBeUndefined();
    expect(outputs).toMatchObject({
      cluster: 'dev-1',
      claimName: 'linux-1',
      size: '1Gi',
      paths: [
        'golden-images/linux-1.datavolume.yaml',
        'golden-images/linux-1.datasource.yaml',
      ],
    });
    expect(outputs).not.toHaveProperty('waitHandle');
    expect(parse(await read('golden-images/linux-1.datasource.yaml'))).toEqual(
      expect.objectContaining({ kind: 'DataSource' }),
    );
    expect(lines).toHaveLength(2);
    expect(goldenImages.asked).toEqual([
      { method: 'makeManifests', principal: 'user:default/dana' },
    ]);
  });

  it('asks again while the backend restarts, and writes the same files twice', async () => {
    const { write, goldenImages } = setUp();
    const makeManifests = goldenImages.makeManifests.bind(goldenImages);
    let lost = 2;
    goldenImages.makeManifests = async (request, options) => {
      lost -= 1;
      if (lost >= 0) throw new TypeError('fetch failed');
      return makeManifests(request, options);
    };
    const first = await write({ import: image });
    expect(first.error).toBeUndefined();
    expect(first.lines[0]).toContain('does not answer at the moment');
    const path = 'golden-images/linux-1.datavolume.yaml';
    const written = await read(path);
    const second = await write({ import: image });
    expect(second.error).toBeUndefined();
    expect(second.outputs).toEqual(first.outputs);
    expect(await read(path)).toBe(written);
  });

  it('writes all objects into one file', async () => {
    const { write } = setUp();
    const { outputs } = await write({
      import: image,
      targetPath: './deploy/../deploy/image.yml',
    });
    expect(outputs.paths).toEqual(['deploy/image.yml']);
    const text = await read('deploy/image.yml');
    expect(text).toBe(outputs.yaml);
    expect(
      parseAllDocuments(text).map(document => document.toJS().kind),
    ).toEqual(['DataVolume', 'DataSource']);
  });

  it('passes on what the backend warns of, and may run twice', async () => {
    const { write } = setUp();
    const first = await write({ clone });
    expect(first.lines[0]).toBe('name: there is one');
    const second = await write({ clone });
    expect(second.outputs).toEqual(first.outputs);
  });

  it('replaces nothing silently', async () => {
    const { write } = setUp();
    directory.addContent({
      workspace: { 'golden-images/linux-1.datasource.yaml': 'by hand' },
    });
    const { error } = await write({ import: image });
    expect(error).toMatchObject({
      name: 'ConflictError',
      message: expect.stringContaining('linux-1.datasource.yaml is there'),
    });
    await expect(
      read('golden-images/linux-1.datavolume.yaml'),
    ).rejects.toMatchObject({ code: 'ENOENT' });
    const forced = await write({ import: image, overwrite: true });
    expect(forced.error).toBeUndefined();
    expect(await read('golden-images/linux-1.datasource.yaml')).toContain(
      'kind: DataSource',
    );
  });

  it.each(['../secret.yaml', '/etc/passwd.yaml', 'link/secret.yaml', '..'])(
    'stays within the workspace: %s',
    async targetPath => {
      const { write } = setUp();
      await symlink(directory.path, directory.resolve('workspace/link'));
      const { error } = await write({ clone, targetPath, overwrite: true });
      expect(error).toMatchObject({
        name: 'InputError',
        message: expect.stringContaining('is not within the workspace'),
      });
      expect(await readFile(directory.resolve('secret.yaml'), 'utf8')).toBe(
        'x',
      );
    },
  );

  it('does not write a file where a folder is', async () => {
    const { write } = setUp();
    directory.addContent({ workspace: { 'a.yaml': { 'b.txt': '' } } });
    const { error } = await write({ clone, targetPath: 'a.yaml' });
    expect(error?.message).toContain('there is a folder of that name');
  });

  it('writes in a dry run as well: the workspace is of that run alone', async () => {
    const { write } = setUp();
    const { outputs } = await write({ clone, targetPath: 'disk.yaml' }, true);
    expect(outputs).toMatchObject({ paths: ['disk.yaml'], predicted: true });
    expect(await read('disk.yaml')).toBe(outputs.yaml);
  });

  it.each(examples)('runs its example: $description', async ({ example }) => {
    const { write, action } = setUp();
    const [step] = parse(example).steps;
    expect(step.action).toBe(action.id);
    expect(manifestInput.parse(step.input)).toEqual(step.input);
    const { error, outputs } = await write(step.input);
    expect(error).toBeUndefined();
    for (const path of outputs.paths as string[]) {
      expect(await read(path)).toContain('apiVersion');
    }
  });
});
