import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { requestOf } from './operations';
import type { Forecast } from './replacements';
import type { Stack, Target } from './stack';
import type { StackRequest, Stacks } from './stacks';
import { canonical } from './values';
import { read } from '../../core/protocol/read';
import { AwsError, type Call, type Environment, type Operation } from '../../core/service';
import type { S3 } from '../s3/service';

interface ChangeSet {
  readonly id: string;
  readonly name: string;
  readonly type: 'CREATE' | 'UPDATE';
  readonly stack: Stack;
  readonly request: StackRequest;
  readonly changes: readonly ResourceChange[];
  readonly empty: boolean;
  readonly createdAt: Date;
  executed: boolean;
}

interface ResourceChange {
  readonly Action: 'Add' | 'Modify' | 'Remove';
  readonly LogicalResourceId: string;
  readonly ResourceType: string;
  readonly PhysicalResourceId?: string;
  /** Whether a change replaces the resource. */
  readonly Replacement?: 'True' | 'False' | 'Conditional';
}

const CreateInput = v.object({
  ChangeSetName: v.string(),
  ChangeSetType: v.optional(v.picklist(['CREATE', 'UPDATE']), 'UPDATE'),
});
const ByName = v.object({ ChangeSetName: v.string(), StackName: v.optional(v.string()) });
const NO_CHANGES =
  "The submitted information didn't contain changes. Submit different information to create a change set.";

/** Change sets: previews of operations. */
export class ChangeSets {
  public readonly operations: Record<string, Operation> = {
    CreateChangeSet: async call => this.create(call),
    DescribeChangeSet: async call => describe(this.find(call)),
    ExecuteChangeSet: async call => this.execute(this.find(call)),
    DeleteChangeSet: async call => this.remove(call),
  };
  private readonly sets = new Map<string, ChangeSet>();

  public constructor(
    private readonly stacks: Stacks,
    private readonly s3: S3,
    private readonly environment: Environment,
  ) {}

  private create(call: Call): Record<string, unknown> {
    const { ChangeSetName: name, ChangeSetType: type } = read(CreateInput, call.input);
    const {
      caller: { accountId },
      region,
    } = call;
    const known = this.stacks.find(accountId, region, String(call.input.StackName));
    const request = requestOf(call, this.s3, known);
    const isNew = type === 'CREATE' && known?.status !== 'REVIEW_IN_PROGRESS';
    const stack = isNew ? this.review(request) : this.stacks.get(accountId, region, request.name);
    const target = this.stacks.preview(stack, request);
    const changes = changesOf(stack, target, this.stacks.forecast(stack, target));
    const empty =
      type === 'UPDATE'
      && changes.length === 0
      && canonical(target.template.Outputs) === canonical(stack.target.template.Outputs);
    const { partition } = this.environment;
    const id = `arn:${partition}:cloudformation:${region}:${accountId}:changeSet/${name}/${randomUUID()}`;
    const createdAt = new Date(this.environment.clock.now());
    this.sets.set(id, { id, name, type, stack, request, changes, empty, createdAt, executed: false });
    return { Id: id, StackId: stack.id };
  }

  private review(request: StackRequest): Stack {
    const stack = this.stacks.review(request);
    stack.status = 'REVIEW_IN_PROGRESS';
    return stack;
  }

  private execute(set: ChangeSet): Record<string, unknown> {
    if (set.empty || set.executed) {
      throw new AwsError('InvalidChangeSetStatus', `ChangeSet [${set.id}] cannot be executed in its current status`);
    }
    set.executed = true;
    if (set.type === 'CREATE') this.stacks.execute(set.stack, set.request);
    else this.stacks.update(set.request);
    return {};
  }

  private remove(call: Call): Record<string, unknown> {
    const found = this.named(call);
    if (found) this.sets.delete(found.id);
    return {};
  }

  private find(call: Call): ChangeSet {
    const found = this.named(call);
    if (!found) {
      throw new AwsError('ChangeSetNotFound', `ChangeSet [${String(call.input.ChangeSetName)}] does not exist`, 404);
    }
    return found;
  }

  private named(call: Call): ChangeSet | undefined {
    const { ChangeSetName, StackName } = read(ByName, call.input);
    // use the newest: a stack of this name may have been deleted with a change set of the same name
    const own = [...this.sets.values()]
      .reverse()
      .filter(({ stack }) => stack.accountId === call.caller.accountId && stack.region === call.region);
    return own.find(
      ({ id, name, stack }) =>
        id === ChangeSetName || (name === ChangeSetName && [stack.name, stack.id].includes(StackName ?? '')),
    );
  }
}

/** A resource whose replacement fails would be replaced, too. */
const REPLACEMENT = {
  'replaced': 'True', 'rejected': 'True', 'maybe': 'Conditional', 'in place': 'False',
} as const;

function changesOf(stack: Stack, target: Target, verdicts: Forecast): ResourceChange[] {
  const { Resources: wanted } = target.template;
  const before = stack.target.template.Resources;
  const made = Object.entries(wanted).flatMap(
    ([LogicalResourceId, { Type: ResourceType, ...declared }]): ResourceChange[] => {
      const existing = stack.resources.get(LogicalResourceId);
      if (!existing) return [{ Action: 'Add', LogicalResourceId, ResourceType }];
      const { Type, ...previous } = before[LogicalResourceId];
      const same = canonical([declared, target.parameters]) === canonical([previous, stack.target.parameters]);
      const verdict = verdicts.get(LogicalResourceId);
      return same ? [] : [{
        Action: 'Modify',
        LogicalResourceId,
        ResourceType,
        PhysicalResourceId: existing.id,
        Replacement: verdict === undefined ? 'False' : REPLACEMENT[verdict],
      }];
    },
  );
  const removed = [...stack.resources.values()].filter(({ logicalId }) => !(logicalId in wanted));
  return [...made, ...removed.map(({ logicalId, type, id }) => (
    { Action: 'Remove', LogicalResourceId: logicalId, ResourceType: type, PhysicalResourceId: id } as const))];
}

function describe(set: ChangeSet): Record<string, unknown> {
  return {
    ChangeSetId: set.id,
    ChangeSetName: set.name,
    StackId: set.stack.id,
    StackName: set.stack.name,
    CreationTime: set.createdAt,
    Status: set.empty ? 'FAILED' : 'CREATE_COMPLETE',
    StatusReason: set.empty ? NO_CHANGES : undefined,
    ExecutionStatus: set.executed ? 'EXECUTE_COMPLETE' : set.empty ? 'UNAVAILABLE' : 'AVAILABLE',
    Changes: set.changes.map(change => ({ Type: 'Resource', ResourceChange: change })),
  };
}
