import { parse } from 'yaml';
import { refusal } from '../__testUtils__/FakeGoldenImagesService';
import { harness } from '../__testUtils__/runAction';
import { importInput } from '../lib/inputs';
import { createImportImageAction } from './importImage';
import { examples } from './importImage.examples';

const input = {
  name: 'linux',
  version: '1',
  source: { http: { url: 'https://images.example.com/linux.qcow2' } },
  size: '1Gi',
};
const ready = { state: 'ready', outcome: 'usable', stage: 'usable' } as const;

describe('golden-images:import', () => {
  it('waits until the image is ready', async () => {
    const { goldenImages, dependencies, run } = harness();
    goldenImages.steps = [{ state: 'importing', progressPercent: 10 }, ready];
    const { lines, outputs, error } = await run(
      createImportImageAction(dependencies),
      input,
    );
    expect(error).toBeUndefined();
    expect(lines).toEqual([
      'Image linux @ 1: the import was accepted',
      'Image linux @ 1: Importing, 10 %',
      'Image linux @ 1: Ready (bytes not verified)',
    ]);
    expect(outputs).toMatchObject({ claimName: 'linux-1', state: 'ready' });
  });

  it('does not wait where that is asked for', async () => {
    const { goldenImages, dependencies, run } = harness();
    goldenImages.steps = [{ state: 'importing' }, ready];
    const { outputs } = await run(createImportImageAction(dependencies), {
      ...input,
      wait: false,
    });
    expect(outputs.state).toBe('importing');
  });

  it('gives the words of a refusal, not those of a failed request', async () => {
    const { goldenImages, dependencies, run } = harness();
    const cause = await refusal(
      403,
      'NotAllowedError',
      'namespace: owners of golden-images import there',
    );
    goldenImages.importImage = async () => {
      throw cause;
    };
    const { error } = await run(createImportImageAction(dependencies), input);
    expect(error?.name).toBe('NotAllowedError');
    expect(error?.message).toMatch(
      /^namespace: owners of golden-images import there/,
    );
  });

  it('asks the server in a dry run', async () => {
    const { goldenImages, dependencies, run } = harness();
    const { error } = await run(createImportImageAction(dependencies), input, {
      isDryRun: true,
    });
    expect(error).toBeUndefined();
    expect(goldenImages.asked.map(({ method }) => method)).toEqual([
      'importImage',
    ]);
    expect(goldenImages.objects.size).toBe(0);
  });

  it('tells by the content type how an archive is used', async () => {
    const { goldenImages, dependencies, run } = harness();
    goldenImages.steps = [{ ...ready, contentType: 'archive' }];
    const { outputs } = await run(createImportImageAction(dependencies), {
      ...input,
      contentType: 'archive',
    });
    expect(outputs).toMatchObject({
      content: 'files',
      volumesSnippet: outputs.podSnippet,
      links: [],
    });
    expect(outputs).not.toHaveProperty('machineSnippet');
  });

  it.each(examples)('runs its example: $description', async ({ example }) => {
    const { goldenImages, dependencies, run } = harness();
    goldenImages.steps = [ready];
    const action = createImportImageAction(dependencies);
    const [step] = parse(example).steps;
    expect(step.action).toBe(action.id);
    expect(importInput.parse(step.input)).toEqual(step.input);
    const { error, outputs } = await run(action, step.input);
    expect(error).toBeUndefined();
    expect(outputs.state).toBe('ready');
  });
});
