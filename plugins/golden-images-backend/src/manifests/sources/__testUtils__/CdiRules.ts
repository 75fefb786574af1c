import type {
  ImportRequest,
  ImportSource,
} from '@golden-images/plugin-golden-images-common';
import { TestSandbox } from '@golden-images/sandbox-cluster';
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
  readonly #sandbox: TestSandbox;

  private constructor(sandbox: TestSandbox) {
    this.#sandbox = sandbox;
  }

  static async start(): Promise<CdiRules> {
    return new CdiRules(await TestSandbox.start());
  }

  async dryRun(dataVolume: object) {
    const response = await this.#sandbox.send(
      'POST',
      '/apis/cdi.kubevirt.io/v1beta1/namespaces/default/datavolumes?dryRun=All&fieldValidation=Strict',
      dataVolume,
    );
    return { status: response.status, body: await response.json() };
  }

  async close() {
    await this.#sandbox.close();
  }
}
