import type { EnvironmentNames } from '../../src/operations/contract';
import type { SelectionOptions } from '../options/operation-options';
import { UsageError } from '../usage-error';

/**
 * Returns the selected environments.
 *
 * @throws UsageError unless either names or `--all` are given: a forgotten name must not halt all environments
 */
export function selectedNames({ environment, all }: SelectionOptions): EnvironmentNames {
  if (all && environment) throw new UsageError('--all and --environment exclude each other: use one of them');
  if (all) return 'all';
  if (!environment) {
    throw new UsageError('no environment is selected: use --environment <name>, which can be repeated, or --all');
  }
  return environment;
}
