import { CloudFormationClient, DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { clientDefaults } from './clients';
import { isNamed } from './errors';
import type { Owner } from './lifecycle';

/** Whether CloudFormation is creating or updating a resource, and so waits for its response. */
export type IsInProgress = (owner: Owner) => Promise<boolean>;

/** Reads the status of a resource from CloudFormation in the account and region of the function. */
export function cloudFormationStatus(client = new CloudFormationClient(clientDefaults())): IsInProgress {
  return async ({ stackId, logicalId }) => {
    try {
      const command = new DescribeStackResourcesCommand({ StackName: stackId, LogicalResourceId: logicalId });
      const { StackResources: [resource] = [] } = await client.send(command);
      const status = resource?.ResourceStatus ?? '';
      return status.endsWith('_IN_PROGRESS') && !status.startsWith('DELETE_');
    } catch (error) {
      // the stack has no such resource, or was deleted
      if (isNamed(error, 'ValidationError')) return false;
      throw error;
    }
  };
}
