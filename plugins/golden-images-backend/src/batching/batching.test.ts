import { Batches, SharedReads } from '.';

/** A question that is answered when the test says so. */
function setUp() {
  const asked: { items: string[]; answer: () => void; fail: () => void }[] = [];
  let heard: () => void = () => {};
  const batches = new Batches<string, string>(
    items =>
      new Promise((resolve, reject) => {
        asked.push({
          items,
          answer: () => resolve(items.map(item => `${item}!`)),
          fail: () => reject(new Error('unreachable')),
        });
        heard();
      }),
  );
  const nextQuestion = async () => {
    if (asked.length === 0) {
      await new Promise<void>(resolve => {
        heard = resolve;
      });
    }
    return asked.shift()!;
  };
  return { batches, nextQuestion };
}

describe('Batches', () => {
  it('asks once for those who come together, and answers each its own', async () => {
    const { batches, nextQuestion } = setUp();
    const answers = Promise.all(['a', 'b'].map(each => batches.get('x', each)));
    const question = await nextQuestion();
    expect(question.items).toEqual(['a', 'b']);
    question.answer();
    expect(await answers).toEqual(['a!', 'b!']);
  });

  it('never answers from a question that was asked before', async () => {
    const { batches, nextQuestion } = setUp();
    const early = batches.get('x', 'a');
    const first = await nextQuestion();
    const late = Promise.all(['a', 'c'].map(each => batches.get('x', each)));
    first.answer();
    expect(await early).toBe('a!');
    const second = await nextQuestion();
    expect(second.items).toEqual(['a', 'c']);
    second.answer();
    expect(await late).toEqual(['a!', 'c!']);
  });

  it('keeps lines apart, so that none waits for another', async () => {
    const { batches, nextQuestion } = setUp();
    const slow = batches.get('slow', 'a');
    const first = await nextQuestion();
    const quick = batches.get('quick', 'b');
    (await nextQuestion()).answer();
    expect(await quick).toBe('b!');
    first.answer();
    expect(await slow).toBe('a!');
  });

  it('asks for 250 at most', async () => {
    const { batches, nextQuestion } = setUp();
    const answers = Promise.all(
      Array.from({ length: 251 }, (_, index) => batches.get('x', `${index}`)),
    );
    const first = await nextQuestion();
    expect(first.items).toHaveLength(250);
    first.answer();
    const second = await nextQuestion();
    expect(second.items).toEqual(['250']);
    second.answer();
    expect(await answers).toHaveLength(251);
  });

  it('fails those who were asked for, and no others', async () => {
    const { batches, nextQuestion } = setUp();
    const failing = batches.get('x', 'a');
    const question = await nextQuestion();
    const later = batches.get('x', 'b');
    question.fail();
    await expect(failing).rejects.toThrow('unreachable');
    (await nextQuestion()).answer();
    expect(await later).toBe('b!');
  });
});

describe('SharedReads', () => {
  it('reads once for those who come together, and anew for who comes later', async () => {
    const reads = new SharedReads();
    let count = 0;
    const read = async () => {
      count += 1;
      return count;
    };
    expect(
      await Promise.all([reads.get('a', read), reads.get('a', read)]),
    ).toEqual([1, 1]);
    expect(await reads.get('a', read)).toBe(2);
    expect(await reads.get('b', read)).toBe(3);
  });
});
