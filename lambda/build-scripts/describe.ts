import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/**
 * A merge from the branch of another environment also merges its descriptor, without a conflict. This script restores
 * the values of the pipeline's own environment; keys that users have added stay.
 */
const [, file] = process.argv;
const found: object = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
const known: object = JSON.parse(process.env.ENVIRONMENT_DESCRIPTOR ?? '{}', (_, value: unknown) =>
  value === '' ? undefined : value,
);
writeFileSync(file, JSON.stringify({ ...found, ...known }, undefined, 2));
