import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Command, CommanderError } from 'commander';
import pc from 'picocolors';
import { changeAccountEmail } from './commands/account-email';
import { accounts, cleanAccount, releaseAccount } from './commands/accounts';
import { addresses } from './commands/addresses';
import { absorb, backport, describeBackport } from './commands/backport';
import type { BackportContext } from './commands/backport';
import { checkReach } from './commands/check-reach';
import { forget } from './commands/forget';
import { halt } from './commands/halt';
import { history } from './commands/history';
import { map } from './commands/map';
import { network } from './commands/network';
import { reconcile } from './commands/reconcile';
import { rehearse } from './commands/rehearse';
import { abort, approve, describeRelease, release, rollback } from './commands/release';
import type { ReleaseContext } from './commands/release';
import { resume } from './commands/resume';
import { status } from './commands/status';
import { OperationsFunction } from './operations/operations-function';
import { ACCOUNT_EMAIL_OPTIONS } from './options/account-email-options';
import { ACCOUNTS_OPTIONS, CLEAN_ACCOUNT_OPTIONS, RELEASE_ACCOUNT_OPTIONS } from './options/account-options';
import { ADDRESSES_OPTIONS } from './options/address-options';
import { ABSORB_OPTIONS, BACKPORT_OPTIONS, BACKPORT_STATUS_OPTIONS, MAP_OPTIONS } from './options/branch-options';
import { CHECK_REACH_OPTIONS } from './options/check-options';
import { helpOf } from './options/help';
import { NETWORK_OPTIONS } from './options/network-options';
import {
  FORGET_OPTIONS, HALT_OPTIONS, HISTORY_OPTIONS, RECONCILE_OPTIONS, RESUME_OPTIONS, STATUS_OPTIONS,
} from './options/operation-options';
import { addOptions, type OptionTable, type OptionValues } from './options/option-table';
import { REHEARSE_OPTIONS } from './options/rehearse-options';
import {
  ABORT_OPTIONS, APPROVE_OPTIONS, RELEASE_OPTIONS, RELEASE_STATUS_OPTIONS, ROLLBACK_OPTIONS,
} from './options/release-options';
import { explainUsage } from './options/usage-errors';
import { confirm } from './output/confirm';
import type { Terminal } from './output/terminal';
import { describeAccounts } from './reach/describe';
import type { NamedAccount } from './reach/places';
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
    .addHelpText('after', helpOf(''))
    .exitOverride();
  program.configureOutput({ outputError: (text, write) => write(explainUsage(text, program, '')) });
  addCommand(program, {
    name: 'rehearse',
    argument: '[stacks...]',
    description: 'deploy CDK apps, or some of their stacks and what these depend on, into a simulated AWS organization '
      + 'on this machine',
    options: REHEARSE_OPTIONS,
    run: async (options, _, stacks) => rehearse(options, terminal, stacks),
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
    description: 'show the pipelines of all environments, and what could not be deleted',
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
      + 'the exit status is 1 if something still differs',
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
  addCommand(program, {
    name: 'change-account-email',
    argument: '<account>',
    description: 'change the e-mail address of an account: AWS sends a code, which completes the change',
    options: ACCOUNT_EMAIL_OPTIONS,
    run: async (options, account = '') => {
      return changeAccountEmail(account, options, new OperationsFunction(), terminal.write);
    },
  });
  addAccountCommands(program);
  addCommand(program, {
    name: 'addresses',
    description: 'show the address spaces with their ranges, who uses them, and what is free',
    options: ADDRESSES_OPTIONS,
    run: async options => addresses(options, new OperationsFunction(), terminal.write),
  });
  addCommand(program, {
    name: 'network',
    description: 'show the networks of all accounts with their addresses, databases, and the ways between them',
    options: NETWORK_OPTIONS,
    run: async options => network(options, networksContext({ hasDatabases: true })),
  });
  addCheckCommands(program);
  addReleaseCommands(program);
  addBranchCommands(program);
  return program;
}

function addBranchCommands(program: Command): void {
  const context = (): BackportContext => ({
    operations: new OperationsFunction(),
    write: terminal.write,
    sleep: async seconds => setTimeout(seconds * 1000),
  });
  addCommand(program, {
    name: 'map',
    description: 'show the tree of branches with environments, accounts, deployments, and commits ahead and behind',
    options: MAP_OPTIONS,
    run: async options => map(options, new OperationsFunction(), terminal.write),
  });
  addCommand(program, {
    name: 'backport',
    argument: '[commits...]',
    description: 'port commits of a branch back to the lowest branch that other environments share',
    options: BACKPORT_OPTIONS,
    run: async (options, _, commits) => backport(commits, options, context()),
  });
  addCommand(program, {
    name: 'absorb',
    argument: '<branch>',
    description: 'bring the commits of a branch to all branches below it',
    options: ABSORB_OPTIONS,
    run: async (options, branch = '') => absorb(branch, options, context()),
  });
  addCommand(program, {
    name: 'backport-status',
    argument: '<id>',
    description: 'show a backport, and the branches that take its commits over',
    options: BACKPORT_STATUS_OPTIONS,
    run: async (options, id = '') => describeBackport(id, options, context()),
  });
}

function addAccountCommands(program: Command): void {
  const command = addCommand(program, {
    name: 'accounts',
    description: 'show all accounts, their pools, and who uses them',
    options: ACCOUNTS_OPTIONS,
    run: async options => accounts(options, new OperationsFunction(), terminal.write),
  });
  addCommand(command, {
    name: 'clean',
    argument: '<accountId>',
    description: 'clean an account of a pool again',
    options: CLEAN_ACCOUNT_OPTIONS,
    run: async (options, accountId = '') => {
      return cleanAccount(accountId, options, new OperationsFunction(), terminal.write);
    },
  });
  addCommand(command, {
    name: 'release',
    argument: '<accountId>',
    description: 'return an account from quarantine to its pool, or end the lease of an Account that no longer exists',
    options: RELEASE_ACCOUNT_OPTIONS,
    run: async (options, accountId = '') => {
      return releaseAccount(accountId, options, new OperationsFunction(), terminal.write);
    },
  });
}

function addCheckCommands(program: Command): void {
  const command = program.command('check').description('check what the accounts of the organization contain')
    .exitOverride();
  addCommand(command, {
    name: 'reach',
    description: 'check whether a network reaches another one, over routes and security groups; the exit status is 1 '
      + 'if it does not',
    options: CHECK_REACH_OPTIONS,
    run: async options => checkReach(options, networksContext({ hasDatabases: false })),
  });
}

function networksContext({ hasDatabases }: { readonly hasDatabases: boolean }) {
  const { warn } = terminal;
  return {
    operations: new OperationsFunction(),
    describe: async (known: readonly NamedAccount[], region: string) =>
      describeAccounts(known, region, { warn, hasDatabases }),
    write: terminal.write,
    environment: process.env,
  };
}

function addReleaseCommands(program: Command): void {
  const add = <Table extends OptionTable>(
    name: string, options: Table, run: ReleaseCommand<Table>, description: string,
  ): Command => addCommand(program, {
    name,
    argument: '<environment>',
    description,
    options,
    run: async (values, environment = '') => run(environment, values, {
      operations: new OperationsFunction(),
      write: terminal.write,
      sleep: async seconds => setTimeout(seconds * 1000),
    }),
  });
  add('release', RELEASE_OPTIONS, release, 'release a commit to the idle side of a blue/green environment');
  add('rollback', ROLLBACK_OPTIONS, rollback, 'return the traffic to the side that served before the last release');
  add('abort', ABORT_OPTIONS, abort, 'stop the release in progress, and return the traffic');
  add('approve', APPROVE_OPTIONS, approve, 'approve or reject the release in progress');
  add('release-status', RELEASE_STATUS_OPTIONS, describeRelease,
    'show the sides of a blue/green environment, their traffic and the release in progress');
}

type ReleaseCommand<Table extends OptionTable> = (
  environment: string, options: OptionValues<Table>, context: ReleaseContext,
) => Promise<boolean>;

interface CommandDeclaration<Table extends OptionTable> {
  readonly name: string;
  /** Placeholder of a value after the name of the command. */
  readonly argument?: string;
  readonly description: string;
  readonly options: Table;
  /** Returns whether the command succeeded. */
  readonly run: (
    options: OptionValues<Table>, argument: string | undefined, all: readonly string[],
  ) => Promise<boolean>;
}

function addCommand<Table extends OptionTable>(
  program: Command, { name, argument, description, options, run }: CommandDeclaration<Table>,
): Command {
  const command: Command = program.command(name).description(description).exitOverride()
    .addHelpText('after', () => helpOf(pathOf(command)))
    .configureOutput({ outputError: (text, write) => write(explainUsage(text, command, pathOf(command))) });
  if (argument !== undefined) command.argument(argument);
  addOptions(command, options).action(async () => {
    const succeeded = await run(command.opts<OptionValues<Table>>(), command.args.at(0), command.args);
    if (!succeeded) process.exitCode = FAILURE_STATUS;
  });
  return command;
}

/** Returns the names of a command and of those above it, without the program. */
function pathOf(command: Command): string {
  const { parent } = command;
  return parent?.parent ? `${pathOf(parent)} ${command.name()}` : command.name();
}

/** Adds the command `complete`, which writes the script that a shell needs for completion. */
async function withCompletion(program: Command): Promise<Command> {
  // only an ES module can import this one
  const { default: addCompletion } = await import('@bomb.sh/tab/commander');
  addCompletion(program);
  program.commands.find(command => command.name() === 'complete')
    ?.description('write the script with which a shell completes commands and options')
    .addHelpText('after', helpOf('complete'));
  return program;
}

/** Returns the version of the package; the bundle of this file is in its folder `lib/cli`. */
function packageVersion(): string {
  const { version }: { version: string } = JSON.parse(readFileSync(path.join(__dirname, '../../package.json'), 'utf8'));
  return version;
}

async function main(): Promise<void> {
  try {
    await (await withCompletion(createProgram())).parseAsync();
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
