import type express from 'express';

/** Aborted when the caller goes away before the answer. */
export function whileHere(response: express.Response): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  return gone.signal;
}
