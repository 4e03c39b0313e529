import { CloudFormationClient, DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { clientDefaults } from './clients';
import { isNamed } from './errors';
import type { Owner } from './lifecycle';
import type { ResourceRequest } from '../../src/kinds/contract';

/**
 * Whether CloudFormation is creating, updating or deleting a resource, and so waits for the response to such a request.
 */
export type IsInProgress = (owner: Owner, requestType: ResourceRequest['requestType']) => Promise<boolean>;

/** The statuses of a resource during which CloudFormation waits for the response to a request. */
const AWAITED: Readonly<Record<ResourceRequest['requestType'], readonly string[]>> = {
  Create: ['CREATE_IN_PROGRESS'],
  Update: ['UPDATE_IN_PROGRESS', 'UPDATE_ROLLBACK_IN_PROGRESS'],
  Delete: ['DELETE_IN_PROGRESS'],
};

/** Reads the status of a resource from CloudFormation in the account and region of the function. */
export function cloudFormationStatus(client = new CloudFormationClient(clientDefaults())): IsInProgress {
  return async ({ stackId, logicalId }, requestType) => {
    try {
      const command = new DescribeStackResourcesCommand({ StackName: stackId, LogicalResourceId: logicalId });
      const { StackResources: [resource] = [] } = await client.send(command);
      return AWAITED[requestType].includes(resource?.ResourceStatus ?? '');
    } catch (error) {
      // the stack has no such resource, or was deleted
      if (isNamed(error, 'ValidationError')) return false;
      throw error;
    }
  };
}
