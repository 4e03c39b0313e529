import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { Command, CommanderError } from 'commander';
import pc from 'picocolors';
import { forget } from './commands/forget';
import { halt } from './commands/halt';
import { history } from './commands/history';
import { reconcile } from './commands/reconcile';
import { rehearse } from './commands/rehearse';
import { resume } from './commands/resume';
import { status } from './commands/status';
import { OperationsFunction } from './operations/operations-function';
import {
  FORGET_OPTIONS, HALT_OPTIONS, HISTORY_OPTIONS, RECONCILE_OPTIONS, RESUME_OPTIONS, STATUS_OPTIONS,
} from './options/operation-options';
import { addOptions, type OptionTable, type OptionValues } from './options/option-table';
import { REHEARSE_OPTIONS } from './options/rehearse-options';
import { confirm } from './output/confirm';
import type { Terminal } from './output/terminal';
import { UsageError } from './usage-error';

const FAILURE_STATUS = 1;
const USAGE_STATUS = 2;

const terminal: Terminal = {
  write: line => process.stdout.write(`${line}\n`),
  warn: line => process.stderr.write(`${pc.yellow('warning:')} ${line}\n`),
};

function createProgram(): Command {
  const program = new Command('org-environments')
    .description('rehearse CDK apps that vend environments, and operate their pipelines')
    .version(packageVersion())
    .exitOverride();
  addCommand(program, {
    name: 'rehearse',
    description: 'deploy CDK apps into a simulated AWS organization on this machine',
    options: REHEARSE_OPTIONS,
    run: async options => rehearse(options, terminal),
  });
  addCommand(program, {
    name: 'halt',
    description: 'stop the running executions of pipelines and disable the pipelines until they are resumed',
    options: HALT_OPTIONS,
    run: async options => halt(options, new OperationsFunction(), terminal.write),
  });
  addCommand(program, {
    name: 'resume',
    description: 'enable halted pipelines again and deploy the last commit',
    options: RESUME_OPTIONS,
    run: async options => resume(options, new OperationsFunction(), terminal.write),
  });
  addCommand(program, {
    name: 'status',
    description: 'show the pipelines of all environments',
    options: STATUS_OPTIONS,
    run: async options => status(options, new OperationsFunction(), terminal.write),
  });
  addCommand(program, {
    name: 'history',
    argument: '[environment]',
    description: 'show the changes of an environment, or of all environments and accounts',
    options: HISTORY_OPTIONS,
    run: async (options, environment) => history(environment, options, new OperationsFunction(), terminal.write),
  });
  addCommand(program, {
    name: 'reconcile',
    description: 'compare environments with what their app declares, and repair what was changed by hand; '
      + 'the exit code is 1 if something still differs',
    options: RECONCILE_OPTIONS,
    run: async options => reconcile(options, new OperationsFunction(), { ...terminal, confirm }),
  });
  addCommand(program, {
    name: 'forget',
    argument: '<name>',
    description: 'leave in its account what could not be deleted, and free the account',
    options: FORGET_OPTIONS,
    run: async (options, name = '') => {
      return forget(name, options, { operations: new OperationsFunction(), confirm }, terminal.write);
    },
  });
  return program;
}

interface CommandDeclaration<Table extends OptionTable> {
  readonly name: string;
  /** Placeholder of a value after the name of the command. */
  readonly argument?: string;
  readonly description: string;
  readonly options: Table;
  /** Returns whether the command succeeded. */
  readonly run: (options: OptionValues<Table>, argument?: string) => Promise<boolean>;
}

function addCommand<Table extends OptionTable>(
  program: Command, { name, argument, description, options, run }: CommandDeclaration<Table>,
): void {
  const command = program.command(name).description(description).exitOverride();
  if (argument !== undefined) command.argument(argument);
  addOptions(command, options).action(async () => {
    const succeeded = await run(command.opts<OptionValues<Table>>(), command.args.at(0));
    if (!succeeded) process.exitCode = FAILURE_STATUS;
  });
}

/** Returns the version of the package; the bundle of this file is in its folder `lib/cli`. */
function packageVersion(): string {
  const { version }: { version: string } = JSON.parse(readFileSync(path.join(__dirname, '../../package.json'), 'utf8'));
  return version;
}

async function main(): Promise<void> {
  try {
    await createProgram().parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      // commander has printed the message; help and version exit with 0
      process.exitCode = error.exitCode === 0 ? 0 : USAGE_STATUS;
      return;
    }
    process.stderr.write(`${pc.red('error:')} ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = error instanceof UsageError ? USAGE_STATUS : FAILURE_STATUS;
  }
}

void main();
