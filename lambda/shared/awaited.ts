import { CloudFormationClient, DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { clientDefaults } from './clients';
import { isNamed } from './errors';
import type { Owner } from './lifecycle';

/** Whether CloudFormation still waits for a resource to be made or changed. */
export type IsAwaited = (owner: Owner) => Promise<boolean>;

/** Asks CloudFormation in the account and region of the provider. */
export function awaitedByCloudFormation(client = new CloudFormationClient(clientDefaults())): IsAwaited {
  return async ({ stackId, logicalId }) => {
    try {
      const asked = new DescribeStackResourcesCommand({ StackName: stackId, LogicalResourceId: logicalId });
      const { StackResources: [resource] = [] } = await client.send(asked);
      const status = resource?.ResourceStatus ?? '';
      return status.endsWith('_IN_PROGRESS') && !status.startsWith('DELETE_');
    } catch (error) {
      // the stack has no such resource, or is gone
      if (isNamed(error, 'ValidationError')) return false;
      throw error;
    }
  };
}
