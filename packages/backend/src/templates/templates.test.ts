import type { Entity } from '@backstage/catalog-model';
import { startPortal } from './__testUtils__/startPortal';
import {
  component,
  disk,
  readContents,
  readTemplate,
  templateNames,
} from './__testUtils__/templates';

jest.setTimeout(120_000);

/** What people fill in, and who does. */
const FORMS: Record<string, { by: string; values: object }> = {
  'component-with-disk': {
    by: 'dana',
    values: { ...disk, name: 'cart', owner: 'group:default/team-a' },
  },
  'disk-for-component': { by: 'dana', values: { ...disk, size: '2Gi' } },
  'disk-by-pull-request': { by: 'dana', values: disk },
  'import-golden-image': {
    by: 'paula',
    values: { name: 'other', version: '1', title: 'Other', size: '1Gi' },
  },
};

describe('the templates of the demo', () => {
  let portal: Awaited<ReturnType<typeof startPortal>>;
  beforeAll(async () => {
    const names = await templateNames();
    const templates = await Promise.all(names.map(readTemplate));
    portal = await startPortal([component, ...templates]);
    await portal.importLinux('1');
  });
  afterAll(() => portal.stop());

  const valuesOf = (name: string) =>
    name === 'import-golden-image'
      ? { ...FORMS[name].values, url: portal.imageUrl }
      : FORMS[name].values;

  const dryRun = async (name: string, values = valuesOf(name)) =>
    portal.ask(FORMS[name].by, 'scaffolder/v2/dry-run', {
      template: await readTemplate(name),
      values,
      directoryContents: await readContents(name),
    });

  it('are all tried here', async () => {
    expect(await templateNames()).toEqual(Object.keys(FORMS).sort());
  });

  it.each(Object.keys(FORMS))('%s runs dry, and writes nothing', async name => {
    const before = await portal.objects();
    const { status, body } = await dryRun(name);
    expect([status, body.error?.message]).toEqual([200, undefined]);
    const failed = body.log.filter(
      (line: { body: { status?: string } }) => line.body.status === 'failed',
    );
    expect(failed).toEqual([]);
    expect(JSON.stringify(body.output)).not.toContain('undefined');
    expect(JSON.stringify(body.output)).not.toContain('${{');
    expect(await portal.objects()).toEqual(before);
  });

  it('tell in a dry run what is wrong with what was filled in', async () => {
    const { body } = await dryRun('disk-for-component', {
      ...disk,
      image: 'windows',
    });
    expect(JSON.stringify(body)).toContain('there is no \\"windows\\"');
  });

  it('go on in a dry run with what an earlier step would import', async () => {
    const imports = await readTemplate('import-golden-image');
    const clones = await readTemplate('disk-for-component');
    const stepsOf = ({ spec }: Entity) => spec?.steps as object[];
    const { status, body } = await portal.ask(
      'paula',
      'scaffolder/v2/dry-run',
      {
        template: {
          ...clones,
          spec: {
            ...clones.spec,
            parameters: [],
            steps: [...stepsOf(imports), ...stepsOf(clones)],
          },
        },
        values: {
          ...disk,
          ...valuesOf('import-golden-image'),
          image: 'other',
          name: 'other',
        },
        directoryContents: [],
      },
    );
    expect([status, body.error?.message]).toEqual([200, undefined]);
    expect(JSON.stringify(body.log)).toContain('is checked at run time');
    expect(body.output.links[0].entityRef).toBe('component:default/orders');
    expect(await portal.objects()).not.toContain('other-1');
  });

  it('give a component of the catalog one more disk', async () => {
    const name = 'disk-for-component';
    const template = await readTemplate(name);
    const task = await portal.runTask('dana', template, valuesOf(name));
    expect([task.status, task.lines.at(-1)]).toEqual([
      'completed',
      expect.any(String),
    ]);
    expect(task.output.text[0].content).toContain('kind: VirtualMachine');
    const { body } = await portal.ask(
      'dana',
      `golden-images/volumes?entityRef=${disk.component}`,
    );
    expect(body.items).toEqual([
      expect.objectContaining({ name: 'orders-disk', state: 'usable' }),
    ]);
  });
});
