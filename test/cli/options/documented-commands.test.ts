import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { COMMAND } from '../command-line';

const ROOT = join(__dirname, '../../..');
/** The documents, and the code whose errors advise commands. */
const FILES = [
  'README.md',
  'CHANGELOG.md',
  ...['docs', 'examples', 'src', 'lambda', 'rehearsal', 'cli'].flatMap(folder =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map(name => join(folder, name))),
].filter(name => /(?<!\.d)\.(md|ts)$/.test(name) && !/node_modules|cdk\.out/.test(name));

interface Help {
  readonly subcommands: readonly string[];
  readonly options: readonly string[];
  readonly hasArgument: boolean;
  /** Whether it rejects a command without an argument. */
  readonly needsArgument: boolean;
  /** Sets of options of which a command must have one. */
  readonly needed: readonly (readonly string[])[];
}

const known = new Map<string, Help>();

function helpOf(command: string): Help {
  const found = known.get(command);
  if (found) return found;
  const text = execFileSync(process.execPath, [COMMAND, ...command.split(' '), '--help'], { encoding: 'utf8' });
  const [usage = '', ...rest] = text.split('\n');
  const [, listed = ''] = rest.join('\n').split('Commands:');
  const argument = usage.replace('[options]', '').replace('[command]', '');
  const options = (text.split('Options:\n')[1] ?? '').split('\n\n')[0].split(/\n(?= {2}-)/)
    .map(entry => entry.replace(/\s+/g, ' '));
  const needed = options.flatMap(entry => {
    const [name = ''] = /--[a-z][\w-]*/.exec(entry) ?? [];
    if (/Required$/.test(entry)) return [[name]];
    // a choice that the command checks itself
    const [, other] = /, instead of (--[\w-]+)/.exec(entry) ?? [];
    return other === undefined ? [] : [[name, other]];
  });
  const help = {
    needed,
    needsArgument: argument.includes('<'),
    subcommands: [...listed.matchAll(/^ {2}([a-z][\w-]*)/gm)].map(([, name]) => name),
    options: [...text.matchAll(/--[a-z][\w-]*/g)].map(([name]) => name),
    hasArgument: /[<[]/.test(argument),
  };
  known.set(command, help);
  return help;
}

/** A value, or a placeholder. */
const ARGUMENT = /^[<$\w]/;
/** In code, words of a sentence follow the name of a command, and no values. */
const ARGUMENT_IN_CODE = /^(?:[<$]|[A-Z]+$)/;

/** What the command line does not accept in a command; undefined: it accepts it, or it is no command. */
function problemOf(name: string, words: readonly string[], isArgument = ARGUMENT): string | undefined {
  const [first = '', ...others] = words;
  const isSubcommand = helpOf(name).subcommands.includes(first);
  const { options, hasArgument, needsArgument, needed } = helpOf(isSubcommand ? `${name} ${first}` : name);
  const [argument = '', ...rest] = isSubcommand ? others : words;
  const unknown = [argument, ...rest].flatMap(word => /^--[a-z][\w-]*/.exec(word) ?? [])
    .find(option => !options.includes(option));
  if (unknown !== undefined) return `has no option ${unknown}`;
  // only a placeholder: words may follow the name of a command in a sentence
  if (argument.startsWith('<') && !hasArgument) return `takes no argument ${argument}`;
  // what is named as a part of another command is not complete
  if (words.some(word => word.includes('…'))) return undefined;
  if (needsArgument && !isArgument.test(argument)) return 'has no argument';
  const missing = needed.find(names => !words.some(word => names.some(option => word.startsWith(option))));
  return missing && `needs ${missing.join(' or ')}`;
}

/** The text of a file; strings of code that are continued on the next line are joined. */
function textOf(file: string): string {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return file.endsWith('.ts') ? text.replace(/['"`]\s*\n\s*\+ ['"`]/g, '') : text.replaceAll('\\\n', ' ');
}

test.each([
  ['reconcile', [], 'needs --all or --environment'],
  ['reconcile', ['reports'], 'needs --all or --environment'],
  ['reconcile', ['--check'], 'needs --all or --environment'],
  ['reconcile', ['--environment', 'dev'], undefined],
  ['reconcile', ['--all', '--check'], undefined],
  ['abort', ['<environment>'], 'needs --reason'],
  ['abort', ['<environment>', '--reason', '<text>'], undefined],
  ['release-status', [], 'has no argument'],
  ['accounts', ['clean'], 'has no argument'],
  ['accounts', ['name', 'what', 'remains'], undefined],
  ['status', ['--all'], 'has no option --all'],
] as const)('the command line has a problem with the words %s %j: %s', (name, words, problem) => {
  expect(problemOf(name, words)).toBe(problem);
});

test('the command line accepts the commands of the documents and of the errors', () => {
  const commands = helpOf('help').subcommands;
  expect(commands).toContain('reconcile');
  const written = FILES.flatMap(file => {
    return [...textOf(file).matchAll(/org-environments ([a-z][a-z-]+)((?: [^\n`'"|;()#]+)?)/g)]
      .filter(([, name]) => commands.includes(name))
      .map(([line, name, rest]) => ({
        place: `${file}: ${line}`,
        problem: problemOf(name, rest.split(' ').slice(1), file.endsWith('.ts') ? ARGUMENT_IN_CODE : ARGUMENT),
      }));
  });
  expect(written.length).toBeGreaterThan(100);
  expect(written.filter(({ problem }) => problem !== undefined)).toEqual([]);
});
