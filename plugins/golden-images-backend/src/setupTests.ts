/**
 * Backstage's reader of URLs brings the SDKs of several clouds, which take a
 * second of every test file that needs a mock of any service. Nothing here reads
 * by it.
 */
jest.mock('@backstage/backend-defaults/urlReader', () => {
  const { coreServices, createServiceFactory } = jest.requireActual<
    typeof import('@backstage/backend-plugin-api')
  >('@backstage/backend-plugin-api');
  return {
    urlReaderServiceFactory: createServiceFactory({
      service: coreServices.urlReader,
      deps: {},
      factory: () => {
        throw new Error('The golden-images backend reads no URLs');
      },
    }),
  };
});
