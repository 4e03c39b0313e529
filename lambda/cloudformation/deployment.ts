import type { Accounts } from './accounts';
import type { HandlerAccount } from './errors';
import { accountUnreachable, stackFailed, roleNotAssumable, templateNotPublishable, templateNotReadable } from './errors';
import { fingerprintOf, wasReportedUnreachable } from './fingerprint';
import type { StackRoles } from './roles';
import type { StackDefinition, StackState, Stacks } from './stack-deployer';
import { deployStack, removeStack } from './stack-deployer';
import type { StackRequest } from '../../src/stack/contract';
import type { Registry, Versioned } from '../registry/registry';
import type { StackPlace, StackRecord } from '../registry/stack';
import { isAccessDenied, isNotSignedUp } from '../shared/errors';
import type { Progress } from '../shared/lifecycle';
import { DONE, done, IN_PROGRESS } from '../shared/lifecycle';

/** What CloudFormation takes inline. */
const MAX_INLINE_BYTES = 51_200;

/** How long the roles of a new account may not be known everywhere, in milliseconds. */
const MAX_ROLE_PROPAGATION = 3 * 60_000;

/** How long the services of a new account may refuse to work, in milliseconds. */
const NEW_ACCOUNT_MILLISECONDS = 15 * 60_000;

interface DeploymentOptions {
  readonly registry: Registry;
  readonly accounts: Accounts;
  readonly roles: StackRoles;
  readonly home: HandlerAccount;
  readonly now: () => number;
  readonly newAttempt: () => string;
}

type Read<Request extends StackRequest> = Versioned<StackRecord<Request>>;

/** Brings a stack into its account and out of it. */
export class Deployment<Request extends StackRequest> {
  public constructor(private readonly options: DeploymentOptions) {}

  public async reconcile(
    request: Request, record: Read<Request>, key: string,
  ): Promise<Progress<{ readonly stack: StackState; readonly record: Read<Request> }>> {
    const { roles, home } = this.options;
    const stacks = await this.stacksIn(request, record);
    if (!stacks) return IN_PROGRESS;
    const template = await this.template(request);
    let current = record;
    try {
      const claimed = record.creationAttempt ? record : await this.startCreation(stacks, request, record, key);
      if (!claimed) return IN_PROGRESS;
      current = claimed;
      const progress = await deployStack(stacks, this.definition(request, template), {
        place: `account ${request.accountId}`,
        token: claimed.attempt,
        applied: claimed.applied === fingerprintOf(request),
        ...(!record.creationAttempt && { current: 'absent' as const }),
        createdBy: claimed.creationAttempt,
      });
      return progress.done ? done({ stack: progress.result, record: claimed }) : progress;
    } catch (error) {
      if (await this.isTooEarly(current, key, error)) return IN_PROGRESS;
      throw stackFailed('deployed', request, roles, home, error);
    }
  }

  /** Deletes the stack; done: it is deleted, or cannot be reached and is left behind. */
  public async remove(place: StackPlace, record: Read<Request>, key: string, unreachable: 'explain' | 'leave'): Promise<Progress<void>> {
    const { accounts, registry, roles, home } = this.options;
    let stacks: Stacks;
    try {
      stacks = await accounts.stacksIn(place);
    } catch (error) {
      if (!isAccessDenied(error)) throw error;
      if (wasReportedUnreachable(record) || unreachable === 'leave') return DONE;
      await registry.write<StackRecord<Request>>(key, { ...record, unreachableAttempt: record.attempt }, record.version);
      throw accountUnreachable(place, roles, home, error);
    }
    try {
      const stack = { stackName: place.stackName, roleArn: roles.execute(home.partition, place) };
      return await removeStack(stacks, stack, { place: `account ${place.accountId}`, token: record.attempt });
    } catch (error) {
      throw stackFailed('deleted', place, roles, home, error);
    }
  }

  /** A stack that failed because its account is too new is deployed once more, under the name of another attempt. */
  private async isTooEarly(record: Read<Request>, key: string, error: unknown): Promise<boolean> {
    const { registry, now, newAttempt } = this.options;
    const mayBeNew = !record.complete && now() - record.requestedAt < NEW_ACCOUNT_MILLISECONDS;
    if (!mayBeNew || !isNotSignedUp(error)) return false;
    if (error.message.startsWith('stack ')) {
      await registry.write<StackRecord<Request>>(key, { ...record, attempt: newAttempt() }, record.version);
    }
    return true;
  }

  private async stacksIn(place: StackPlace, record: Read<Request>): Promise<Stacks | undefined> {
    const { accounts, roles, home, now } = this.options;
    try {
      return await accounts.stacksIn(place);
    } catch (error) {
      if (!isAccessDenied(error)) throw error;
      if (!record.creationAttempt && now() - record.requestedAt < MAX_ROLE_PROPAGATION) return undefined;
      throw roleNotAssumable(place, roles, home, error);
    }
  }

  /** A stack that was there before belongs to someone else: it is neither changed nor, later, deleted. */
  private async startCreation(stacks: Stacks, request: Request, record: Read<Request>, key: string): Promise<Read<Request> | undefined> {
    const { registry } = this.options;
    if (await stacks.describe(request.stackName)) {
      const current = await registry.read<StackRecord<Request>>(key);
      if (current?.creationAttempt) return undefined;
      throw new Error(`account ${request.accountId} has a stack '${request.stackName}' already, which this app does not know: `
        + 'choose another stackName, or delete that stack');
    }
    return registry.write<StackRecord<Request>>(key, { ...record, creationAttempt: record.attempt }, record.version);
  }

  private async template(request: Request): Promise<StackDefinition['template']> {
    const { accounts, home } = this.options;
    const { templateBucket, templateKey } = request;
    const body = await accounts.template(templateBucket, templateKey).catch((error: unknown) => {
      throw templateNotReadable(request, templateBucket, templateKey, error);
    });
    if (Buffer.byteLength(body) <= MAX_INLINE_BYTES) return { body };
    const url = await accounts.publish(request, templateKey, body).catch((error: unknown) => {
      throw templateNotPublishable(request, home, error);
    });
    return { url };
  }

  private definition(request: Request, template: StackDefinition['template']): StackDefinition {
    const { roles, home } = this.options;
    return {
      stackName: request.stackName,
      template,
      parameters: request.parameters ?? {},
      tags: request.tags ?? {},
      capabilities: ['CAPABILITY_NAMED_IAM', 'CAPABILITY_AUTO_EXPAND'],
      roleArn: roles.execute(home.partition, request),
    };
  }
}
