import type { EnvironmentNames } from '../../src/operations/contract';
import { UsageError } from '../usage-error';

export interface ChoiceOptions {
  readonly environment?: readonly string[];
  readonly all?: boolean;
}

/** All of them must be asked for: nobody halts everything because a name was forgotten. */
export function chosenNames({ environment, all }: ChoiceOptions): EnvironmentNames {
  if (all && environment) throw new UsageError('--all and --environment exclude each other');
  if (all) return 'all';
  if (!environment) throw new UsageError('say which environments: --environment <name>, which may be given several times, or --all');
  return environment;
}
