import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { addOptions, markdownRows, type OptionTable } from '../../../cli/options/option-table';
import { REHEARSE_OPTIONS } from '../../../cli/options/rehearse-options';

const OPTIONS = {
  outputFile: {
    argument: '<file>', isRequired: true, description: 'file to write, as `tee` does', parse: value => value,
  },
  name: {
    argument: '<name>',
    description: 'a name',
    parse: (value: string, previous: readonly string[] = []): readonly string[] => {
      if (value === '') throw new InvalidArgumentError('is empty');
      return [...previous, value];
    },
  },
  dryRun: { description: 'write nothing' },
} satisfies OptionTable;

function command(): Command {
  return addOptions(new Command('test'), OPTIONS).exitOverride().configureOutput({ writeErr: () => undefined });
}

test('declared options are parsed under the names of their declarations', () => {
  const args = ['--output-file', 'a', '--name', 'b', '--name', 'c', '--dry-run'];
  expect(command().parse(args, { from: 'user' }).opts()).toEqual({ outputFile: 'a', name: ['b', 'c'], dryRun: true });
});

test('a required option must be given', () => {
  expect(() => command().parse([], { from: 'user' })).toThrow("required option '--output-file <file>' not specified");
});

test('other options can be omitted', () => {
  expect(command().parse(['--output-file', 'a'], { from: 'user' }).opts()).toEqual({ outputFile: 'a' });
});

test('the error of a parser names the option', () => {
  expect(() => command().parse(['--output-file', 'a', '--name', ''], { from: 'user' }))
    .toThrow("option '--name <name>' argument '' is invalid. is empty");
});

test('the help has the descriptions without backticks', () => {
  expect(command().helpInformation()).toMatch(/--output-file <file> +file to write, as tee does\. Required\n/);
});

test('the help of rehearse has all of its options in groups', () => {
  const help = addOptions(new Command('rehearse'), REHEARSE_OPTIONS).helpInformation();
  const groups = help.match(/^\S.*:$/gm);
  expect(groups).toEqual([
    'The app:', 'What exists before the deployment:', 'Pipelines:', 'Faults:', 'Output:', 'Time:', 'Options:',
  ]);
  expect(help.slice(help.indexOf('\nOptions:'))).toMatch(/^\nOptions:\n +-h, --help +display help for command\n$/);
  expect(help.slice(help.indexOf('\nTime:'))).toMatch(/^\nTime:\n +--scale <number> /);
});

test('docs/rehearse.md has the declared options of rehearse, with the same descriptions', () => {
  const page = readFileSync(path.join(__dirname, '../../../docs/rehearse.md'), 'utf8');
  const [, table] = /^\| option \| meaning \|\n\|---\|---\|\n((?:\|.*\n)*)/m.exec(page) ?? [];
  expect(table?.trim().split('\n')).toEqual(markdownRows(REHEARSE_OPTIONS));
});
