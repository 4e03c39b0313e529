import { constructPathOf } from './construct-path';
import type { RefusedConnection } from './report';
import type { Simulation } from '../../rehearsal/simulation';

/** Reports the connections that were refused, with the constructs of the functions. */
export function refusedConnectionsOf({ lambda, cloudformation }: Simulation): RefusedConnection[] {
  return lambda.refusedConnections.map(({ functionArn, host }) => {
    const [accountId, name] = [functionArn.split(':')[4], functionArn.split(':')[6]];
    const found = cloudformation.all.filter(stack => stack.accountId === accountId)
      .flatMap(stack => [...stack.resources.values()].map(resource => ({ ...resource, stackName: stack.name })))
      .find(({ type, id }) => type === 'AWS::Lambda::Function' && id === name);
    return { constructPath: found === undefined ? name : constructPathOf(found), accountId, host };
  });
}
