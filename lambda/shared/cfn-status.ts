import { CloudFormationClient, DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { clientDefaults } from './clients';
import { isNamed } from './errors';
import type { Owner } from './lifecycle';
import type { ReconcileRequest, ResourceRequest } from '../../src/kinds/contract';

/**
 * Whether CloudFormation is creating, updating or deleting a resource, and so waits for the response to such a request.
 * For a check or a repair: whether it does any of them.
 */
export type IsInProgress = (owner: Owner, requestType: RequestType) => Promise<boolean>;

type RequestType = (ResourceRequest | ReconcileRequest)['requestType'];

const ANY = ['CREATE_IN_PROGRESS', 'UPDATE_IN_PROGRESS', 'UPDATE_ROLLBACK_IN_PROGRESS', 'DELETE_IN_PROGRESS'];

/** The statuses of a resource during which CloudFormation waits for the response to a request. */
const AWAITED: Readonly<Record<RequestType, readonly string[]>> = {
  Create: ['CREATE_IN_PROGRESS'],
  Update: ['UPDATE_IN_PROGRESS', 'UPDATE_ROLLBACK_IN_PROGRESS'],
  Delete: ['DELETE_IN_PROGRESS'],
  Check: ANY,
  Repair: ANY,
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
