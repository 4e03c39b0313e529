import type { Stack } from '@aws-sdk/client-cloudformation';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { clientDefaults } from '../shared/clients';

/** The stacks of the CICD account that declare environments. */
export interface CicdStack {
  /** Whether a stack, or one that it is nested in, is rolling back. */
  isRollingBack(stackId: string): Promise<boolean>;
  /**
   * Identifies the operation of a stack that is in progress: CloudFormation repeats a deletion up to three times in one
   * operation, and only a user starts another one.
   */
  operationId(stackId: string): Promise<string>;
}

/** The stacks through the AWS SDK, in the account and region of the function. */
export class AwsCicdStack implements CicdStack {
  public constructor(private readonly client = new CloudFormationClient(clientDefaults())) {}

  public async isRollingBack(stackId: string): Promise<boolean> {
    const stack = await this.describe(stackId);
    if (stack?.StackStatus?.includes('ROLLBACK')) return true;
    // with `OnFailure: DELETE`, a stack whose creation failed is deleted without a rollback
    const { StackStatus: status, StackStatusReason: reason = '' } = stack ?? {};
    if (status?.startsWith('DELETE_') && /failed to create/i.test(reason)) return true;
    // a new nested stack is deleted without a rollback of its own when its parent rolls back
    return stack?.ParentId !== undefined && this.isRollingBack(stack.ParentId);
  }

  public async operationId(stackId: string): Promise<string> {
    const stack = await this.describe(stackId);
    // the parent deletes a nested stack again in the same operation
    const root = stack?.RootId === undefined ? stack : await this.describe(stack.RootId);
    const { CreationTime, LastUpdatedTime, DeletionTime } = root ?? {};
    const startedAt = (DeletionTime ?? LastUpdatedTime ?? CreationTime)?.toISOString() ?? '';
    return `${root?.StackId ?? stackId}@${startedAt}`;
  }

  private async describe(stackId: string): Promise<Stack | undefined> {
    return (await this.client.send(new DescribeStacksCommand({ StackName: stackId }))).Stacks?.[0];
  }
}
