/** A file of which parts are read from afar. */
export interface ByteSource {
  /** `undefined` where the server does not say. */
  readonly lengthBytes?: number;

  /**
   * That many bytes, fewer only at the end of the file.
   *
   * @throws Unreadable when this part cannot be had
   */
  read(offsetBytes: number, lengthBytes: number): Promise<Buffer>;
}

/** A part of a file that cannot be had: the server sends no parts, or it would be too much. */
export class Unreadable extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'Unreadable';
  }
}
