import type { Stack } from '@aws-sdk/client-cloudformation';
import {
  CloudFormationClient, DescribeStacksCommand, paginateDescribeStackEvents,
} from '@aws-sdk/client-cloudformation';
import { clientDefaults } from '../shared/clients';

/** The stacks of the CICD account that declare environments. */
export interface CicdStack {
  /** Whether a stack, or one that it is nested in, is rolling back, or is deleted before it was ever complete. */
  isRollingBack(stackId: string): Promise<boolean>;
  /**
   * Identifies the operation of a stack that is in progress: CloudFormation repeats a deletion up to three times in one
   * operation, and only a user starts another one.
   */
  operationId(stackId: string): Promise<string>;
}

/** Statuses of a stack that was never complete. */
const NEVER_COMPLETE = /^(REVIEW_IN_PROGRESS|CREATE_IN_PROGRESS|CREATE_FAILED|ROLLBACK_)/;

/** The stacks through the AWS SDK, in the account and region of the function. */
export class AwsCicdStack implements CicdStack {
  /** By the id of a stack that is being deleted: its former status does not change any more. */
  private readonly neverComplete = new Map<string, Promise<boolean>>();

  public constructor(private readonly client = new CloudFormationClient(clientDefaults())) {}

  public async isRollingBack(stackId: string): Promise<boolean> {
    const stack = await this.describe(stackId);
    const { StackStatus: status = '', ParentId } = stack ?? {};
    if (status.includes('ROLLBACK')) return true;
    // with `OnFailure: DELETE`, a stack whose creation failed is deleted without a rollback
    if (status.startsWith('DELETE_') && (await this.wasNeverComplete(stackId))) return true;
    // a new nested stack is deleted without a rollback of its own when its parent rolls back
    return ParentId !== undefined && this.isRollingBack(ParentId);
  }

  public async operationId(stackId: string): Promise<string> {
    const stack = await this.describe(stackId);
    // the parent deletes a nested stack again in the same operation
    const root = stack?.RootId === undefined ? stack : await this.describe(stack.RootId);
    const { CreationTime, LastUpdatedTime, DeletionTime } = root ?? {};
    const startedAt = (DeletionTime ?? LastUpdatedTime ?? CreationTime)?.toISOString() ?? '';
    return `${root?.StackId ?? stackId}@${startedAt}`;
  }

  private async wasNeverComplete(stackId: string): Promise<boolean> {
    const known = this.neverComplete.get(stackId) ?? this.statusBeforeDeletion(stackId)
      .then(status => NEVER_COMPLETE.test(status ?? ''));
    this.neverComplete.set(stackId, known);
    known.catch(() => this.neverComplete.delete(stackId));
    return known;
  }

  /** The newest status besides those of deletions; CloudFormation keeps events for 90 days. */
  private async statusBeforeDeletion(stackId: string): Promise<string | undefined> {
    for await (const { StackEvents = [] } of paginateDescribeStackEvents(
      { client: this.client }, { StackName: stackId },
    )) {
      const statuses = StackEvents.filter(({ PhysicalResourceId }) => PhysicalResourceId === stackId)
        .map(({ ResourceStatus = '' }) => ResourceStatus);
      const before = statuses.find(status => !status.startsWith('DELETE_'));
      if (before !== undefined) return before;
    }
    return undefined;
  }

  private async describe(stackId: string): Promise<Stack | undefined> {
    return (await this.client.send(new DescribeStacksCommand({ StackName: stackId }))).Stacks?.[0];
  }
}
