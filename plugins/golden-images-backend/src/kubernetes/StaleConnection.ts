/** A kept-alive connection that the server had closed before it answered. */
export class StaleConnection extends Error {
  constructor(cause: Error) {
    super(cause.message, { cause });
  }
}
