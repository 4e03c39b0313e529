import { constructPathOf } from './construct-path';
import type { DeploymentReport } from './report';
import type { DeploymentResult } from '../../rehearsal/assembly/deployer';

/** The deployment or destruction of one app, with its result. */
export interface Deployment extends Pick<DeploymentReport, 'app' | 'action' | 'succeededOnRetry'> {
  readonly result: DeploymentResult;
}

export function reportDeployment({ app, action, succeededOnRetry, result }: Deployment): DeploymentReport {
  return {
    app,
    action,
    succeeded: result.succeeded,
    succeededOnRetry,
    realSeconds: result.seconds,
    resourceOperations: result.changed,
    awsCallCount: result.calls,
    failures: result.failures.map(failure => {
      const { stackName, accountId, type, reason } = failure;
      return { stackName, accountId, constructPath: constructPathOf(failure), resourceType: type, reason };
    }),
  };
}
