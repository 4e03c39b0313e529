import { AssetCopies } from './assets';
import type { Accounts } from './aws';
import { executionRole } from './place';
import { fingerprintOf, wasTold } from './record';
import type { Home } from './words';
import { isDenied, notDeletable, notDone, notEnterable, templateNotPublishable, templateNotReadable } from './words';
import type { AccountStackRequest } from '../../src/stack/contract';
import type { Registry, Versioned } from '../registry/registry';
import { stackKey as keyOf } from '../registry/stack';
import type { StackPlace, StackRecord } from '../registry/stack';
import type { Progress } from '../shared/lifecycle';
import { NOT_YET } from '../shared/lifecycle';
import type { StackDefinition, StackState, Stacks } from '../shared/stack-deployer';
import { deployStack, removeStack } from '../shared/stack-deployer';

type Read = Versioned<StackRecord>;

/** What CloudFormation takes inline. */
const MOST_INLINE_BYTES = 51_200;

/** A role that was made a moment ago is not known everywhere yet. */
const PATIENCE_MILLISECONDS = 3 * 60_000;

/** The services that a pipeline is made of know a new account some minutes later than CloudFormation does. */
const YOUNG_MILLISECONDS = 15 * 60_000;
const NOT_USABLE_YET = /OptInRequired|SubscriptionRequired|NotSignedUp|not signed up|not subscribed|needs a subscription/i;

/** Brings a stack into its account and out of it. */
export class Deployment {
  private readonly assets: AssetCopies;

  public constructor(
    private readonly registry: Registry, private readonly accounts: Accounts, private readonly home: Home, private readonly now: () => number,
    private readonly newAttempt: () => string,
  ) {
    this.assets = new AssetCopies(registry, accounts, home, now);
  }

  public async advance(request: AccountStackRequest, record: Read): Promise<Progress<{ readonly stack: StackState; readonly record: Read }>> {
    const stacks = await this.enter(request, record);
    if (!stacks) return NOT_YET;
    const template = await this.template(request);
    const ready = await this.assets.advance(request, record);
    if (!ready) return NOT_YET;
    let current = ready;
    try {
      const begun = ready.begun ? ready : await this.begin(stacks, request, ready);
      if (!begun) return NOT_YET;
      current = begun;
      const progress = await deployStack(stacks, this.definition(request, template), {
        place: `account ${request.accountId}`,
        token: begun.attempt,
        applied: begun.applied === fingerprintOf(request),
      });
      return progress.done ? { done: true, result: { stack: progress.result, record: begun } } : NOT_YET;
    } catch (error) {
      if (await this.isTooYoung(request, current, error)) return NOT_YET;
      throw notDone('deployed', request, this.home, error);
    }
  }

  /** Whether the stack is gone; or cannot be reached and is to be left. */
  public async takeDown(place: StackPlace, record: Read, unreachable: 'explain' | 'leave'): Promise<boolean> {
    let stacks: Stacks;
    try {
      stacks = await this.accounts.enter(place);
    } catch (error) {
      if (!isDenied(error)) throw error;
      if (wasTold(record) || unreachable === 'leave') return true;
      await this.registry.write<StackRecord>(keyOf(place), { ...record, unreachable: record.attempt }, record.version);
      throw notDeletable(place, this.home, error);
    }
    try {
      const stack = { stackName: place.stackName, roleArn: executionRole(this.home.partition, place) };
      return await removeStack(stacks, stack, { place: `account ${place.accountId}`, token: record.attempt });
    } catch (error) {
      throw notDone('deleted', place, this.home, error);
    }
  }

  /** A stack that failed because its account is too young is deployed once more, under the name of another attempt. */
  private async isTooYoung(place: StackPlace, record: Read, error: unknown): Promise<boolean> {
    const mayBeYoung = !record.complete && this.now() - record.since < YOUNG_MILLISECONDS;
    if (!mayBeYoung || !(error instanceof Error) || !NOT_USABLE_YET.test(`${error.name} ${error.message}`)) return false;
    if (error.message.startsWith('stack ')) {
      await this.registry.write<StackRecord>(keyOf(place), { ...record, attempt: this.newAttempt() }, record.version);
    }
    return true;
  }

  private async enter(place: StackPlace, record: Read): Promise<Stacks | undefined> {
    try {
      return await this.accounts.enter(place);
    } catch (error) {
      if (!isDenied(error)) throw error;
      if (!record.begun && this.now() - record.since < PATIENCE_MILLISECONDS) return undefined;
      throw notEnterable(place, this.home, error);
    }
  }

  /** A stack that was there before we came is somebody's: it is neither changed nor, later, deleted. */
  private async begin(stacks: Stacks, request: AccountStackRequest, record: Read): Promise<Read | undefined> {
    if (await stacks.describe(request.stackName)) {
      const current = await this.registry.read<StackRecord>(keyOf(request));
      if (current?.begun) return undefined;
      throw new Error(`account ${request.accountId} has a stack '${request.stackName}' already, which this app does not know: `
        + 'choose another stackName, or delete that stack');
    }
    return this.registry.write<StackRecord>(keyOf(request), { ...record, begun: true }, record.version);
  }

  private async template(request: AccountStackRequest): Promise<StackDefinition['template']> {
    const { templateBucket, templateKey } = request;
    const body = await this.accounts.template(templateBucket, templateKey).catch((error: unknown) => {
      throw templateNotReadable(request, templateBucket, templateKey, error);
    });
    if (Buffer.byteLength(body) <= MOST_INLINE_BYTES) return { body };
    const url = await this.accounts.publish(request, templateKey, body).catch((error: unknown) => {
      throw templateNotPublishable(request, this.home, error);
    });
    return { url };
  }

  private definition(request: AccountStackRequest, template: StackDefinition['template']): StackDefinition {
    return {
      stackName: request.stackName,
      template,
      parameters: request.parameters ?? {},
      tags: request.tags ?? {},
      capabilities: ['CAPABILITY_NAMED_IAM', 'CAPABILITY_AUTO_EXPAND'],
      roleArn: executionRole(this.home.partition, request),
    };
  }
}
