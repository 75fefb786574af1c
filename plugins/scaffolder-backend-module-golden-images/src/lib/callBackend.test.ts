import { ResponseError } from '@backstage/errors';
import { callBackend } from './callBackend';

const refusal = (status: number, name: string, message: string) =>
  ResponseError.fromResponse(
    new Response(
      JSON.stringify({
        error: { name, message },
        response: { statusCode: status },
      }),
      {
        status,
        headers: { 'content-type': 'application/json' },
      },
    ),
  );

describe('callBackend', () => {
  it.each([
    [400, 'InputError'],
    [403, 'NotAllowedError'],
    [404, 'NotFoundError'],
    [409, 'ConflictError'],
    [503, 'ServiceUnavailableError'],
  ])('lets a %s speak for itself as %s', async (status, name) => {
    const error = await refusal(status, name, 'what was wrong');
    await expect(callBackend(() => Promise.reject(error))).rejects.toThrow(
      expect.objectContaining({
        name,
        message: 'what was wrong',
      }),
    );
  });

  it('leaves every other error as it is', async () => {
    const unknown = await refusal(500, 'TypeError', 'x is not a function');
    await expect(callBackend(() => Promise.reject(unknown))).rejects.toBe(
      unknown,
    );
    const broken = new Error('socket hang up');
    await expect(callBackend(() => Promise.reject(broken))).rejects.toBe(
      broken,
    );
  });
});
