import { CloudFormationClient, DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { clientDefaults } from './clients';
import { isNamed } from './errors';
import type { Owner } from './lifecycle';
import type { ResourceRequest } from '../../src/kinds/contract';

type RequestType = ResourceRequest['requestType'];

/** The custom resources of the stacks in the CICD account. */
export interface CustomResourceStatus {
  /**
   * Whether CloudFormation is creating, updating or deleting a resource, and so waits for the response to such a
   * request.
   */
  isInProgress(owner: Owner, requestType: RequestType): Promise<boolean>;
  /** `removed`: its stack does not have the resource, or does not exist. */
  stateOf(owner: Owner): Promise<'in progress' | 'stable' | 'removed'>;
}

/** The statuses of a resource during which CloudFormation waits for the response to a request. */
const AWAITED: Readonly<Record<RequestType, readonly string[]>> = {
  Create: ['CREATE_IN_PROGRESS'],
  Update: ['UPDATE_IN_PROGRESS', 'UPDATE_ROLLBACK_IN_PROGRESS'],
  Delete: ['DELETE_IN_PROGRESS'],
};

/** Reads the status of a resource from CloudFormation in the account and region of the function. */
export function cloudFormationStatus(client = new CloudFormationClient(clientDefaults())): CustomResourceStatus {
  const statusOf = async ({ stackId, logicalId }: Owner): Promise<string | undefined> => {
    try {
      const command = new DescribeStackResourcesCommand({ StackName: stackId, LogicalResourceId: logicalId });
      const { StackResources: [resource] = [] } = await client.send(command);
      return resource?.ResourceStatus;
    } catch (error) {
      // the stack has no such resource, or was deleted
      if (isNamed(error, 'ValidationError')) return undefined;
      throw error;
    }
  };
  return {
    isInProgress: async (owner, requestType) => AWAITED[requestType].includes((await statusOf(owner)) ?? ''),
    stateOf: async owner => {
      const status = await statusOf(owner);
      if (status === undefined || status === 'DELETE_COMPLETE' || status === 'DELETE_SKIPPED') return 'removed';
      return status.endsWith('_IN_PROGRESS') ? 'in progress' : 'stable';
    },
  };
}
