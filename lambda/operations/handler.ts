import { randomUUID } from 'node:crypto';
import { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';
import { AccountCommands } from './account-commands';
import { AddressOperations } from './addresses';
import { AwsAccountProvider, AwsKinds, logDriftMetric } from './aws';
import { AwsBackportMachine } from './backports/machine';
import { BackportOperations } from './backports/operations';
import { Operations } from './operations';
import { Reconciler } from './reconciler';
import { ReleaseOperations } from './releases/operations';
import { Releases } from './releases/releases';
import { validOperation } from './validation';
import { ENTRY_ENVIRONMENT } from '../../src/kinds/contract';
import type { OperationResponse, ReconcileResponse } from '../../src/operations/contract';
import { HANDLER_ENVIRONMENT } from '../../src/private/contract';
import { DynamoDbSpaceTables } from '../address-spaces/tables';
import { EventBus } from '../history/events';
import { RegistryHistory } from '../history/history';
import { AwsPipelineControl } from '../pipeline-control/aws';
import { TableRegistry } from '../registry/table';
import { AwsReleaseMachine } from '../shared/release-machine';
import { withSessionName } from '../shared/session-name';
import { connectedHosts } from '../sources/hosts';

const {
  [HANDLER_ENVIRONMENT.PARTITION]: partition = 'aws',
  [HANDLER_ENVIRONMENT.CICD_ACCOUNT]: accountId = '',
  AWS_REGION: region = '',
} = process.env;

const logger = new Logger({ serviceName: 'org-environments' });
const registry = new TableRegistry();
const history = new RegistryHistory(registry, new EventBus());
const hosts = connectedHosts();
const releases = new Releases({
  registry, hosts, machine: new AwsReleaseMachine(), now: Date.now, newId: () => `release-${randomUUID()}`,
});
const { [ENTRY_ENVIRONMENT.WAITER_ARN]: waiterArn = '', [ENTRY_ENVIRONMENT.FUNCTIONS]: functions = '{}' } = process.env;
const accounts = new AccountCommands(registry, new AwsAccountProvider(JSON.parse(functions)), history);
const operations = new Operations(
  registry,
  new AwsPipelineControl(partition),
  hosts,
  history,
  new ReleaseOperations(registry, releases, history),
  accounts,
  new BackportOperations({
    registry,
    hosts,
    machine: new AwsBackportMachine({ partition, region, accountId }),
    history,
    now: Date.now,
    newId: () => `backport-${randomUUID()}`,
  }),
  new AddressOperations(registry, new DynamoDbSpaceTables()),
);
const reconciler = new Reconciler({
  registry,
  kinds: new AwsKinds(JSON.parse(functions), waiterArn),
  history,
  logMetric: logDriftMetric,
});

export async function handler(
  input: unknown,
  { awsRequestId }: Pick<Context, 'awsRequestId'>,
): Promise<OperationResponse<object> | ReconcileResponse> {
  const request = validOperation(input);
  logger.info(request.operation, { ...request, requestId: awsRequestId });
  return withSessionName(request.operation, awsRequestId, async () => {
    if (request.operation !== 'reconcile') return operations.run(request, awsRequestId);
    if (request.mode === 'schedule') {
      await operations.closeLeftovers();
      await closeWaitingAccounts(request.by, awsRequestId);
    }
    return reconciler.run(request, awsRequestId);
  });
}

/** Trouble with one account must not stop the check of the environments. */
async function closeWaitingAccounts(by: string, requestId: string): Promise<void> {
  try {
    await accounts.closeWaiting(by, requestId);
  } catch (error) {
    const cause = error instanceof Error ? error : String(error);
    logger.warn('the accounts that wait could not be closed', { error: cause });
  }
}
