import { fireEvent, screen } from '@testing-library/react';
import { renderInTestApp, TestApiProvider } from '@backstage/test-utils';
import type { FieldExtensionOptions } from '@backstage/plugin-scaffolder-react';
import { SecretsContextProvider } from '@backstage/plugin-scaffolder-react';
import { Stepper } from '@backstage/plugin-scaffolder-react/alpha';
import {
  goldenImagesApiRef,
  type GoldenImagesApi,
} from '@golden-images/plugin-golden-images';
import type { JsonObject } from '@backstage/types';

const nothing = { items: [], clusters: [] };

/** A backend that knows nothing, unless a test says what. */
export function createApi(): jest.Mocked<GoldenImagesApi> {
  return {
    listVolumes: jest.fn().mockResolvedValue(nothing),
    listImages: jest.fn().mockResolvedValue(nothing),
    listNamespaces: jest.fn().mockResolvedValue(nothing),
    preflight: jest.fn().mockResolvedValue({
      ok: true,
      problems: [],
      warnings: [],
      unknown: [],
      facts: { uses: [] },
    }),
  };
}

/** The form of a template with one field, as the scaffolder renders it. */
export async function renderForm<TUiOptions>(options: {
  api: GoldenImagesApi;
  field: FieldExtensionOptions<string, TUiOptions>;
  property: JsonObject;
  required?: boolean;
  initial?: string;
  /** What other fields of the form hold. */
  others?: JsonObject;
}) {
  const { api, field, property, required = true, initial, others } = options;
  const created: JsonObject[] = [];
  await renderInTestApp(
    <TestApiProvider apis={[[goldenImagesApiRef, api]]}>
      <SecretsContextProvider>
        <Stepper
          extensions={[field]}
          initialState={{
            ...others,
            ...(initial === undefined ? {} : { chosen: initial }),
          }}
          manifest={{
            title: 'A template',
            steps: [
              {
                title: 'Its disk',
                schema: {
                  type: 'object',
                  required: required ? ['chosen'] : [],
                  properties: { chosen: { type: 'string', ...property } },
                },
              },
            ],
          }}
          onCreate={async values => {
            created.push(values as JsonObject);
          }}
        />
      </SecretsContextProvider>
    </TestApiProvider>,
  );
  return {
    created,
    review: () =>
      fireEvent.click(screen.getByRole('button', { name: 'Review' })),
    create: async () => {
      fireEvent.click(await screen.findByRole('button', { name: 'Create' }));
    },
  };
}
