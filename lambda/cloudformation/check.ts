import type { StackDefinition, StackState } from './stack-deployer';
import { differingParameters, NEVER_CREATED } from './stack-deployer';
import type { Drift } from '../../src/operations/contract';
import type { StackPlace } from '../registry/stack';
import { withReconcileAdvice } from '../shared/advice';

type Place = Pick<StackPlace, 'accountId' | 'region' | 'stackName'>;

/** What differs between a stack and its definition, as far as CloudFormation shows it without a detection of drift. */
export function stackDrifts(
  place: Place,
  definition: Pick<StackDefinition, 'parameters'>,
  stack: StackState | undefined,
): readonly Drift[] {
  const name = `stack '${place.stackName}' in account ${place.accountId} and region ${place.region}`;
  if (!stack) return [repairable(`${name} does not exist`, 'it is created again')];
  const { status } = stack;
  if (status === 'UPDATE_ROLLBACK_FAILED') {
    return [
      {
        what: `${name} is stuck in ${status}`,
        remedy: 'continue its rollback there (aws cloudformation continue-update-rollback), then reconcile again',
        isRepairable: false,
      },
    ];
  }
  if (NEVER_CREATED.includes(status)) {
    return [repairable(`${name} is in state ${status}`, 'it is deleted and created again')];
  }
  // another operation on the stack is not over, and may be ours
  if (status.endsWith('_IN_PROGRESS')) return [];
  const changed = differingParameters(definition, stack);
  if (changed.length === 0) return [];
  return [repairable(`${name} has other values of ${changed.join(', ')} than declared`, 'it is updated')];
}

export function repairable(what: string, remedy: string): Drift {
  return { what, remedy, isRepairable: true };
}

/** A drift for which something must be done by hand first: the message of an error says what. */
export function byHand(error: string): Drift {
  const message = withReconcileAdvice(error);
  const colon = message.indexOf(': ');
  return colon < 0
    ? { what: message, remedy: 'remove the cause, then reconcile again', isRepairable: false }
    : { what: message.slice(0, colon), remedy: message.slice(colon + 2), isRepairable: false };
}

/** An update that waits until it is possible: the account could not be reached, or its unit does not exist. */
export function deferredUpdate(of: string, { reason, at }: { readonly reason: string; readonly at: number }): Drift {
  return {
    what:
      `${of} was not updated at ${new Date(at).toISOString()}, `
      + `because it was not possible then (${reason})`,
    remedy: 'the update is made',
    isRepairable: true,
    isDeferredUpdate: true,
  };
}
