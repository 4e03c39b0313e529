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
}

const known = new Map<string, Help>();

function helpOf(command: string): Help {
  const found = known.get(command);
  if (found) return found;
  const text = execFileSync(process.execPath, [COMMAND, ...command.split(' '), '--help'], { encoding: 'utf8' });
  const [usage = '', ...rest] = text.split('\n');
  const [, listed = ''] = rest.join('\n').split('Commands:');
  const help = {
    subcommands: [...listed.matchAll(/^ {2}([a-z][\w-]*)/gm)].map(([, name]) => name),
    options: [...text.matchAll(/--[a-z][\w-]*/g)].map(([name]) => name),
    hasArgument: /[<[]/.test(usage.replace('[options]', '').replace('[command]', '')),
  };
  known.set(command, help);
  return help;
}

/** What the command line does not accept in a command; undefined: it accepts it, or it is no command. */
function problemOf(name: string, words: readonly string[]): string | undefined {
  const [first = '', ...others] = words;
  const isSubcommand = helpOf(name).subcommands.includes(first);
  const { options, hasArgument } = helpOf(isSubcommand ? `${name} ${first}` : name);
  const [argument = '', ...rest] = isSubcommand ? others : words;
  const unknown = [argument, ...rest].flatMap(word => /^--[a-z][\w-]*/.exec(word) ?? [])
    .find(option => !options.includes(option));
  if (unknown !== undefined) return `has no option ${unknown}`;
  // only a placeholder: words may follow the name of a command in a sentence
  return argument.startsWith('<') && !hasArgument ? `takes no argument ${argument}` : undefined;
}

test('the command line accepts the commands of the documents and of the errors', () => {
  const commands = helpOf('help').subcommands;
  expect(commands).toContain('reconcile');
  const written = FILES.flatMap(file => {
    const text = readFileSync(join(ROOT, file), 'utf8').replaceAll('\\\n', ' ');
    return [...text.matchAll(/org-environments ([a-z][a-z-]+)((?: [^\n`'"|;()#]+)?)/g)]
      .filter(([, name]) => commands.includes(name))
      .map(([line, name, rest]) => ({ place: `${file}: ${line}`, problem: problemOf(name, rest.split(' ').slice(1)) }));
  });
  expect(written.length).toBeGreaterThan(100);
  expect(written.filter(({ problem }) => problem !== undefined)).toEqual([]);
});
