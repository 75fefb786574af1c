import { Quantity } from '@golden-images/plugin-golden-images-common';

/** An object of which nothing is known. */
export type Fields = Record<string, unknown>;

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
export const fieldsOf = (value: unknown): Fields =>
  isFields(value) ? value : {};
export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;
export const listOf = (value: unknown): unknown[] =>
  Array.isArray(value) ? value : [];
export const textsOf = (value: unknown): string[] =>
  listOf(value).filter((item): item is string => typeof item === 'string');
export const numberOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;
export const bytesOf = (value: unknown): number | undefined =>
  Quantity.tryParse(value)?.bytes;
export const storageOf = (target: unknown) =>
  bytesOf(fieldsOf(fieldsOf(fieldsOf(target).resources).requests).storage);
