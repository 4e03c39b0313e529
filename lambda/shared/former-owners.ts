import { Logger } from '@aws-lambda-powertools/logger';
import type { CustomResourceStatus } from './cfn-status';
import { isTransient } from './errors';
import type { Lifecycle, Owner } from './lifecycle';
import type { Registry } from '../registry/registry';

/** What the records that a lifecycle names have in common: those with owners. */
interface OwnedRecord {
  readonly owners?: readonly Owner[];
}

interface Parts<Request> {
  readonly lifecycle: Pick<Lifecycle<Request, unknown>, 'recordKeys' | 'ownedKeys'>;
  readonly registry: Pick<Registry, 'read'>;
  readonly status: Pick<CustomResourceStatus, 'stateOf'>;
}

const logger = new Logger({ serviceName: 'org-environments' });

/**
 * Runs an action for an owner. If it is rejected, and the records of the request have owners in other stacks that
 * CloudFormation does not have any more, runs it again with these as former owners. A registry that was restored to an
 * earlier time has such owners: no request removes them, and a user cannot remove them from a stack that was deleted.
 */
export async function withFormerOwners<Request, Result>(
  parts: Parts<Request>,
  owner: Owner,
  request: Request,
  action: (owner: Owner) => Promise<Result>,
): Promise<Result> {
  try {
    return await action(owner);
  } catch (error) {
    if (isTransient(error)) throw error;
    const formerOwners = await findFormerOwners(parts, owner, request);
    if (formerOwners.length === 0) throw error;
    logger.warn('the owners in the registry were removed from their stacks', { ...owner, formerOwners });
    return action({ ...owner, formerOwners });
  }
}

async function findFormerOwners<Request>(
  { lifecycle, registry, status }: Parts<Request>,
  { stackId }: Owner,
  request: Request,
): Promise<readonly string[]> {
  const keys = lifecycle.ownedKeys?.(request) ?? lifecycle.recordKeys?.(request) ?? [];
  const records = await Promise.all(keys.map(async key => registry.read<OwnedRecord>(key)));
  // CloudFormation says of a stack in another account or region, too, that it does not exist
  const others = records.flatMap(record => record?.owners ?? [])
    .filter(other => other.stackId !== stackId && placeOf(other.stackId) === placeOf(stackId));
  const states = await Promise.all(others.map(async other => status.stateOf(other)));
  return others.filter((_, index) => states[index] === 'removed').map(({ id }) => id);
}

/** Partition, region and account in the ARN of a stack; the owner of the accounts of a pool has none. */
function placeOf(stackId: string): string {
  return stackId.split(':').slice(0, 5).join(':');
}
