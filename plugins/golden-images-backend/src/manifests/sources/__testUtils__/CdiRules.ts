import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type {
  ImportRequest,
  ImportSource,
} from '@golden-images/plugin-golden-images-common';
import { startSandbox, type Sandbox } from '@golden-images/sandbox-cluster';
import { importIdentity, importManifest, type ImageOrigin } from '../..';

const TARGET = { namespace: 'default' };

export const requestOf = (
  source: ImportSource,
  change: Partial<ImportRequest> = {},
): ImportRequest => ({ name: 'ubuntu', size: '10Gi', source, ...change });

/** The DataVolume of an import into `default`. */
export function manifestOf(request: ImportRequest, origin?: ImageOrigin) {
  return importManifest({
    request,
    origin,
    ...TARGET,
    storageClass: request.storageClass,
    identity: importIdentity(request, TARGET),
    provenance: { requestedBy: 'user:default/ada', onTimeout: 'keep' },
  });
}

/** The rules of CDI that are asked at a create, as the sandbox has them. */
export class CdiRules {
  readonly #sandbox: Sandbox;
  readonly #folder: string;

  private constructor(sandbox: Sandbox, folder: string) {
    this.#sandbox = sandbox;
    this.#folder = folder;
  }

  static async start(): Promise<CdiRules> {
    const folder = mkdtempSync(join(tmpdir(), 'sandbox-'));
    const sandbox = await startSandbox({ dataDir: folder, timeFactor: 0.02 });
    return new CdiRules(sandbox, folder);
  }

  async dryRun(dataVolume: object) {
    const { apiUrl, token } = this.#sandbox;
    const response = await fetch(
      `${apiUrl}/apis/cdi.kubevirt.io/v1beta1/namespaces/default/datavolumes?dryRun=All&fieldValidation=Strict`,
      {
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify(dataVolume),
      },
    );
    return { status: response.status, body: await response.json() };
  }

  async close() {
    await this.#sandbox.close();
    rmSync(this.#folder, { recursive: true });
  }
}
