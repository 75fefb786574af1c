import { isDeepStrictEqual } from 'node:util';
import type { Definitions } from '../definitions';
import { deniedByWebhook } from '../statusErrors';
import { validateDataImportCron } from '../validation/dataImportCrons';
import { refuse, type Refusal } from '../validation/dataVolumes';
import type { AdmissionPlugin } from './AdmissionRequest';

const VALIDATE = 'dataimportcron-validate.cdi.kubevirt.io';

/** CDI's webhook for DataImportCrons, v1.66. */
export function dataImportCronAdmission(
  definitions: Definitions,
): AdmissionPlugin {
  const crons = definitions.get('dataimportcrons.cdi.kubevirt.io');
  return {
    validate({ type, operation, object, previous }) {
      if (type !== crons || operation === 'DELETE') return;
      const changed =
        previous !== undefined &&
        !isDeepStrictEqual(object.spec, previous.spec);
      const refusal: Refusal | undefined = changed
        ? refuse('Cannot update DataImportCron Spec', 'DataImportCron.Spec')
        : validateDataImportCron(object);
      if (!refusal) return;
      const { message, field, reason } = refusal;
      throw deniedByWebhook(VALIDATE, 422, ` ${message}`, [
        { reason, message, ...(field ? { field } : {}) },
      ]);
    },
  };
}
