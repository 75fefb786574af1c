import type { Transform } from 'node:stream';
import { promisify } from 'node:util';
import {
  createInflateRaw,
  createZstdDecompress,
  inflateRaw,
  inflateRawSync,
} from 'node:zlib';
import { Qcow2Error, type Qcow2Header } from './header';

const inflate = promisify(inflateRaw);
/** Below this a thread of its own costs more time than the work takes. */
const SMALL_CLUSTER_BYTES = 64 * 1024;

/**
 * @param compressed - begins with the compressed cluster; other data may follow
 * @throws Qcow2Error for what does not give a whole cluster, which QEMU tells as an I/O error
 */
export async function decompressCluster(
  { clusterBytes, compression }: Qcow2Header,
  compressed: Buffer,
): Promise<Buffer> {
  let data: Buffer;
  try {
    data =
      compression === 'zstd'
        ? await firstBytes(createZstdDecompress(), compressed, clusterBytes)
        : await inflateCluster(compressed, clusterBytes);
  } catch (error) {
    throw new Qcow2Error(`Input/output error: ${error}`);
  }
  if (data.length < clusterBytes) throw new Qcow2Error('Input/output error');
  return data;
}

async function inflateCluster(
  compressed: Buffer,
  clusterBytes: number,
): Promise<Buffer> {
  const options = { maxOutputLength: clusterBytes };
  try {
    return clusterBytes <= SMALL_CLUSTER_BYTES
      ? inflateRawSync(compressed, options)
      : await inflate(compressed, options);
  } catch {
    // QEMU stops when the cluster is full and does not look at what follows,
    // so a stream that is damaged only behind that is read (QEMU 7.2, qcow2-threads.c).
    const inflater = createInflateRaw({ chunkSize: clusterBytes });
    return firstBytes(inflater, compressed, clusterBytes);
  }
}

/** Padding follows a zstd frame, which a whole-buffer call would take for another frame. */
async function firstBytes(
  decompressor: Transform,
  compressed: Buffer,
  lengthBytes: number,
): Promise<Buffer> {
  const parts: Buffer[] = [];
  let filled = 0;
  decompressor.end(compressed);
  for await (const part of decompressor) {
    parts.push(part);
    filled += part.length;
    if (filled >= lengthBytes) break;
  }
  return Buffer.concat(parts, filled).subarray(0, lengthBytes);
}
