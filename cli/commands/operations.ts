import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import type { ChoiceOptions } from './environment-selection';
import { halt, resume } from './halt';
import { status } from './status';
import { OperationsFunction } from '../operations/operations-function';

interface Outlet {
  readonly write: (line: string) => void;
  /** Something did not succeed. */
  readonly fail: () => void;
}

/** The commands that operate what is deployed: they need credentials of the CICD account and nothing else. */
export function addOperations(program: Command, { write, fail }: Outlet): void {
  const run = async (operation: (operations: OperationsFunction) => Promise<boolean>): Promise<void> => {
    if (!await operation(new OperationsFunction())) fail();
  };
  choosing(program.command('halt'))
    .description('stop what runs in pipelines and let nothing more through, until they are resumed; deployments do not change that')
    .requiredOption('--reason <text>', 'why; whoever asks for the status reads it', nonEmpty)
    .action(async (options: ChoiceOptions & { reason: string }) => run(async operations => halt(options, operations, write)));
  choosing(program.command('resume'))
    .description('let commits through pipelines again that were halted; the last commit goes through')
    .action(async (options: ChoiceOptions) => run(async operations => resume(options, operations, write)));
  program.command('status')
    .description('show the pipelines of all environments')
    .option('--json', 'as JSON')
    .exitOverride()
    .action(async (options: { json?: boolean }) => run(async operations => status(options, operations, write)));
}

function choosing(command: Command): Command {
  return command.option('--environment <name>', 'an environment; may be given several times', collect).option('--all', 'all environments').exitOverride();
}

function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

function nonEmpty(value: string): string {
  if (value.trim() === '') throw new InvalidArgumentError('must say why, it is empty');
  return value;
}
