import { Logger } from '@aws-lambda-powertools/logger';
import type { CicdStack } from './cicd-stack';
import { AccountUnreachableError, mayStay } from './errors';
import type { StackHooks } from './stack-hooks';
import type { StackRequest } from '../../src/stack/contract';
import { leftoverKey } from '../registry/leftover';
import type { LeftoverRecord } from '../registry/leftover';
import type { Registry, Versioned } from '../registry/registry';
import type { StackRecord } from '../registry/stack';
import type { Owner } from '../shared/lifecycle';

const logger = new Logger({ serviceName: 'org-environments' });

interface LeftoverOptions<Request extends StackRequest> {
  readonly registry: Registry;
  readonly cicd: CicdStack;
  readonly hooks: Pick<StackHooks<Request>, 'leftoverName' | 'afterLeave'>;
  readonly now: () => number;
}

/** A stack that remains in its account, and the record of its deletion. */
interface Remaining<Request extends StackRequest> {
  readonly owner: Owner;
  readonly request: Request;
  readonly key: string;
  readonly record: Versioned<StackRecord<Request>>;
}

/** The stacks that remain in accounts although their deletion was requested. */
export class Leftovers<Request extends StackRequest> {
  public constructor(private readonly options: LeftoverOptions<Request>) {}

  /**
   * Records that a deletion has failed. Returns if the user has consented to leave the stack: the account could not be
   * reached in an earlier operation of the CICD stack either.
   *
   * @throws the error, with what to do to leave the stack in the account
   */
  public async failed(remaining: Remaining<Request>, error: Error): Promise<void> {
    const { owner, request, record } = remaining;
    const isUnreachable = error instanceof AccountUnreachableError;
    const operation = isUnreachable ? await this.options.cicd.operationId(owner.stackId) : undefined;
    await this.leave(remaining, error, operation);
    const { unreachableIn } = record;
    if (operation !== undefined && unreachableIn !== undefined && unreachableIn !== operation) return;
    throw mayStay(error, this.options.hooks.leftoverName(request));
  }

  /** Records that a stack remains in its account. */
  public async leave(
    { owner, request, key, record: read }: Remaining<Request>,
    { message: reason }: Error,
    operation?: string,
  ): Promise<void> {
    const { registry, hooks, now } = this.options;
    const known = await registry.read<LeftoverRecord>(leftoverKey(key));
    logger.warn('not deleted, so it remains in the account', { key, reason });
    const { version, unreachableIn = operation, ...record } = read;
    const { accountId, region, stackName } = request;
    const at = known?.at ?? now();
    const leftover: LeftoverRecord = {
      name: hooks.leftoverName(request),
      recordKey: key,
      accountId,
      region,
      stackName,
      stackId: owner.stackId,
      reason,
      at,
    };
    await registry.transaction(async () => {
      await registry.write<StackRecord<Request>>(
        key,
        { ...record, isLeftover: true, ...(unreachableIn !== undefined && { unreachableIn }) },
        version,
      );
      await registry.write<LeftoverRecord>(leftoverKey(key), leftover, known?.version);
      await hooks.afterLeave(key);
    });
  }

  /** Removes the record of a leftover that is deployed again, or deleted. */
  public async clear(key: string, { isLeftover }: Pick<StackRecord<Request>, 'isLeftover'>): Promise<void> {
    const { registry } = this.options;
    const known = isLeftover && (await registry.read<LeftoverRecord>(leftoverKey(key)));
    if (known) await registry.remove(leftoverKey(key), known.version);
  }
}
