import type { IncomingMessage } from 'node:http';
import { Unreadable, type ByteSource } from './ByteSource';
import { HEAD_BYTES } from './identify';
import type { Opened } from './openImage';

/** All that is read of one file, and of a body without ranges. */
const MOST_BYTES = 16 * 2 ** 20;
const MOST_BYTES_FROM_START = 4 * 2 ** 20;
/** Tables lie together: who asks for one soon asks for its neighbour. */
const READ_AHEAD_BYTES = 256 * 1024;

/** A file on a web server, of which only parts are asked for. */
export class HttpByteSource implements ByteSource {
  readonly lengthBytes?: number;
  readonly #opened: Opened;
  readonly #chunks: AsyncIterator<Buffer>;
  /** The file from its first byte on, as far as it was sent. */
  #start = Buffer.alloc(0);
  #startEnded = false;
  #part = { offsetBytes: 0, bytes: Buffer.alloc(0) };
  #leftBytes = MOST_BYTES;

  constructor(opened: Opened) {
    this.#opened = opened;
    this.lengthBytes = opened.lengthBytes;
    this.#chunks = bytesOf(opened.response);
  }

  async read(offsetBytes: number, lengthBytes: number): Promise<Buffer> {
    const end = offsetBytes + lengthBytes;
    const { rangesWork } = this.#opened;
    if (end <= (rangesWork ? HEAD_BYTES : MOST_BYTES_FROM_START)) {
      await this.#fillStart(end);
      return this.#start.subarray(offsetBytes, end);
    }
    if (!rangesWork) throw new Unreadable('its server sends no parts of files');
    const from = offsetBytes - this.#part.offsetBytes;
    if (from < 0 || from + lengthBytes > this.#part.bytes.length) {
      await this.#fillPart(offsetBytes, lengthBytes);
      return this.#part.bytes.subarray(0, lengthBytes);
    }
    return this.#part.bytes.subarray(from, from + lengthBytes);
  }

  async #fillStart(end: number): Promise<void> {
    const chunks = [this.#start];
    let lengthBytes = this.#start.length;
    while (lengthBytes < end && !this.#startEnded) {
      const { value, done } = await this.#chunks.next();
      if (done) this.#startEnded = true;
      else {
        this.#take(value.length);
        chunks.push(value);
        lengthBytes += value.length;
      }
    }
    if (chunks.length > 1) this.#start = Buffer.concat(chunks);
    if (lengthBytes < Math.min(end, this.lengthBytes ?? 0)) {
      throw new Unreadable('its server sent less than was asked for');
    }
  }

  async #fillPart(offsetBytes: number, lengthBytes: number): Promise<void> {
    const wanted = Math.max(lengthBytes, READ_AHEAD_BYTES);
    const end = Math.min(offsetBytes + wanted, this.lengthBytes ?? Infinity);
    const bytes =
      end > offsetBytes
        ? await this.#readRange(offsetBytes, end - 1)
        : Buffer.alloc(0);
    this.#part = { offsetBytes, bytes };
  }

  async #readRange(first: number, last: number): Promise<Buffer> {
    const wanted = last - first + 1;
    this.#take(wanted);
    const response = await this.#opened.again(first, last);
    const chunks: Buffer[] = [];
    let lengthBytes = 0;
    const iterator = bytesOf(response);
    try {
      while (lengthBytes < wanted) {
        const { value, done } = await iterator.next();
        if (done)
          throw new Unreadable('its server sent less than was asked for');
        chunks.push(value);
        lengthBytes += value.length;
      }
    } finally {
      response.destroy();
    }
    return Buffer.concat(chunks).subarray(0, wanted);
  }

  #take(bytes: number): void {
    this.#leftBytes -= bytes;
    if (this.#leftBytes < 0) throw new Unreadable('too much had to be read');
  }
}

function bytesOf(response: IncomingMessage): AsyncIterator<Buffer> {
  return response[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
}
