export { ImportAllowList, type ResolveHost } from './ImportAllowList';
