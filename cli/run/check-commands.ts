import { existsSync } from 'node:fs';
import * as path from 'node:path';
import { findAccount } from './acting-account';
import { nearName } from '../../lambda/shared/near-name';
import type { AssemblyStack } from '../../rehearsal/assembly/manifest';
import type { Simulation } from '../../rehearsal/simulation';
import { RESOURCE_TYPES } from '../../src/private/contract';
import { resourcesOf } from '../app/template';
import type { UserCommand } from '../options/parsers';
import { UsageError } from '../usage-error';

/**
 * Checks that the file of the first command of `--then` exists. A later file may be written by an earlier command.
 *
 * @throws UsageError if it does not
 */
export function checkCommandFile([first]: readonly UserCommand[]): void {
  const [file] = first?.command.trim().split(/\s+/) ?? [];
  if (file === undefined || !/^\.{0,2}\/[\w./-]+$/.test(file) || existsSync(file)) return;
  throw new UsageError(`--then '${first.command}': '${path.resolve(file)}' does not exist: correct the path`);
}

/**
 * Checks the names of `--as` before the deployment. Ids of vended accounts are known only after it.
 *
 * @throws UsageError for a name that no account has
 */
export function checkActingAccounts(
  commands: readonly UserCommand[], stacks: readonly AssemblyStack[], simulation: Simulation,
): void {
  if (commands.every(({ as }) => as === undefined)) return;
  const vended = vendedNames(stacks);
  if (vended === undefined) return;
  for (const { as } of commands) {
    if (as === undefined || /^\d{12}$/.test(as) || vended.includes(as) || !('problem' in findAccount(simulation, as))) {
      continue;
    }
    // an account of a stack is a member under this name
    if (stacks.some(({ accountId }) => as === `account-${accountId}`)) continue;
    const known = [...simulation.organizations.accounts.map(({ name }) => name), ...vended];
    const meant = nearName(as, known);
    throw new UsageError(
      `--as '${as}': no account has this name; use an id, or one of '${[...new Set(known)].join("', '")}'`
      + (meant === undefined ? '' : `; did you mean '${meant}'?`),
    );
  }
}

/** Returns the names of the accounts that the app vends, or nothing if some are known only after the deployment. */
function vendedNames(stacks: readonly AssemblyStack[]): string[] | undefined {
  if (stacks.some(({ template }) => template.includes(`"${RESOURCE_TYPES.pool}"`))) return undefined;
  const names = [
    ...stacks.flatMap(stack => resourcesOf(stack, RESOURCE_TYPES.account)).map(({ accountName }) => accountName),
    ...stacks.flatMap(stack => resourcesOf(stack, 'AWS::Organizations::Account')).map(({ AccountName }) => AccountName),
  ];
  const known = names.filter(name => typeof name === 'string');
  return known.length === names.length ? known : undefined;
}
