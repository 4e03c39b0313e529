import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { accessFromEnvironment } from './access';
import { AwsOrganization } from './aws';
import { BaselineLifecycle } from './baselines/lifecycle';
import { AwsBaselinePort } from './baselines/port';
import { AwsCloser } from './closing/aws';
import { runCommand } from './commands';
import { costsOfMonth } from './costs';
import { AwsRootEmail } from './email-aws';
import { AccountLifecycle } from './lifecycle';
import { ManagementAccount } from './management';
import { poolLifecycles } from './pool/pool-lifecycles';
import { Preconditions } from './preconditions/lifecycle';
import { accountProvider } from './provider';
import { AwsAccountSettings } from './settings-aws';
import { AwsUnits } from './units/aws';
import { UnitLifecycle } from './units/lifecycle';
import type { AccountCommand, AccountCommandResult } from '../../src/account/contract';
import type { POOL_MAINTENANCE } from '../../src/pool/contract';
import { AwsCicdStack } from '../cloudformation/cicd-stack';
import { EventBus } from '../history/events';
import { RegistryHistory } from '../history/history';
import { TableRegistry } from '../registry/table';
import type { KindHandler } from '../shared/serve';
import { serve } from '../shared/serve';
import { withSessionName } from '../shared/session-name';
import { AwsConnections } from '../sources/connections';
import { connectedHosts } from '../sources/hosts';

const access = accessFromEnvironment();
const registry = new TableRegistry();
const management = new ManagementAccount(access);
const context = {
  ...access,
  bootstrapTemplate: () => readFileSync(path.join(__dirname, 'bootstrap-template.json'), 'utf8'),
  organization: new AwsOrganization(management),
  settings: new AwsAccountSettings(management),
  closer: new AwsCloser(management),
  baselines: new AwsBaselinePort(management),
  rootEmail: new AwsRootEmail(management),
  costs: async () => costsOfMonth(management.api, access, management.region, Date.now()),
  units: new AwsUnits(management),
  cicdStack: new AwsCicdStack(),
  registry,
  hosts: connectedHosts(),
  connections: new AwsConnections(),
  now: Date.now,
};
const accounts = new AccountLifecycle(context);
const history = new RegistryHistory(registry, new EventBus());
const { pooledAccounts, pools, maintenance } = poolLifecycles({ context, accounts, history });
const serveRequest: KindHandler = serve(accountProvider({
  accounts,
  preconditions: new Preconditions(context),
  units: new UnitLifecycle(context),
  pooledAccounts,
  pools,
  baselines: new BaselineLifecycle(context),
}), registry);

/** The requests of CloudFormation and of reconciliations, the commands of operators, and the maintenance of pools. */
export async function handler(
  request: Parameters<KindHandler>[0] | AccountCommand | typeof POOL_MAINTENANCE,
  lambda?: { readonly awsRequestId: string },
): Promise<Awaited<ReturnType<KindHandler>> | AccountCommandResult | void> {
  if ('maintain' in request) return maintenance.run();
  if (!('command' in request)) return serveRequest(request);
  return withSessionName(request.command, lambda?.awsRequestId ?? '', () => runCommand(context, request));
}
