import { promisify } from 'node:util';
import { createZstdDecompress, inflateRaw, inflateRawSync } from 'node:zlib';
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
    const options = { maxOutputLength: clusterBytes };
    if (compression === 'zstd') data = await unzstd(compressed, clusterBytes);
    else if (clusterBytes <= SMALL_CLUSTER_BYTES)
      data = inflateRawSync(compressed, options);
    else data = await inflate(compressed, options);
  } catch (error) {
    throw new Qcow2Error(`Input/output error: ${error}`);
  }
  if (data.length < clusterBytes) throw new Qcow2Error('Input/output error');
  return data;
}

/** Padding follows the frame, which a whole-buffer call would take for another frame. */
async function unzstd(
  compressed: Buffer,
  lengthBytes: number,
): Promise<Buffer> {
  const stream = createZstdDecompress();
  stream.end(compressed);
  const parts: Buffer[] = [];
  let filled = 0;
  for await (const part of stream) {
    parts.push(part);
    filled += part.length;
    if (filled >= lengthBytes) break;
  }
  return Buffer.concat(parts, filled).subarray(0, lengthBytes);
}
