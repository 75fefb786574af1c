import {
  checkRequest,
  cloneRequestSchema,
  importRequestSchema,
  type Problem,
} from '@golden-images/plugin-golden-images-common';
import { ImportAllowList } from '../../imports';
import { importProblems } from '../../service/importProblems';
import { addressOf } from '../../service/importSource';
import { asProblem } from '../../service/Problems';
import type { Expression } from './asOurRequest';

/** Hosts of the recorded requests, all of them opened, private addresses not. */
const HOSTS = [
  'images.example.test',
  's3.example.test',
  'r.example.test',
  'localhost',
  '127.0.0.1',
  '169.254.169.254',
  'storage.googleapis.com',
  'quay.io',
];

/** What we say to a request before we ask its cluster anything. */
export async function ourVerdict(
  expression: Exclude<Expression, { inexpressible: string }>,
): Promise<Problem[]> {
  if ('clone' in expression) {
    return (
      checkRequest(cloneRequestSchema, expression.clone, 'body').problems ?? []
    );
  }
  const { data, problems } = checkRequest(
    importRequestSchema,
    expression.import,
    'body',
  );
  if (problems) return problems;
  const allowList = new ImportAllowList(
    HOSTS.map(host => ({ host, allowAddresses: [] })),
    {
      resolve: async host =>
        host === 'localhost' ? ['127.0.0.1'] : ['93.184.216.34'],
    },
  );
  const address = addressOf(data.source);
  const refusal =
    address && (await allowList.refusal(address.url, address.field));
  return [
    ...importProblems(data),
    ...(refusal ? [asProblem('source-not-allowed', refusal)] : []),
  ];
}
