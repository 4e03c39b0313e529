import { readFileSync } from 'node:fs';
import { assignments } from './assignments';

const [, file] = process.argv;
process.stdout.write(assignments(JSON.parse(readFileSync(file, 'utf8'))));
