import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { Command, CommanderError } from 'commander';
import pc from 'picocolors';
import { addOperations } from './commands/operations';
import { rehearse } from './commands/rehearse';
import { accountId, accountLimit, collectAccount, collectApp, collectCommand, collectRepository, collectUnit, organizationId, scale, type RehearseOptions } from './options/rehearse-options';
import { collectFaults, seed } from './run/fault-injection';
import { collectParameter, collectStored } from './run/parameters';
import { UsageError } from './usage-error';
import { FAULT_KINDS } from '../rehearsal/faults/fault';

const [FAILED, MISUSED] = [1, 2];

function program(): Command {
  const command = new Command('org-environments').description('rehearse CDK apps that vend environments, and operate their pipelines')
    .version(version()).exitOverride();
  command.command('rehearse')
    .description('deploy a cloud assembly on a simulated AWS organization on this machine')
    .requiredOption('--app <folder or command>', 'a cloud assembly or the command that synthesizes it; several are deployed one after another', collectApp)
    .option('--repository <name>=<path>', 'a CodeCommit repository that exists beforehand, filled from a git repository or a folder', collectRepository)
    .option('--organizational-unit <path>', 'a unit that exists beforehand, for example Workloads/Test', collectUnit)
    .option('--account <id>[=<role name>]', 'an invited account that exists beforehand, with a role that trusts the management account if one is named', collectAccount)
    .option('--management-account <id>', 'by default the account that may create accounts, else that of the first stack', accountId)
    .option('--account-limit <number>', 'how many accounts the organization may have, by default 100; AWS begins with 10', accountLimit)
    .option('--organization-id <id>', 'by default the one that the policies of the app name', organizationId)
    .option('--parameters <[stack:]name=value>', 'a value for a parameter of a stack, as cdk deploy is given it; may be repeated', collectParameter)
    .option('--ssm-parameter <name>=<value>', 'what Parameter Store has beforehand in the accounts of the app; may be repeated', collectStored)
    .option('--pipelines', 'run the pipelines: their builds execute the commands of the repositories on this machine')
    .option('--then <command>', 'after the last deployment run this, for example a git push, and wait for the pipelines; may be repeated', collectCommand)
    .option('--fault <kinds>', `what goes wrong in each deployment: ${FAULT_KINDS.join(', ')}`, collectFaults)
    .option('--seed <number>', 'when the faults strike: the same number gives the same faults; by default by chance', seed)
    .option('--destroy', 'destroy the last assembly at the end')
    .option('--report <file>', 'write what came out of it as JSON')
    .option('--timeline <file>', 'write what ran beside what, and what waited for what, as a page for a browser')
    .option('--log <file>', 'write the logs of all functions')
    .option('--scale <number>', 'simulated seconds in one real second; default: virtual time, or 60 with what needs real time', scale)
    .option('--verbose', 'a line for every resource, and the stack trace of an app that fails')
    .exitOverride()
    .action(async (options: RehearseOptions) => {
      if (!await rehearse(options, {
        write: line => process.stdout.write(`${line}\n`),
        warn: line => process.stderr.write(`${pc.yellow('warning:')} ${line}\n`),
      })) process.exitCode = FAILED;
    });
  addOperations(command, {
    write: line => process.stdout.write(`${line}\n`),
    fail: () => { process.exitCode = FAILED; },
  });
  return command;
}

/** The package's own; this is bundled into its folder `lib/cli`. */
function version(): string {
  const { version: text }: { version: string } = JSON.parse(readFileSync(path.join(__dirname, '../../package.json'), 'utf8'));
  return text;
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
