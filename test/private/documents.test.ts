import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');
const DECISIONS = 'docs/decisions';
const decisions = readdirSync(join(ROOT, DECISIONS)).map(name => `${DECISIONS}/${name}`);
const pages = readdirSync(join(ROOT, 'docs')).filter(name => name.endsWith('.md')).map(name => `docs/${name}`);
const documents = ['CONTRIBUTING.md', 'README.md', ...pages, ...decisions];
const PATH = /`((?:src|lambda|rehearsal|cli|test|bench|tools|docs)\/[\w/.-]+)`/g;

test.each(documents)('the files that %s names exist', document => {
  const text = readFileSync(join(ROOT, document), 'utf8');
  const paths = [...text.matchAll(PATH)].map(([, path]) => path);
  expect(paths.filter(path => !existsSync(join(ROOT, path)))).toEqual([]);
});
