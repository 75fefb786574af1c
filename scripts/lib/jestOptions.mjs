/** As `@backstage/cli-module-test-jest` 0.1 has them (`config/jest.js`): naming others replaces these. */
const TAKEN_AS_THEY_ARE = [
  '@material-ui',
  'ajv',
  'core-js',
  'jest-.*',
  'jsdom',
  'knex',
  'react',
  'react-dom',
  'highlight\\.js',
  'prismjs',
  'json-schema',
  'react-use/lib',
  'typescript',
].join('|');

/**
 * Node runs a `.cjs` file as it is. Converting the thousands of them that come
 * with components for React doubles the time of their tests where Jest's cache
 * is empty, as in CI.
 */
export const jestOptions = [
  `--transformIgnorePatterns=/node_modules/(?:${TAKEN_AS_THEY_ARE})/`,
  '--transformIgnorePatterns=/node_modules/.*\\.cjs$',
];
