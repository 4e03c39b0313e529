import { Command, CommanderError, InvalidArgumentError } from 'commander';
import pc from 'picocolors';
import { rehearse, type RehearseOptions } from './rehearse';
import { UsageError } from './usage-error';

const [FAILED, MISUSED] = [1, 2];

function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

function collectRepository(value: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const [, name, folder] = /^([\w.-]{1,100})=(.+)$/.exec(value) ?? [];
  if (name === undefined) throw new InvalidArgumentError(`must be <name>=<path>, got '${value}'`);
  return { ...before, [name]: folder };
}

function accountId(value: string): string {
  if (!/^\d{12}$/.test(value)) throw new InvalidArgumentError(`must be twelve digits, got '${value}'`);
  return value;
}

function organizationId(value: string): string {
  if (!/^o-[a-z0-9]{10,32}$/.test(value)) throw new InvalidArgumentError(`must look like o-a1b2c3d4e5, got '${value}'`);
  return value;
}

function scale(value: string): number {
  const number = Number(value);
  if (!(number >= 1 && number <= 3600)) throw new InvalidArgumentError(`must be a number from 1 to 3600, got '${value}'`);
  return number;
}

function program(): Command {
  const command = new Command('org-environments').description('rehearse CDK apps that vend environments').exitOverride();
  command.command('rehearse')
    .description('deploy a cloud assembly on a simulated AWS organization on this machine')
    .requiredOption('--app <folder or command>', 'a cloud assembly or the command that synthesizes it; several are deployed one after another', collect)
    .option('--repository <name>=<path>', 'a CodeCommit repository that exists beforehand, filled from a git repository or a folder', collectRepository, {})
    .option('--organizational-unit <path>', 'a unit that exists beforehand, for example Workloads/Test', collect, [])
    .option('--management-account <id>', 'by default the account that may create accounts, else that of the first stack', accountId)
    .option('--organization-id <id>', 'the id of the simulated organization', organizationId)
    .option('--destroy', 'destroy the last assembly at the end', false)
    .option('--report <file>', 'write what came out of it as JSON')
    .option('--log <file>', 'write the logs of all functions')
    .option('--scale <number>', 'simulated seconds in one real second', scale, 60)
    .option('--verbose', 'a line for every resource', false)
    .exitOverride()
    .action(async (options: RehearseOptions) => {
      if (!await rehearse(options, line => process.stdout.write(`${line}\n`))) process.exitCode = FAILED;
    });
  return command;
}

async function main(): Promise<void> {
  try {
    await program().parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      // commander has said it already; help is no mistake
      process.exitCode = error.exitCode === 0 ? 0 : MISUSED;
      return;
    }
    process.stderr.write(`${pc.red('error:')} ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = error instanceof UsageError ? MISUSED : FAILED;
  }
}

void main();
