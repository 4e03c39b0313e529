import type { Random } from './random';

export interface File {
  readonly mode: '100644' | '100755' | '120000';
  readonly text: string;
}

export type Files = ReadonlyMap<string, File>;

/** Commits of two branches, `env/test` and `env/prod`, that come from one. */
export interface History {
  readonly commits: readonly HistoryCommit[];
  readonly main: number;
  readonly test: number;
  readonly prod: number;
}

export interface HistoryCommit {
  readonly parent?: number;
  readonly files: Files;
  readonly message: string;
}

const NAMES = ['a.txt', 'src/app.ts', 'src/b/deep.ts', 'docs/guide.md', 'run.sh', 'ünï code.txt', "it's $(x).txt", 'd'];

export function randomHistory(random: Random): History {
  const commits: HistoryCommit[] = [];
  const add = (files: Files, parent?: number): number => {
    const message = `commit ${commits.length}\n\nwith 'quotes' and $(text)`;
    commits.push({ files, message, ...parent !== undefined && { parent } });
    return commits.length - 1;
  };
  const grow = (from: number, count: number): number => {
    let head = from;
    for (let index = 0; index < count; index++) head = add(changed(commits[head]?.files ?? new Map(), random), head);
    return head;
  };
  const first = add(new Map(NAMES.slice(0, 2 + random.below(5)).map(name => [name, newFile(random)])));
  const main = grow(first, random.below(3));
  const test = grow(main, 1 + random.below(4));
  const prod = grow(main, random.below(4));
  return { commits, main, test, prod };
}

/** The input of `git fast-import`; mark n+1 is commit n. */
export function fastImport({ commits, main, test, prod }: History): Buffer {
  const parts: string[] = [];
  const data = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`;
  commits.forEach(({ parent, files, message }, index) => {
    parts.push(`commit refs/temporary/${index}\nmark :${index + 1}\n`);
    parts.push(`author Ann Émile <ann@example.com> ${1_700_000_000 + index} +0100\n`);
    parts.push(`committer Ann Émile <ann@example.com> ${1_700_000_000 + index} +0100\n`, data(message));
    if (parent !== undefined) parts.push(`from :${parent + 1}\n`);
    parts.push('deleteall\n');
    for (const [path, { mode, text }] of files) {
      parts.push(`M ${mode} inline "${path.replace(/["\\]/g, '\\$&')}"\n`, data(text));
    }
    parts.push('\n');
  });
  for (const [name, commit] of [['main', main], ['env/test', test], ['env/prod', prod]] as const) {
    parts.push(`reset refs/heads/${name}\nfrom :${commit + 1}\n\n`);
  }
  return Buffer.from(parts.join(''));
}

/** One to three random changes. */
function changed(before: Files, random: Random): Files {
  const files = new Map(before);
  for (let count = 1 + random.below(3); count > 0; count--) changeOne(files, random);
  return files;
}

function changeOne(files: Map<string, File>, random: Random): void {
  const path = files.size > 0 ? random.pick([...files.keys()]) : 'a.txt';
  const file = files.get(path) ?? newFile(random);
  switch (random.below(10)) {
    case 0:
      files.delete(path);
      return;
    case 1:
      put(files, random.pick(NAMES), newFile(random));
      return;
    case 2:
      // a renamed file, perhaps with a change
      files.delete(path);
      put(files, random.chance(0.5) ? `moved/${path}` : random.pick(NAMES), edited(file, random, random.below(2)));
      return;
    case 3:
      files.set(path, { ...file, mode: file.mode === '100755' ? '100644' : '100755' });
      return;
    case 4:
      put(files, random.chance(0.5) ? 'link' : path, { mode: '120000', text: random.pick(NAMES) });
      return;
    case 5:
      put(files, `blob${random.below(2)}.bin`, { mode: '100644', text: `\0${random.below(3)}\0binary\n` });
      return;
    case 6:
      // a folder in the place of a file, or the other way round
      put(files, random.chance(0.5) ? `${path}/inner.txt` : path.split('/')[0] ?? path, newFile(random));
      return;
    default:
      files.set(path, edited(file, random, 1 + random.below(3)));
  }
}

/** Git has no file and folder of the same name. */
function put(files: Map<string, File>, path: string, file: File): void {
  for (const other of [...files.keys()]) {
    if (other.startsWith(`${path}/`) || path.startsWith(`${other}/`)) files.delete(other);
  }
  files.set(path, file);
}

function edited(file: File, random: Random, edits: number): File {
  if (file.mode === '120000') return { ...file, text: random.pick(NAMES) };
  const lines = file.text.split('\n');
  for (let index = 0; index < edits; index++) {
    const at = random.below(lines.length);
    switch (random.below(4)) {
      case 0:
        lines.splice(at, 1 + random.below(2));
        break;
      case 1:
        lines.splice(at, 0, lineOf(random));
        break;
      default:
        lines[at] = lineOf(random);
    }
  }
  const text = lines.join('\n');
  // the API of CodeCommit writes no empty files
  return { ...file, text: text === '' ? 'x' : text };
}

function newFile(random: Random): File {
  const count = 1 + random.below(20);
  const text = Array.from({ length: count }, () => lineOf(random)).join('\n');
  return { mode: '100644', text: random.chance(0.8) || text === '' ? `${text}\n` : text };
}

/** Few different lines: so that changes meet each other. */
function lineOf(random: Random): string {
  return random.pick(['{', '}', '', `line ${random.below(9)}`, `  value = ${random.below(30)};`, 'return x;\r']);
}
