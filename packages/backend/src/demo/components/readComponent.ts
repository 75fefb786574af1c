import { ComponentEntity, Entity } from '@backstage/catalog-model';
import { InputError } from '@backstage/errors';
import { parseAllDocuments } from 'yaml';

/**
 * The one component that a catalog-info.yaml describes.
 *
 * @param path - for error messages
 * @throws InputError naming the path and what is wrong
 */
export function readComponent(content: string, path: string): ComponentEntity {
  const documents = parseAllDocuments(content);
  const [document] = documents;
  if (documents.length !== 1 || !document) {
    throw new InputError(`${path}: must hold exactly one YAML document`);
  }
  if (document.errors.length > 0) {
    throw new InputError(`${path}: ${document.errors[0].message}`);
  }
  const entity: Partial<Entity> | null = document.toJS();
  if (entity?.kind !== 'Component') {
    throw new InputError(`${path}: must describe a Component`);
  }
  if (typeof entity.metadata?.name !== 'string') {
    throw new InputError(`${path}: metadata.name is missing`);
  }
  if ((entity.metadata.namespace ?? 'default') !== 'default') {
    throw new InputError(`${path}: metadata.namespace must be "default"`);
  }
  if (typeof entity.spec?.owner !== 'string') {
    throw new InputError(`${path}: spec.owner is missing`);
  }
  return entity as ComponentEntity;
}
