import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');
const FOLDERS = ['tools', 'images', 'examples', 'test'];
const MAX_COLUMNS = 120;

test('lines of JavaScript, which is not linted, have at most 120 columns', () => {
  const inFolders = FOLDERS.flatMap(folder => (
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map(name => join(folder, name))
  ));
  const scripts = [...readdirSync(ROOT), ...inFolders].filter(name => /\.[cm]?js$/.test(name));
  const long = scripts.filter(name => !/(^|\/)(node_modules|cdk\.out)\//.test(name)).flatMap(name => {
    const lines = readFileSync(join(ROOT, name), 'utf8').split('\n');
    return lines.flatMap((line, index) => [...line].length > MAX_COLUMNS ? [`${name}:${index + 1}`] : []);
  });
  expect(scripts.length).toBeGreaterThan(5);
  expect(long).toEqual([]);
});
