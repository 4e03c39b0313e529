import type { Accounts } from './accounts';
import { byHand, stackDrifts } from './check';
import {
  accountUnreachable,
  stackExists,
  stackFailed,
  roleNotAssumable,
  templateNotPublishable,
  templateNotReadable,
} from './errors';
import { fingerprintOf } from './fingerprint';
import type { HandlerAccount } from './handler-account';
import { isOwnMark } from './mark';
import type { StackRoles } from './roles';
import type { StackDefinition, StackState, Stacks } from './stack-deployer';
import { deployStack, removeStack } from './stack-deployer';
import type { Drift } from '../../src/operations/contract';
import { NAMES } from '../../src/private/contract';
import type { StackRequest } from '../../src/stack/contract';
import type { Registry, Versioned } from '../registry/registry';
import type { StackPlace, StackRecord } from '../registry/stack';
import { FOUND } from '../registry/stack';
import { isAccessDenied, isNotSignedUp } from '../shared/errors';
import type { InProgress, Owner, Progress } from '../shared/lifecycle';
import { done, IN_PROGRESS, waitFor } from '../shared/lifecycle';

/** Longest template that CloudFormation accepts inline. */
const MAX_INLINE_BYTES = 51_200;

/** How long the roles of a new account may take to propagate, in milliseconds. */
const MAX_ROLE_PROPAGATION = 3 * 60_000;

/** How long the services of a new account may reject calls, in milliseconds. */
const NEW_ACCOUNT_MILLISECONDS = 15 * 60_000;

interface DeploymentOptions {
  readonly registry: Registry;
  readonly accounts: Accounts;
  readonly roles: StackRoles;
  readonly handlerAccount: HandlerAccount;
  readonly now: () => number;
  readonly newAttempt: () => string;
}

type Read<Request extends StackRequest> = Versioned<StackRecord<Request>>;

/** Deploys and deletes a stack in its account. */
export class Deployment<Request extends StackRequest> {
  public constructor(private readonly options: DeploymentOptions) {}

  public async reconcile(
    request: Request,
    record: Read<Request>,
    key: string,
  ): Promise<Progress<{ readonly stack: StackState; readonly record: Read<Request> }>> {
    const { roles, handlerAccount } = this.options;
    const stacks = await this.stacksIn(request, record);
    if ('waitsFor' in stacks) return stacks;
    const template = await this.template(request);
    let current = record;
    try {
      const claimed = record.creationAttempt ? record : await this.startCreation(stacks, request, record, key);
      if (!claimed) return IN_PROGRESS;
      current = claimed;
      const progress = await deployStack(stacks, this.definition(request, template, record), {
        place: `account ${request.accountId}`,
        token: claimed.attempt,
        applied: claimed.applied === fingerprintOf(request),
        current: record.creationAttempt || claimed.creationAttempt === FOUND ? undefined : 'absent',
        createdBy: claimed.creationAttempt,
      });
      return progress.done ? done({ stack: progress.result, record: claimed }) : progress;
    } catch (error) {
      if (await this.isTooEarly(current, key, error)) return waitForServices(request, error);
      throw stackFailed('deployed', request, roles, handlerAccount, error);
    }
  }

  /** Compares the stack with a request. */
  public async check(request: Request): Promise<readonly Drift[]> {
    const { roles, handlerAccount, accounts } = this.options;
    const { parameters = {} } = request;
    try {
      const stacks = await accounts.stacksIn(request);
      return stackDrifts(request, { parameters }, await stacks.describe(request.stackName));
    } catch (error) {
      if (!isAccessDenied(error)) throw error;
      return [byHand(roleNotAssumable(request, roles, handlerAccount, error).message)];
    }
  }

  /**
   * Whether an account has a stack that bears our mark.
   *
   * @param ifDenied the answer if the account cannot be accessed
   */
  public async mayExist(place: StackPlace, { stackId }: Owner, ifDenied: boolean): Promise<boolean> {
    try {
      return await isMarked(await this.options.accounts.stacksIn(place), place, stackId);
    } catch (error) {
      if (isAccessDenied(error)) return ifDenied;
      throw error;
    }
  }

  /** Whether another stack of the CICD account has deployed a stack of this name since the record was written. */
  public async isOfAnother(place: StackPlace, record: StackRecord<Request>, { stackId }: Owner): Promise<boolean> {
    try {
      const found = await (await this.options.accounts.stacksIn(place)).describe(place.stackName);
      return found !== undefined && !this.isOurs(found, record, stackId);
    } catch (error) {
      if (isAccessDenied(error)) return false;
      throw error;
    }
  }

  /** @throws AccountUnreachableError */
  public async remove(place: StackPlace, record: Read<Request>, { stackId }: Owner): Promise<Progress<void>> {
    const { accounts, roles, handlerAccount } = this.options;
    let stacks: Stacks;
    try {
      stacks = await accounts.stacksIn(place);
    } catch (error) {
      if (!isAccessDenied(error)) throw error;
      throw accountUnreachable(place, roles, handlerAccount, error);
    }
    try {
      const stack = { stackName: place.stackName, roleArn: roles.execute(handlerAccount.partition, place) };
      return await removeStack(stacks, stack, {
        place: `account ${place.accountId}`,
        token: record.attempt,
        isOurs: found => this.isOurs(found, record, stackId),
      });
    } catch (error) {
      throw stackFailed('deleted', place, roles, handlerAccount, error);
    }
  }

  /** The record may be older than the stack: another stack of the CICD account may have created it since. */
  private isOurs(
    { tags: { [NAMES.stackTag]: mark } }: StackState,
    { creationAttempt, deletedFrom }: StackRecord<Request>,
    stackId: string,
  ): boolean {
    if (mark === stackId || (mark !== undefined && mark === deletedFrom)) return true;
    // a stack that was found is ours only after its first update
    if (creationAttempt === FOUND) return false;
    return mark === undefined || isOwnMark(mark, stackId, this.options.handlerAccount);
  }

  /** A stack that failed because its account is too new is deployed again, as another attempt. */
  private async isTooEarly(record: Read<Request>, key: string, error: unknown): Promise<boolean> {
    const { registry, now, newAttempt } = this.options;
    const mayBeNew = !record.complete && now() - record.requestedAt < NEW_ACCOUNT_MILLISECONDS;
    if (!mayBeNew || !isNotSignedUp(error)) return false;
    if (error.message.startsWith('stack ')) {
      await registry.write<StackRecord<Request>>(key, { ...record, attempt: newAttempt() }, record.version);
    }
    return true;
  }

  private async stacksIn(place: StackPlace, record: Read<Request>): Promise<Stacks | InProgress> {
    const { accounts, roles, handlerAccount, now } = this.options;
    try {
      return await accounts.stacksIn(place);
    } catch (error) {
      if (!isAccessDenied(error)) throw error;
      if (!record.creationAttempt && now() - record.requestedAt < MAX_ROLE_PROPAGATION) {
        return waitFor(`role '${roles.deploy(handlerAccount.partition, place)}', which may be new`, error);
      }
      throw roleNotAssumable(place, roles, handlerAccount, error);
    }
  }

  /** A stack that existed before is neither updated nor deleted, unless its mark says that it is ours. */
  private async startCreation(
    stacks: Stacks,
    request: Request,
    record: Read<Request>,
    key: string,
  ): Promise<Read<Request> | undefined> {
    const { registry, handlerAccount } = this.options;
    const found = await stacks.describe(request.stackName);
    const isOurs = found && isOwnMark(found.tags[NAMES.stackTag], record.owners.at(-1)?.stackId, handlerAccount);
    if (found && isOurs) {
      return registry.write<StackRecord<Request>>(key, { ...record, creationAttempt: FOUND }, record.version);
    }
    if (found) {
      const current = await registry.read<StackRecord<Request>>(key);
      if (current?.creationAttempt) return undefined;
      throw stackExists(request, found.tags[NAMES.stackTag]);
    }
    return registry.write<StackRecord<Request>>(key, { ...record, creationAttempt: record.attempt }, record.version);
  }

  private async template(request: Request): Promise<StackDefinition['template']> {
    const { accounts, handlerAccount } = this.options;
    const { templateBucket, templateKey } = request;
    const body = await accounts.template(templateBucket, templateKey).catch((error: unknown) => {
      throw templateNotReadable(request, templateBucket, templateKey, error);
    });
    if (Buffer.byteLength(body) <= MAX_INLINE_BYTES) return { body };
    const url = await accounts.publish(request, templateKey, body).catch((error: unknown) => {
      throw templateNotPublishable(request, handlerAccount, error);
    });
    return { url };
  }

  private definition(
    request: Request,
    template: StackDefinition['template'],
    { owners }: Read<Request>,
  ): StackDefinition {
    const { roles, handlerAccount } = this.options;
    return {
      stackName: request.stackName,
      template,
      parameters: request.parameters ?? {},
      tags: { ...request.tags, [NAMES.stackTag]: owners.at(-1)?.stackId ?? '' },
      capabilities: ['CAPABILITY_NAMED_IAM', 'CAPABILITY_AUTO_EXPAND'],
      roleArn: roles.execute(handlerAccount.partition, request),
    };
  }
}

function waitForServices({ accountId }: StackPlace, error: unknown): InProgress {
  return waitFor(`AWS to sign account ${accountId} up for its services`, error instanceof Error ? error : undefined);
}

/** Whether the stack has the mark of a stack in the CICD account. */
async function isMarked(stacks: Stacks, { stackName }: StackPlace, stackId: string): Promise<boolean> {
  return (await stacks.describe(stackName))?.tags[NAMES.stackTag] === stackId;
}
