import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');
const PARTS = ['src', 'lambda', 'cli', 'rehearsal', 'bench', 'tools', 'docs', 'CONTRIBUTING.md', 'README.md'];

/** Literary or idiomatic words, with plain alternatives. Add words that readers have misunderstood. */
const LITERARY: Readonly<Record<string, string>> = {
  'nobody': 'no user, no account, never',
  'somebody': 'a user, another account',
  'whoever': 'the user that, the principal that',
  'anew': 'again',
  'mend': 'fix',
  'mended': 'fixed',
  'frozen': 'disabled',
  'thaw': 'resume',
  'struck': 'injected',
  'for ever': 'always',
  'gone on': 'continued',
  'goes on': 'continues',
  'in words': 'with an error message',
  'at once': 'immediately, concurrently, in one call',
  'shut': 'unusable, closed',
  'judge': 'evaluate',
  'judged': 'evaluated',
  'judges': 'evaluates',
  'asked': 'requested',
  'gone': 'deleted, removed',
  'dies': 'is killed, fails',
  'told': 'notified, stated',
};
// not in options like `--frozen-lockfile`
const WORDS = new RegExp(`(?<!-)\\b(?:${Object.keys(LITERARY).join('|')})\\b`, 'gi');

test.each(PARTS)('%s uses no literary words', part => {
  const isFile = statSync(join(ROOT, part)).isFile();
  const names = isFile ? [''] : readdirSync(join(ROOT, part), { recursive: true, encoding: 'utf8' });
  const found = names.filter(name => isFile || /\.(ts|mjs|js|md)$/.test(name)).flatMap(name => {
    const lines = readFileSync(join(ROOT, part, name), 'utf8').split('\n');
    return lines.flatMap((line, index) => (line.match(WORDS) ?? []).map(word => (
      `${join(part, name)}:${index + 1}: '${word}', use for example: ${LITERARY[word.toLowerCase()]}`
    )));
  });
  expect(found).toEqual([]);
});
