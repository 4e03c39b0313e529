import type { Deferral, StackPlace } from './stack';
import { RECORDS } from '../../src/registry/contract';

/**
 * Record of a stack that remains in an account although its deletion was requested. It exists until the stack is
 * deployed again, is deleted, or an operator forgets it.
 */
export interface LeftoverRecord extends Pick<StackPlace, 'accountId' | 'region' | 'stackName'>, Deferral {
  /** Name of the environment, or `<account id>/<region>/<stack name>` of a stack without a pipeline. */
  readonly name: string;
  /** Key of the record of the stack or the pipeline. */
  readonly recordKey: string;
  /** Stack in the CICD account that has declared it. */
  readonly stackId: string;
}

export function leftoverKey(recordKey: string): string {
  return `${RECORDS.leftover}${recordKey}`;
}
