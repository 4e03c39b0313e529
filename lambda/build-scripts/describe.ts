import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/**
 * A merge from another environment's branch brings that one's description along, and git does so without asking. What the code finds in the
 * pipeline is always its own; what people have added to the file stays.
 */
const [, file] = process.argv;
const found: object = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
const known: object = JSON.parse(process.env.ENVIRONMENT_DESCRIPTOR ?? '{}', (_, value: unknown) => value === '' ? undefined : value);
writeFileSync(file, JSON.stringify({ ...found, ...known }, undefined, 2));
