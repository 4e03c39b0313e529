import type { Accounts } from './accounts';
import type { Home } from './errors';
import { notDeletable, notDone, notEnterable, templateNotPublishable, templateNotReadable } from './errors';
import { fingerprintOf, wasReportedUnreachable } from './fingerprint';
import type { StackRoles } from './roles';
import type { StackDefinition, StackState, Stacks } from './stack-deployer';
import { deployStack, removeStack } from './stack-deployer';
import type { StackRequest } from '../../src/stack/contract';
import type { Registry, Versioned } from '../registry/registry';
import type { StackPlace, StackRecord } from '../registry/stack';
import { isDenied, isNotSignedUp } from '../shared/errors';
import type { Progress } from '../shared/lifecycle';
import { DONE, done, NOT_YET } from '../shared/lifecycle';

/** What CloudFormation takes inline. */
const MOST_INLINE_BYTES = 51_200;

/** How long the roles of a new account may not be known everywhere, in milliseconds. */
const ROLES_PROPAGATE = 3 * 60_000;

/** How long the services of a new account may refuse to work, in milliseconds. */
const ACCOUNT_IS_NEW = 15 * 60_000;

interface DeploymentOptions {
  readonly registry: Registry;
  readonly accounts: Accounts;
  readonly roles: StackRoles;
  readonly home: Home;
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
    const stacks = await this.enter(request, record);
    if (!stacks) return NOT_YET;
    const template = await this.template(request);
    let current = record;
    try {
      const begun = record.begun ? record : await this.begin(stacks, request, record, key);
      if (!begun) return NOT_YET;
      current = begun;
      const progress = await deployStack(stacks, this.definition(request, template), {
        place: `account ${request.accountId}`,
        token: begun.attempt,
        applied: begun.applied === fingerprintOf(request),
        ...(!record.begun && { seen: 'absent' as const }),
        createdBy: begun.begun,
      });
      return progress.done ? done({ stack: progress.result, record: begun }) : progress;
    } catch (error) {
      if (await this.isTooEarly(current, key, error)) return NOT_YET;
      throw notDone('deployed', request, roles, home, error);
    }
  }

  /** Deletes the stack; done: it is deleted, or cannot be reached and is left behind. */
  public async remove(place: StackPlace, record: Read<Request>, key: string, unreachable: 'explain' | 'leave'): Promise<Progress<void>> {
    const { accounts, registry, roles, home } = this.options;
    let stacks: Stacks;
    try {
      stacks = await accounts.enter(place);
    } catch (error) {
      if (!isDenied(error)) throw error;
      if (wasReportedUnreachable(record) || unreachable === 'leave') return DONE;
      await registry.write<StackRecord<Request>>(key, { ...record, unreachable: record.attempt }, record.version);
      throw notDeletable(place, roles, home, error);
    }
    try {
      const stack = { stackName: place.stackName, roleArn: roles.execute(home.partition, place) };
      return await removeStack(stacks, stack, { place: `account ${place.accountId}`, token: record.attempt });
    } catch (error) {
      throw notDone('deleted', place, roles, home, error);
    }
  }

  /** A stack that failed because its account is too new is deployed once more, under the name of another attempt. */
  private async isTooEarly(record: Read<Request>, key: string, error: unknown): Promise<boolean> {
    const { registry, now, newAttempt } = this.options;
    const mayBeNew = !record.complete && now() - record.since < ACCOUNT_IS_NEW;
    if (!mayBeNew || !isNotSignedUp(error)) return false;
    if (error.message.startsWith('stack ')) {
      await registry.write<StackRecord<Request>>(key, { ...record, attempt: newAttempt() }, record.version);
    }
    return true;
  }

  private async enter(place: StackPlace, record: Read<Request>): Promise<Stacks | undefined> {
    const { accounts, roles, home, now } = this.options;
    try {
      return await accounts.enter(place);
    } catch (error) {
      if (!isDenied(error)) throw error;
      if (!record.begun && now() - record.since < ROLES_PROPAGATE) return undefined;
      throw notEnterable(place, roles, home, error);
    }
  }

  /** A stack that was there before belongs to someone else: it is neither changed nor, later, deleted. */
  private async begin(stacks: Stacks, request: Request, record: Read<Request>, key: string): Promise<Read<Request> | undefined> {
    const { registry } = this.options;
    if (await stacks.describe(request.stackName)) {
      const current = await registry.read<StackRecord<Request>>(key);
      if (current?.begun) return undefined;
      throw new Error(`account ${request.accountId} has a stack '${request.stackName}' already, which this app does not know: `
        + 'choose another stackName, or delete that stack');
    }
    return registry.write<StackRecord<Request>>(key, { ...record, begun: record.attempt }, record.version);
  }

  private async template(request: Request): Promise<StackDefinition['template']> {
    const { accounts, home } = this.options;
    const { templateBucket, templateKey } = request;
    const body = await accounts.template(templateBucket, templateKey).catch((error: unknown) => {
      throw templateNotReadable(request, templateBucket, templateKey, error);
    });
    if (Buffer.byteLength(body) <= MOST_INLINE_BYTES) return { body };
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
