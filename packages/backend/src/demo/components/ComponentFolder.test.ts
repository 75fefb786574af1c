import { readdir } from 'node:fs/promises';
import { writeFileSync } from 'node:fs';
import { createMockDirectory } from '@backstage/backend-test-utils';
import { ComponentFolder } from './ComponentFolder';

describe('ComponentFolder', () => {
  const directory = createMockDirectory();
  const folder = () => new ComponentFolder(directory.resolve('components'));

  afterEach(() => directory.clear());

  it('finds again what was added, in another instance too', async () => {
    await folder().add('orders', 'kind: Component\n');
    await folder().add('cart', 'kind: Component # cart\n');

    await expect(folder().list()).resolves.toEqual([
      expect.objectContaining({
        name: 'cart',
        content: 'kind: Component # cart\n',
      }),
      {
        name: 'orders',
        path: directory.resolve('components/orders.yaml'),
        content: 'kind: Component\n',
      },
    ]);
    await expect(folder().get('orders')).resolves.toMatchObject({
      content: 'kind: Component\n',
    });
    await expect(folder().get('other')).resolves.toBeUndefined();
  });

  it('adds the same content twice without a change', async () => {
    await folder().add('orders', 'a: 1\n');
    await expect(folder().add('orders', 'a: 1\n')).resolves.toMatchObject({
      name: 'orders',
    });
    await expect(folder().list()).resolves.toHaveLength(1);
  });

  it('never replaces other content', async () => {
    await folder().add('orders', 'a: 1\n');
    await expect(folder().add('orders', 'a: 2\n')).rejects.toThrow(
      /"orders" was published before.*choose another name/,
    );
    await expect(folder().get('orders')).resolves.toMatchObject({
      content: 'a: 1\n',
    });
  });

  it('lets exactly one of many at the same time win, and leaves no drafts', async () => {
    const content = (i: number) => `a: ${String(i).repeat(100_000)}\n`;
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, (_, i) => folder().add('orders', content(i))),
    );

    const won = results.flatMap((result, i) =>
      result.status === 'fulfilled' ? [i] : [],
    );
    expect(won).toHaveLength(1);
    await expect(folder().get('orders')).resolves.toMatchObject({
      content: content(won[0]),
    });
    await expect(readdir(directory.resolve('components'))).resolves.toEqual([
      'orders.yaml',
    ]);
  });

  it('does not show a draft that was left half-written', async () => {
    await folder().add('orders', 'a: 1\n');
    writeFileSync(directory.resolve('components/.cart.123.draft'), 'kin');
    await expect(folder().list()).resolves.toHaveLength(1);
  });

  it.each(['../evil', 'a/b', '', '.hidden', 'x'.repeat(64)])(
    'refuses the name "%s"',
    async name => {
      await expect(folder().add(name, 'a: 1\n')).rejects.toThrow(
        /is not a name of a component/,
      );
      await expect(folder().list()).resolves.toEqual([]);
    },
  );
});
