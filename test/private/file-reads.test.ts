import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';

const ROOT = join(__dirname, '../..');
/** The top-level folders whose files the code of a folder may read at run time. Build output counts as its source. */
const READABLE: Readonly<Record<string, readonly string[]>> = {
  src: ['src', 'lambda'],
  lambda: ['lambda'],
  rehearsal: ['rehearsal'],
  cli: ['cli', 'package.json'],
};

const USE = /(?<!')__dirname/g;
const JOIN = /\bjoin\(__dirname, ((?:'[^']*'(?:, )?)+)\)/g;

test.each(Object.keys(READABLE))('%s reads no files of other parts at run time', folder => {
  const names = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' });
  const files = names.filter(name => name.endsWith('.ts')).map(name => posix.join(folder, name));
  const forbidden = files.flatMap(file => {
    const text = readFileSync(join(ROOT, file), 'utf8');
    const paths = [...text.matchAll(JOIN)].map(([, list]) => list.split(', ').map(segment => segment.slice(1, -1)));
    // the same code may run from the source or from a bundle
    const origins = [dirname(file), `lib/${folder}`];
    const roots = paths.flatMap(segments => origins.map(origin => topFolder(posix.join(origin, ...segments))));
    // every use must have the form that this test can read
    if ([...text.matchAll(USE)].length !== paths.length) return [`${file}: __dirname without join(__dirname, '…')`];
    return roots.filter(root => !READABLE[folder].includes(root)).map(root => `${file} reads ${root}`);
  });
  expect(forbidden).toEqual([]);
});

/** A path may leave the repository, because the bundles are in lib/. */
function topFolder(path: string): string {
  const [first, second] = path.split('/').filter(segment => segment !== '..');
  return first === 'lib' ? second : first;
}
