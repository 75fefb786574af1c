export { ImportSizer, type Asker, type SizedImport } from './ImportSizer';
