import type { Command } from 'commander';
import { examplesOf } from './help';

/**
 * Adds to an error about options or arguments what to do.
 *
 * @param path names of the command and of those above it; empty for the program
 */
export function explainUsage(text: string, command: Command, path: string): string {
  const error = text.trimEnd();
  if (error.includes('Did you mean')) return text;
  const name = ['org-environments', path].join(' ').trimEnd();
  if (/unknown (option|command)/.test(error)) return `${error}; to see what there is: ${name} --help\n`;
  if (error.includes('too many arguments')) return `${excessArgument(command, path)}\n`;
  const missing = /(--[a-z-]+) [^']*' (?:argument missing|not specified)|missing required argument/.exec(error);
  if (missing === null) return text;
  const [, option = ''] = missing;
  const example = examplesOf(path).find(args => args.includes(option));
  return example === undefined ? `${error}; see ${name} --help\n` : `${error}; for example: ${name} ${example}\n`;
}

function excessArgument(command: Command, path: string): string {
  const count = command.registeredArguments.length;
  const excess = command.args.slice(count);
  const hasEnvironment = command.options.some(({ long }) => long === '--environment');
  const advice = hasEnvironment
    ? `use ${excess.map(name => `--environment ${name}`).join(' ')}`
    : `see org-environments ${path} --help`;
  return `error: ${path} takes no ${count === 0 ? '' : 'other '}argument '${excess.join("', '")}': ${advice}`;
}
