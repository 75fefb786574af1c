/**
 * Shapes of the HTTP API under `/api/golden-images`, for both sides. Sizes are
 * bytes, times are ISO 8601 in UTC, percentages are 0 to 100.
 */
export * from './activity';
export * from './cloneBatches';
export * from './clusters';
export * from './drift';
export * from './imageMetadata';
export * from './images';
export * from './importSources';
export * from './manifests';
export * from './namespaces';
export * from './objects';
export * from './preflight';
export * from './probe';
export * from './problems';
export * from './quotas';
export * from './volumes';
export * from './waits';
export * from './protection';
export * from './retirements';
export * from './versions';
